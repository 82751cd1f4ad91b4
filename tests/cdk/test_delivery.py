import importlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from cdk.alert_settings import AlertSettings
from cdk.settings import Settings
from rules.engine.duties import Severity
from tests.cdk.conftest import Synthesise, Template
from tests.cdk.example_rules import RULES, ExampleLogKept, statements_of
from tests.cdk.test_role import NAMING_NOTHING, NEWER_THAN_THE_DATA
from tests.cdk.test_stack import DELIVERY, resources

pytestmark = pytest.mark.slow

by_name = pytest.mark.parametrize("name", DELIVERY)


def find(template: Template, kind: str, **members: object) -> tuple[str, Mapping[str, Any]]:
    """Return the one resource of a kind that has these properties: its logical id and all of its properties."""
    ((name, properties),) = [
        (name, found["Properties"])
        for name, found in resources(template, kind).items()
        if all(found["Properties"].get(key) == value for key, value in members.items())
    ]
    return name, properties


def logical(template: Template, kind: str, **members: object) -> str:
    return find(template, kind, **members)[0]


def topic(template: Template) -> dict[str, str]:
    return {"Ref": logical(template, "AWS::SNS::Topic", TopicName="ai-config-alerts")}


def function(template: Template, name: str) -> Mapping[str, Any]:
    return find(template, "AWS::Lambda::Function", FunctionName=name)[1]


def granted(template: Template, name: str) -> dict[str, list[str]]:
    """Return the resources that a function's role allows each action on, as JSON."""
    role = template["Resources"][function(template, name)["Role"]["Fn::GetAtt"][0]]
    found: dict[str, list[str]] = {}
    for statement in statements_of(role):
        for action in statement["Action"]:
            found.setdefault(action, []).extend(json.dumps(one) for one in statement["Resource"])
    return found


@by_name
def test_the_handlers_can_be_imported(template: Template, name: str) -> None:
    module, _, handler = function(template, name)["Handler"].rpartition(".")

    assert callable(getattr(importlib.import_module(module), handler))


@by_name
def test_environments_fit(template: Template, name: str) -> None:
    variables = function(template, name)["Environment"]["Variables"]

    assert variables["ACCOUNT_ID"] == {"Ref": "AWS::AccountId"}
    assert len(json.dumps(variables)) < 4096


def every_statement(template: Template) -> Iterator[tuple[str, str, object]]:
    """Yield (role, action, resource) of every statement of every role."""
    for name, role in resources(template, "AWS::IAM::Role").items():
        for statement in statements_of(role):
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    yield name, action, resource


def test_no_role_has_a_wildcard_resource_where_aws_knows_a_narrower_one(template: Template) -> None:
    seen = {}
    for role, action, resource in every_statement(template):
        service, _, operation = action.partition(":")
        rows = (get_action_data(service, operation) or {}).get(service, [])
        formats = {row["resource_arn_format"] for row in rows} | NEWER_THAN_THE_DATA.get(action, set())
        assert formats, f"{role}: the Service Authorization Reference has no action {action}"
        seen[action] = formats
        if resource == "*" and action not in NAMING_NOTHING:
            assert "*" in formats, f"{role}: {action} can be granted on {formats}"
    assert len(seen) > 50


def test_each_delivering_function_may_do_its_own_work_and_no_more(template: Template) -> None:
    actions = {name: sorted(granted(template, name)) for name in DELIVERY}

    logs = ["logs:CreateLogStream", "logs:PutLogEvents"]
    queue = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    publish = ["kms:Decrypt", "kms:GenerateDataKey", "sns:Publish"]
    principals = ["iam:ListRoles", "iam:ListUsers"]
    hub = ["securityhub:BatchImportFindings", "securityhub:GetFindings", *principals]
    pack = ["config:DescribeConformancePackCompliance", "config:DescribeConformancePackStatus"]
    assert actions == {
        "ai-config-forwarder": sorted([*logs, *hub, *queue]),
        "ai-config-alerter": sorted([*logs, *publish, *queue, *principals]),
        "ai-config-reconciler": sorted(
            [*logs, *hub, *pack, "config:GetComplianceDetailsByConfigRule", "sqs:SendMessage"]
        ),
        "ai-config-watchdog": sorted(
            [
                *logs,
                *pack,
                *publish,
                "cloudwatch:GetMetricData",
                "config:DescribeConfigRuleEvaluationStatus",
                "config:DescribeConfigurationRecorderStatus",
                "lambda:GetFunctionConfiguration",
                "logs:DescribeLogGroups",
                "sqs:GetQueueAttributes",
                "sqs:SendMessage",
            ]
        ),
    }
    assert granted(template, "ai-config-alerter")["sns:Publish"] == [json.dumps(topic(template))]


class TestQueues:
    def test_findings_come_in_batches_and_go_back_one_by_one(self, template: Template) -> None:
        queue, properties = find(template, "AWS::SQS::Queue", QueueName="ai-config-findings")
        forwarder = logical(template, "AWS::Lambda::Function", FunctionName="ai-config-forwarder")
        _, mapping = find(template, "AWS::Lambda::EventSourceMapping", FunctionName={"Ref": forwarder})

        assert properties["RedrivePolicy"] == {
            "deadLetterTargetArn": {"Fn::GetAtt": ["Failures", "Arn"]},
            "maxReceiveCount": 5,
        }
        assert properties["VisibilityTimeout"] == 6 * function(template, "ai-config-forwarder")["Timeout"]
        assert properties["SqsManagedSseEnabled"] is True
        assert mapping["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}
        assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (100, 30)
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}

    def test_alerts_are_told_once_and_in_order(self, template: Template) -> None:
        queue, properties = find(template, "AWS::SQS::Queue", QueueName="ai-config-alerts.fifo")
        own, failures = find(template, "AWS::SQS::Queue", QueueName="ai-config-alerts-failures.fifo")
        _, rule = find(template, "AWS::Events::Rule", Name="ai-config-alerts")

        assert properties["ContentBasedDeduplication"] is failures["FifoQueue"] is True
        assert properties["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [own, "Arn"]}
        (target,) = rule["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": [queue, "Arn"]}
        assert target["SqsParameters"] == {"MessageGroupId": "changes"}
        _, alarm = find(template, "AWS::CloudWatch::Alarm", AlarmName="ai-config-alerts-failures")
        assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": [own, "QueueName"]}}]

    @pytest.mark.parametrize("name", ["ai-config-findings", "ai-config-alerts"])
    def test_only_its_own_rule_fills_a_queue(self, template: Template, name: str) -> None:
        _, rule = find(template, "AWS::Events::Rule", Name=name)
        queue = rule["Targets"][0]["Arn"]["Fn::GetAtt"][0]
        _, policy = find(template, "AWS::SQS::QueuePolicy", Queues=[{"Ref": queue}])

        deny, allow = policy["PolicyDocument"]["Statement"]
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert allow["Condition"]["ArnLike"] == {
            "aws:SourceArn": {
                "Fn::Sub": f"arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{name}"
            }
        }
        assert rule["EventPattern"]["detail-type"] == ["Config Rules Compliance Change"]
        assert rule["Targets"][0]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["Failures", "Arn"]}}


class TestTopic:
    def test_only_alarms_of_the_stack_publish_besides_its_functions(self, template: Template) -> None:
        _, policy = find(template, "AWS::SNS::TopicPolicy")
        allow, deny = policy["PolicyDocument"]["Statement"]

        assert policy["Topics"] == [topic(template)]
        assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert allow["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            "ArnLike": {
                "aws:SourceArn": {
                    "Fn::Sub": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:ai-config-*"
                }
            },
        }
        assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})

    def test_its_key_rotates_and_serves_cloudwatch_of_this_account(self, template: Template) -> None:
        key, properties = find(template, "AWS::KMS::Key")
        root, cloudwatch = properties["KeyPolicy"]["Statement"]

        assert properties["EnableKeyRotation"] is True
        assert find(template, "AWS::SNS::Topic")[1]["KmsMasterKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
        assert root["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
        assert cloudwatch["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert cloudwatch["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
        assert cloudwatch["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}

    def test_every_alarm_speaks_to_it(self, template: Template) -> None:
        alarms = resources(template, "AWS::CloudWatch::Alarm")

        assert {
            name for name, alarm in alarms.items() if alarm["Properties"]["AlarmActions"] != [topic(template)]
        } == set()
        functions = resources(template, "AWS::Lambda::Function")
        assert len(alarms) == len(functions) + 3  # two queues of failures, and the watchdog's silence


def test_the_watchdog_is_missed_when_it_does_not_run(template: Template) -> None:
    watchdog = logical(template, "AWS::Lambda::Function", FunctionName="ai-config-watchdog")
    _, alarm = find(template, "AWS::CloudWatch::Alarm", AlarmName="ai-config-watchdog-silent")
    _, schedule = find(template, "AWS::Events::Rule", Name="ai-config-watchdog")

    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": watchdog}}]
    assert (alarm["MetricName"], alarm["TreatMissingData"], alarm["Period"]) == ("Invocations", "breaching", 3600)
    assert alarm["EvaluationPeriods"] == alarm["DatapointsToAlarm"] == 24
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert schedule["ScheduleExpression"] == "rate(12 hours)"
    permissions = [
        one["Properties"]
        for one in resources(template, "AWS::Lambda::Permission").values()
        if one["Properties"]["FunctionName"] == {"Ref": watchdog}
    ]
    assert [one["Principal"] for one in permissions] == ["events.amazonaws.com"] * 2
    assert [one["SourceArn"] for one in permissions] == [
        {"Fn::GetAtt": [logical(template, "AWS::Events::Rule", Name=name), "Arn"]}
        for name in ("ai-config-watchdog", "ai-config-watchdog-deployed")
    ]


def test_the_watchdog_looks_as_soon_as_the_stack_is_deployed(template: Template) -> None:
    _, rule = find(template, "AWS::Events::Rule", Name="ai-config-watchdog-deployed")

    assert rule["EventPattern"]["detail"] == {
        "stack-id": [{"Ref": "AWS::StackId"}],
        "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
    }


def test_the_watchdog_knows_what_has_to_run(template: Template) -> None:
    variables = function(template, "ai-config-watchdog")["Environment"]["Variables"]

    assert "example-log-kept" in variables["RULES"].split(",")
    assert variables["DAILY"] == "reconciler"
    assert variables["FAILURES_URL"] == {"Ref": "Failures"}


def test_findings_are_reconciled_long_before_they_expire(template: Template) -> None:
    assert find(template, "AWS::Events::Rule", Name="ai-config-reconciler")[1]["ScheduleExpression"] == "rate(1 day)"


def test_what_is_switched_off_is_not_there(synthesise: Synthesise) -> None:
    quiet = Settings(rules=RULES, security_hub=False, alerts=AlertSettings(minimum_severity=None))

    template = synthesise(quiet)["ai-config"]

    names = [one["Properties"]["FunctionName"] for one in resources(template, "AWS::Lambda::Function").values()]
    assert [name for name in names if name in DELIVERY] == ["ai-config-watchdog"]
    assert "securityhub" not in json.dumps(template)
    assert list(resources(template, "AWS::SQS::Queue")) == ["Failures"]
    assert function(template, "ai-config-watchdog")["Environment"]["Variables"]["DAILY"] == "-"


def test_addresses_and_endpoints_are_subscribed(synthesise: Synthesise) -> None:
    alerts = AlertSettings(Severity.LOW, ("security@example.com", "on-call@example.com"), ("https://example.com/hook",))

    template = synthesise(Settings(rules=(ExampleLogKept,), alerts=alerts))["ai-config"]

    subscriptions = [one["Properties"] for one in resources(template, "AWS::SNS::Subscription").values()]
    assert [(one["Protocol"], one["Endpoint"]) for one in subscriptions] == [
        ("email", "security@example.com"),
        ("email", "on-call@example.com"),
        ("https", "https://example.com/hook"),
    ]
    assert all(one["TopicArn"] == topic(template) for one in subscriptions)
    assert function(template, "ai-config-alerter")["Environment"]["Variables"]["MINIMUM_SEVERITY"] == "LOW"
