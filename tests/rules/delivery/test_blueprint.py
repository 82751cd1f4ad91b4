from dataclasses import replace
from typing import Any

import pytest

from rules.delivery.blueprint import (
    KEEP,
    AlarmPlan,
    Blueprint,
    EventRulePlan,
    FunctionPlan,
    Place,
    QueuePlan,
    changes_of,
    managed_digest,
    parameters_digest,
    triggers_of,
)
from rules.engine.catalogue import rule_by_id
from rules.engine.surroundings import SurroundingsError
from rules.engine.verdict import Compliance

Managed = tuple[str, str, dict[str, object]]
RULE, OTHER = "bedrock-log-group-protected", "bedrock-invoke-least-privilege"
FULL = Blueprint(
    prefix="ai-config",
    place=Place("aws-cn", "cn-north-1", "123456789012"),
    rules={RULE: "", OTHER: "c29tZXRoaW5n"},
    managed="bWFuYWdlZA==",
    daily=("reconciler",),
    told_from="HIGH",
    subscribers=2,
)
QUIET = replace(FULL, rules={RULE: ""}, daily=(), told_from=None, subscribers=0, records=False)
VARIABLES = {
    "RULES": "bedrock-log-group-protected,bedrock-invoke-least-privilege=c29tZXRoaW5n",
    "MANAGED": "bWFuYWdlZA==",
    "DAILY": "reconciler",
    "MINIMUM_SEVERITY": "HIGH",
    "SUBSCRIBERS": "2",
    "UNRECORDED_TYPES": "told",
}
QUIET_VARIABLES = {
    "RULES": "bedrock-log-group-protected",
    "MANAGED": "bWFuYWdlZA==",
    "DAILY": "-",
    "MINIMUM_SEVERITY": "-",
    "SUBSCRIBERS": "0",
    "UNRECORDED_TYPES": "-",
}
TOPIC = "arn:aws-cn:sns:cn-north-1:123456789012:ai-config-alerts"
FUNCTIONS = "arn:aws-cn:lambda:cn-north-1:123456789012:function"
QUEUES = "arn:aws-cn:sqs:cn-north-1:123456789012"
ERRORS: dict[str, Any] = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "Threshold": 1,
    "Period": 3600,
    "EvaluationPeriods": 24,
    "DatapointsToAlarm": 1,
    "TreatMissingData": "notBreaching",
}
WAITING: dict[str, Any] = ERRORS | {
    "Namespace": "AWS/SQS",
    "MetricName": "ApproximateNumberOfMessagesVisible",
    "Statistic": "Maximum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "DatapointsToAlarm": None,
}
SILENT: dict[str, Any] = ERRORS | {
    "MetricName": "Invocations",
    "ComparisonOperator": "LessThanThreshold",
    "DatapointsToAlarm": 24,
    "TreatMissingData": "breaching",
}
both = pytest.mark.parametrize(
    ("blueprint", "variables"), [(FULL, VARIABLES), (QUIET, QUIET_VARIABLES)], ids=["everything", "hardly anything"]
)


def of_function(settings: dict[str, Any], name: str) -> dict[str, Any]:
    return settings | {"Dimensions": [{"Name": "FunctionName", "Value": name}]}


def of_queue(name: str) -> dict[str, Any]:
    return WAITING | {"Dimensions": [{"Name": "QueueName", "Value": name}]}


def test_queues_keep_messages_for_two_weeks() -> None:
    assert KEEP == 1_209_600


def test_variables_name_several_daily_functions() -> None:
    several = replace(FULL, daily=("reconciler", "other"))

    assert several.variables == VARIABLES | {"DAILY": "reconciler,other"}
    assert Blueprint.of(several.variables, "ai-config", FULL.place) == several


@both
def test_variables_describe_a_stack(blueprint: Blueprint, variables: dict[str, str]) -> None:
    assert blueprint.variables == variables
    assert Blueprint.of(variables, "ai-config", FULL.place) == blueprint


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("missing", [False, True], ids=["empty", "missing"])
def test_a_variable_that_says_nothing_is_refused(name: str, *, missing: bool) -> None:
    variables = {key: value for key, value in VARIABLES.items() if key != name} | ({} if missing else {name: ""})

    with pytest.raises(SurroundingsError, match=f"^the environment variable {name} is not set; the stack sets it$"):
        Blueprint.of(variables, "ai-config", FULL.place)


def test_names_every_function() -> None:
    assert FULL.function_names == (
        "ai-config-bedrock-log-group-protected",
        "ai-config-bedrock-invoke-least-privilege",
        "ai-config-reconciler",
        "ai-config-forwarder",
        "ai-config-alerter",
        "ai-config-watchdog",
    )
    assert QUIET.function_names == ("ai-config-bedrock-log-group-protected", "ai-config-watchdog")
    assert replace(FULL, rules={}, daily=("other",)).function_names == (
        "ai-config-other",
        "ai-config-alerter",
        "ai-config-watchdog",
    )


def test_plans_every_function() -> None:
    account = {"ACCOUNT_ID": "123456789012"}

    assert FULL.functions() == (
        FunctionPlan("ai-config-bedrock-log-group-protected", "rules.logging.bedrock_log_group_protected.handler", {}),
        FunctionPlan(
            "ai-config-bedrock-invoke-least-privilege", "rules.access.bedrock_invoke_least_privilege.handler", {}
        ),
        FunctionPlan("ai-config-reconciler", "rules.delivery.reconciler.handler", account | {"PACK": "ai-config"}),
        FunctionPlan("ai-config-forwarder", "rules.delivery.forwarder.handler", account),
        FunctionPlan(
            "ai-config-alerter",
            "rules.delivery.alerter.handler",
            account | {"TOPIC_ARN": TOPIC, "MINIMUM_SEVERITY": "HIGH"},
        ),
        FunctionPlan(
            "ai-config-watchdog",
            "rules.delivery.watchdog.handler",
            account | {"TOPIC_ARN": TOPIC, "PREFIX": "ai-config"} | VARIABLES,
        ),
    )
    assert QUIET.functions() == (
        FunctionPlan("ai-config-bedrock-log-group-protected", "rules.logging.bedrock_log_group_protected.handler", {}),
        FunctionPlan(
            "ai-config-watchdog",
            "rules.delivery.watchdog.handler",
            account | {"TOPIC_ARN": TOPIC, "PREFIX": "ai-config"} | QUIET_VARIABLES,
        ),
    )


FINDINGS = QueuePlan("ai-config-findings", "ai-config-failures", "ai-config-findings", "ai-config-forwarder")
ALERTS = QueuePlan("ai-config-alerts.fifo", "ai-config-alerts-failures.fifo", "ai-config-alerts", "ai-config-alerter")


@pytest.mark.parametrize(
    ("blueprint", "queues", "failures"),
    [
        pytest.param(FULL, (FINDINGS, ALERTS), ("ai-config-failures", "ai-config-alerts-failures.fifo"), id="both"),
        pytest.param(replace(FULL, told_from=None), (FINDINGS,), ("ai-config-failures",), id="findings alone"),
        pytest.param(
            replace(FULL, daily=()), (ALERTS,), ("ai-config-failures", "ai-config-alerts-failures.fifo"), id="alerts"
        ),
        pytest.param(QUIET, (), ("ai-config-failures",), id="none"),
    ],
)
def test_plans_every_queue(blueprint: Blueprint, queues: tuple[QueuePlan, ...], failures: tuple[str, ...]) -> None:
    assert blueprint.queues() == queues
    assert blueprint.failures == failures


def test_plans_every_event_rule() -> None:
    changes = {
        "source": ["aws.config"],
        "detail-type": ["Config Rules Compliance Change"],
        "detail": {
            "messageType": ["ComplianceChangeNotification"],
            "configRuleName": [{"wildcard": "*-conformance-pack-*"}],
        },
    }
    violations = {
        **changes,
        "detail": {
            "messageType": ["ComplianceChangeNotification"],
            "configRuleName": [{"wildcard": "*-conformance-pack-*"}],
            "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
        },
    }
    clock = EventRulePlan("ai-config-watchdog", f"{FUNCTIONS}:ai-config-watchdog", schedule="rate(12 hours)")
    deployed = EventRulePlan("ai-config-watchdog-deployed", f"{FUNCTIONS}:ai-config-watchdog")

    assert FULL.event_rules() == (
        EventRulePlan("ai-config-findings", f"{QUEUES}:ai-config-findings", pattern=changes),
        EventRulePlan("ai-config-alerts", f"{QUEUES}:ai-config-alerts.fifo", pattern=violations),
        EventRulePlan("ai-config-reconciler", f"{FUNCTIONS}:ai-config-reconciler", schedule="rate(1 day)"),
        clock,
        deployed,
    )
    assert QUIET.event_rules() == (clock, deployed)
    assert changes_of(Compliance.NON_COMPLIANT) == violations


def test_plans_every_alarm() -> None:
    watchdog = (
        AlarmPlan("ai-config-watchdog-errors", of_function(ERRORS, "ai-config-watchdog")),
        AlarmPlan("ai-config-failures", of_queue("ai-config-failures")),
    )
    silent = AlarmPlan("ai-config-watchdog-silent", of_function(SILENT, "ai-config-watchdog"))

    assert FULL.alarms() == (
        *(
            AlarmPlan(f"ai-config-{name}-errors", of_function(ERRORS, f"ai-config-{name}"))
            for name in (RULE, OTHER, "reconciler", "forwarder", "alerter")
        ),
        *watchdog,
        AlarmPlan("ai-config-alerts-failures", of_queue("ai-config-alerts-failures.fifo")),
        silent,
    )
    assert QUIET.alarms() == (
        AlarmPlan(f"ai-config-{RULE}-errors", of_function(ERRORS, f"ai-config-{RULE}")),
        *watchdog,
        silent,
    )


def test_the_topic_is_in_the_place_of_the_stack() -> None:
    assert FULL.topic_arn == TOPIC
    assert FULL.watchdog == "ai-config-watchdog"


def test_digests_are_short_and_tell_parameters_apart() -> None:
    # The beginning of the SHA-256 of {"a":"1","b":"x"}.
    assert parameters_digest({"a": 1, "b": "x"}) == parameters_digest({"b": "x", "a": "1"}) == "bSNJ83Gl65zz"
    assert parameters_digest({"a": 1, "b": "y"}) != "bSNJ83Gl65zz"
    assert parameters_digest({}) == ""


def test_digests_of_managed_rules_know_no_order() -> None:
    one: Managed = ("a", "S3_BUCKET_SSL_REQUESTS_ONLY", {"x": 1})
    other: Managed = ("b", "S3_BUCKET_SSL_REQUESTS_ONLY", {})

    assert managed_digest([one, other]) == managed_digest([other, one])
    several: list[list[Managed]] = [[], [one], [other], [one, other], [("a", "S3", {"x": 1})]]
    assert len(set(map(managed_digest, several))) == len(several)


@pytest.mark.parametrize(
    ("rule_id", "triggers"),
    [
        (RULE, {("ScheduledNotification", "TwentyFour_Hours")}),
        (
            OTHER,
            {
                ("ScheduledNotification", "TwentyFour_Hours"),
                ("ConfigurationItemChangeNotification", None),
                ("OversizedConfigurationItemChangeNotification", None),
            },
        ),
    ],
    ids=["by the day", "by changes and by the day"],
)
def test_rules_are_invoked_by_the_day_and_by_changes(rule_id: str, triggers: set[tuple[str, str | None]]) -> None:
    assert triggers_of(rule_by_id(rule_id)) == triggers
