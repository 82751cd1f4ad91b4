from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.facts import metric_filters
from rules.facts.alarms import Metric
from rules.facts.metric_filters import MetricFilter

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:trail:*"
PATTERN = '{ $.eventName = "DeleteGuardrail" }'
COUNT = {"metricName": "Changes", "metricNamespace": "Security", "metricValue": "1"}
FILTER = MetricFilter(
    name="changes",
    region="us-east-1",
    log_group="trail",
    pattern=PATTERN,
    metric=Metric("Security", "Changes"),
    value="1",
    default=None,
    per_dimension=False,
    narrowed=False,
)


def make(account: Account, *names: str, region: str = "us-east-1") -> None:
    client = account.session(region).client("logs")
    client.create_log_group(logGroupName="trail")
    for name in names:
        client.put_metric_filter(
            logGroupName="trail", filterName=name, filterPattern=PATTERN, metricTransformations=[COUNT]
        )


def test_reads_the_filters_of_a_log_group(account: Account, aws: Aws) -> None:
    make(account, "changes")

    assert metric_filters.metric_filters(aws, GROUP) == (FILTER,)


def test_reads_a_log_group_without_filters(account: Account, aws: Aws) -> None:
    make(account)

    assert metric_filters.metric_filters(aws, GROUP) == ()


def test_a_log_group_that_does_not_exist_has_none(aws: Aws) -> None:
    assert metric_filters.metric_filters(aws, GROUP) == ()


def test_reads_log_groups_of_other_regions_there(account: Account, aws: Aws) -> None:
    make(account, "there", region="eu-central-1")

    (found,) = metric_filters.metric_filters(aws, GROUP.replace("us-east-1", "eu-central-1"))

    assert (found.name, found.region) == ("there", "eu-central-1")
    assert metric_filters.metric_filters(aws, GROUP) == ()


def test_reads_what_follows_the_first_page(account: Account, aws: Aws) -> None:
    make(account, "one", "two", "three")
    account.faults.page_size(1)

    assert [found.name for found in metric_filters.metric_filters(aws, GROUP)] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("described", "transformation", "expected"),
    [
        pytest.param({}, {"defaultValue": 0.0}, {"default": 0.0}, id="a default value"),
        pytest.param({}, {"dimensions": {"User": "$.userIdentity.arn"}}, {"per_dimension": True}, id="dimensions"),
        pytest.param(
            {"emitSystemFieldDimensions": ["@aws.account"]}, {}, {"per_dimension": True}, id="dimensions of the system"
        ),
        pytest.param({"applyOnTransformedLogs": True}, {}, {"narrowed": True}, id="transformed log events"),
        pytest.param(
            {"fieldSelectionCriteria": '@aws.region = "us-east-1"'}, {}, {"narrowed": True}, id="system fields"
        ),
        pytest.param({"filterPattern": ""}, {}, {"pattern": ""}, id="everything"),
    ],
)
def test_reads_what_filters_do_besides(
    aws: Aws, described: dict[str, Any], transformation: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = {"filterName": "changes", "filterPattern": PATTERN, "metricTransformations": [COUNT | transformation]}
    with Stubber(aws.client("logs", "us-east-1")) as answers:
        answers.add_response(
            "describe_metric_filters", {"metricFilters": [answer | described]}, {"logGroupName": "trail"}
        )

        assert metric_filters.metric_filters(aws, GROUP) == (MetricFilter(**vars(FILTER) | expected),)


def test_filters_that_cannot_be_read_are_no_answer(account: Account, aws: Aws) -> None:
    account.faults.deny("logs:DescribeMetricFilters")

    with pytest.raises(ClientError, match="AccessDenied"):
        metric_filters.metric_filters(aws, GROUP)
