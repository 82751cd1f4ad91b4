"""Facts about Amazon CloudWatch alarms: what they watch, when they go off, and whom they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.facts import alert_destinations
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.facts.alert_destinations import Destination

# The log group of a trail, and so the alarm on it, may be in another Region.
ALARM = "arn:{partition}:cloudwatch:*:{account}:alarm:*"


@dataclass(frozen=True)
class Metric:
    """A metric; `dimensions` are pairs of name and value, by name."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class MetricAlarm:
    """
    An alarm on metrics (CloudWatch API, MetricAlarm).

    `calculated` tells that it watches a calculation or an anomaly band over `metrics` instead of one metric itself.
    `statistic` is that of the metric, such as Sum; `datapoints` is how many breaching datapoints set it off.
    `actions` is () as long as its actions are switched off.
    """

    name: str
    arn: str
    metrics: tuple[Metric, ...]
    calculated: bool
    statistic: str
    comparison: str
    threshold: float | None
    datapoints: int
    actions_enabled: bool
    actions: tuple[Destination, ...]


@dataclass(frozen=True)
class CompositeAlarm:
    """An alarm on the states of other alarms, which `rule` names (CloudWatch API, CompositeAlarm)."""

    name: str
    arn: str
    rule: str
    actions_enabled: bool
    actions: tuple[Destination, ...]


@dataclass(frozen=True)
class Alarms:
    """The alarms of this account in a Region."""

    on_metrics: tuple[MetricAlarm, ...] = ()
    composite: tuple[CompositeAlarm, ...] = ()


@reads(Action("cloudwatch:DescribeAlarms", ALARM), uses=(alert_destinations.destination,))
def alarms(aws: Aws, region: str) -> Alarms:
    """
    Return the alarms of a Region.

    DescribeAlarms leaves out composite alarms unless they are asked for. Source:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    paginator = aws.client("cloudwatch", region).get_paginator("describe_alarms")
    pages = list(paginator.paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"]))
    return Alarms(
        on_metrics=tuple(_on_metrics(aws, alarm) for page in pages for alarm in page.get("MetricAlarms", ())),
        composite=tuple(
            CompositeAlarm(
                name=alarm["AlarmName"],
                arn=alarm["AlarmArn"],
                rule=alarm["AlarmRule"],
                actions_enabled=alarm["ActionsEnabled"],
                actions=_actions(aws, alarm),
            )
            for page in pages
            for alarm in page.get("CompositeAlarms", ())
        ),
    )


def _on_metrics(aws: Aws, alarm: Mapping[str, Any]) -> MetricAlarm:
    queries = alarm.get("Metrics", ())
    stats = list(_own_stats(aws, queries))
    plain = "MetricName" in alarm
    single = not plain and len(queries) == 1 and len(stats) == 1
    return MetricAlarm(
        name=alarm["AlarmName"],
        arn=alarm["AlarmArn"],
        metrics=(_metric(alarm),) if plain else tuple(_metric(stat["Metric"]) for stat in stats),
        calculated=not (plain or single) or "ThresholdMetricId" in alarm,
        statistic=_statistic(alarm) if plain else (stats[0]["Stat"] if single else ""),
        comparison=alarm.get("ComparisonOperator", ""),
        threshold=alarm.get("Threshold"),
        datapoints=alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods", 1),
        actions_enabled=alarm["ActionsEnabled"],
        actions=_actions(aws, alarm),
    )


def _own_stats(aws: Aws, queries: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the metrics of an alarm's queries that are of this account."""
    for query in queries:
        if "MetricStat" in query and query.get("AccountId", aws.account_id) == aws.account_id:
            yield query["MetricStat"]


def _statistic(alarm: Mapping[str, Any]) -> str:
    return str(alarm.get("Statistic") or alarm.get("ExtendedStatistic", ""))


def _metric(described: Mapping[str, Any]) -> Metric:
    dimensions = sorted((each["Name"], each["Value"]) for each in described.get("Dimensions", ()))
    return Metric(described["Namespace"], described["MetricName"], tuple(dimensions))


def _actions(aws: Aws, alarm: Mapping[str, Any]) -> tuple[Destination, ...]:
    return tuple(alert_destinations.destination(aws, arn) for arn in alarm.get("AlarmActions", ()))
