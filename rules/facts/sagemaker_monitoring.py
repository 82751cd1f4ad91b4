"""Facts about the monitors that watch Amazon SageMaker AI endpoints for bias and quality."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Unreadable
from rules.facts import sagemaker_endpoints
from rules.facts.listings import every
from rules.facts.sagemaker_resources import unless_gone
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource
    from rules.facts.sagemaker_endpoints import Endpoint

COMPLETED = ("Completed", "CompletedWithViolations")
"""The states of an execution that looked at the data to the end, whatever it found."""


@dataclass(frozen=True)
class Monitor:
    """
    A monitoring schedule.

    `kind` is DataQuality, ModelQuality, ModelBias or ModelExplainability; `status` is Scheduled while it executes.
    `completed_days_ago` counts the whole days since its last completed execution, None where there is none.
    """

    name: str
    kind: str
    status: str
    completed_days_ago: int | None


@dataclass(frozen=True)
class MonitoredEndpoint:
    """An endpoint with its monitors; one that only has serverless variants cannot have any."""

    resource: Resource
    tags: Mapping[str, str]
    serving: bool
    serverless: bool
    monitors: tuple[Monitor, ...]


@reads(Action("sagemaker:ListMonitoringSchedules"))
def schedules(aws: Aws) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Return the summaries of all monitoring schedules by the name of the endpoint that they watch."""
    found: defaultdict[str, tuple[Mapping[str, Any], ...]] = defaultdict(tuple)
    for summary in every(aws, "sagemaker", "list_monitoring_schedules", "MonitoringScheduleSummaries"):
        if endpoint := summary.get("EndpointName"):
            found[endpoint] += (summary,)
    return found


@reads(
    Action("sagemaker:ListMonitoringExecutions"),
    uses=(sagemaker_endpoints.endpoints, schedules),
)
def monitored_endpoints(aws: Aws) -> tuple[MonitoredEndpoint | Unreadable, ...]:
    """Return every endpoint with its monitors and their last completed executions."""
    found = sagemaker_endpoints.endpoints(aws)
    unreadable = tuple(each for each in found if isinstance(each, Unreadable))
    readable = [each for each in found if not isinstance(each, Unreadable)]
    # Without the listing nothing is known of any endpoint.
    schedules(aws)
    return unreadable + aws.read_each(readable, lambda endpoint: endpoint.resource, partial(_monitored, aws))


def _monitored(aws: Aws, endpoint: Endpoint) -> MonitoredEndpoint:
    return MonitoredEndpoint(
        endpoint.resource,
        endpoint.tags,
        endpoint.serving,
        serverless=all(variant.serverless for variant in endpoint.variants) and bool(endpoint.variants),
        monitors=tuple(_monitor(aws, summary) for summary in schedules(aws).get(endpoint.resource.name, ())),
    )


def _monitor(aws: Aws, summary: Mapping[str, Any]) -> Monitor:
    name = summary["MonitoringScheduleName"]
    times = [time for status in COMPLETED if (time := _last(aws, name, status)) is not None]
    return Monitor(
        name=name,
        # Schedules from before there were kinds watch the quality of data.
        kind=summary.get("MonitoringType", "DataQuality"),
        status=summary["MonitoringScheduleStatus"],
        completed_days_ago=max((aws.now - max(times)).days, 0) if times else None,
    )


def _last(aws: Aws, schedule: str, status: str) -> datetime | None:
    """Return when the last execution in a state was scheduled."""
    paginator = aws.client("sagemaker").get_paginator("list_monitoring_executions")
    pages = paginator.paginate(
        MonitoringScheduleName=schedule, StatusEquals=status, SortBy="ScheduledTime", SortOrder="Descending"
    )
    newest = unless_gone(lambda: next((one for page in pages for one in page["MonitoringExecutionSummaries"]), None))
    return None if newest is None else newest["ScheduledTime"]
