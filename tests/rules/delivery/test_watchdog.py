from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

from cli.sandbox.passing_time import count_run, pass_time, renew_results
from cli.sandbox.services.config_cloudformation import account_of
from cli.sandbox.topics import published
from rules.delivery import watchdog
from rules.delivery.blueprint import VARIABLES, managed_digest
from rules.engine.surroundings import SurroundingsError, opened
from tests.rules.delivery.deployed import BLUEPRINT, ROLE, RULES, Deployed
from tests.rules.delivery.events import OTHER_RULE, RULE

NAMES = tuple(f"ai-config-{name}" for name in (*RULES, "reconciler"))
SILENT = "Nothing has invoked {} in the last 48 hours, twice the period of a daily pass: {}."


def run(name: str, *, failed: bool = False, stored: bool = True) -> None:
    """Count a run of a function; AWS Config has stored what it reported unless it failed."""
    count_run("123456789012", "us-east-1", name, failed=failed)
    if stored and not failed:
        for full in account_of("123456789012", "us-east-1").rules:
            if full.startswith(f"{name.removeprefix('ai-config-')}-conformance-pack-"):
                renew_results("123456789012", "us-east-1", full)


@pytest.fixture
def running(deployed: Deployed) -> Deployed:
    """Return a pack that was deployed three days ago, with a run of every function today."""
    deployed.wire()
    for rule in RULES:
        deployed.report(rule, something="COMPLIANT")
    pass_time("123456789012", "us-east-1", timedelta(days=3))
    for name in NAMES:
        run(name)
    return deployed


def look() -> tuple[str, ...]:
    return watchdog.watch(opened())


def deploy(deployed: Deployed, patch: pytest.MonkeyPatch, **variables: str) -> None:
    """Tell the watchdog other things of the settings, as a stack of other settings would."""
    (plan,) = (plan for plan in BLUEPRINT.functions() if plan.name == "ai-config-watchdog")
    deployed.functions.update_function_configuration(
        FunctionName=plan.name, Environment={"Variables": {**plan.variables, **variables}}
    )
    for name, value in variables.items():
        patch.setenv(name, value)


def test_says_nothing_while_everything_runs(running: Deployed) -> None:
    watchdog.handler({}, None)

    assert published(running.topic) == []


def test_says_nothing_of_what_was_deployed_today(deployed: Deployed) -> None:
    deployed.wire()

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
def test_runs_of_which_nothing_is_stored_are_silence_too() -> None:
    pass_time("123456789012", "us-east-1", timedelta(hours=49))
    for name in NAMES:
        run(name, stored=name != NAMES[0])

    assert look() == (
        f"AWS Config has stored no evaluation of 1 function in the last 48 hours, although it ran: {NAMES[0]}.",
    )


def test_a_new_log_group_hides_no_silence(running: Deployed) -> None:
    pass_time("123456789012", "us-east-1", timedelta(hours=49))
    for name in NAMES:
        run(name, stored=name != NAMES[0])
    running.logs.delete_log_group(logGroupName=f"/aws/lambda/{NAMES[0]}")
    running.logs.create_log_group(logGroupName=f"/aws/lambda/{NAMES[0]}")

    assert look()[0].endswith(f"although it ran: {NAMES[0]}.")


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
    names = ("s3-bucket-tls-only", "kms-key-rotated")
    running.put_pack(*RULES, managed=names)
    digest = managed_digest((name, "S3_BUCKET_SSL_REQUESTS_ONLY", {}) for name in names)
    deploy(running, monkeypatch, MANAGED=digest)
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
    monkeypatch.setenv("RULES", f"{RULE},{OTHER_RULE},bedrock-invoke-least-privilege")

    assert look()[-1] == (
        "The configuration recorder is off, so that rules do not hear of changes before their daily pass."
    )


def test_tells_of_a_recorder_that_fails(running: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RULES", "bedrock-invoke-least-privilege")
    aws = opened()
    status = {
        "name": "default",
        "recording": True,
        "lastStatus": "Failure",
        "lastErrorMessage": "The bucket is gone.",
    }
    monkeypatch.setattr(
        aws.client("config"),
        "describe_configuration_recorder_status",
        lambda: {"ConfigurationRecordersStatus": [status]},
    )

    assert "The configuration recorder fails: The bucket is gone." in watchdog.watch(aws)
    assert len(published(running.topic)) == 1


def test_tells_of_events_that_nothing_takes(running: Deployed) -> None:
    for name, age in (("ai-config-findings", 7201), ("ai-config-alerts.fifo", 7200)):
        datum = {
            "MetricName": "ApproximateAgeOfOldestMessage",
            "Value": age,
            "Timestamp": utcnow() - timedelta(seconds=2),
            "Dimensions": [{"Name": "QueueName", "Value": name}],
        }
        cloudwatch_backends["123456789012"]["us-east-1"].put_metric_data("AWS/SQS", [datum])

    assert look() == ("Nothing takes the events that wait in 1 queue: ai-config-findings.",)
    assert len(published(running.topic)) == 1


@pytest.mark.parametrize(("switch", "told"), [("told", True), ("-", False)])
def test_tells_of_types_that_are_not_recorded_unless_that_is_meant(
    running: Deployed, monkeypatch: pytest.MonkeyPatch, switch: str, *, told: bool
) -> None:
    monkeypatch.setenv("RULES", "bedrock-invoke-least-privilege")
    monkeypatch.setenv("UNRECORDED_TYPES", switch)
    group = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::IAM::Role"]}
    running.config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": ROLE, "recordingGroup": group}
    )

    sentence = (
        "The configuration recorder leaves out 1 type whose changes rules wait for: AWS::IAM::User. "
        "Record them, or set alerts.unrecordedTypes = false."
    )
    assert (sentence in look()) is told


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
    ],
)
def test_tells_what_it_could_not_look_at_and_of_the_rest(running: Deployed, action: str) -> None:
    running.sqs.send_message(QueueUrl=running.failures, MessageBody="{}")
    running.account.faults.deny(action)

    unseen, other = look()

    assert "AccessDenied" in unseen
    assert action.split(":")[1] in unseen
    assert "queue of failures" in other


@pytest.mark.parametrize(
    ("action", "parts"),
    [
        ("lambda:GetFunctionConfiguration", ["could not look at everything", "functions"]),
        ("lambda:GetFunctionConcurrency", ["functions"]),
        ("config:DescribeConfigRules", ["rules"]),
        ("lambda:ListEventSourceMappings", ["mappings"]),
        ("events:DescribeRule", ["event rules"]),
        ("events:ListTargetsByRule", ["event rules"]),
        ("sqs:GetQueueUrl", ["could not look at everything", "queues"]),
        ("sqs:GetQueueAttributes", ["could not look at everything", "queues"]),
        ("cloudwatch:DescribeAlarms", ["alarms"]),
        ("sns:ListSubscriptionsByTopic", ["subscriptions"]),
        ("sns:GetSubscriptionAttributes", ["subscriptions"]),
    ],
)
def test_a_part_of_the_stack_that_cannot_be_read_is_named_and_the_others_looked_at(
    running: Deployed, action: str, parts: list[str]
) -> None:
    running.functions.put_function_concurrency(FunctionName=NAMES[0], ReservedConcurrentExecutions=0)
    running.put_alarm(f"{NAMES[0]}-errors", ActionsEnabled=False)
    running.account.faults.deny(action)

    *unseen, last = look()

    assert len(unseen) >= len(parts)
    for part, sentence in zip(parts, unseen, strict=False):
        assert part in sentence
        assert action.split(":")[1] in sentence
    assert f": {NAMES[0]}" in last


@pytest.mark.parametrize("name", VARIABLES)
def test_a_watchdog_that_was_not_told_what_to_watch_fails(
    running: Deployed, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(SurroundingsError, match=f"{name} is not set"):
        watchdog.handler({}, None)
    assert published(running.topic) == []


def test_fails_when_the_topic_takes_nothing(running: Deployed) -> None:
    running.put_pack(RULE)
    running.account.faults.deny("sns:Publish")

    with pytest.raises(ClientError, match="sns:Publish"):
        watchdog.handler({}, None)


def test_asks_of_no_daily_function_where_there_is_none(running: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(running, monkeypatch, DAILY="-")
    running.functions.delete_function(FunctionName=NAMES[2])
    running.events.disable_rule(Name=NAMES[2])

    assert look() == ()
