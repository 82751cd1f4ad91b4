"""Facts about metric filters of Amazon CloudWatch Logs: which log events they count, and as which metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.facts.alarms import Metric
from rules.facts.logs import log_group_name
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws

# A trail that records all Regions writes to a log group in its home Region.
LOG_GROUP = "arn:{partition}:logs:*:{account}:log-group:*"


@dataclass(frozen=True)
class MetricFilter:
    """
    A metric filter and the metric that it counts into (CloudWatch Logs API, MetricFilter).

    `value` is what one log event adds: a number as text, or a field of the event. `default` is what is counted while
    other log events arrive, None for nothing. `per_dimension` tells that the metric exists only under dimensions whose
    values come from log events. `narrowed` tells that something else than the pattern decides too: the filter looks at
    transformed log events, or selects by system fields.
    """

    name: str
    region: str
    log_group: str
    pattern: str
    metric: Metric
    value: str
    default: float | None
    per_dimension: bool
    narrowed: bool


@reads(Action("logs:DescribeMetricFilters", LOG_GROUP))
def metric_filters(aws: Aws, log_group_arn: str) -> tuple[MetricFilter, ...]:
    """Return the metric filters of a log group of this account, in whatever Region; none if there is no such group."""
    region, name = log_group_arn.split(":")[3], log_group_name(log_group_arn)
    paginator = aws.client("logs", region).get_paginator("describe_metric_filters")
    try:
        found = [each for page in paginator.paginate(logGroupName=name) for each in page["metricFilters"]]
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return ()
        raise
    return tuple(
        _metric_filter(each, transformation, name, region)
        for each in found
        for transformation in each["metricTransformations"]
    )


def _metric_filter(
    described: Mapping[str, Any], transformation: Mapping[str, Any], log_group: str, region: str
) -> MetricFilter:
    return MetricFilter(
        name=described["filterName"],
        region=region,
        log_group=log_group,
        pattern=described.get("filterPattern", ""),
        metric=Metric(transformation["metricNamespace"], transformation["metricName"]),
        value=transformation["metricValue"],
        default=transformation.get("defaultValue"),
        per_dimension=bool(transformation.get("dimensions") or described.get("emitSystemFieldDimensions")),
        narrowed=bool(described.get("applyOnTransformedLogs") or described.get("fieldSelectionCriteria")),
    )
