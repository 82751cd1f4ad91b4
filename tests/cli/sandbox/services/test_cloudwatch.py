from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.sandbox import Account

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"


@pytest.fixture
def cloudwatch(account: Account) -> Any:
    return account.session().client("cloudwatch")


def put(client: Any, ago: timedelta = timedelta(0), value: float = 1, **dimensions: str) -> None:
    datum = {"MetricName": "Invocations", "Value": value, "Timestamp": datetime.now(UTC) - ago}
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    client.put_metric_data(Namespace="AWS/Bedrock", MetricData=[{**datum, **({"Dimensions": named} if named else {})}])


@pytest.mark.parametrize(
    ("ago", "listed", "active"),
    [
        (timedelta(minutes=5), True, True),
        (timedelta(hours=4), True, False),
        (timedelta(days=13), True, False),
        (timedelta(days=15), False, False),
    ],
    ids=["just-now", "hours-ago", "days-ago", "longer-than-two-weeks-ago"],
)
def test_metrics_are_listed_while_they_receive_data(
    cloudwatch: Any, ago: timedelta, *, listed: bool, active: bool
) -> None:
    put(cloudwatch, ago, ModelId=MODEL)

    assert bool(cloudwatch.list_metrics(Namespace="AWS/Bedrock")["Metrics"]) is listed
    assert bool(cloudwatch.list_metrics(Namespace="AWS/Bedrock", RecentlyActive="PT3H")["Metrics"]) is active


def test_every_metric_is_listed_once(cloudwatch: Any) -> None:
    for _ in range(2):
        put(cloudwatch)
        put(cloudwatch, ModelId=MODEL)

    assert cloudwatch.list_metrics()["Metrics"] == [
        {"Namespace": "AWS/Bedrock", "MetricName": "Invocations", "Dimensions": []},
        {
            "Namespace": "AWS/Bedrock",
            "MetricName": "Invocations",
            "Dimensions": [{"Name": "ModelId", "Value": MODEL}],
        },
    ]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"Namespace": "AWS/Bedrock"}, 2),
        ({"Namespace": "AWS/BedrockMantle"}, 0),
        ({"MetricName": "Invocations"}, 2),
        ({"MetricName": "InvocationLatency"}, 0),
        ({"Dimensions": [{"Name": "ModelId"}]}, 2),
        ({"Dimensions": [{"Name": "ModelId", "Value": MODEL}]}, 1),
        ({"Dimensions": [{"Name": "ModelId", "Value": "other"}]}, 0),
        ({"Dimensions": [{"Name": "Region"}]}, 0),
    ],
)
def test_listings_are_filtered(cloudwatch: Any, wanted: dict[str, Any], count: int) -> None:
    put(cloudwatch, ModelId=MODEL)
    put(cloudwatch, ModelId="amazon.nova-lite-v1:0", ContextWindow="8k")

    assert len(cloudwatch.list_metrics(**wanted)["Metrics"]) == count


def test_listings_come_in_pages(cloudwatch: Any, account: Account) -> None:
    for number in range(3):
        put(cloudwatch, ModelId=f"m{number}")
    account.faults.page_size(1)
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace="AWS/Bedrock"))

    assert [[each["Dimensions"][0]["Value"] for each in page["Metrics"]] for page in pages] == [["m0"], ["m1"], ["m2"]]


def test_invocations_are_summed_per_model(cloudwatch: Any) -> None:
    put(cloudwatch, timedelta(minutes=1), value=2, ModelId=MODEL)
    put(cloudwatch, timedelta(minutes=2), value=3, ModelId=MODEL)
    put(cloudwatch, timedelta(minutes=1), value=7, ModelId="other")
    metric = {
        "Namespace": "AWS/Bedrock",
        "MetricName": "Invocations",
        "Dimensions": [{"Name": "ModelId", "Value": MODEL}],
    }
    now = datetime.now(UTC)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Sum"}}],
        StartTime=now - timedelta(days=1),
        EndTime=now,
    )

    assert sum(answer["MetricDataResults"][0]["Values"]) == 5
