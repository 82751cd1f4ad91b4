from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest

from rules.engine.clients import Clients


class RequestSeenError(Exception):
    pass


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def url_of_account_request(client: Any) -> str:
    """Return the URL that an S3 Control request would go to."""

    def see(request: AWSPreparedRequest, **_: object) -> None:
        raise RequestSeenError(request.url)

    client.meta.events.register("before-send.s3-control", see)
    with pytest.raises(RequestSeenError) as seen:
        client.get_public_access_block(AccountId="123456789012")
    return str(seen.value)


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        pytest.param(None, "https://123456789012.s3-control.us-east-1.amazonaws.com", id="AWS itself"),
        pytest.param(
            "https://control.vpce-1.s3.us-east-1.vpce.amazonaws.com",
            "https://123456789012.control.vpce-1.s3.us-east-1.vpce.amazonaws.com",
            id="an interface endpoint",
        ),
        pytest.param("http://127.0.0.1:5000", "http://127.0.0.1:5000", id="an address"),
        pytest.param("http://localhost:5000", "http://localhost:5000", id="a host without a domain"),
    ],
)
def test_puts_the_account_into_the_host_name_of_s3_control_only_where_it_resolves(
    endpoint: str | None, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    client = Clients(boto3.Session(region_name="us-east-1"), "us-east-1").get("s3control")

    assert url_of_account_request(client) == f"{host}/v20180820/configuration/publicAccessBlock"


def test_sends_no_faster_than_aws_takes_calls() -> None:
    config = Clients(boto3.Session(region_name="us-east-1"), "us-east-1").get("bedrock").meta.config

    assert config.retries == {"mode": "adaptive", "total_max_attempts": 6}
    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (5, 30, 32)
    assert config.user_agent.startswith("ai-config-rules Boto3/")


def test_makes_one_client_of_a_service_and_region() -> None:
    clients = Clients(boto3.Session(region_name="us-east-1"), "us-east-1")
    here, there = clients.get("sqs"), clients.get("sqs", "eu-west-1")

    assert [client.meta.region_name for client in (here, there)] == ["us-east-1", "eu-west-1"]
    assert clients.get("sqs", "us-east-1") is here
    assert clients.get("sqs", "eu-west-1") is there


@pytest.mark.parametrize(("region", "known"), [("us-east-1", True), ("cn-north-1", True), ("us-east-9", False)])
def test_knows_the_regions_of_every_partition(region: str, *, known: bool) -> None:
    assert Clients(boto3.Session(region_name="us-east-1"), "us-east-1").knows("sqs", region) is known
