"""Whether EventBridge rules and alarms tell somebody; reasons against it are finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules.criteria.alert_destinations import destination_defect
from rules.criteria.event_patterns import VARIES, matches
from rules.engine.verdict import listed
from rules.expressions import Expression
from rules.facts.event_rules import DEFAULT_BUS, bus_name
from rules.permissions.conditions import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from rules.facts.alarms import Alarms, CompositeAlarm, MetricAlarm
    from rules.facts.alert_destinations import Destination
    from rules.facts.event_rules import EventRule

_ALARM: Final = Expression(r'ALARM\s*\(\s*(?:"([^"]*)"|\'([^\']*)\'|([^\s()"\']+))\s*\)')
_DISJUNCTION: Final = Expression(r"[\s()]*(?:OR[\s()]*)*")


def delivering(rules: Iterable[EventRule], event: Mapping[Any, Any], buses: str, bus: str = DEFAULT_BUS) -> list[str]:
    """
    Return the names of the rules through which every event of a kind that arrives on a bus reaches somebody.

    `buses` is what the ARNs of event buses of this account and Region begin with: what is sent to one of those
    arrives there when a rule of it delivers too. EventBridge sends no event on to a third bus.
    """
    every = list(rules)
    here = [rule for rule in every if rule.bus == bus and _catches(rule, event)]
    return [rule.name for rule in here if _delivers(rule, every, event, buses)]


def near_misses(rules: Iterable[EventRule], event: Mapping[Any, Any], buses: str) -> list[str]:
    """Return why rules of the default bus that are about events of a kind do not tell somebody of each of them."""
    every = list(rules)
    found = []
    for rule in every:
        truth = matches(rule.pattern, event)
        if rule.bus != DEFAULT_BUS or truth is Truth.FALSE:
            continue
        if not rule.enabled:
            found.append(f"EventBridge rule {rule.name} is {rule.state}.")
        elif truth is Truth.DEPENDS:
            found.append(f"EventBridge rule {rule.name} may leave out some of these events.")
        elif not rule.targets:
            found.append(f"EventBridge rule {rule.name} has no target.")
        elif not _delivers(rule, every, event, buses):
            found.append(f"EventBridge rule {rule.name} reaches nobody: {_obstacles(rule.targets, rule.arn, buses)}.")
    return found


def notifies(alarm: MetricAlarm | CompositeAlarm, alarms: Alarms, seen: frozenset[str] = frozenset()) -> bool:
    """
    Say whether somebody is told when an alarm goes off, by its own actions or those of a composite alarm on it.

    A composite alarm counts when it goes off with each of the alarms that it names: `ALARM(…) OR ALARM(…)`.
    """
    if alarm.actions_enabled and any(destination_defect(action, alarm.arn) is None for action in alarm.actions):
        return True
    return any(
        notifies(composite, alarms, seen | {alarm.arn})
        for composite in alarms.composite
        if composite.arn not in seen and _goes_off_with(composite, alarm)
    )


def heard(alarm: MetricAlarm, alarms: Alarms, rules: Iterable[EventRule], buses: str) -> bool:
    """
    Say whether somebody is told when an alarm goes off, by actions or by EventBridge rules on its change of state.

    EventBridge is told of every alarm of its Region, whether or not its actions are switched on. Source:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    if notifies(alarm, alarms):
        return True
    _, _, _, region, account_id, _ = alarm.arn.split(":", 5)
    if region != buses.split(":")[3]:
        return False
    event = {
        "version": "0",
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "account": account_id,
        "region": region,
        "resources": [alarm.arn],
        "detail": {"alarmName": alarm.name, "state": {"value": "ALARM", VARIES: VARIES}, VARIES: VARIES},
        "id": VARIES,
        "time": VARIES,
    }
    return bool(delivering(rules, event, buses))


def silence(alarm: MetricAlarm) -> str:
    """Return why nobody is told when an alarm goes off that does not notify."""
    if not alarm.actions_enabled:
        return f"The actions of alarm {alarm.name} are switched off."
    if not alarm.actions:
        return f"Alarm {alarm.name} has no action."
    return f"Alarm {alarm.name} reaches nobody: {_obstacles(alarm.actions, alarm.arn)}."


def _catches(rule: EventRule, event: Mapping[Any, Any]) -> bool:
    return rule.enabled and matches(rule.pattern, event) is Truth.TRUE


def _delivers(rule: EventRule, rules: list[EventRule], event: Mapping[Any, Any], buses: str) -> bool:
    for target in rule.targets:
        bus = bus_name(target.arn, buses)
        if bus is None:
            if destination_defect(target, rule.arn) is None:
                return True
        elif rule.bus == DEFAULT_BUS and bus != DEFAULT_BUS and delivering(rules, event, buses, bus):
            return True
    return False


def _obstacles(targets: Iterable[Destination], sender: str, buses: str = "") -> str:
    return listed(
        sorted(
            destination_defect(target, sender) or f"no rule of event bus {bus_name(target.arn, buses)} sends them on"
            for target in targets
        ),
        longest=128,
    )


def _goes_off_with(composite: CompositeAlarm, alarm: MetricAlarm | CompositeAlarm) -> bool:
    if _DISJUNCTION.fullmatch(_ALARM.sub("", composite.rule)) is None:
        return False
    named = {"".join(parts) for parts in _ALARM.findall(composite.rule)}
    return not named.isdisjoint({alarm.name, alarm.arn})
