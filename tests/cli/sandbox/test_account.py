import os
import socket
import threading

import boto3
import pytest
from botocore.exceptions import ClientError

from cli.sandbox import ACCOUNT_ID, CREDENTIALS, Account, EmbeddedAccount, embedded_account
from cli.sandbox.exchange import HttpRequest
from cli.sandbox.gateway import GATEWAY
from tests.conftest import NetworkError

GUARDRAIL = {"name": "g", "blockedInputMessaging": "No.", "blockedOutputsMessaging": "No."}


def names(session: boto3.session.Session) -> list[str]:
    return [each["name"] for each in session.client("bedrock").list_guardrails()["guardrails"]]


def test_every_client_of_the_process_reaches_the_account(account: Account) -> None:
    boto3.client("bedrock").create_guardrail(**GUARDRAIL)

    assert names(account.session()) == ["g"]
    assert boto3.client("sts").get_caller_identity()["Account"] == ACCOUNT_ID


def test_an_account_begins_and_ends_empty() -> None:
    with embedded_account() as first:
        first.session().client("bedrock").create_guardrail(**GUARDRAIL)
        first.faults.throttle()
    with embedded_account() as second:
        assert names(second.session()) == []
        assert [each.operation for each in second.calls] == ["ListGuardrails"]


def test_the_environment_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    with embedded_account():
        inside = dict(os.environ)

    assert "AWS_PROFILE" not in inside
    assert inside["AWS_ACCESS_KEY_ID"] == CREDENTIALS["AWS_ACCESS_KEY_ID"]
    assert (os.environ["AWS_PROFILE"], os.environ["AWS_ACCESS_KEY_ID"]) == ("production", "AKIAREAL")


def test_regions_are_apart(account: Account) -> None:
    account.session("us-east-1").client("bedrock").create_guardrail(**GUARDRAIL)

    assert names(account.session("eu-west-1")) == []


def test_accounts_are_apart(account: Account) -> None:
    account.session().client("bedrock").create_guardrail(**GUARDRAIL)
    role = (
        account.session()
        .client("sts")
        .assume_role(RoleArn="arn:aws:iam::444455556666:role/r", RoleSessionName="session")
    )
    keys = role["Credentials"]
    other = boto3.session.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")

    assert other.client("sts").get_caller_identity()["Account"] == "444455556666"
    assert names(other) == []


def test_reset_empties_what_moto_keeps_and_what_it_lacks(account: Account) -> None:
    session = account.session()
    session.client("bedrock").create_guardrail(**GUARDRAIL)
    session.client("s3").create_bucket(Bucket="logs")
    account.faults.deny("kms:*")
    account.reset()

    assert (len(account.calls), list(account.faults)) == (0, [])
    assert names(session) == []
    assert session.client("s3").list_buckets()["Buckets"] == []


def test_calls_are_recorded_with_credentials_operation_region_and_outcome(account: Account) -> None:
    session = account.session("eu-west-1", access_key_id="AKIAOTHEREXAMPLE0000")
    with pytest.raises(ClientError):
        session.client("s3").get_bucket_policy(Bucket="logs")
    session.client("bedrock-agent").list_agents()
    recorded = account.calls.of("AKIAOTHEREXAMPLE0000")

    assert [(each.service, each.operation, each.region, each.action, each.error) for each in recorded] == [
        ("s3", "GetBucketPolicy", "eu-west-1", "s3:GetBucketPolicy", "NoSuchBucket"),
        ("bedrock-agent", "ListAgents", "eu-west-1", "bedrock:ListAgents", ""),
    ]
    assert recorded[0].parameters == {"Bucket": "logs"}
    assert account.calls.actions() == {"s3:GetBucketPolicy", "bedrock:ListAgents"}


def test_secrets_in_structures_and_bodies_are_not_recorded(account: Account) -> None:
    account.session().client("s3").create_bucket(Bucket="logs")
    account.session().client("s3").put_object(Bucket="logs", Key="k", Body=b"secret-value")

    assert "secret-value" not in str(list(account.calls))


def test_what_neither_moto_nor_the_account_has_is_refused_loudly(account: Account) -> None:
    session = account.session()

    with pytest.raises(ClientError, match=r"NotImplemented.*does not have bedrock:ListFoundationModelAgreementOffers"):
        session.client("bedrock").list_foundation_model_agreement_offers(modelId="amazon.nova-lite-v1:0")
    with pytest.raises(ClientError, match=r"NotImplemented.*does not have config:ListStoredQueries"):
        session.client("config").list_stored_queries()
    with pytest.raises(ClientError, match=r"NotImplemented.*does not have wellarchitected:ListWorkloads"):
        session.client("wellarchitected").list_workloads()


def test_a_request_of_an_unknown_service_is_refused() -> None:
    scope = "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/no-such-service/aws4_request"
    request = HttpRequest(
        "GET", "http://127.0.0.1/x", {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"}, b""
    )

    assert GATEWAY.answer(request).status == 501


def test_an_unsigned_request_is_refused() -> None:
    assert GATEWAY.answer(HttpRequest("GET", "http://127.0.0.1/x", {}, b"")).status == 501


def test_threads_do_not_get_into_each_others_way(account: Account) -> None:
    clients = [account.session().client("bedrock") for _ in range(8)]
    threads = [
        threading.Thread(target=client.create_guardrail, kwargs=GUARDRAIL | {"name": f"g{number}"})
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(names(account.session())) == [f"g{number}" for number in range(8)]


def test_one_process_has_one_account(account: Account, server: EmbeddedAccount) -> None:
    server.session().client("bedrock").create_guardrail(**GUARDRAIL)

    assert names(account.session()) == ["g"]


@pytest.mark.parametrize("name", ["logs", "config", "bedrock.data", "a.b.c"])
def test_buckets_named_like_services_are_buckets(account: Account, name: str) -> None:
    s3 = account.session("eu-west-1").client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=name, Key="a b/c", Body=b"content")

    assert s3.get_object(Bucket=name, Key="a b/c")["Body"].read() == b"content"
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eusc-de-east-1"])
def test_other_partitions_have_their_own_arns(account: Account, region: str) -> None:
    session = account.session(region)
    partition = session.get_partition_for_region(region)
    arn = session.client("bedrock").create_guardrail(**GUARDRAIL)["guardrailArn"]

    assert arn.startswith(f"arn:{partition}:bedrock:{region}:{ACCOUNT_ID}:guardrail/")


def test_the_network_is_out_of_reach_of_tests() -> None:
    with socket.socket() as outside, pytest.raises(NetworkError, match=r"tried to connect to 192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))
    with socket.socket() as outside, pytest.raises(NetworkError, match=r"tried to connect to 192\.0\.2\.1"):
        outside.connect_ex(("192.0.2.1", 80))
