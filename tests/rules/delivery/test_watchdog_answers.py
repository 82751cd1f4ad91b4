"""What the watchdog makes of each answer of AWS; `test_watchdog` has it look at a whole deployment."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rules.delivery.blueprint import Blueprint, Place
from rules.delivery.health import FunctionHealth, Health
from rules.delivery.watchdog import health_of
from rules.engine.aws import Aws
from tests.rules.delivery.events import BEGIN, at
from tests.rules.delivery.stubs import Stubs

RULE, ON_CHANGE = "bedrock-log-group-protected", "bedrock-invoke-least-privilege"
SUFFIX = "-conformance-pack-x"
QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/{}"
QUIET = Blueprint(
    prefix="ai-config",
    place=Place("aws", "us-east-1", "123456789012"),
    rules={RULE: ""},
    managed="",
    daily=(),
    told_from=None,
    subscribers=0,
)
"""A stack of one rule, its function and the watchdog, that tells nobody."""


def known(health: Health) -> Health:
    """Return what is known of the deployment, without what could not be looked at."""
    return replace(health, unknown=())


def test_a_pack_that_is_not_deployed_is_not_looked_into(here: Aws, stubs: Stubs) -> None:
    stubs.state("CREATE_FAILED", ConformancePackStatusReason="No role.")

    assert known(health_of(here, QUIET)) == Health(at(0), pack=("CREATE_FAILED", "No role."))


def test_says_which_rules_a_pack_has_and_when_each_was_stored(here: Aws, stubs: Stubs) -> None:
    name = f"{RULE}{SUFFIX}"
    stubs.pack(name, f"s3-tls-only{SUFFIX}")
    stubs.answer(
        "config",
        "describe_config_rule_evaluation_status",
        {"ConfigRulesEvaluationStatus": [{"ConfigRuleName": f"s3-tls-only{SUFFIX}"}]},
        ConfigRuleNames=[f"s3-tls-only{SUFFIX}"],
    )
    stubs.answer(
        "config",
        "get_compliance_details_by_config_rule",
        {"EvaluationResults": [{"ConfigRuleInvokedTime": at(-60)}]},
        ConfigRuleName=name,
        ComplianceTypes=["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"],
        Limit=100,
    )

    found = known(health_of(here, replace(QUIET, rules={RULE: "", ON_CHANGE: ""})))
    assert found == Health(at(0), absent=(ON_CHANGE,), reported={f"ai-config-{RULE}": at(-60)})


def test_looks_for_news_of_two_days(here: Aws, stubs: Stubs) -> None:
    stubs.pack(f"{RULE}{SUFFIX}")
    for hours, token in ((49, "t"), (47, "u")):
        stubs.answer(
            "config",
            "get_compliance_details_by_config_rule",
            {"EvaluationResults": [{"ConfigRuleInvokedTime": at(-60 * hours)}], "NextToken": token},
        )

    assert health_of(here, QUIET).reported == {f"ai-config-{RULE}": at(-60 * 47)}


def test_asks_for_ten_managed_rules_at_a_time(here: Aws, stubs: Stubs) -> None:
    names = [f"managed-{number:02}{SUFFIX}" for number in range(11)]
    stubs.pack(*names)
    for asked in (names[:10], names[10:]):
        status = [
            {"ConfigRuleName": asked[0], "LastErrorCode": "AccessDenied"},
            {"ConfigRuleName": "silent", "LastErrorCode": ""},
        ]
        stubs.answer(
            "config",
            "describe_config_rule_evaluation_status",
            {"ConfigRulesEvaluationStatus": status},
            ConfigRuleNames=asked,
        )

    assert health_of(here, QUIET).managed_errors == (f"{names[0]} (AccessDenied)", f"{names[10]} (AccessDenied)")


def metric(query_id: str, name: str, metric: str) -> dict[str, Any]:
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Lambda",
                "MetricName": metric,
                "Dimensions": [{"Name": "FunctionName", "Value": name}],
            },
            "Period": 3600,
            "Stat": "Sum",
        },
    }


def test_counts_the_runs_of_daily_functions_in_two_days(here: Aws, stubs: Stubs) -> None:
    rule, reconciler = f"ai-config-{RULE}", "ai-config-reconciler"
    asked = {
        "MetricDataQueries": [
            metric("q0", rule, "Invocations"),
            metric("q1", rule, "Errors"),
            metric("q2", reconciler, "Invocations"),
            metric("q3", reconciler, "Errors"),
        ],
        "StartTime": at(-48 * 60),
        "EndTime": at(0),
    }
    stubs.refuse("config", "describe_conformance_pack_status", "AccessDenied")
    results = [{"Id": "q0", "Values": [1.0, 2.0]}, {"Id": "q1", "Values": [1.0]}, {"Id": "q2", "Values": []}]
    stubs.answer("cloudwatch", "get_metric_data", {"MetricDataResults": results, "NextToken": "t"}, **asked)
    results = [{"Id": "q0", "Values": [4.0]}]
    stubs.answer("cloudwatch", "get_metric_data", {"MetricDataResults": results}, **asked, NextToken="t")
    groups = [{"logGroupName": f"/aws/lambda/{rule}", "creationTime": 1_795_500_000_500}]
    prefix = "/aws/lambda/ai-config-"
    stubs.answer("logs", "describe_log_groups", {"logGroups": groups, "nextToken": "t"}, logGroupNamePrefix=prefix)
    stubs.answer("logs", "describe_log_groups", {"logGroups": []}, logGroupNamePrefix=prefix, nextToken="t")
    stubs.answer("lambda", "get_function_configuration", {"State": "Failed"}, FunctionName=rule)
    stubs.refuse("lambda", "get_function_configuration", "ResourceNotFoundException")

    assert health_of(here, replace(QUIET, daily=("reconciler",))).functions == (
        FunctionHealth(rule, "Failed", runs=7, errors=1, since=EPOCH + timedelta(seconds=1_795_500_000.5)),
        FunctionHealth(reconciler, None, runs=0, errors=0, since=None),
    )


EPOCH = BEGIN - timedelta(seconds=BEGIN.timestamp())


def test_a_function_of_unknown_state_is_active(here: Aws, stubs: Stubs) -> None:
    stubs.answer("cloudwatch", "get_metric_data", {"MetricDataResults": []})
    stubs.answer("logs", "describe_log_groups", {"logGroups": []})
    stubs.answer("lambda", "get_function_configuration", {})

    (function,) = health_of(here, QUIET).functions
    assert function == FunctionHealth(f"ai-config-{RULE}", "Active", runs=0, errors=0, since=None)


def test_a_function_that_may_not_be_seen_is_not_gone(here: Aws, stubs: Stubs) -> None:
    stubs.answer("cloudwatch", "get_metric_data", {"MetricDataResults": []})
    stubs.answer("logs", "describe_log_groups", {"logGroups": []})
    stubs.refuse("lambda", "get_function_configuration", "AccessDenied")

    health = health_of(here, QUIET)
    assert health.functions == ()
    assert "The watchdog could not look at everything: AccessDenied: GetFunctionConfiguration: No." in health.unknown


def test_asks_for_500_metrics_at_a_time(here: Aws, stubs: Stubs) -> None:
    many = replace(QUIET, rules={}, daily=tuple(f"d{number}" for number in range(251)))
    for asked, first in ((500, "ai-config-d0"), (2, "ai-config-d250")):
        names = [f"ai-config-d{number}" for number in range(251)][int(first.removeprefix("ai-config-d")) :]
        queries = [metric("", name, each) for name in names for each in ("Invocations", "Errors")][:asked]
        stubs.answer(
            "cloudwatch",
            "get_metric_data",
            {"MetricDataResults": [{"Id": "q0", "Values": [1.0]}]},
            MetricDataQueries=[query | {"Id": f"q{number}"} for number, query in enumerate(queries)],
            StartTime=at(-48 * 60),
            EndTime=at(0),
        )
    stubs.answer("logs", "describe_log_groups", {"logGroups": []})
    for _ in range(251):
        stubs.answer("lambda", "get_function_configuration", {})

    runs = [one.runs for one in health_of(here, many).functions]
    assert (runs[0], runs[250], sum(runs)) == (1, 1, 2)


@pytest.mark.parametrize(
    ("group", "status", "wanted"),
    [
        pytest.param({}, {"recording": True, "lastStatus": "SUCCESS"}, Health(at(0), recording=True), id="on"),
        pytest.param({}, {"recording": False, "lastStatus": "Failure"}, Health(at(0), recording=False), id="off"),
        pytest.param(
            {},
            {"recording": True, "lastStatus": "Failure", "lastErrorMessage": "Denied"},
            Health(at(0), recording=True, recorder_error="Denied"),
            id="failing",
        ),
        pytest.param(
            {},
            {"recording": True, "lastStatus": "Failure"},
            Health(at(0), recording=True, recorder_error="no message"),
            id="failing without a word",
        ),
        pytest.param(
            {},
            {"recording": True, "lastStatus": "SUCCESS", "lastErrorMessage": "Denied"},
            Health(at(0), recording=True),
            id="failed before",
        ),
        pytest.param(
            {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]},
            {"recording": True, "lastStatus": "SUCCESS"},
            Health(at(0), recording=True, unrecorded=("AWS::IAM::Role", "AWS::IAM::User")),
            id="leaving out types",
        ),
    ],
)
def test_looks_at_the_recorder_where_rules_wait_for_changes(
    here: Aws, stubs: Stubs, group: dict[str, Any], status: dict[str, Any], wanted: Health
) -> None:
    stubs.refuse("config", "describe_conformance_pack_status", "AccessDenied")
    recorder = {"name": "default", "recordingGroup": group}
    stubs.answer("config", "describe_configuration_recorders", {"ConfigurationRecorders": [recorder]})
    stubs.answer(
        "config",
        "describe_configuration_recorder_status",
        {"ConfigurationRecordersStatus": [{"name": "default", **status}]},
    )

    assert known(health_of(here, replace(QUIET, rules={ON_CHANGE: ""}))) == wanted


def test_a_region_without_a_recorder_records_nothing(here: Aws, stubs: Stubs) -> None:
    stubs.refuse("config", "describe_conformance_pack_status", "AccessDenied")
    stubs.answer("config", "describe_configuration_recorders", {"ConfigurationRecorders": []})

    assert health_of(here, replace(QUIET, rules={ON_CHANGE: ""})).recording is False


def test_counts_what_waits_in_both_queues_of_failures(here: Aws, stubs: Stubs) -> None:
    for name, waiting in (("ai-config-failures", "2"), ("ai-config-alerts-failures.fifo", "3")):
        stubs.answer("sqs", "get_queue_url", {"QueueUrl": QUEUE_URL.format(name)}, QueueName=name)
        stubs.answer(
            "sqs",
            "get_queue_attributes",
            {"Attributes": {"ApproximateNumberOfMessages": waiting}},
            QueueUrl=QUEUE_URL.format(name),
            AttributeNames=["ApproximateNumberOfMessages"],
        )

    assert health_of(here, replace(QUIET, told_from="HIGH")).failures == 5


def age(query_id: str, name: str) -> dict[str, Any]:
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SQS",
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Dimensions": [{"Name": "QueueName", "Value": name}],
            },
            "Period": 3600,
            "Stat": "Maximum",
        },
    }


@pytest.mark.parametrize(
    ("results", "stuck"),
    [
        pytest.param([], (), id="nothing known"),
        pytest.param([{"Id": "q0", "Values": [7200.0, 1.0]}], (), id="two hours"),
        pytest.param([{"Id": "q0", "Values": [1.0, 7200.5, 2.0]}], ("ai-config-findings",), id="longer"),
        pytest.param(
            [{"Id": "q1", "Values": [9000.0]}, {"Id": "q0", "Values": []}], ("ai-config-alerts.fifo",), id="another"
        ),
    ],
)
def test_knows_where_nothing_takes_events(
    here: Aws, stubs: Stubs, results: list[dict[str, Any]], stuck: tuple[str, ...]
) -> None:
    both = replace(QUIET, rules={}, daily=("reconciler",), told_from="HIGH")
    asked = {
        "MetricDataQueries": [age("q0", "ai-config-findings"), age("q1", "ai-config-alerts.fifo")],
        "StartTime": at(-4 * 60),
        "EndTime": at(0),
    }
    stubs.refuse("cloudwatch", "get_metric_data", "AccessDenied")
    stubs.answer("cloudwatch", "get_metric_data", {"MetricDataResults": results[:1], "NextToken": "t"}, **asked)
    stubs.answer("cloudwatch", "get_metric_data", {"MetricDataResults": results[1:]}, **asked, NextToken="t")

    assert health_of(here, both).stuck == stuck


def test_what_could_not_be_looked_at_is_said_once(here: Aws, stubs: Stubs) -> None:
    stubs.refuse("config", "describe_conformance_pack_status", "AccessDenied")
    stubs.refuse("cloudwatch", "get_metric_data", "AccessDenied")
    stubs.refuse("sqs", "get_queue_url", "QueueDoesNotExist")
    for service, operation in (
        ("lambda", "get_function_configuration"),
        ("config", "describe_conformance_pack_status"),
        ("events", "describe_rule"),
        ("sqs", "get_queue_url"),
        ("cloudwatch", "describe_alarms"),
    ):
        stubs.refuse(service, operation, "AccessDenied")

    assert health_of(here, QUIET).unknown == (
        "The conformance pack ai-config: AccessDenied: DescribeConformancePackStatus: No.",
        "The watchdog could not look at everything: AccessDenied: GetMetricData: No.",
        "The watchdog could not look at everything: QueueDoesNotExist: GetQueueUrl: No.",
        "What the stack's functions are could not be read: AccessDenied: GetFunctionConfiguration: No.",
        "What the stack's event rules are could not be read: AccessDenied: DescribeRule: No.",
        "What the stack's queues are could not be read: AccessDenied: GetQueueUrl: No.",
        "What the stack's alarms are could not be read: AccessDenied: DescribeAlarms: No.",
    )
