from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from cli.sandbox.passing_time import count_run, pass_time
from cli.sandbox.topics import published
from rules.delivery import watchdog
from rules.engine.surroundings import SurroundingsError, opened
from tests.rules.delivery.deployed import RULES, Deployed
from tests.rules.delivery.events import OTHER_RULE, RULE

NAMES = tuple(f"ai-config-{name}" for name in (*RULES, "reconciler"))
SILENT = "Nothing has invoked {} in the last 48 hours, twice the period of a daily pass: {}."


def run(name: str, *, failed: bool = False) -> None:
    count_run("123456789012", "us-east-1", name, failed=failed)


@pytest.fixture
def running(deployed: Deployed) -> Deployed:
    """Return a pack that was deployed three days ago, with a run of every function today."""
    pass_time("123456789012", "us-east-1", timedelta(days=3))
    for name in NAMES:
        run(name)
    return deployed


def look() -> tuple[str, ...]:
    return watchdog.watch(opened())


def test_says_nothing_while_everything_runs(running: Deployed) -> None:
    watchdog.handler({}, None)

    assert published(running.topic) == []


def test_says_nothing_of_what_was_deployed_today(deployed: Deployed) -> None:
    assert look() == ()
    assert published(deployed.topic) == []


def test_tells_of_silence(running: Deployed) -> None:
    pass_time("123456789012", "us-east-1", timedelta(hours=49))
    run(NAMES[1])

    found = look()

    assert found == (SILENT.format("2 functions", f"{NAMES[0]} and {NAMES[2]}"),)
    ((subject, text),) = published(running.topic)
    assert subject == "ai-config in us-east-1 (123456789012): something is wrong"
    assert f"- {found[0]}\n" in text


@pytest.mark.usefixtures("running")
def test_tells_of_what_always_fails() -> None:
    pass_time("123456789012", "us-east-1", timedelta(hours=49))
    for name in NAMES:
        run(name, failed=name == NAMES[0])

    assert look() == (f"Every run of 1 function failed in the last 48 hours: {NAMES[0]}.",)


def test_tells_of_functions_that_are_gone(running: Deployed) -> None:
    running.functions.delete_function(FunctionName=NAMES[0])

    assert look() == (f"1 function of the stack cannot be found: {NAMES[0]}.",)


def test_tells_of_rules_that_the_pack_lacks(running: Deployed) -> None:
    running.put_pack(RULE)

    assert look() == (f"AWS Config does not have 1 rule of the pack: {OTHER_RULE}.",)


def test_tells_why_a_pack_failed(running: Deployed) -> None:
    running.functions.remove_permission(FunctionName=NAMES[0], StatementId="config")
    running.put_pack(*RULES)

    (found,) = look()
    assert found.startswith("The conformance pack is UPDATE_FAILED: The AWS Lambda function ")


def test_tells_of_a_pack_that_is_gone(running: Deployed) -> None:
    running.config.delete_conformance_pack(ConformancePackName="ai-config")

    (found,) = look()
    assert found.startswith("The conformance pack ai-config: NoSuchConformancePackException: ")


def test_tells_of_managed_rules_that_cannot_evaluate(running: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    running.put_pack(*RULES, managed=("s3-bucket-tls-only", "kms-key-rotated"))
    assert look() == ()
    aws = opened()
    statuses = [
        {"ConfigRuleName": "s3-bucket-tls-only-conformance-pack-x", "LastErrorCode": "AccessDenied"},
        {"ConfigRuleName": "kms-key-rotated-conformance-pack-x"},
    ]

    def described(ConfigRuleNames: list[str]) -> dict[str, object]:  # noqa: N803 - boto3's parameter name
        assert len(ConfigRuleNames) == 2
        return {"ConfigRulesEvaluationStatus": statuses}

    monkeypatch.setattr(aws.client("config"), "describe_config_rule_evaluation_status", described)

    assert watchdog.watch(aws) == (
        "AWS Config reports errors of 1 managed rule: s3-bucket-tls-only-conformance-pack-x (AccessDenied).",
    )


def test_tells_of_a_recorder_that_is_off_where_rules_need_one(
    running: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.config.stop_configuration_recorder(ConfigurationRecorderName="default")
    assert look() == ()
    monkeypatch.setenv("RULES", f"{RULE},bedrock-invoke-least-privilege")

    assert look()[-1] == (
        "The configuration recorder is off, so that rules do not hear of changes before their daily pass."
    )


def test_tells_of_a_recorder_that_fails(running: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RULES", "bedrock-invoke-least-privilege")
    aws = opened()
    status = {"recording": True, "lastStatus": "Failure", "lastErrorMessage": "The bucket is gone."}
    monkeypatch.setattr(
        aws.client("config"),
        "describe_configuration_recorder_status",
        lambda: {"ConfigurationRecordersStatus": [status]},
    )

    assert "The configuration recorder fails: The bucket is gone." in watchdog.watch(aws)
    assert len(published(running.topic)) == 1


def test_tells_of_events_that_nobody_could_deal_with(running: Deployed) -> None:
    running.sqs.send_message(QueueUrl=running.failures, MessageBody="{}")

    assert look() == ("1 event that no attempt could deal with: see the queue of failures.",)


@pytest.mark.parametrize(
    "action",
    [
        "config:DescribeConformancePackStatus",
        "config:DescribeConformancePackCompliance",
        "cloudwatch:GetMetricData",
        "logs:DescribeLogGroups",
        "lambda:GetFunctionConfiguration",
        "sqs:GetQueueAttributes",
    ],
)
def test_tells_what_it_could_not_look_at_and_of_the_rest(running: Deployed, action: str) -> None:
    if action != "sqs:GetQueueAttributes":
        running.sqs.send_message(QueueUrl=running.failures, MessageBody="{}")
    else:
        running.put_pack(RULE)
    running.account.faults.deny(action)

    unseen, other = look()

    assert "AccessDenied" in unseen
    assert action.split(":")[1] in unseen
    assert "queue of failures" in other or "does not have 1 rule" in other


def test_fails_when_the_topic_takes_nothing(running: Deployed) -> None:
    running.put_pack(RULE)
    running.account.faults.deny("sns:Publish")

    with pytest.raises(ClientError, match="sns:Publish"):
        watchdog.handler({}, None)


def test_asks_of_no_daily_function_where_there_is_none(running: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILY", "-")
    running.functions.delete_function(FunctionName=NAMES[2])

    assert look() == ()


def test_says_which_variable_the_stack_did_not_set(running: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RULES")

    with pytest.raises(SurroundingsError, match="RULES is not set"):
        look()
    assert published(running.topic) == []
