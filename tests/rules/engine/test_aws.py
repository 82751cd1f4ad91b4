from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from socket import EAI_AGAIN, EAI_NONAME, gaierror
from threading import Barrier

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber
from urllib3.exceptions import NameResolutionError

from rules.engine.aws import Aws
from rules.engine.clients import Service
from rules.engine.resource import Resource, Unreadable
from rules.permissions.refusals import MalformedPolicyError

SECRET = "AKIAIOSFODNN7EXAMPLE"


def account(region: str = "us-east-1") -> Aws:
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=region)
    return Aws(session, account_id="123456789012", region=region, now=datetime(2026, 11, 1, tzinfo=UTC))


def resource(name: str) -> Resource:
    return Resource("AWS::S3::Bucket", name, name)


def refused(code: str, message: str = "the message") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "GetThing")


def raising(error: Exception) -> Callable[[], str]:
    def read() -> str:
        raise error

    return read


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("us-east-1", "arn:aws:lambda:us-east-1:123456789012:function:f"),
        ("us-gov-west-1", "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f"),
        ("cn-north-1", "arn:aws-cn:lambda:cn-north-1:123456789012:function:f"),
    ],
)
def test_arns_follow_the_partition(region: str, arn: str) -> None:
    aws = account(region)

    assert aws.arn("lambda", "function:f") == arn
    assert aws.account.arn == f"arn:{aws.partition}:iam::123456789012:root"


def test_makes_a_client_once_for_a_service_and_region() -> None:
    aws = account()

    assert aws.client("kms") is aws.client("kms", "us-east-1")
    assert aws.client("kms", "eu-west-1") is not aws.client("kms")
    assert aws.client("kms", "eu-west-1").meta.region_name == "eu-west-1"


def test_recalls_what_was_read_before_even_a_failure() -> None:
    aws = account()
    calls = []

    def compute() -> str:
        calls.append(1)
        raise refused("AccessDenied")

    for _ in range(2):
        with pytest.raises(ClientError, match="AccessDenied"):
            aws.recall("key", compute)

    assert len(calls) == 1
    assert aws.recall("other key", lambda: "value") == "value"


def test_two_threads_that_need_the_same_fact_read_it_once() -> None:
    aws, together = account(), Barrier(2)
    calls: list[int] = []

    def read() -> str:
        calls.append(1)
        return "value"

    def ask() -> str:
        together.wait()
        return aws.recall("key", read)

    with ThreadPoolExecutor(2) as pool:
        answers = [future.result() for future in [pool.submit(ask), pool.submit(ask)]]

    assert (answers, len(calls)) == (["value", "value"], 1)


def test_asks_for_the_same_once_and_for_something_else_again() -> None:
    aws = account()
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        for name in ("risk", "claims"):
            answer = {"ModelName": name, "ModelArn": "a" * 20, "CreationTime": aws.now}
            sagemaker_says.add_response("describe_model", answer, {"ModelName": name})

        asked = [aws.asked("sagemaker", "describe_model", ModelName=name) for name in ("risk", "claims", "risk")]

    assert [answer["ModelName"] for answer in asked] == ["risk", "claims", "risk"]


def test_reads_the_tags_of_a_resource_once() -> None:
    aws = account()
    read: list[str] = []

    def tags() -> dict[str, str]:
        read.append("once")
        return {"team": "ai"}

    assert [aws.tags("arn", tags), aws.tags("arn", tags)] == [{"team": "ai"}, {"team": "ai"}]
    assert read == ["once"]


def test_reads_no_tags_where_no_rule_exempts() -> None:
    aws = account()
    aws.recall("key", lambda: "read before")
    other = aws.without_exemptions()

    assert other.tags("arn", lambda: {"team": "ai"}) == {}
    assert other.recall("key", lambda: "read again") == "read before"
    assert other.client("kms") is aws.client("kms")


def test_what_was_read_without_exemptions_exempts_nothing_later() -> None:
    aws = account()

    def fact(run: Aws) -> object:
        return run.recall("fact", lambda: run.tags("arn", lambda: {"team": "ai"}))

    assert (fact(aws.without_exemptions()), fact(aws)) == ({}, {"team": "ai"})


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        pytest.param(refused("AccessDenied"), "AccessDenied", "GetThing: the message", id="refused"),
        pytest.param(
            ReadTimeoutError(endpoint_url="https://x"),
            "ReadTimeout",
            'Read timeout on endpoint URL: "https://x"',
            id="timeout",
        ),
        pytest.param(
            ReadTimeoutError(endpoint_url=f"https://x/guardrails?nextToken={SECRET}"),
            "ReadTimeout",
            'Read timeout on endpoint URL: "https://x/guardrails?…"',
            id="timeout of a further page",
        ),
        pytest.param(
            refused(
                "InvalidSignatureException", f"The Canonical String should have been x-amz-security-token:{SECRET}"
            ),
            "InvalidSignatureException",
            "GetThing: the message is left out, because it repeats the request with its credentials",
            id="a signature that does not match",
        ),
        pytest.param(ResponseParserError(SECRET), "UnexpectedAnswer", "the answer could not be parsed", id="not XML"),
        pytest.param(KeyError("Policy"), "UnexpectedAnswer", "the answer lacks 'Policy'", id="a member is missing"),
        pytest.param(
            ValueError(SECRET), "UnexpectedAnswer", "the answer has an unexpected form (ValueError)", id="another form"
        ),
        pytest.param(MalformedPolicyError("no Effect"), "MalformedPolicy", "no Effect", id="not a policy"),
    ],
)
def test_what_cannot_be_read_is_named_without_its_content(error: Exception, code: str, message: str) -> None:
    unreadable = account().read_one(resource("a"), raising(error))

    assert unreadable == Unreadable(resource("a"), code, message)


def test_gone_since_it_was_listed_is_no_fact_and_no_failure() -> None:
    assert account().read_one(resource("a"), raising(refused("NoSuchThing")), gone=("NoSuchThing",)) is None


def test_reads_each_item_in_order_without_the_ones_that_are_gone() -> None:
    def read(name: str) -> str:
        if name == "dark":
            raise refused("AccessDenied")
        if name == "gone":
            raise refused("NoSuchThing")
        return name.upper()

    facts = account().read_each(["a", "gone", "dark", "b"], resource, read, gone=("NoSuchThing",))

    assert facts == ("A", Unreadable(resource("dark"), "AccessDenied", "GetThing: the message"), "B")


def test_a_fault_of_our_own_is_not_taken_for_an_unreadable_resource() -> None:
    def read(name: str) -> str:
        raise AssertionError(name)

    with pytest.raises(AssertionError, match="a"):
        account().read_each(["a", "b"], resource, read)


def unreachable(reason: Exception) -> EndpointConnectionError:
    wrapped = NameResolutionError("bedrock.nowhere.amazonaws.com", None, reason)  # type: ignore[arg-type] # no connection is made
    wrapped.__cause__ = reason
    return EndpointConnectionError(endpoint_url="https://bedrock.nowhere.amazonaws.com", error=wrapped)


NO_SUCH_NAME = unreachable(gaierror(EAI_NONAME, "Name or service not known"))
NO_NAME_SERVER = unreachable(gaierror(EAI_AGAIN, "Temporary failure in name resolution"))
REFUSED = EndpointConnectionError(endpoint_url="x", error=ConnectionRefusedError())


@pytest.mark.parametrize(
    ("service", "region", "error", "lacks"),
    [
        pytest.param("bedrock", "us-east-1", refused("UnknownOperationException"), True, id="unknown operation"),
        pytest.param("bedrock", "us-east-1", refused("AccessDeniedException"), False, id="access denied"),
        pytest.param(
            "bedrock",
            "eu-west-3",
            refused("ValidationException", "Unknown operation ListGuardrails"),
            True,
            id="an operation that the Region does not know",
        ),
        pytest.param("bedrock", "us-east-1", refused("ValidationException"), False, id="another validation"),
        pytest.param("bedrock", "us-east-1", NO_SUCH_NAME, False, id="no such name in a Region that has it"),
        pytest.param("bedrock", "cn-north-1", NO_SUCH_NAME, True, id="no such name in a Region without it"),
        pytest.param("bedrock-agent", "us-east-1", NO_SUCH_NAME, True, id="no such name, Regions not published"),
        pytest.param("bedrock", "cn-north-1", NO_NAME_SERVER, False, id="name service down in a Region without it"),
        pytest.param("bedrock", "cn-north-1", REFUSED, False, id="connection refused in a Region without it"),
        pytest.param("bedrock", "cn-north-1", ReadTimeoutError(endpoint_url="x"), False, id="timeout"),
    ],
)
def test_tells_an_absent_feature_from_a_fault(service: Service, region: str, error: Exception, lacks: bool) -> None:
    assert account(region).lacks(service, error) is lacks


def test_what_answered_before_in_the_run_is_not_absent() -> None:
    aws = account("us-east-1")
    aws.heard("bedrock-agent")

    assert not aws.lacks("bedrock-agent", NO_SUCH_NAME)
    assert aws.lacks("bedrock-agent", NO_SUCH_NAME, "eu-central-1")
    assert aws.lacks("s3vectors", NO_SUCH_NAME)


def test_asks_for_the_region_that_was_called() -> None:
    assert account("us-east-1").lacks("bedrock", NO_SUCH_NAME, "cn-north-1")
    assert not account("cn-north-1").lacks("bedrock", NO_SUCH_NAME, "us-east-1")
