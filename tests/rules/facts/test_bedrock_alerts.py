import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import bedrock_alerts
from rules.facts.alarms import Metric
from rules.facts.bedrock_alerts import ChangeAlerts, RuntimeAlarms
from rules.facts.bedrock_usage import BedrockUsage

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:respond"
GUARDRAIL = "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1"
COUNT = {"metricName": "Changes", "metricNamespace": "Security", "metricValue": "1"}

COLLECTORS = pytest.mark.parametrize(
    "collector", [bedrock_alerts.change_alerts, bedrock_alerts.runtime_alarms], ids=["changes", "runtime"]
)


def make_trail(account: Account, region: str = "us-east-1", *, log_group: bool = True) -> None:
    """Make a trail of all Regions that also writes to a log group, with a metric filter and an alarm on that."""
    session = account.session(region)
    session.client("s3", region_name="us-east-1").create_bucket(Bucket="trail")
    logs = session.client("logs")
    logs.create_log_group(logGroupName="trail")
    logs.put_metric_filter(logGroupName="trail", filterName="changes", filterPattern="", metricTransformations=[COUNT])
    role = session.client("iam").create_role(RoleName="trail", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    arn = f"arn:aws:logs:{region}:123456789012:log-group:trail:*"
    to_logs = {"CloudWatchLogsLogGroupArn": arn, "CloudWatchLogsRoleArn": role} if log_group else {}
    trails = session.client("cloudtrail")
    trails.create_trail(Name="all", S3BucketName="trail", IsMultiRegionTrail=True, **to_logs)
    trails.start_logging(Name="all")
    session.client("cloudwatch").put_metric_alarm(
        AlarmName="changed",
        Namespace="Security",
        MetricName="Changes",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[TOPIC],
    )


def make_rule(account: Account) -> None:
    events = account.session().client("events")
    events.put_rule(Name="changes", EventPattern=json.dumps({"source": ["aws.bedrock"]}))
    events.put_targets(Rule="changes", Targets=[{"Id": "1", "Arn": TOPIC}, {"Id": "2", "Arn": FUNCTION}])


def change_alerts(aws: Aws) -> ChangeAlerts:
    (fact,) = bedrock_alerts.change_alerts(aws)
    assert isinstance(fact, ChangeAlerts)
    return fact


def test_an_empty_account_has_nothing_that_could_alert(aws: Aws) -> None:
    assert change_alerts(aws) == ChangeAlerts(
        resource=aws.account,
        region="us-east-1",
        usage=BedrockUsage(),
        trails=(),
        event_buses="arn:aws:events:us-east-1:123456789012:event-bus/",
        event_rules=(),
        filters=(),
        alarms={},
    )


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_reads_trails_filters_and_alarms_where_the_log_group_is(account: Account, aws: Aws, region: str) -> None:
    make_trail(account, region)
    make_rule(account)

    fact = change_alerts(aws)

    assert [trail.name for trail in fact.trails] == ["all"]
    assert [rule.name for rule in fact.event_rules] == ["changes"]
    assert [(found.name, found.region) for found in fact.filters] == [("changes", region)]
    assert {where: [alarm.name for alarm in found.on_metrics] for where, found in fact.alarms.items()} == {
        region: ["changed"]
    }


def test_a_trail_without_a_log_group_has_no_filters(account: Account, aws: Aws) -> None:
    make_trail(account, log_group=False)

    assert change_alerts(aws).filters == ()


@pytest.mark.parametrize("page_size", [1, 100])
def test_page_sizes_change_nothing(account: Account, aws: Aws, page_size: int) -> None:
    make_trail(account)
    make_rule(account)
    account.faults.page_size(page_size)

    fact = change_alerts(aws)

    assert [len(rule.targets) for rule in fact.event_rules] == [2]
    assert len(fact.filters) == 1


@COLLECTORS
def test_unreadable_targets_make_the_account_unreadable(account: Account, aws: Aws, collector: Any) -> None:
    make_rule(account)
    account.faults.deny("sns:GetTopicAttributes")

    (fact,) = collector(aws)

    assert isinstance(fact, Unreadable)
    assert (fact.resource, fact.code) == (aws.account, "AccessDenied")
    assert fact.message.startswith("changes: GetTopicAttributes: ")


@pytest.mark.parametrize(
    "action",
    [
        "cloudtrail:DescribeTrails",
        "events:ListRules",
        "logs:DescribeMetricFilters",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListMetrics",
    ],
)
def test_what_cannot_be_listed_is_no_answer(account: Account, aws: Aws, action: str) -> None:
    make_trail(account)
    account.faults.deny(action)

    with pytest.raises(ClientError, match=r"AccessDenied"):
        bedrock_alerts.change_alerts(aws)


def test_reads_the_alarms_and_guardrails_of_a_region(account: Account, aws: Aws) -> None:
    make_trail(account)
    make_rule(account)
    cloudwatch = account.session().client("cloudwatch")
    version = [{"Name": "GuardrailArn", "Value": GUARDRAIL}, {"Name": "GuardrailVersion", "Value": "2"}]
    for dimensions in (version, [{"Name": "Operation", "Value": "ApplyGuardrail"}]):
        datum = {"MetricName": "Invocations", "Value": 1, "Dimensions": dimensions}
        cloudwatch.put_metric_data(Namespace="AWS/Bedrock/Guardrails", MetricData=[datum])

    (fact,) = bedrock_alerts.runtime_alarms(aws)

    assert isinstance(fact, RuntimeAlarms)
    assert fact == RuntimeAlarms(
        resource=aws.account,
        usage=BedrockUsage(),
        guardrail_versions=((GUARDRAIL, "2"),),
        alarms=fact.alarms,
        event_buses="arn:aws:events:us-east-1:123456789012:event-bus/",
        event_rules=fact.event_rules,
    )
    assert [rule.name for rule in fact.event_rules] == ["changes"]
    assert [alarm.metrics for alarm in fact.alarms.on_metrics] == [(Metric("Security", "Changes"),)]


def test_a_region_without_bedrock_has_no_use_of_it(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:*"))

    assert change_alerts(aws).usage == BedrockUsage()


@COLLECTORS
def test_declares_the_actions_that_it_uses(account: Account, aws: Aws, collector: Any) -> None:
    make_trail(account)
    make_rule(account)
    account.session().client("cloudwatch").put_composite_alarm(
        AlarmName="any", AlarmRule="ALARM(changed)", AlarmActions=[FUNCTION]
    )
    before = len(account.calls)

    collector(aws)

    assert {call.action for call in list(account.calls)[before:]} == {action.name for action in collector.actions}
