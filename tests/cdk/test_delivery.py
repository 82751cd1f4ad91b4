import dataclasses
import importlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from cdk.alert_settings import AlertSettings
from cdk.blueprint import deployed_blueprint
from cdk.bundle import Bundle
from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from cdk.organization_settings import Organization
from cdk.pack import deployed_pack
from cdk.settings import Settings
from rules.delivery.blueprint import Blueprint, Place, managed_digest, parameters_digest, triggers_of
from rules.engine.catalogue import all_rules, rule_by_id
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
                "cloudwatch:DescribeAlarms",
                "cloudwatch:GetMetricData",
                "config:DescribeConfigRuleEvaluationStatus",
                "config:DescribeConfigRules",
                "config:DescribeConfigurationRecorderStatus",
                "config:DescribeConfigurationRecorders",
                "config:GetComplianceDetailsByConfigRule",
                "events:DescribeRule",
                "events:ListTargetsByRule",
                "lambda:GetFunctionConcurrency",
                "lambda:GetFunctionConfiguration",
                "lambda:ListEventSourceMappings",
                "logs:DescribeLogGroups",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
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

    names = [one.partition("=")[0] for one in variables["RULES"].split(",")]
    every: tuple[Any, ...] = (*RULES, *all_rules())
    assert names == [rule.id for rule in every]
    assert variables["DAILY"] == "reconciler"
    assert variables["MINIMUM_SEVERITY"] == "HIGH"


PLACE = Place("aws", "us-east-1", "123456789012")
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "123456789012"}


EVERYTHING = Settings(
    rules=all_rules(),
    managed=ManagedChoice(GROUPS),
    alerts=AlertSettings(emails=("security@example.com",)),
    parameters={"bedrock-model-cmk-encrypted": {"requireRotation": "false"}},
)


@pytest.fixture(scope="module")
def stack(synthesise: Synthesise) -> Template:
    return synthesise(EVERYTHING)["ai-config"]


@pytest.fixture(scope="module")
def blueprint() -> Blueprint:
    return deployed_blueprint(EVERYTHING, PLACE)


class TestBlueprint:
    """The watchdog and the terminal compare the account with this; so it has to be what the stack really is."""

    def test_has_every_function(self, stack: Template, blueprint: Blueprint) -> None:
        found = {
            one["FunctionName"]: (one["Handler"], resolved(stack, one.get("Environment", {}).get("Variables", {})))
            for one in properties(stack, "AWS::Lambda::Function")
        }

        assert found == {plan.name: (plan.handler, plan.variables) for plan in blueprint.functions()}
        assert set(found) == set(blueprint.function_names)

    def test_has_every_queue_with_its_mapping(self, stack: Template, blueprint: Blueprint) -> None:
        mappings = {
            (resolved(stack, one["EventSourceArn"]), resolved(stack, one["FunctionName"]))
            for one in properties(stack, "AWS::Lambda::EventSourceMapping")
        }
        dead_letters = {
            one["QueueName"]: resolved(stack, one["RedrivePolicy"]["deadLetterTargetArn"])
            for one in properties(stack, "AWS::SQS::Queue")
            if "RedrivePolicy" in one
        }
        ends = {one["QueueName"] for one in properties(stack, "AWS::SQS::Queue") if "RedrivePolicy" not in one}

        assert mappings == {(blueprint.queue_arn(queue.name), queue.function) for queue in blueprint.queues()}
        assert dead_letters == {queue.name: blueprint.queue_arn(queue.dead_letters) for queue in blueprint.queues()}
        assert ends == set(blueprint.failures)

    def test_has_every_event_rule(self, stack: Template, blueprint: Blueprint) -> None:
        found = {one["Name"]: one for one in properties(stack, "AWS::Events::Rule")}

        assert set(found) == {plan.name for plan in blueprint.event_rules()}
        for plan in blueprint.event_rules():
            (target,) = found[plan.name]["Targets"]
            assert resolved(stack, target["Arn"]) == plan.target
            assert found[plan.name].get("ScheduleExpression") == plan.schedule
            assert plan.pattern is None or found[plan.name]["EventPattern"] == plan.pattern

    def test_has_every_alarm(self, stack: Template, blueprint: Blueprint) -> None:
        found = {one["AlarmName"]: resolved(stack, one) for one in properties(stack, "AWS::CloudWatch::Alarm")}

        assert set(found) == {plan.name for plan in blueprint.alarms()}
        for plan in blueprint.alarms():
            assert {name: found[plan.name].get(name) for name in plan.settings} == plan.settings
            assert found[plan.name]["AlarmActions"] == [blueprint.topic_arn]

    def test_knows_the_rules_of_the_pack(self, stack: Template, blueprint: Blueprint) -> None:
        [pack] = properties(stack, "AWS::Config::ConformancePack")
        rules = pack_rules(pack)
        ours = {one["ConfigRuleName"]: one for one in rules if one["Source"]["Owner"] == "CUSTOM_LAMBDA"}

        assert blueprint.rules == {
            name: parameters_digest(one.get("InputParameters", {})) for name, one in ours.items()
        }
        assert blueprint.managed == managed_digest(
            (one["ConfigRuleName"], one["Source"]["SourceIdentifier"], one.get("InputParameters", {}))
            for one in rules
            if one["Source"]["Owner"] == "AWS"
        )
        for name, one in ours.items():
            triggers = {
                (each["MessageType"], each.get("MaximumExecutionFrequency")) for each in one["Source"]["SourceDetails"]
            }
            assert triggers == triggers_of(rule_by_id(name))

    def test_a_region_of_several_has_its_own(self) -> None:
        several = dataclasses.replace(EVERYTHING, regions=("us-east-1", "eu-west-3"), global_region="us-east-1")
        here, there = (deployed_blueprint(several, Place("aws", region, "123456789012")) for region in several.regions)

        assert set(here.rules) - set(there.rules) == {rule.id for rule in all_rules() if rule.is_global}
        assert here.managed != there.managed

    def test_a_member_of_an_organization_has_what_any_region_has(self) -> None:
        organization = Organization("o-a1b2c3d4e5", "111122223333", ("r-ab12",))
        several = dataclasses.replace(
            EVERYTHING, regions=("us-east-1", "eu-west-3"), global_region="us-east-1", organization=organization
        )
        there = deployed_blueprint(several, Place("aws", "eu-west-3", "123456789012"))

        assert there.managed == deployed_blueprint(EVERYTHING, PLACE).managed
        assert set(there.rules) == {rule.id for rule in all_rules() if not rule.is_global}


def properties(template: Template, kind: str) -> Iterator[Mapping[str, Any]]:
    return (found["Properties"] for found in resources(template, kind).values())


def pack_rules(pack: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rules of a pack; a large one is beside the stack, so that it is made again from the settings."""
    template = json.loads(pack["TemplateBody"]) if "TemplateBody" in pack else deployed_pack(EVERYTHING, None)
    every = template["Resources"].values()
    return [one["Properties"] for one in every if one["Type"] == "AWS::Config::ConfigRule"]


def resolved(template: Template, value: Any) -> Any:
    """Return a value of a template as it is once deployed to the place of the examples, as far as names go."""
    if isinstance(value, list):
        return [resolved(template, one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if "Fn::Sub" in value:
        text = str(value["Fn::Sub"])
        for name, known in PSEUDO.items():
            text = text.replace(f"${{{name}}}", known)
        return text
    if "Ref" in value:
        return PSEUDO.get(value["Ref"]) or named(template, value["Ref"], "Ref")
    if "Fn::GetAtt" in value:
        return named(template, *value["Fn::GetAtt"])
    return {name: resolved(template, one) for name, one in value.items()}


def named(template: Template, logical_id: str, attribute: str) -> str:
    found = template["Resources"][logical_id]
    kind, its = found["Type"], found["Properties"]
    match kind, attribute:
        case "AWS::SNS::Topic", _:
            return PLACE.arn("sns", its["TopicName"])
        case "AWS::Lambda::Function", "Arn":
            return PLACE.arn("lambda", f"function:{its['FunctionName']}")
        case "AWS::Lambda::Function", _:
            return str(its["FunctionName"])
        case "AWS::SQS::Queue", "Arn":
            return PLACE.arn("sqs", its["QueueName"])
        case _:
            return str(its["QueueName"])


def test_findings_are_reconciled_long_before_they_expire(template: Template) -> None:
    assert find(template, "AWS::Events::Rule", Name="ai-config-reconciler")[1]["ScheduleExpression"] == "rate(1 day)"


def test_what_is_switched_off_is_not_there(synthesise: Synthesise) -> None:
    quiet = Settings(rules=RULES, security_hub=False, alerts=AlertSettings(minimum_severity=None))

    template = synthesise(quiet)["ai-config"]

    names = [one["Properties"]["FunctionName"] for one in resources(template, "AWS::Lambda::Function").values()]
    assert [name for name in names if name in DELIVERY] == ["ai-config-watchdog"]
    assert "securityhub" not in json.dumps(template)
    assert list(resources(template, "AWS::SQS::Queue")) == ["Failures"]
    variables = function(template, "ai-config-watchdog")["Environment"]["Variables"]
    assert (variables["DAILY"], variables["MINIMUM_SEVERITY"], variables["SUBSCRIBERS"]) == ("-", "-", "0")


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
    assert function(template, "ai-config-watchdog")["Environment"]["Variables"]["SUBSCRIBERS"] == "3"
    allowed = granted(template, "ai-config-watchdog")
    assert allowed["sns:ListSubscriptionsByTopic"] == [json.dumps(topic(template))]
    assert allowed["sns:GetSubscriptionAttributes"] == ['"*"']


@pytest.mark.parametrize("wanted", [True, False])
def test_cloudformation_is_asked_to_keep_the_stack(small_bundle: Bundle, *, wanted: bool) -> None:
    from cdk.app import add_stacks, new_app  # noqa: PLC0415 - starts Node

    settings = Settings(rules=(ExampleLogKept,), termination_protection=wanted)

    assert [stack.termination_protection for stack in add_stacks(new_app(), settings, small_bundle)] == [wanted]
