"""The command `status` on stacks that the embedded account really has."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cdk.bundle import Bundle, BundleError
from cdk.settings import read_settings
from cli.main import program
from cli.sandbox import Account
from cli.sandbox.services.config_rules import ConfigAccount
from rules.engine.catalogue import all_rules
from tests.cdk.deployable import function_code

pytestmark = pytest.mark.slow

RULES = ("bedrock-model-cmk-encrypted", "bedrock-custom-model-evaluated")

runner = CliRunner()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    lines = (
        "securityHub = false",
        "[alerts]",
        'emails = ["security@example.com"]',
        "[rules]",
        f"include = {json.dumps(RULES)}",
        f"[parameters.{RULES[0]}]",
        "requireRotation = true",
    )
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def template(settings: str, small_bundle: Bundle) -> dict[str, Any]:
    """Return the stack that `make deploy` makes of these settings."""
    from cdk.app import add_stacks, new_app  # noqa: PLC0415 - starts Node

    app = new_app()
    [stack] = add_stacks(app, read_settings(all_rules(), file=Path(settings)), small_bundle)
    found: dict[str, Any] = app.synth().get_stack_artifact(stack.artifact_id).template
    return found


@pytest.fixture
def deployed(account: Account, template: dict[str, Any]) -> Account:
    session = account.session()
    config = session.client("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/recorder"}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "history"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    session.client("s3").create_bucket(Bucket="history")
    session.client("cloudformation").create_stack(
        StackName="ai-config",
        TemplateBody=json.dumps(function_code(account, template)),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        EnableTerminationProtection=True,
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


def changes(result: Result) -> list[tuple[str, str]]:
    [region] = json.loads(result.stdout)["regions"]
    return [(line["outcome"], line["sentence"]) for line in region["lines"] if line["part"] == "changes"]


def outcomes(result: Result) -> dict[str, str]:
    [region] = json.loads(result.stdout)["regions"]
    return {line["subject"]: line["outcome"] for line in region["lines"]}


@pytest.mark.usefixtures("account")
def test_an_account_without_the_stack_is_wrong(settings: str) -> None:
    result = status(settings, "--format", "json")

    assert result.exit_code == 1
    assert outcomes(result) == {"recorder": "wrong", "stack": "wrong", "pack": "wrong", "Security Hub": "ok"}


def test_the_stack_that_the_settings_deploy_is_as_they_deploy_it(deployed: Account, settings: str) -> None:
    evaluate(deployed, *RULES)

    assert changes(status(settings, "--format", "json")) == [
        ("ok", "Functions, rules, queues, EventBridge rules and alarms are as the settings deploy them.")
    ]


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
    session.client("cloudwatch").set_alarm_state(
        AlarmName="ai-config-failures", StateValue="ALARM", StateReason="Errors"
    )
    session.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")
    result = status(settings, "--format", "json")

    assert result.exit_code == 1
    assert {subject for subject, outcome in outcomes(result).items() if outcome == "wrong"} == {
        "default",
        "ai-config-failures",
    }


def test_a_rule_that_the_settings_have_and_the_pack_lacks_is_named(
    deployed: Account, settings: str, tmp_path: Any
) -> None:
    evaluate(deployed, *RULES)
    every = tmp_path / "every.toml"
    every.write_text(
        Path(settings).read_text(encoding="utf-8").replace("include =", "exclude = [] #"), encoding="utf-8"
    )
    result = status(str(every), "--format", "json")

    assert result.exit_code == 1
    assert {one for one, outcome in outcomes(result).items() if outcome == "wrong"} == {
        *(rule.id for rule in all_rules()),
        "ai-config",
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
        ("config", "DescribeConfigRules", "changes"),
        ("events", "DescribeRule", "changes"),
        ("sns", "ListSubscriptionsByTopic", "changes"),
        ("kms", "DescribeKey", "key"),
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


def unprotect(account: Account) -> None:
    account.session().client("cloudformation").update_termination_protection(
        StackName="ai-config", EnableTerminationProtection=False
    )


def disable_key(account: Account) -> None:
    session = account.session()
    topic = session.client("sns").list_topics()["Topics"][0]["TopicArn"]
    attributes = session.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    session.client("kms").disable_key(KeyId=attributes["KmsMasterKeyId"])


def take_role(account: Account) -> None:
    arn = account.session().client("iam").create_role(RoleName="wide", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    account.session().client("lambda").update_function_configuration(FunctionName=f"ai-config-{RULES[0]}", Role=arn)


def loosen(account: Account) -> None:
    """Put the pack anew with another parameter, as whoever may PutConformancePack can."""
    rules = ConfigAccount("123456789012", "us-east-1", "aws", account.tables).rules
    (name,) = (name for name in rules if name.startswith(RULES[0]))
    rules[name]["InputParameters"] = json.dumps({"requireRotation": "false"})


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (unprotect, "CloudFormation would delete the stack for whoever asks: its termination protection is off."),
        (disable_key, "The topic's key is Disabled, so that nobody is told of anything."),
        (take_role, f"The role is not one of the stack's in 1 of its functions: ai-config-{RULES[0]}."),
        (loosen, f"The parameters are not those that were deployed of 1 rule: {RULES[0]}."),
    ],
    ids=["protection off", "key disabled", "another role", "another parameter"],
)
def test_what_somebody_changed_is_wrong(
    deployed: Account, settings: str, damage: Callable[[Account], None], says: str
) -> None:
    evaluate(deployed, *RULES)
    damage(deployed)
    result = status(settings, "--format", "json")

    assert result.exit_code == 1
    assert changes(result) == [("wrong", says)]


def test_other_code_than_the_checkout_builds_is_wrong(deployed: Account, settings: str) -> None:
    evaluate(deployed, *RULES)
    result = status(settings, "--code", "--format", "json")

    assert result.exit_code == 1
    [(outcome, sentence)] = changes(result)
    assert outcome == "wrong"
    assert sentence.startswith("Other code than this checkout builds is run by 4 functions: ")


def test_code_that_cannot_be_built_is_not_compared(
    deployed: Account, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate(deployed, *RULES)

    def refused(_: object) -> None:
        raise BundleError("boto3 1 is locked but 2 is installed")

    monkeypatch.setattr("cli.commands.status.build", refused)
    result = status(settings, "--code")

    assert result.exit_code == 2
    assert result.stderr == "ai-config-rules: boto3 1 is locked but 2 is installed\n"


def test_the_acceptance_answers_what_documentation_leaves_open(deployed: Account, settings: str) -> None:
    evaluate(deployed, *RULES)
    result = status(settings, "--acceptance", "--format", "json")
    [region] = json.loads(result.stdout)["regions"]
    types, names, native, forwarded = region["answers"]

    assert types["settled"]
    assert "on the account instead: AWS::Bedrock::CustomModel" in types["sentence"]
    assert names["settled"]
    assert names["sentence"].startswith("Yes: sagemaker-features-offline-encrypted-conformance-pack-")
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
