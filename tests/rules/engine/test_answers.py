import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.answers import require_answer
from rules.engine.clients import Clients, Service
from rules.engine.errors import UnexpectedAnswerError

PAGE = b"<!DOCTYPE html>\n<html><body>Sign in</body></html>"
CUT = b'{"guardrails": [{"id": "abc'


def operation(service: str, name: str) -> Any:
    client = boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    return client.meta.service_model.operation_model(name)


def arrived(body: bytes, status: int = 200) -> Mapping[str, Any]:
    return {"status_code": status, "headers": {}, "body": body}


@pytest.mark.parametrize(
    ("service", "name", "body", "complaint"),
    [
        pytest.param("bedrock", "ListGuardrails", b"", "is not JSON", id="nothing, in REST"),
        pytest.param("bedrock", "ListGuardrails", CUT, "is not JSON", id="cut off, in REST"),
        pytest.param("bedrock", "ListGuardrails", PAGE, "is not JSON", id="a web page, in REST"),
        pytest.param("bedrock", "ListGuardrails", b"[]", "is not a JSON object", id="a list"),
        pytest.param("bedrock", "ListGuardrails", b"null", "is not a JSON object", id="null"),
        pytest.param("bedrock", "ListGuardrails", b"{}", "lacks guardrails", id="a listing without its list"),
        pytest.param("bedrock", "ListGuardrails", b'{"guardrails": null}', "lacks guardrails", id="null for a list"),
        pytest.param("bedrock", "ListGuardrails", b'{"guardrails": "abc"}', "not a list", id="a text for a list"),
        pytest.param("kms", "ListKeys", CUT, "is not JSON", id="cut off, in RPC"),
        pytest.param("kms", "ListKeys", b'{"Keys": {}}', "Keys is not a list", id="an object for a list"),
        pytest.param("kms", "DescribeKey", b'{"KeyMetadata": []}', "not a structure", id="a list for a structure"),
        pytest.param("config", "PutEvaluations", b"", "is not JSON", id="nothing, in RPC"),
        pytest.param("iam", "ListRoles", PAGE, "one of something else", id="a web page, in the query protocol"),
        pytest.param("ec2", "DescribeVpcs", PAGE, "one of something else", id="a web page, for EC2"),
        pytest.param(
            "iam", "ListRoles", b"<ListUsersResponse/>", "one of something else", id="another operation's answer"
        ),
        pytest.param("s3", "ListObjectsV2", b"", "is not XML", id="nothing, for S3"),
        pytest.param("s3", "ListObjectsV2", CUT, "is not XML", id="not XML, for S3"),
        pytest.param("s3", "ListObjectsV2", PAGE, "is a web page", id="a web page, for S3"),
    ],
)
def test_refuses_what_would_look_empty(service: str, name: str, body: bytes, complaint: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match=f"{name}: .*{complaint}"):
        require_answer(operation(service, name), arrived(body))


@pytest.mark.parametrize(
    ("service", "name", "body"),
    [
        pytest.param("bedrock", "ListGuardrails", b'{"guardrails": [], "later": {"member": 1}}', id="an empty listing"),
        pytest.param("kms", "ListKeys", b"{}", id="a list that the model does not require"),
        pytest.param("iam", "ListRoles", b'<?xml version="1.0"?>\n<!-- x --><ListRolesResponse/>', id="query XML"),
        pytest.param("ec2", "DescribeVpcs", b'<DescribeVpcsResponse xmlns="http://x">', id="EC2's XML"),
        pytest.param("s3", "GetBucketVersioning", b"<VersioningConfiguration/>", id="S3's XML"),
        pytest.param("s3", "GetBucketPolicy", b'{"Statement": []}', id="a policy as the body"),
        pytest.param("kms", "DisableKey", b"", id="an operation that answers nothing"),
    ],
)
def test_takes_what_the_service_model_allows(service: str, name: str, body: bytes) -> None:
    require_answer(operation(service, name), arrived(body))


def test_headers_alone_are_an_answer_if_aws_signed_for_them() -> None:
    head = operation("s3", "HeadObject")
    require_answer(head, {"status_code": 200, "headers": {"x-amz-request-id": "1"}, "body": b""})

    with pytest.raises(UnexpectedAnswerError, match="no request id of AWS"):
        require_answer(head, arrived(PAGE))


@pytest.mark.parametrize("status", [302, 403, 503])
def test_leaves_errors_to_botocore(status: int) -> None:
    require_answer(operation("bedrock", "ListGuardrails"), arrived(PAGE, status))


def test_never_quotes_the_body() -> None:
    with pytest.raises(UnexpectedAnswerError) as refused:
        require_answer(operation("kms", "ListKeys"), arrived(json.dumps(["AKIAIOSFODNN7EXAMPLE"]).encode()))

    assert str(refused.value) == "ListKeys: the answer is not a JSON object"


@pytest.mark.parametrize("kind", ["malformed", "foreign"])
@pytest.mark.parametrize(
    ("service", "method"),
    [("bedrock", "list_guardrails"), ("kms", "list_keys"), ("ec2", "describe_vpcs"), ("iam", "list_roles")],
)
def test_clients_of_rules_raise_instead_of_finding_nothing(
    account: Account, service: Service, method: str, kind: str
) -> None:
    client = Clients(account.session(), "us-east-1").get(service)
    account.faults.add(Fault(kind))

    with pytest.raises(UnexpectedAnswerError):
        getattr(client, method)()


def test_a_refusal_is_still_botocores_error(account: Account) -> None:
    s3 = Clients(account.session(), "us-east-1").get("s3")
    account.faults.add(Fault("deny", "s3:ListAllMyBuckets"))

    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_buckets()
