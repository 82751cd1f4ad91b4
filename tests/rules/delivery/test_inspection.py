"""What AWS answers of each part of a stack, in the shapes of its service models."""

from dataclasses import replace
from typing import Any

import pytest

from rules.delivery.blueprint import Blueprint, Place
from rules.delivery.inspection import (
    ACTIONS,
    EVENT_RULE_ACTIONS,
    FUNCTION_ACTIONS,
    QUEUE_ACTIONS,
    SUBSCRIPTION_ACTION,
    SUBSCRIPTIONS_ACTION,
    Alarm,
    DeployedRule,
    EventRule,
    EventSource,
    FunctionSettings,
    Queue,
    Seen,
    Subscriptions,
    inspect,
)
from rules.engine.aws import Aws
from tests.rules.delivery.stubs import Stubs

RULE = "bedrock-log-group-protected"
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
TOPIC = ARN.format("sns", "ai-config-alerts")
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/{}"
ALERTING = Blueprint(
    prefix="ai-config",
    place=Place("aws", "us-east-1", "123456789012"),
    rules={},
    managed="",
    daily=(),
    told_from="HIGH",
    subscribers=1,
)
"""A stack of two functions, an alerter and a watchdog, and of one queue that invokes one."""


def seen_of(here: Aws, part: str, blueprint: Blueprint = ALERTING) -> Any:
    """Return what was seen of one part; the others fail, as nothing answers for them."""
    seen = inspect(here, blueprint)
    assert getattr(seen, part) is not None, seen.unknown
    return getattr(seen, part)


CONFIGURATION = {
    "Handler": "rules.delivery.alerter.handler",
    "Runtime": "python3.13",
    "CodeSha256": "c29kZQ==",
    "Role": "arn:aws:iam::123456789012:role/path/alerter",
}
SETTINGS = FunctionSettings(
    "ai-config-alerter", "rules.delivery.alerter.handler", "python3.13", "c29kZQ==", "alerter", variables={}
)


@pytest.mark.parametrize(
    ("configuration", "concurrency", "settings"),
    [
        pytest.param(CONFIGURATION, {}, SETTINGS, id="the least"),
        pytest.param(
            {**CONFIGURATION, "Layers": [{"Arn": "layer-1"}, {"Arn": "layer-2"}]},
            {"ReservedConcurrentExecutions": 0},
            replace(SETTINGS, layers=("layer-1", "layer-2"), concurrency=0),
            id="layers, and nothing reserved for it",
        ),
        pytest.param(
            {**CONFIGURATION, "Environment": {"Variables": {"A": "b"}}},
            {"ReservedConcurrentExecutions": 5},
            replace(SETTINGS, variables={"A": "b"}, concurrency=5),
            id="variables",
        ),
        pytest.param(
            {**CONFIGURATION, "Environment": {"Error": {"ErrorCode": "AccessDenied", "Message": "No."}}},
            {},
            replace(SETTINGS, variables=None),
            id="variables behind a key",
        ),
    ],
)
def test_sees_functions(
    here: Aws,
    stubs: Stubs,
    configuration: dict[str, Any],
    concurrency: dict[str, Any],
    settings: FunctionSettings,
) -> None:
    name = "ai-config-alerter"
    stubs.answer("lambda", "get_function_configuration", configuration, FunctionName=name)
    stubs.answer("lambda", "get_function_concurrency", concurrency, FunctionName=name)
    stubs.refuse("lambda", "get_function_configuration", "ResourceNotFoundException")

    assert seen_of(here, "functions") == {name: settings}


def of_config(**members: Any) -> dict[str, Any]:
    """Return what DescribeConfigRules answers of a rule."""
    rule = {
        "ConfigRuleName": f"{RULE}-conformance-pack-x",
        "ConfigRuleState": "ACTIVE",
        "Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": "arn"},
    }
    return rule | members


BARE = DeployedRule(RULE, "ACTIVE", "CUSTOM_LAMBDA", "arn", {}, {}, frozenset())


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        pytest.param({}, BARE, id="the least"),
        pytest.param(
            {"InputParameters": '{"minDays": "90"}'}, replace(BARE, parameters={"minDays": "90"}), id="parameters"
        ),
        pytest.param({"ConfigRuleState": "DELETING"}, replace(BARE, state="DELETING"), id="being deleted"),
        pytest.param(
            {"Scope": {"ComplianceResourceTypes": [], "TagKey": "stage"}},
            replace(BARE, scope={"TagKey": "stage"}),
            id="a scope with an empty member",
        ),
        pytest.param(
            {
                "Source": {
                    "Owner": "AWS",
                    "SourceIdentifier": "S3_BUCKET_SSL_REQUESTS_ONLY",
                    "SourceDetails": [
                        {"MessageType": "ScheduledNotification", "MaximumExecutionFrequency": "TwentyFour_Hours"},
                        {"MessageType": "ConfigurationItemChangeNotification"},
                        {"EventSource": "aws.config"},
                    ],
                }
            },
            replace(
                BARE,
                owner="AWS",
                identifier="S3_BUCKET_SSL_REQUESTS_ONLY",
                triggers=frozenset(
                    {
                        ("ScheduledNotification", "TwentyFour_Hours"),
                        ("ConfigurationItemChangeNotification", None),
                        ("", None),
                    }
                ),
            ),
            id="triggers",
        ),
        pytest.param({"ConfigRuleName": "elsewhere"}, replace(BARE, name="elsewhere"), id="a name without a suffix"),
    ],
)
def test_sees_rules(here: Aws, stubs: Stubs, members: dict[str, Any], rule: DeployedRule) -> None:
    stubs.pack("any")
    stubs.answer("config", "describe_config_rules", {"ConfigRules": [of_config(**members)]}, ConfigRuleNames=["any"])

    assert seen_of(here, "rules") == (rule,)


def test_asks_for_25_rules_at_a_time(here: Aws, stubs: Stubs) -> None:
    names = [f"rule-{number:02}" for number in range(26)]
    stubs.pack(*reversed(names))
    for asked in (names[:25], names[25:]):
        rules = [of_config(ConfigRuleName=name) for name in asked]
        stubs.answer("config", "describe_config_rules", {"ConfigRules": rules}, ConfigRuleNames=asked)

    assert [rule.name for rule in seen_of(here, "rules")] == names


def test_does_not_look_at_rules_of_a_pack_that_is_not_deployed(here: Aws, stubs: Stubs) -> None:
    stubs.state("CREATE_IN_PROGRESS")

    seen = inspect(here, ALERTING)

    assert seen.rules is None
    assert not any("rules are" in sentence and "event" not in sentence for sentence in seen.unknown)


def test_a_pack_that_fails_in_between_is_named(here: Aws, stubs: Stubs) -> None:
    stubs.state("UPDATE_COMPLETE")
    stubs.state("UPDATE_FAILED")

    assert "The conformance pack ai-config is UPDATE_FAILED." in inspect(here, ALERTING).unknown


SOURCE = {"EventSourceArn": ARN.format("sqs", "q"), "State": "Enabled"}


@pytest.mark.parametrize(
    ("mapping", "source"),
    [
        pytest.param(SOURCE, EventSource(SOURCE["EventSourceArn"], "Enabled"), id="unfiltered"),
        pytest.param(
            {**SOURCE, "FilterCriteria": {}}, EventSource(SOURCE["EventSourceArn"], "Enabled"), id="no criteria"
        ),
        pytest.param(
            {**SOURCE, "FilterCriteria": {"Filters": []}},
            EventSource(SOURCE["EventSourceArn"], "Enabled"),
            id="criteria without a filter",
        ),
        pytest.param(
            {**SOURCE, "State": "Disabled", "FilterCriteria": {"Filters": [{"Pattern": "{}"}]}},
            EventSource(SOURCE["EventSourceArn"], "Disabled", filtered=True),
            id="filtered and disabled",
        ),
    ],
)
def test_sees_mappings_of_every_page(here: Aws, stubs: Stubs, mapping: dict[str, Any], source: EventSource) -> None:
    function = "ai-config-alerter"
    operation = "list_event_source_mappings"
    other = {"EventSourceArn": "other", "State": "Creating"}
    stubs.refuse("lambda", "get_function_configuration", "AccessDenied")
    stubs.answer("lambda", operation, {"EventSourceMappings": [mapping], "NextMarker": "more"}, FunctionName=function)
    stubs.answer("lambda", operation, {"EventSourceMappings": [other]}, FunctionName=function, Marker="more")

    assert seen_of(here, "mappings") == {function: (source, EventSource("other", "Creating"))}


def test_a_function_that_is_gone_has_no_mappings(here: Aws, stubs: Stubs) -> None:
    stubs.refuse("lambda", "get_function_configuration", "AccessDenied")
    stubs.refuse("lambda", "list_event_source_mappings", "ResourceNotFoundException")

    assert seen_of(here, "mappings") == {"ai-config-alerter": ()}


@pytest.mark.parametrize(
    ("described", "targets", "rule"),
    [
        pytest.param(
            {"EventPattern": '{"source": ["aws.config"]}'},
            [{"Id": "1", "Arn": "a"}, {"Id": "2", "Arn": "b", "InputPath": "$.detail"}],
            EventRule("ai-config-alerts", "ENABLED", {"source": ["aws.config"]}, None, ("a", "b"), ("b",)),
            id="a pattern, and a target that gets a part",
        ),
        pytest.param(
            {"State": "DISABLED", "ScheduleExpression": "rate(1 day)"},
            [
                {"Id": "1", "Arn": "a", "Input": "{}"},
                {"Id": "2", "Arn": "b", "InputTransformer": {"InputTemplate": "{}"}},
            ],
            EventRule("ai-config-alerts", "DISABLED", None, "rate(1 day)", ("a", "b"), ("a", "b")),
            id="a schedule, and targets that get something else",
        ),
        pytest.param(
            {"EventPattern": "", "ScheduleExpression": ""},
            [{"Id": "1", "Arn": "a", "Input": ""}, {"Id": "2", "Arn": "b"}],
            EventRule("ai-config-alerts", "ENABLED", None, None, ("a", "b")),
            id="empty texts",
        ),
    ],
)
def test_sees_event_rules(
    here: Aws, stubs: Stubs, described: dict[str, Any], targets: list[dict[str, Any]], rule: EventRule
) -> None:
    stubs.answer("events", "describe_rule", {"State": "ENABLED", **described}, Name="ai-config-alerts")
    stubs.answer("events", "list_targets_by_rule", {"Targets": targets[:1], "NextToken": "t"}, Rule="ai-config-alerts")
    stubs.answer("events", "list_targets_by_rule", {"Targets": targets[1:]}, Rule="ai-config-alerts", NextToken="t")
    for _ in range(2):
        stubs.refuse("events", "describe_rule", "ResourceNotFoundException")

    assert seen_of(here, "event_rules") == {"ai-config-alerts": rule}


KEEPING = {"MessageRetentionPeriod": "1209600"}


@pytest.mark.parametrize(
    ("attributes", "queue"),
    [
        pytest.param(KEEPING, Queue("ai-config-failures", "", {}, 1209600), id="the least"),
        pytest.param(
            {**KEEPING, "RedrivePolicy": "", "Policy": "", "DelaySeconds": ""},
            Queue("ai-config-failures", "", {}, 1209600),
            id="empty attributes",
        ),
        pytest.param(
            {
                "MessageRetentionPeriod": "60",
                "RedrivePolicy": '{"deadLetterTargetArn": "dead", "maxReceiveCount": 5}',
                "Policy": '{"Statement": []}',
                "DelaySeconds": "900",
            },
            Queue("ai-config-failures", "dead", {"Statement": []}, 60, 900),
            id="everything",
        ),
    ],
)
@pytest.mark.parametrize("absent", ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"])
def test_sees_queues(here: Aws, stubs: Stubs, attributes: dict[str, str], queue: Queue, absent: str) -> None:
    name = "ai-config-failures"
    stubs.refuse("sqs", "get_queue_url", absent)
    stubs.answer("sqs", "get_queue_url", {"QueueUrl": URL.format(name)}, QueueName=name)
    stubs.answer(
        "sqs",
        "get_queue_attributes",
        {"Attributes": attributes},
        QueueUrl=URL.format(name),
        AttributeNames=["RedrivePolicy", "Policy", "MessageRetentionPeriod", "DelaySeconds"],
    )
    stubs.refuse("sqs", "get_queue_url", absent)

    assert seen_of(here, "queues") == {name: queue}


def test_a_queue_that_does_not_say_how_long_it_keeps_is_not_understood(here: Aws, stubs: Stubs) -> None:
    stubs.answer("sqs", "get_queue_url", {"QueueUrl": URL.format("ai-config-alerts.fifo")})
    stubs.answer("sqs", "get_queue_attributes", {})

    seen = inspect(here, ALERTING)

    assert seen.queues is None
    assert any(one.startswith("What the stack's queues are could not be read: ") for one in seen.unknown)


ERRORS = "ai-config-alerter-errors"


@pytest.mark.parametrize(
    ("members", "speaks_to"),
    [
        pytest.param({"ActionsEnabled": True, "AlarmActions": [TOPIC]}, (TOPIC,), id="heard"),
        pytest.param({"ActionsEnabled": False, "AlarmActions": [TOPIC]}, (), id="switched off"),
        pytest.param({"AlarmActions": [TOPIC]}, (), id="of which nothing is said"),
        pytest.param({"ActionsEnabled": True}, (), id="without actions"),
    ],
)
def test_sees_alarms(here: Aws, stubs: Stubs, members: dict[str, Any], speaks_to: tuple[str, ...]) -> None:
    one, other = {"AlarmName": ERRORS, **members}, {"AlarmName": "other"}
    names = [plan.name for plan in ALERTING.alarms()]
    stubs.answer("cloudwatch", "describe_alarms", {"MetricAlarms": [one], "NextToken": "t"}, AlarmNames=names)
    stubs.answer("cloudwatch", "describe_alarms", {"MetricAlarms": [other]}, AlarmNames=names, NextToken="t")

    assert seen_of(here, "alarms") == {ERRORS: Alarm(ERRORS, speaks_to, one), "other": Alarm("other", (), other)}


def test_asks_for_100_alarms_at_a_time(here: Aws, stubs: Stubs) -> None:
    many = replace(ALERTING, daily=tuple(f"daily-{number}" for number in range(96)))
    names = [plan.name for plan in many.alarms()]
    assert len(names) == 101
    for asked in (names[:100], names[100:]):
        stubs.answer("cloudwatch", "describe_alarms", {"MetricAlarms": []}, AlarmNames=asked)

    assert seen_of(here, "alarms", many) == {}


@pytest.mark.parametrize(
    ("attributes", "subscriptions"),
    [
        pytest.param([], Subscriptions(0), id="none"),
        pytest.param([{}, {"PendingConfirmation": "false"}], Subscriptions(2), id="two"),
        pytest.param([{}, {"PendingConfirmation": "true"}], Subscriptions(1), id="one that is not confirmed"),
        pytest.param(
            [{"FilterPolicy": '{"a": ["b"]}'}, {"FilterPolicy": ""}, {}], Subscriptions(3, 1), id="one that is filtered"
        ),
    ],
)
def test_sees_subscriptions(
    here: Aws, stubs: Stubs, attributes: list[dict[str, str]], subscriptions: Subscriptions
) -> None:
    arns = [f"{TOPIC}:{number}" for number in range(len(attributes))]
    listed = [{"SubscriptionArn": arn} for arn in ("PendingConfirmation", *arns, "Deleted")]
    operation = "list_subscriptions_by_topic"
    stubs.answer("sns", operation, {"Subscriptions": listed[:2], "NextToken": "t"}, TopicArn=TOPIC)
    stubs.answer("sns", operation, {"Subscriptions": listed[2:]}, TopicArn=TOPIC, NextToken="t")
    for arn, found in zip(arns, attributes, strict=True):
        stubs.answer("sns", "get_subscription_attributes", {"Attributes": found}, SubscriptionArn=arn)

    assert seen_of(here, "subscriptions") == subscriptions


@pytest.mark.usefixtures("stubs")
def test_does_not_look_at_subscriptions_that_the_settings_do_not_name(here: Aws) -> None:
    seen = inspect(here, replace(ALERTING, subscribers=0))

    assert seen.subscriptions is None
    assert not any("subscriptions" in sentence for sentence in seen.unknown)


def test_every_part_that_cannot_be_read_is_named(here: Aws, stubs: Stubs) -> None:
    for service, operation in (
        ("lambda", "get_function_configuration"),
        ("config", "describe_conformance_pack_status"),
        ("lambda", "list_event_source_mappings"),
        ("events", "describe_rule"),
        ("sqs", "get_queue_url"),
        ("cloudwatch", "describe_alarms"),
        ("sns", "list_subscriptions_by_topic"),
    ):
        stubs.refuse(service, operation, "AccessDenied")

    def unread(part: str, operation: str) -> str:
        return f"What the stack's {part} are could not be read: AccessDenied: {operation}: No."

    assert inspect(here, ALERTING) == Seen(
        unknown=(
            unread("functions", "GetFunctionConfiguration"),
            "The conformance pack ai-config: AccessDenied: DescribeConformancePackStatus: No.",
            unread("mappings", "ListEventSourceMappings"),
            unread("event rules", "DescribeRule"),
            unread("queues", "GetQueueUrl"),
            unread("alarms", "DescribeAlarms"),
            unread("subscriptions", "ListSubscriptionsByTopic"),
        )
    )


def test_a_topic_that_is_not_there_is_not_understood(here: Aws, stubs: Stubs) -> None:
    stubs.refuse("sns", "list_subscriptions_by_topic", "NotFound")

    assert inspect(here, ALERTING).unknown[-1].startswith("What the stack's subscriptions are could not be read: ")


def test_needs_three_actions_on_everything() -> None:
    assert {(action.name, action.resource) for action in ACTIONS} == {
        ("config:DescribeConfigRules", "*"),
        ("lambda:ListEventSourceMappings", "*"),
        ("cloudwatch:DescribeAlarms", "arn:{partition}:cloudwatch:{region}:{account}:alarm:*"),
    }


def test_needs_further_actions_on_parts_of_the_stack() -> None:
    assert FUNCTION_ACTIONS == ("lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration")
    assert QUEUE_ACTIONS == ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")
    assert EVENT_RULE_ACTIONS == ("events:DescribeRule", "events:ListTargetsByRule")
    assert (SUBSCRIPTIONS_ACTION, SUBSCRIPTION_ACTION) == (
        "sns:ListSubscriptionsByTopic",
        "sns:GetSubscriptionAttributes",
    )
