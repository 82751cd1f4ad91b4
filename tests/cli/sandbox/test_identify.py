import re

import pytest
from moto.backend_index import backend_url_patterns
from moto.core.utils import get_service_model

from cli.sandbox.actions import iam_action
from cli.sandbox.exchange import HttpRequest
from cli.sandbox.identify import UnknownOperationError, host_of, services_of, target_of

SERVICES = [
    "application-autoscaling",
    "bedrock",
    "bedrock-agent",
    "bedrock-agentcore-control",
    "bedrock-runtime",
    "budgets",
    "cloudformation",
    "cloudtrail",
    "cloudwatch",
    "config",
    "dynamodb",
    "ec2",
    "ecr",
    "events",
    "guardduty",
    "iam",
    "inspector2",
    "kms",
    "lambda",
    "logs",
    "macie2",
    "opensearch",
    "opensearchserverless",
    "organizations",
    "rds",
    "resourcegroupstaggingapi",
    "s3",
    "s3control",
    "s3vectors",
    "sagemaker",
    "sagemaker-runtime",
    "secretsmanager",
    "securityhub",
    "sns",
    "sqs",
    "ssm",
    "sts",
]
LABEL = re.compile(r"\{[^}]+\}")


def signed(method: str, url: str, signing_name: str, **headers: str) -> HttpRequest:
    scope = f"AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/{signing_name}/aws4_request"
    return HttpRequest(
        method, url, {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0", **headers}, b""
    )


@pytest.mark.parametrize("service", SERVICES)
def test_moto_knows_every_endpoint_that_requests_are_passed_on_to(service: str) -> None:
    url = f"https://{host_of(service, 'eu-west-1')}/"

    assert any(pattern.match(url) for _, pattern in backend_url_patterns)


@pytest.mark.parametrize("service", ["bedrock", "bedrock-agent"])
def test_services_that_share_a_signing_name_are_told_apart_by_their_paths(service: str) -> None:
    model = get_service_model(service)
    found = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        path = LABEL.sub("abcdefghij", operation.http["requestUri"])
        query = "&".join(f"{each}=x" for each in getattr(operation.input_shape, "required_query_args", ()))
        url = f"http://127.0.0.1:5000{path}?{query}"
        target = target_of(signed(operation.http["method"], url, "bedrock"))
        found[name] = (target.service, target.operation.name)

    assert found == {name: (service, name) for name in model.operation_names}


def test_a_host_tells_services_apart_whose_paths_are_the_same() -> None:
    path = "/tags/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Asession%2Fa"

    at_endpoint = target_of(signed("GET", f"https://bedrock-agent-runtime.eu-west-1.amazonaws.com{path}", "bedrock"))
    at_loopback = target_of(signed("GET", f"http://127.0.0.1:5000{path}", "bedrock"))

    assert (at_endpoint.service, at_loopback.service) == ("bedrock-agent-runtime", "bedrock-agent")


def test_region_and_credentials_come_from_the_signature() -> None:
    target = target_of(signed("GET", "http://127.0.0.1:5000/guardrails", "bedrock"))

    assert (target.region, target.access_key_id) == ("eu-west-1", "AKIAIOSFODNN7EXAMPLE")


@pytest.mark.parametrize(
    ("url", "operation", "params"),
    [
        pytest.param("http://127.0.0.1:5000/logs?policy", "GetBucketPolicy", {"Bucket": "logs"}, id="path-style"),
        pytest.param(
            "https://logs.s3.eu-west-1.amazonaws.com/?policy", "GetBucketPolicy", {"Bucket": "logs"}, id="host-style"
        ),
        pytest.param(
            "http://127.0.0.1:5000/logs/a%20b/c", "GetObject", {"Bucket": "logs", "Key": "a b/c"}, id="key-with-slash"
        ),
    ],
)
def test_s3_requests_are_told_by_path_host_and_query(url: str, operation: str, params: dict[str, str]) -> None:
    target = target_of(signed("GET", url, "s3"))

    assert (target.operation.name, target.path_params) == (operation, params)


@pytest.mark.parametrize("signing_name", ["bedrock", "no-such-service"])
def test_a_request_that_no_model_knows_is_refused(signing_name: str) -> None:
    with pytest.raises(UnknownOperationError, match="No operation of"):
        target_of(signed("GET", "http://127.0.0.1:5000/no/such/path", signing_name))


def test_an_unknown_signing_name_has_no_services() -> None:
    assert services_of("no-such-service") == ()


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("s3", "HeadBucket", "s3:ListBucket"),
        ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("s3control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
        ("bedrock-agent", "ListAgents", "bedrock:ListAgents"),
        ("bedrock-agentcore-control", "ListGateways", "bedrock-agentcore:ListGateways"),
        ("bedrock-runtime", "Converse", "bedrock:InvokeModel"),
        ("cloudwatch", "ListMetrics", "cloudwatch:ListMetrics"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("opensearch", "DescribeDomain", "es:DescribeDomain"),
        ("opensearchserverless", "ListCollections", "aoss:ListCollections"),
        ("resourcegroupstaggingapi", "GetResources", "tag:GetResources"),
        ("iam", "ListRoles", "iam:ListRoles"),
    ],
)
def test_iam_actions_have_iams_own_names(service: str, operation: str, action: str) -> None:
    assert iam_action(service, operation) == action
