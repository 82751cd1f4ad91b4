"""Facts about Amazon EventBridge rules: which events they match, and what they send them to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Resource, Unreadable
from rules.facts import alert_destinations
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.facts.alert_destinations import Destination

RULE = "arn:{partition}:events:{region}:{account}:rule/*"

DEFAULT_BUS = "default"
"""The bus that AWS services send their events to."""

ENABLED = frozenset({"ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"})
"""
The states of rules that work; the second also takes calls that only read (EventBridge API, RuleState).
"""


@dataclass(frozen=True)
class EventRule:
    """A rule with an event pattern that the account made itself, and its targets."""

    name: str
    arn: str
    bus: str
    state: str
    pattern: Mapping[str, Any]
    targets: tuple[Destination, ...]

    @property
    def enabled(self) -> bool:
        """Whether the rule works."""
        return self.state in ENABLED


@reads(
    Action("events:ListRules"),
    Action("events:ListTargetsByRule", RULE),
    uses=(alert_destinations.destination,),
)
def rules_of_bus(aws: Aws, bus: str) -> tuple[EventRule | Unreadable, ...]:
    """
    Return the rules of an event bus that match events, none for a bus that does not exist.

    Those that AWS services manage are left out: archives, schema discovery and the like match every event, and tell
    nobody.
    """
    try:
        pages = list(aws.client("events").get_paginator("list_rules").paginate(EventBusName=bus))
    except ClientError as error:
        # The default bus is always there.
        if error_code(error) == "ResourceNotFoundException" and bus != DEFAULT_BUS:
            return ()
        raise
    own = [rule for page in pages for rule in page["Rules"] if "EventPattern" in rule and "ManagedBy" not in rule]
    return aws.read_each(
        own,
        lambda rule: Resource("AWS::Events::Rule", rule["Name"], rule["Name"], rule["Arn"]),
        lambda rule: _rule(aws, bus, rule),
        gone=("ResourceNotFoundException",),
    )


@reads(uses=(rules_of_bus,))
def event_rules(aws: Aws) -> tuple[EventRule | Unreadable, ...]:
    """Return the rules of the default bus, and of the buses of this account and Region that these forward to."""
    found: list[EventRule | Unreadable] = []
    buses = [DEFAULT_BUS]
    for bus in buses:
        rules = rules_of_bus(aws, bus)
        found.extend(rules)
        for rule in rules:
            if isinstance(rule, EventRule):
                targets = (bus_name(target.arn, aws.arn("events", "event-bus/")) for target in rule.targets)
                buses.extend(name for name in dict.fromkeys(targets) if name and name not in buses)
    return tuple(found)


def bus_name(arn: str, buses: str) -> str | None:
    """Return the name of the event bus that an ARN names, None unless it begins with `buses`, where those here are."""
    return arn.removeprefix(buses) if arn.startswith(buses) else None


def _rule(aws: Aws, bus: str, rule: Mapping[str, Any]) -> EventRule:
    pages = aws.client("events").get_paginator("list_targets_by_rule").paginate(Rule=rule["Name"], EventBusName=bus)
    return EventRule(
        name=rule["Name"],
        arn=rule["Arn"],
        bus=bus,
        state=rule["State"],
        pattern=json.loads(rule["EventPattern"]),
        targets=tuple(
            replace(alert_destinations.destination(aws, target["Arn"]), role_arn=target.get("RoleArn"))
            for page in pages
            for target in page["Targets"]
        ),
    )
