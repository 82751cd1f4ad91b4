"""Whether somebody is told of a change to Amazon Bedrock; reasons against it are finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rules.criteria.alert_routes import delivering, heard, near_misses, silence
from rules.criteria.event_patterns import ABSENT, VARIES
from rules.criteria.filter_patterns import matches
from rules.criteria.management_events import records_write
from rules.facts.logs import log_group_name
from rules.frozen import dataclass
from rules.permissions.conditions import Truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules.facts.alarms import MetricAlarm
    from rules.facts.bedrock_alerts import ChangeAlerts
    from rules.facts.cloudtrail import Trail
    from rules.facts.metric_filters import MetricFilter

BEDROCK: Final = "bedrock.amazonaws.com"


@dataclass(frozen=True)
class Coverage:
    """Through which rules and alarms somebody is told of every change of a kind, and why others do not count."""

    through: tuple[str, ...]
    obstacles: tuple[str, ...]


def coverage(account: ChangeAlerts, event_name: str) -> Coverage:
    """Return who is told when somebody successfully makes the call `event_name` to Amazon Bedrock."""
    event = call_event(account.resource.id, account.region, event_name)
    through: list[str] = []
    obstacles: list[str] = []
    named = delivering(account.event_rules, event, account.event_buses)
    if any(_feeds_events(trail, event_name) for trail in account.trails):
        through.extend(f"EventBridge rule {name}" for name in named)
        obstacles.extend(near_misses(account.event_rules, event, account.event_buses))
    elif named:
        obstacles.append(f"No active trail records these calls, without which EventBridge rule {named[0]} gets none.")
    log_groups = {
        (trail.log_group_arn.split(":")[3], log_group_name(trail.log_group_arn))
        for trail in account.trails
        if trail.log_group_arn and _feeds_log_group(trail, event_name)
    }
    for found in account.filters:
        if (found.region, found.log_group) in log_groups:
            alarmed, defects = _alarms_on(found, event["detail"], account)
            through.extend(f"alarm {name}" for name in alarmed)
            obstacles.extend(defects)
    return Coverage(tuple(dict.fromkeys(through)), tuple(dict.fromkeys(obstacles)))


def call_event(account_id: str, region: str, event_name: str) -> dict[str, Any]:
    """
    Return what EventBridge gets for a successful call to Amazon Bedrock that changes something.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """
    record = {
        "eventSource": BEDROCK,
        "eventName": event_name,
        "awsRegion": region,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
        "errorCode": ABSENT,
        "errorMessage": ABSENT,
        VARIES: VARIES,
    }
    return {
        "version": "0",
        "id": VARIES,
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.bedrock",
        "account": account_id,
        "time": VARIES,
        "region": region,
        "resources": [],
        "detail": record,
    }


def _feeds_events(trail: Trail, event_name: str) -> bool:
    # An organization's trail need not show a member account whether it logs, and what.
    return trail.logging is not False and records_write(trail, BEDROCK, event_name) is (
        Truth.DEPENDS if trail.selectors is None else Truth.TRUE
    )


def _feeds_log_group(trail: Trail, event_name: str) -> bool:
    records = records_write(trail, BEDROCK, event_name) is Truth.TRUE
    return bool(trail.logging) and records and trail.log_group_error is None


def _alarms_on(found: MetricFilter, record: dict[Any, Any], account: ChangeAlerts) -> tuple[list[str], list[str]]:
    """Return the alarms that go off with every such record and tell somebody, and why others do not."""
    truth = matches(found.pattern, record)
    if truth is Truth.FALSE:
        return [], []
    if truth is Truth.DEPENDS or found.narrowed:
        return [], [f"Metric filter {found.name} may leave out some of these calls."]
    metric = f"{found.metric.namespace} {found.metric.name}"
    if found.per_dimension:
        return [], [f"Metric filter {found.name} counts into {metric} per dimension, which an alarm does not add up."]
    alarms = account.alarms[found.region]
    watching = [alarm for alarm in alarms.on_metrics if not alarm.calculated and alarm.metrics == (found.metric,)]
    if not watching:
        return [], [f"No alarm watches {metric}, which metric filter {found.name} counts into."]
    told, defects = [], []
    for alarm in watching:
        if not goes_off_at_once(alarm, found):
            defects.append(f"Alarm {alarm.name} need not go off at the first of these calls.")
        elif heard(alarm, alarms, account.event_rules, account.event_buses):
            told.append(alarm.name)
        else:
            defects.append(silence(alarm))
    return told, defects


def goes_off_at_once(alarm: MetricAlarm, found: MetricFilter) -> bool:
    """
    Say whether an alarm certainly goes off when its metric filter matches a single log event.

    An average or a least value is that of the one event only while the filter counts no default value.
    """
    certain = ALWAYS if found.default is not None else ALWAYS | UNDILUTED
    compare = _COMPARISONS.get(alarm.comparison)
    if compare is None or alarm.threshold is None or alarm.datapoints > 1 or alarm.statistic not in certain:
        return False
    try:
        return compare(float(found.value), alarm.threshold)
    except ValueError:
        return False


ALWAYS: Final = frozenset({"Sum", "Maximum"})
UNDILUTED: Final = frozenset({"Average", "Minimum"})
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
}
