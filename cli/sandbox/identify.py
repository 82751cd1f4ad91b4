"""Which service, operation, Region and credentials a request is meant for.

Server-side there is no client object to ask: the service comes from the credential scope of the signature
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), the operation
from botocore's model of that service, matched by moto's router.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from cli.sandbox.exchange import HttpRequest

# Signing names that are not a service's botocore name, or that several services share. Among services that
# share one, the first whose model knows the path answers, unless the host names another.
SERVICES_BY_SIGNING_NAME: Final[dict[str, tuple[str, ...]]] = {
    "access-analyzer": ("accessanalyzer",),
    "aoss": ("opensearchserverless",),
    "aws-marketplace": ("marketplace-agreement", "marketplace-catalog"),
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-runtime", "bedrock-agent-runtime"),
    "bedrock-agentcore": ("bedrock-agentcore-control", "bedrock-agentcore"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "es": ("opensearch", "es"),
    "monitoring": ("cloudwatch",),
    "rds": ("rds", "neptune", "docdb"),
    "s3": ("s3control", "s3"),
    "sagemaker": ("sagemaker", "sagemaker-runtime", "sagemaker-featurestore-runtime", "sagemaker-metrics"),
    "servicequotas": ("service-quotas",),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}

# Endpoints whose name is not `<endpoint prefix>.<region>.amazonaws.com`.
_HOSTS: Final[dict[str, str]] = {
    "budgets": "budgets.amazonaws.com",
    "cloudfront": "cloudfront.amazonaws.com",
    "iam": "iam.amazonaws.com",
    "s3control": "{account_id}.s3-control.{region}.amazonaws.com",
    "s3vectors": "s3vectors.{region}.api.aws",
}
_CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_UNSIGNED: Final = ("AKIAIOSFODNN7EXAMPLE", "us-east-1", "")


class UnknownOperationError(Exception):
    """No service model knows the request: `service` is the best name that there is for its target."""

    def __init__(self, service: str, request: HttpRequest) -> None:
        super().__init__(f"No operation of {service or 'any service'} is {request.method} {request.url}.")
        self.service = service


@dataclass(frozen=True)
class Target:
    """What a request is meant for, with the parameters that its path holds."""

    service: str
    operation: OperationModel
    path_params: dict[str, str]
    access_key_id: str
    region: str


def target_of(request: HttpRequest) -> Target:
    """Return what `request` is meant for.

    Raises:
        UnknownOperationError: No service model knows the request.

    """
    match = _CREDENTIAL.search(request.header("Authorization"))
    access_key_id, region, signing_name = match.groups() if match else _UNSIGNED
    parsed = request.for_moto
    first_label = request.host.split(".")[0]
    candidates = sorted(services_of(signing_name), key=lambda name: _endpoint_prefix(name) != first_label)
    for service in candidates:
        try:
            operation, path_params = get_service_router(service).match(parsed)
        except (NotFound, NotImplementedError):
            continue
        return Target(service, operation, path_params, access_key_id, region)
    raise UnknownOperationError(candidates[0] if candidates else signing_name, request)


@cache
def services_of(signing_name: str) -> tuple[str, ...]:
    """Return botocore's names of the services that sign as `signing_name`, none if there is no such one."""
    if signing_name in SERVICES_BY_SIGNING_NAME:
        return SERVICES_BY_SIGNING_NAME[signing_name]
    try:
        get_service_model(signing_name)
    except UnknownServiceError:
        return ()
    return (signing_name,)


def host_of(service: str, region: str, account_id: str = "123456789012") -> str:
    """Return the endpoint's name in AWS, by which moto finds the service."""
    template = _HOSTS.get(service, f"{_endpoint_prefix(service)}.{{region}}.amazonaws.com")
    return template.format(region=region, account_id=account_id)


@cache
def _endpoint_prefix(service: str) -> str:
    return str(get_service_model(service).endpoint_prefix)
