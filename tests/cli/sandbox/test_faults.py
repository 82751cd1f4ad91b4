from socket import EAI_NONAME, gaierror
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from cli.sandbox import Account, EmbeddedAccount, Fault
from cli.sandbox.faults import FaultError, fault_from_json, fault_to_json

ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=1, connect_timeout=1)
CALLS = {
    "ec2": ("describe_vpcs", {}),
    "iam": ("list_roles", {}),
    "kms": ("list_keys", {}),
    "bedrock": ("list_guardrails", {}),
    "lambda": ("list_functions", {}),
    "s3": ("list_buckets", {}),
    "cloudwatch": ("list_metrics", {}),
    "config": ("describe_config_rules", {}),
    "s3control": ("list_access_points", {"AccountId": "123456789012"}),
}


def call(session: boto3.session.Session, service: str, **more: object) -> Any:
    operation, params = CALLS[service]
    return getattr(session.client(service, config=ONCE), operation)(**params, **more)


def refusal(session: boto3.session.Session, service: str) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(session, service)
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("kind", "service", "expected"),
    [
        ("deny", "ec2", ("UnauthorizedOperation", 403)),
        ("deny", "iam", ("AccessDenied", 403)),
        ("deny", "kms", ("AccessDeniedException", 400)),
        ("deny", "bedrock", ("AccessDeniedException", 403)),
        ("deny", "lambda", ("AccessDeniedException", 403)),
        ("deny", "s3", ("AccessDenied", 403)),
        ("deny", "s3control", ("AccessDenied", 403)),
        ("deny", "cloudwatch", ("AccessDeniedException", 400)),
        ("throttle", "ec2", ("RequestLimitExceeded", 503)),
        ("throttle", "iam", ("Throttling", 400)),
        ("throttle", "kms", ("ThrottlingException", 400)),
        ("throttle", "bedrock", ("ThrottlingException", 429)),
        ("throttle", "lambda", ("TooManyRequestsException", 429)),
        ("throttle", "s3", ("SlowDown", 503)),
        ("fail", "ec2", ("InternalError", 500)),
        ("fail", "iam", ("InternalFailure", 500)),
        ("fail", "bedrock", ("InternalServerException", 500)),
        ("fail", "s3", ("InternalError", 500)),
        ("expire", "ec2", ("RequestExpired", 400)),
        ("expire", "iam", ("ExpiredToken", 403)),
        ("expire", "bedrock", ("ExpiredTokenException", 403)),
        ("expire", "s3", ("ExpiredToken", 400)),
        ("gone", "iam", ("NoSuchEntity", 404)),
        ("gone", "s3", ("NoSuchBucket", 404)),
        ("gone", "kms", ("NotFoundException", 400)),
        ("gone", "bedrock", ("ResourceNotFoundException", 404)),
        ("unknown-operation", "ec2", ("InvalidAction", 400)),
        ("unknown-operation", "bedrock", ("UnknownOperationException", 404)),
        ("unknown-operation", "config", ("UnknownOperationException", 400)),
    ],
)
def test_refusals_have_the_shape_of_their_protocol(
    account: Account, kind: str, service: str, expected: tuple[str, int]
) -> None:
    account.faults.add(Fault(kind))

    assert refusal(account.session(), service) == expected


@pytest.mark.parametrize("service", CALLS)
def test_a_refusal_over_http_is_the_refusal_in_process(server: EmbeddedAccount, service: str) -> None:
    server.faults.add(Fault("deny"))

    assert refusal(server.session(), service)[0].startswith(("AccessDenied", "UnauthorizedOperation"))


def test_a_refusal_names_the_principal_and_the_action(account: Account) -> None:
    account.faults.deny("bedrock:ListGuardrails")

    with pytest.raises(ClientError, match="is not authorized to perform: bedrock:ListGuardrails on resource"):
        call(account.session(access_key_id="AKIAOTHEREXAMPLE0000"), "bedrock")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("no-endpoint", EndpointConnectionError),
        ("connect-timeout", ConnectTimeoutError),
        ("read-timeout", ReadTimeoutError),
        ("close", ConnectionClosedError),
    ],
)
def test_connections_are_lost_as_a_client_sees_it(account: Account, kind: str, expected: type[BotoCoreError]) -> None:
    account.faults.add(Fault(kind, "bedrock:*"))

    with pytest.raises(expected):
        call(account.session(), "bedrock")


@pytest.mark.parametrize(("kind", "expected"), [("close", ConnectionClosedError), ("read-timeout", ReadTimeoutError)])
def test_connections_are_lost_over_http(server: EmbeddedAccount, kind: str, expected: type[BotoCoreError]) -> None:
    server.faults.add(Fault(kind, "bedrock:*"))

    with pytest.raises(expected):
        call(server.session(), "bedrock")


def test_a_malformed_answer_is_an_error_of_xml_clients_and_an_empty_one_of_json_clients(
    account: Account, server: EmbeddedAccount
) -> None:
    account.faults.add(Fault("malformed"))

    for session in (account.session(), server.session()):
        with pytest.raises(ResponseParserError):
            call(session, "iam")
        assert set(call(session, "bedrock")) == {"ResponseMetadata"}


def test_a_page_of_a_proxy_comes_with_success(account: Account) -> None:
    account.faults.add(Fault("foreign"))

    assert set(call(account.session(), "bedrock")) == {"ResponseMetadata"}


def test_the_name_of_a_missing_endpoint_does_not_exist(account: Account) -> None:
    account.faults.add(Fault("no-endpoint"))

    with pytest.raises(EndpointConnectionError) as lost:
        call(account.session(), "bedrock")

    cause = lost.value.kwargs["error"].__cause__
    assert isinstance(cause, gaierror)
    assert cause.errno == EAI_NONAME


def test_denied_actions_are_named_as_iam_names_them(account: Account) -> None:
    s3 = account.session().client("s3", config=ONCE)
    s3.create_bucket(Bucket="logs")
    account.faults.deny("s3:ListBucket")

    with pytest.raises(ClientError) as head:
        s3.head_bucket(Bucket="logs")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="logs")

    assert head.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert s3.get_bucket_versioning(Bucket="logs")["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize("action", ["bedrock:ListGuardrails", "BEDROCK:list*", "bedrock:*", "*"])
def test_actions_are_patterns_whatever_their_case(account: Account, action: str) -> None:
    account.faults.deny(action)

    assert refusal(account.session(), "bedrock") == ("AccessDeniedException", 403)


@pytest.mark.parametrize("action", ["bedrock-agent:ListAgents", "bedrock:ListAgents"])
def test_actions_may_have_botocores_service_name(account: Account, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDenied"):
        account.session().client("bedrock-agent").list_agents()


@pytest.mark.parametrize("resource", ["logs", "arn:aws:s3:::accounts/logs"])
def test_one_resource_of_several_is_refused(account: Account, resource: str) -> None:
    s3 = account.session().client("s3", config=ONCE)
    for name in ("logs", "data", "other-logs"):
        s3.create_bucket(Bucket=name)
    account.faults.deny("s3:GetBucketVersioning", resource=resource)

    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_bucket_versioning(Bucket="logs")

    assert s3.get_bucket_versioning(Bucket="data")["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert s3.get_bucket_versioning(Bucket="other-logs")["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_resource_is_found_inside_of_structures(account: Account) -> None:
    account.faults.deny("ec2:DescribeVpcs", resource="vpc-1")

    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        account.session().client("ec2").describe_vpcs(Filters=[{"Name": "vpc-id", "Values": ["vpc-1"]}])


def test_one_region_of_several_fails(account: Account) -> None:
    account.faults.add(Fault("deny", "bedrock:*", region="eu-west-1"))

    assert call(account.session("us-east-1"), "bedrock")["guardrails"] == []
    assert refusal(account.session("eu-west-1"), "bedrock") == ("AccessDeniedException", 403)


def test_throttling_ends_after_the_wanted_number_of_calls(account: Account) -> None:
    account.faults.throttle("bedrock:ListGuardrails", times=2)
    codes = [refusal(account.session(), "bedrock")[0] for _ in range(2)]

    assert codes == ["ThrottlingException"] * 2
    assert call(account.session(), "bedrock")["guardrails"] == []


def test_a_client_that_retries_gets_over_throttling(account: Account) -> None:
    account.faults.throttle("bedrock:ListGuardrails", times=1)
    patient = account.session().client("bedrock", config=Config(retries={"mode": "standard", "total_max_attempts": 3}))

    assert patient.list_guardrails()["guardrails"] == []
    assert [each.error for each in account.calls] == ["ThrottlingException", ""]


def test_calls_before_the_fault_pass(account: Account) -> None:
    account.faults.deny("bedrock:ListGuardrails", after=1, times=1)
    session = account.session()

    assert call(session, "bedrock")["guardrails"] == []
    assert refusal(session, "bedrock") == ("AccessDeniedException", 403)
    assert call(session, "bedrock")["guardrails"] == []


def test_a_fault_may_have_its_own_code_status_and_message(account: Account) -> None:
    account.faults.add(Fault("fail", code="ServiceUnavailable", status=503, message="Not today."))

    with pytest.raises(ClientError, match="Not today") as error:
        call(account.session(), "bedrock")

    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert error.value.response["Error"]["Code"] == "ServiceUnavailable"


def test_only_calls_with_a_page_token_have_it_refused(account: Account) -> None:
    account.faults.add(Fault("refuse-token"))

    assert call(account.session(), "bedrock")["guardrails"] == []
    with pytest.raises(ClientError, match="The pagination token is invalid"):
        call(account.session(), "bedrock", nextToken="somewhere")


def test_faults_are_cancelled(account: Account) -> None:
    account.faults.deny("*")
    account.faults.clear()

    assert call(account.session(), "bedrock")["guardrails"] == []


@pytest.mark.parametrize(
    ("described", "complaint"),
    [
        ({"kind": "melt"}, "There is no fault 'melt'"),
        ({"kind": "deny", "colour": "red"}, "A fault has no member colour"),
        ({"action": "s3:*"}, "A fault has a kind"),
        ({"kind": "page-size", "size": 0}, "A page has at least one item, not 0"),
    ],
)
def test_faults_that_make_no_sense_are_refused(described: dict[str, Any], complaint: str) -> None:
    with pytest.raises(FaultError, match=complaint):
        fault_from_json(described)


def test_a_fault_survives_json() -> None:
    fault = Fault("deny", "s3:*", "logs", after=1, times=2)

    assert fault_from_json(fault_to_json(fault)) == fault
