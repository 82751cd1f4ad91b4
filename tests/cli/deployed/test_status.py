"""The command `status` on stacks that the embedded account really has."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import program
from cli.sandbox import Account
from rules.engine.catalogue import all_rules

pytestmark = pytest.mark.slow

RULES = ("bedrock-model-cmk-encrypted", "bedrock-custom-model-evaluated")

runner = CliRunner()


def template(rules: tuple[str, ...]) -> dict[str, Any]:
    """Return a stack as `make deploy` makes it, with nothing but what `status` looks at."""
    names = {rule: rule.replace("-", "") for rule in rules}
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    resources: dict[str, Any] = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Failures": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "ai-config-failures"}},
        "Errors": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": "ai-config-errors",
                "Namespace": "AWS/Lambda",
                "MetricName": "Errors",
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "Threshold": 1,
                "EvaluationPeriods": 1,
                "Period": 300,
                "Statistic": "Sum",
            },
        },
    }
    pack: dict[str, Any] = {"Resources": {}}
    for rule, name in names.items():
        resources[f"F{name}"] = {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": f"ai-config-{rule}",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Code": {"ZipFile": "def handler(event, context): ..."},
            },
        }
        resources[f"P{name}"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": f"F{name}"},
                "Action": "lambda:InvokeFunction",
                "Principal": "config.amazonaws.com",
                "SourceAccount": {"Ref": "AWS::AccountId"},
            },
        }
        pack["Resources"][name] = {
            "Type": "AWS::Config::ConfigRule",
            "Properties": {
                "ConfigRuleName": rule,
                "Source": {
                    "Owner": "CUSTOM_LAMBDA",
                    "SourceIdentifier": f"arn:aws:lambda:us-east-1:123456789012:function:ai-config-{rule}",
                    "SourceDetails": [{"EventSource": "aws.config", "MessageType": "ScheduledNotification"}],
                },
            },
        }
    resources["Pack"] = {
        "Type": "AWS::Config::ConformancePack",
        "DependsOn": [f"P{name}" for name in names.values()],
        "Properties": {"ConformancePackName": "ai-config", "TemplateBody": json.dumps(pack)},
    }
    return {"Resources": resources}


@pytest.fixture
def settings(tmp_path: Any) -> str:
    file = tmp_path / "settings.toml"
    file.write_text(f"securityHub = false\n[rules]\ninclude = {json.dumps(RULES)}\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def deployed(account: Account) -> Account:
    session = account.session()
    config = session.client("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/recorder"}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "history"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    session.client("cloudformation").create_stack(
        StackName="ai-config", TemplateBody=json.dumps(template(RULES)), Capabilities=["CAPABILITY_IAM"]
    )
    return account


def evaluate(account: Account, *rules: str) -> None:
    """Report one violation for each rule, as its function would."""
    config = account.session().client("config")
    for shown in config.describe_config_rules()["ConfigRules"]:
        name = shown["ConfigRuleName"]
        if name.partition("-conformance-pack-")[0] in rules:
            token = account.config_events().scheduled(name)["resultToken"]
            config.put_evaluations(
                ResultToken=token,
                Evaluations=[
                    {
                        "ComplianceResourceType": "AWS::::Account",
                        "ComplianceResourceId": "123456789012",
                        "ComplianceType": "NON_COMPLIANT",
                        "Annotation": "It is so.",
                        "OrderingTimestamp": datetime.now(UTC),
                    }
                ],
            )


def status(settings: str, *arguments: str) -> Result:
    return runner.invoke(program, ["status", "--settings", settings, *arguments])


def outcomes(result: Result) -> dict[str, str]:
    [region] = json.loads(result.stdout)["regions"]
    return {line["subject"]: line["outcome"] for line in region["lines"]}


@pytest.mark.usefixtures("account")
def test_an_account_without_the_stack_is_wrong(settings: str) -> None:
    result = status(settings, "--format", "json")

    assert result.exit_code == 1
    assert outcomes(result) == {"recorder": "wrong", "stack": "wrong", "pack": "wrong", "Security Hub": "ok"}


def test_a_fresh_deployment_waits_and_an_evaluated_one_is_well(deployed: Account, settings: str) -> None:
    fresh = status(settings, "--format", "json")
    evaluate(deployed, *RULES)
    evaluated = status(settings)

    assert fresh.exit_code == 0
    assert {outcomes(fresh)[rule] for rule in RULES} == {"waiting"}
    assert evaluated.exit_code == 0
    assert evaluated.stdout.splitlines()[-1].startswith("All is well: ")
    assert "Evaluated 0 minutes ago. 1 violation." in evaluated.stdout


def test_what_needs_a_hand_ends_with_a_status(deployed: Account, settings: str) -> None:
    evaluate(deployed, *RULES)
    session = deployed.session()
    sqs = session.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="ai-config-failures")["QueueUrl"], MessageBody="{}")
    session.client("cloudwatch").set_alarm_state(AlarmName="ai-config-errors", StateValue="ALARM", StateReason="Errors")
    session.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")
    result = status(settings, "--format", "json")

    assert result.exit_code == 1
    assert {subject for subject, outcome in outcomes(result).items() if outcome == "wrong"} == {
        "default",
        "ai-config-failures",
        "ai-config-errors",
    }


def test_a_rule_that_the_settings_have_and_the_pack_lacks_is_named(
    deployed: Account, settings: str, tmp_path: Any
) -> None:
    evaluate(deployed, *RULES)
    every = tmp_path / "every.toml"
    every.write_text("securityHub = false\n", encoding="utf-8")
    result = status(str(every), "--format", "json")

    assert result.exit_code == 1
    assert {one for one, outcome in outcomes(result).items() if outcome == "wrong"} == {
        rule.id for rule in all_rules()
    } - set(RULES)
    assert status(settings).exit_code == 0


@pytest.mark.parametrize(
    ("service", "operation", "part"),
    [
        ("cloudformation", "DescribeStacks", "stack"),
        ("config", "DescribeConfigurationRecorders", "recorder"),
        ("config", "DescribeConformancePackStatus", "pack"),
        ("config", "DescribeConformancePackCompliance", "rules"),
        ("config", "DescribeConfigRuleEvaluationStatus", "rules"),
        ("config", "GetComplianceDetailsByConfigRule", "rules"),
        ("lambda", "GetFunctionConfiguration", "functions"),
        ("cloudwatch", "GetMetricData", "functions"),
        ("sqs", "GetQueueAttributes", "events"),
        ("cloudwatch", "DescribeAlarms", "alarms"),
        ("securityhub", "DescribeHub", "Security Hub"),
    ],
)
def test_a_part_that_is_refused_is_unread_and_not_well(
    deployed: Account, settings: str, service: str, operation: str, part: str
) -> None:
    evaluate(deployed, *RULES)
    deployed.faults.deny(f"{service}:{operation}")
    result = status(settings, "--format", "json")

    assert result.exit_code == 3
    assert outcomes(result)[part] == "unread"
    assert "wrong" not in outcomes(result).values()


def test_the_acceptance_answers_what_documentation_leaves_open(deployed: Account, settings: str) -> None:
    evaluate(deployed, *RULES)
    result = status(settings, "--acceptance", "--format", "json")
    [region] = json.loads(result.stdout)["regions"]
    types, names, native, forwarded = region["answers"]

    assert types["settled"]
    assert "on the account instead: AWS::Bedrock::CustomModel" in types["sentence"]
    assert names["settled"]
    assert names["sentence"].startswith("Yes: bedrock-custom-model-evaluated-conformance-pack-")
    assert not native["settled"]
    assert native["sentence"] == forwarded["sentence"] == "Not known yet: Security Hub is not enabled here."


def test_waiting_ends_when_the_time_is_over(deployed: Account, settings: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("cli.commands.status.time.sleep", slept.append)
    evaluate(deployed, RULES[0])
    clock = iter(range(0, 10_000, 20))
    monkeypatch.setattr("cli.commands.status.time.monotonic", lambda: float(next(clock)))
    result = status(settings, "--wait", "1")

    assert result.exit_code == 1
    assert slept
    assert max(slept) <= 15
