from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.facts import alarms, alert_destinations
from rules.facts.alarms import Alarms, CompositeAlarm, Metric, MetricAlarm

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
PLAIN: dict[str, Any] = {
    "Namespace": "AWS/Bedrock",
    "MetricName": "InvocationThrottles",
    "Dimensions": [{"Name": "ModelId", "Value": "m"}, {"Name": "ContextWindow", "Value": "8k"}],
    "Statistic": "Sum",
    "Period": 300,
}
THROTTLES = Metric("AWS/Bedrock", "InvocationThrottles", (("ContextWindow", "8k"), ("ModelId", "m")))
RISE: dict[str, Any] = {
    "EvaluationPeriods": 3,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
ALARM = MetricAlarm(
    name="throttled",
    arn=f"{ARN}throttled",
    metrics=(THROTTLES,),
    calculated=False,
    statistic="Sum",
    comparison="GreaterThanThreshold",
    threshold=5.0,
    datapoints=3,
    actions_enabled=True,
    actions=(),
)


@pytest.fixture
def cloudwatch(account: Account) -> Any:
    return account.session().client("cloudwatch")


def described(**alarm: Any) -> dict[str, Any]:
    return {"AlarmName": "a", "AlarmArn": f"{ARN}a", "ActionsEnabled": True} | RISE | alarm


def read(aws: Aws, **alarm: Any) -> MetricAlarm:
    """Return what is read of an alarm that DescribeAlarms describes like this."""
    with Stubber(aws.client("cloudwatch")) as answers:
        answers.add_response("describe_alarms", {"MetricAlarms": [described(**alarm)]})
        (found,) = alarms.alarms(aws, "us-east-1").on_metrics
    return found


def query(**stat: Any) -> dict[str, Any]:
    metric = {"Namespace": "AWS/Bedrock", "MetricName": "InvocationThrottles"}
    return {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}} | stat


def test_a_region_without_alarms_has_none(aws: Aws) -> None:
    assert alarms.alarms(aws, "us-east-1") == Alarms()


def test_reads_alarms_on_metrics_and_composite_ones(account: Account, cloudwatch: Any, aws: Aws) -> None:
    account.session().client("sns").create_topic(Name="alerts")
    cloudwatch.put_metric_alarm(AlarmName="throttled", AlarmActions=[TOPIC], **PLAIN, **RISE)
    cloudwatch.put_metric_alarm(
        AlarmName="quiet", ActionsEnabled=False, DatapointsToAlarm=1, AlarmActions=[TOPIC], **PLAIN, **RISE
    )
    cloudwatch.put_composite_alarm(AlarmName="any", AlarmRule="ALARM(throttled)", AlarmActions=[TOPIC])

    found = alarms.alarms(aws, "us-east-1")
    topic = alert_destinations.destination(aws, TOPIC)

    assert topic.exists
    assert [alarm.name for alarm in found.on_metrics] == ["throttled", "quiet"]
    throttled, quiet = found.on_metrics
    assert throttled == MetricAlarm(**vars(ALARM) | {"actions": (topic,)})
    assert (quiet.actions_enabled, quiet.datapoints, quiet.actions) == (False, 1, (topic,))
    assert found.composite == (
        CompositeAlarm("any", f"{ARN}any", "ALARM(throttled)", actions_enabled=True, actions=(topic,)),
    )


def test_reads_what_follows_the_first_page(account: Account, cloudwatch: Any, aws: Aws) -> None:
    for name in ("one", "two"):
        cloudwatch.put_metric_alarm(AlarmName=name, **PLAIN, **RISE)
    cloudwatch.put_composite_alarm(AlarmName="any", AlarmRule="ALARM(one)")
    account.faults.page_size(1)

    found = alarms.alarms(aws, "us-east-1")

    assert [alarm.name for alarm in found.on_metrics] == ["one", "two"]
    assert [alarm.name for alarm in found.composite] == ["any"]


def test_reads_the_alarms_of_another_region(account: Account, aws: Aws) -> None:
    account.session("eu-central-1").client("cloudwatch").put_metric_alarm(AlarmName="there", **PLAIN, **RISE)

    assert [alarm.name for alarm in alarms.alarms(aws, "eu-central-1").on_metrics] == ["there"]
    assert alarms.alarms(aws, "us-east-1") == Alarms()


@pytest.mark.parametrize(
    ("alarm", "metrics", "calculated", "statistic"),
    [
        pytest.param({**PLAIN, "Statistic": "Sum"}, (THROTTLES,), False, "Sum", id="one metric, written the short way"),
        pytest.param(
            {"Namespace": "n", "MetricName": "m", "ExtendedStatistic": "p99"},
            (Metric("n", "m"),),
            False,
            "p99",
            id="a percentile",
        ),
        pytest.param(
            {"Metrics": [query()]},
            (Metric("AWS/Bedrock", "InvocationThrottles"),),
            False,
            "Maximum",
            id="one metric, written the long way",
        ),
        pytest.param(
            {"Metrics": [{"Id": "e", "Expression": "m1 / 2"}, query(ReturnData=False)]},
            (Metric("AWS/Bedrock", "InvocationThrottles"),),
            True,
            "",
            id="a calculation",
        ),
        pytest.param(
            {
                "Metrics": [query(), {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1)"}],
                "ThresholdMetricId": "band",
            },
            (Metric("AWS/Bedrock", "InvocationThrottles"),),
            True,
            "",
            id="an anomaly band",
        ),
        pytest.param({"Metrics": [query(AccountId="111122223333")]}, (), True, "", id="a metric of another account"),
        pytest.param(
            {"Metrics": [query(AccountId="123456789012")]},
            (Metric("AWS/Bedrock", "InvocationThrottles"),),
            False,
            "Maximum",
            id="a metric of this account by its id",
        ),
        pytest.param({"EvaluationCriteria": {"PromQLCriteria": {"Query": "up"}}}, (), True, "", id="a PromQL query"),
    ],
)
def test_reads_what_an_alarm_watches(
    aws: Aws, alarm: dict[str, Any], metrics: tuple[Metric, ...], calculated: bool, statistic: str
) -> None:
    found = read(aws, **alarm)

    assert (found.metrics, found.calculated, found.statistic) == (metrics, calculated, statistic)


def test_alarms_that_cannot_be_read_are_no_answer(account: Account, aws: Aws) -> None:
    account.faults.deny("cloudwatch:DescribeAlarms")

    with pytest.raises(ClientError, match="AccessDenied"):
        alarms.alarms(aws, "us-east-1")
