import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import event_rules
from rules.facts.alert_destinations import Destination
from rules.facts.event_rules import EventRule, bus_name

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:alerts"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/"
PATTERN = {"source": ["aws.bedrock"]}


@pytest.fixture
def events(account: Account) -> Any:
    return account.session().client("events")


def make(events: Any, name: str, *targets: str, bus: str = "default", state: str = "ENABLED") -> EventRule:
    """Make a rule and return what has to be read of it, of targets that are not looked at."""
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(PATTERN), State=state)
    if targets:
        listed = [{"Id": str(number), "Arn": arn} for number, arn in enumerate(targets)]
        events.put_targets(Rule=name, EventBusName=bus, Targets=listed)
    path = name if bus == "default" else f"{bus}/{name}"
    arn = f"arn:aws:events:us-east-1:123456789012:rule/{path}"
    return EventRule(name, arn, bus, state, PATTERN, tuple(Destination(each) for each in targets))


def test_an_account_without_rules_has_none(aws: Aws) -> None:
    assert event_rules.event_rules(aws) == ()


def test_reads_rules_with_their_targets(account: Account, events: Any, aws: Aws) -> None:
    account.session().client("sns").create_topic(Name="alerts")
    rule = make(events, "changes", QUEUE)
    role = "arn:aws:iam::123456789012:role/send"
    events.put_targets(Rule="changes", Targets=[{"Id": "topic", "Arn": TOPIC, "RoleArn": role}])
    idle = make(events, "idle")

    found, other = event_rules.event_rules(aws)

    assert isinstance(found, EventRule)
    queue, topic = found.targets
    assert found == replace(rule, targets=(queue, topic))
    assert queue == Destination(QUEUE)
    assert (topic.arn, topic.exists, topic.subscribers, topic.role_arn) == (TOPIC, True, 0, role)
    assert other == idle


def test_reads_what_follows_the_first_page(account: Account, events: Any, aws: Aws) -> None:
    rules = (make(events, "one", QUEUE, f"{QUEUE}-2"), make(events, "two", QUEUE))
    account.faults.page_size(1)

    assert event_rules.event_rules(aws) == rules


def test_schedules_and_rules_that_services_manage_are_left_out(aws: Aws) -> None:
    arn = "arn:aws:events:us-east-1:123456789012:rule/x"
    listed = [
        {"Name": "nightly", "Arn": arn, "State": "ENABLED", "ScheduleExpression": "rate(1 day)"},
        {
            "Name": "Schemas-events-event-bus-default",
            "Arn": arn,
            "State": "ENABLED",
            "EventPattern": '{"account": ["123456789012"]}',
            "ManagedBy": "schemas.amazonaws.com",
        },
    ]
    with Stubber(aws.client("events")) as answers:
        answers.add_response("list_rules", {"Rules": listed}, {"EventBusName": "default"})

        assert event_rules.event_rules(aws) == ()


def test_follows_rules_to_other_buses_once(events: Any, aws: Aws) -> None:
    for name in ("security", "unused"):
        events.create_event_bus(Name=name)
    first = make(events, "forward", f"{BUS}security", f"{BUS}default")
    again = make(events, "forward-again", f"{BUS}security")
    arrived = make(events, "alert", QUEUE, bus="security")
    make(events, "never", QUEUE, bus="unused")

    assert event_rules.event_rules(aws) == (first, again, arrived)


def test_a_bus_that_does_not_exist_has_no_rules(events: Any, aws: Aws) -> None:
    forward = make(events, "forward", f"{BUS}gone")

    assert event_rules.event_rules(aws) == (forward,)


def test_the_default_bus_is_always_there(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("gone", "events:ListRules"))

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        event_rules.event_rules(aws)


def test_a_rule_that_is_deleted_meanwhile_is_left_out(account: Account, events: Any, aws: Aws) -> None:
    make(events, "gone")
    kept = make(events, "kept")
    account.faults.add(Fault("gone", "events:ListTargetsByRule", resource="gone"))

    assert event_rules.event_rules(aws) == (kept,)


def test_targets_that_cannot_be_read_make_the_rule_unreadable(account: Account, events: Any, aws: Aws) -> None:
    make(events, "hidden")
    kept = make(events, "kept")
    account.faults.deny("events:ListTargetsByRule", resource="hidden")

    unreadable, readable = event_rules.event_rules(aws)

    assert isinstance(unreadable, Unreadable)
    assert (unreadable.resource.name, unreadable.code) == ("hidden", "AccessDeniedException")
    assert readable == kept


def test_rules_that_cannot_be_listed_are_no_answer(account: Account, aws: Aws) -> None:
    account.faults.deny("events:ListRules")

    with pytest.raises(ClientError, match="AccessDenied"):
        event_rules.event_rules(aws)


@pytest.mark.parametrize(
    ("state", "enabled"),
    [("ENABLED", True), ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", True), ("DISABLED", False)],
)
def test_tells_which_states_work(state: str, enabled: bool) -> None:
    assert EventRule("r", "arn", "default", state, {}, ()).enabled is enabled


def test_names_buses_of_this_account_and_region_only() -> None:
    assert bus_name(f"{BUS}security", BUS) == "security"
    assert bus_name("arn:aws:events:eu-west-1:123456789012:event-bus/security", BUS) is None


def test_declares_the_actions_that_it_uses(account: Account, events: Any, aws: Aws) -> None:
    make(events, "changes", TOPIC, "arn:aws:lambda:us-east-1:123456789012:function:respond")
    before = len(account.calls)

    event_rules.event_rules(aws)

    assert {call.action for call in list(account.calls)[before:]} == {
        action.name for action in event_rules.event_rules.actions
    }
