import importlib
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from cdk import pack
from cdk.bundle import Bundle
from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from cdk.settings import Settings
from rules.engine.catalogue import all_rules
from rules.engine.rule import Rule
from tests.cdk.conftest import Synthesise, Template
from tests.cdk.example_rules import RULES, ExampleLogKept, statements_of

pytestmark = pytest.mark.slow

DELIVERY = ("ai-config-alerter", "ai-config-forwarder", "ai-config-reconciler", "ai-config-watchdog")
EVERY_RULE: tuple[type[Rule[Any]], ...] = (*RULES, *all_rules())
by_id = pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.id)


def resources(template: Template, kind: str) -> dict[str, Mapping[str, Any]]:
    return {name: found for name, found in template["Resources"].items() if found["Type"] == kind}


def function_of(template: Template, rule: type[Rule[Any]]) -> tuple[str, Mapping[str, Any]]:
    """Return the one function of a rule: its logical id and its properties."""
    ((name, function),) = [
        (name, function["Properties"])
        for name, function in resources(template, "AWS::Lambda::Function").items()
        if function["Properties"]["FunctionName"] == f"ai-config-{rule.id}"
    ]
    return name, function


def role_of(template: Template, rule: type[Rule[Any]]) -> Mapping[str, Any]:
    _, function = function_of(template, rule)
    role: Mapping[str, Any] = template["Resources"][function["Role"]["Fn::GetAtt"][0]]
    return role


def about(template: Template, kind: str, function: str) -> Mapping[str, Any]:
    """Return the properties of the one resource of a kind that names a function."""
    ((properties),) = [
        found["Properties"]
        for found in resources(template, kind).values()
        if found["Properties"]["FunctionName"] == {"Ref": function}
    ]
    return dict(properties)


def test_there_is_one_function_per_rule_and_no_other(template: Template) -> None:
    functions = resources(template, "AWS::Lambda::Function").values()

    assert sorted(function["Properties"]["FunctionName"] for function in functions) == sorted(
        [*(f"ai-config-{rule.id}" for rule in EVERY_RULE), *DELIVERY]
    )


@by_id
def test_a_function_runs_its_rule_within_bounds(template: Template, rule: type[Rule[Any]]) -> None:
    _, function = function_of(template, rule)

    assert function["Handler"] == f"{rule.module}.handler"
    assert function["Runtime"] == "python3.14"
    assert function["Architectures"] == ["arm64"]
    assert function["Timeout"] == 600
    assert function["MemorySize"] == 512
    assert len(function["FunctionName"]) <= 64
    assert "ReservedConcurrentExecutions" not in function


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_the_handler_of_a_function_can_be_imported(template: Template, rule: type[Rule[Any]]) -> None:
    _, function = function_of(template, rule)
    module, _, name = function["Handler"].rpartition(".")

    assert callable(getattr(importlib.import_module(module), name))


@by_id
def test_a_role_allows_what_the_rule_declares_and_telling_how_it_went(
    template: Template, rule: type[Rule[Any]]
) -> None:
    role = role_of(template, rule)

    allowed = {
        (action, json.dumps(resource))
        for statement in statements_of(role)
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    log_group = template["Resources"][function_of(template, rule)[0]]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    declared = {
        (action.name, json.dumps({"Fn::Sub": pseudo} if "${" in pseudo else pseudo))
        for action in rule.actions()
        for pseudo in [
            action.resource.format(partition="${AWS::Partition}", region="${AWS::Region}", account="${AWS::AccountId}")
        ]
    }
    own = {
        ("logs:CreateLogStream", json.dumps({"Fn::GetAtt": [log_group, "Arn"]})),
        ("logs:PutLogEvents", json.dumps({"Fn::GetAtt": [log_group, "Arn"]})),
        ("sqs:SendMessage", json.dumps({"Fn::GetAtt": ["Failures", "Arn"]})),
    }
    assert allowed == declared | own
    assert all(statement["Effect"] == "Allow" for statement in statements_of(role))
    assert "ManagedPolicyArns" not in role["Properties"]


@by_id
def test_only_config_for_this_account_may_invoke(template: Template, rule: type[Rule[Any]]) -> None:
    name, _ = function_of(template, rule)

    assert about(template, "AWS::Lambda::Permission", name) == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": name},
        "Principal": "config.amazonaws.com",
        "SourceAccount": {"Ref": "AWS::AccountId"},
    }


@by_id
def test_what_fails_is_tried_again_and_then_kept(template: Template, rule: type[Rule[Any]]) -> None:
    name, _ = function_of(template, rule)

    assert about(template, "AWS::Lambda::EventInvokeConfig", name) == {
        "FunctionName": {"Ref": name},
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": 2,
        "MaximumEventAgeInSeconds": 3600,
        "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Failures", "Arn"]}}},
    }


@by_id
def test_an_alarm_tells_of_errors(template: Template, rule: type[Rule[Any]]) -> None:
    name, _ = function_of(template, rule)
    ((alarm),) = [
        found["Properties"]
        for found in resources(template, "AWS::CloudWatch::Alarm").values()
        if found["Properties"]["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": name}}]
    ]

    assert (alarm["MetricName"], alarm["Threshold"], alarm["ComparisonOperator"]) == (
        "Errors",
        1,
        "GreaterThanOrEqualToThreshold",
    )
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 24 * 3600
    assert alarm["TreatMissingData"] == "notBreaching"


@by_id
def test_logs_are_kept_for_a_while_in_a_group_of_their_own(template: Template, rule: type[Rule[Any]]) -> None:
    _, function = function_of(template, rule)

    log_group = template["Resources"][function["LoggingConfig"]["LogGroup"]["Ref"]]
    assert log_group["Properties"] == {
        "LogGroupName": f"/aws/lambda/ai-config-{rule.id}",
        "RetentionInDays": 365,
    }
    assert log_group["DeletionPolicy"] == "Delete"


def test_failures_are_encrypted_and_kept_and_noticed(template: Template) -> None:
    queue = template["Resources"]["Failures"]["Properties"]
    policy = template["Resources"]["FailuresOverTlsOnly"]["Properties"]
    alarm = template["Resources"]["FailuresWaiting"]["Properties"]

    assert queue == {
        "QueueName": "ai-config-failures",
        "SqsManagedSseEnabled": True,
        "MessageRetentionPeriod": 1_209_600,
    }
    assert policy["Queues"] == [{"Ref": "Failures"}]
    rules = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/ai-config-*"
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sqs:*",
            "Resource": {"Fn::GetAtt": ["Failures", "Arn"]},
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": {"Fn::GetAtt": ["Failures", "Arn"]},
            "Condition": {
                "ArnLike": {"aws:SourceArn": {"Fn::Sub": rules}},
                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            },
        },
    ]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)


def test_the_pack_comes_last_and_names_every_function(template: Template) -> None:
    deployed = template["Resources"]["Pack"]
    properties = deployed["Properties"]
    arns = {each["ParameterName"]: each["ParameterValue"] for each in properties["ConformancePackInputParameters"]}
    of_rules = {function_of(template, rule)[0] for rule in EVERY_RULE}
    before = [
        name
        for kind in ("AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig")
        for name, found in resources(template, kind).items()
        if found["Properties"]["FunctionName"]["Ref"] in of_rules
    ]
    listening = [
        name
        for name, rule in resources(template, "AWS::Events::Rule").items()
        if rule["Properties"].get("EventPattern", {}).get("source") == ["aws.config"]
    ]

    assert properties["ConformancePackName"] == "ai-config"
    assert arns == {
        pack.arn_parameter(rule): {"Fn::GetAtt": [function_of(template, rule)[0], "Arn"]} for rule in EVERY_RULE
    }
    assert len(before) == 2 * len(EVERY_RULE)
    assert len(listening) == 2
    assert set(deployed["DependsOn"]) == {*before, *listening}
    assert json.loads(properties["TemplateBody"]) == pack.deployed_pack(Settings(rules=EVERY_RULE), None)


def test_nothing_is_tied_to_a_partition_or_an_account(template: Template) -> None:
    text = json.dumps(template)

    assert "arn:aws" not in text
    assert not re.search(r"\b\d{12}\b", text)


def test_each_region_has_a_stack_and_one_of_them_the_global_rules(synthesise: Synthesise) -> None:
    settings = Settings(rules=RULES, prefix="audit", regions=("eu-central-1", "us-east-1"), global_region="us-east-1")

    stacks = synthesise(settings)

    names = {
        stack: [
            name
            for function in resources(template, "AWS::Lambda::Function").values()
            for name in [function["Properties"]["FunctionName"]]
            if name.replace("audit", "ai-config") not in DELIVERY
        ]
        for stack, template in stacks.items()
    }
    assert names == {
        "audit-eu-central-1": ["audit-example-log-kept", "audit-example-function-scoped"],
        "audit-us-east-1": [
            "audit-example-log-kept",
            "audit-example-role-scoped",
            "audit-example-function-scoped",
        ],
    }


def test_a_pack_with_everything_on_is_as_large_as_only_s3_takes(synthesise: Synthesise, small_bundle: Bundle) -> None:
    everything = ManagedChoice(GROUPS, frozenset(group.key for group in GROUPS))
    settings = Settings(rules=EVERY_RULE, regions=("us-east-1",), managed=everything)

    properties = synthesise(settings)["ai-config-us-east-1"]["Resources"]["Pack"]["Properties"]

    assert "TemplateBody" not in properties
    assert properties["TemplateS3Uri"]["Fn::Sub"].startswith("s3://")
    body = small_bundle.path.with_name("ai-config-us-east-1.json").read_text(encoding="utf-8")
    assert pack.INLINE_BYTES < len(body.encode()) <= pack.S3_BYTES
    names = {rule["Properties"]["ConfigRuleName"] for rule in json.loads(body)["Resources"].values()}
    assert names >= {rule.name for group in GROUPS for rule in group.rules}


def test_a_large_pack_goes_through_s3(
    synthesise: Synthesise, small_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "INLINE_BYTES", 100)
    settings = Settings(rules=(ExampleLogKept,))

    properties = synthesise(settings)["ai-config"]["Resources"]["Pack"]["Properties"]

    assert "TemplateBody" not in properties
    assert re.fullmatch(
        r"s3://cdk-hnb659fds-assets-\$\{AWS::AccountId\}-\$\{AWS::Region\}/[0-9a-f]{64}\.json",
        properties["TemplateS3Uri"]["Fn::Sub"],
    )
    written = small_bundle.path.with_name("ai-config.json")
    assert json.loads(written.read_text(encoding="utf-8")) == pack.deployed_pack(settings, None)
