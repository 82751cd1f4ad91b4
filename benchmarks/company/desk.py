"""Where things are ordered for an account: over its API, or behind it, which is quicker and leads to the same."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from botocore import xform_name  # noqa: TID251 - orders are API calls here
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from cli.sandbox import ACCOUNT_ID, CREDENTIALS
from cli.sandbox.calls import Call
from cli.sandbox.exchange import HttpRequest
from cli.sandbox.operations import AMENDMENTS, OPERATIONS, response_classes
from cli.sandbox.services import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import boto3  # noqa: TID251 - as above

    from cli.sandbox import Account


class Desk(Protocol):
    """Takes orders in the terms of the API."""

    def ask(self, service: str, operation: str, **params: Any) -> Mapping[str, Any]:
        """Return what the API answers to botocore's `operation` ("CreateRole"), or enough of it to go on."""


class ByApi:
    """Sends every order through a client, as anybody would."""

    def __init__(self, session: boto3.session.Session) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}

    def ask(self, service: str, operation: str, **params: Any) -> Mapping[str, Any]:
        """Return what the API answers."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        answer: Mapping[str, Any] = getattr(self._clients[service], xform_name(operation))(**params)
        return answer


class Directly:
    """
    Does what the account does for an order, without a client, HTTP and validation around it.

    Orders for which that is not known to be the same go through the API. Answers of moto's operations may be left
    out where nobody needs them.
    """

    def __init__(self, account: Account, region: str) -> None:
        self._account = account
        self._region = region
        self._api = ByApi(account.session(region))
        self._settings: dict[str, Any] = {}
        self._roles: dict[str, Any] = {}

    def ask(self, service: str, operation: str, **params: Any) -> Mapping[str, Any]:
        """Return what the API answers, or nothing where moto's answer is of no use."""
        load(service)
        key = (service, operation)
        if key in OPERATIONS:
            return OPERATIONS[key].handler(self._call(service, operation, params))
        if service == "s3" and operation in S3_SETTINGS:
            return self._set(operation, params)
        if key in BEHIND_MOTO:
            with self._role_alone(params.get("RoleName")):
                return self._behind_moto(self._call(service, operation, params))
        return self._api.ask(service, operation, **params)

    def _call(self, service: str, operation: str, params: Mapping[str, Any]) -> Call:
        model = get_service_model(service).operation_model(operation)
        tokens = {
            name: str(uuid4())
            for name, member in model.input_shape.members.items()
            if "idempotencyToken" in member.metadata
        }
        return Call(
            service=service,
            operation=model,
            # A client makes up what tells one order from the same order again.
            params=tokens | deepcopy(dict(params)),
            access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            account_id=ACCOUNT_ID,
            region=self._region,
            request=HttpRequest("POST", "https://localhost", {}, b""),
            tables=self._account.tables,
            ordered=self._account.faults.resources,
            refusal=self._account.faults.refusal,
        )

    @staticmethod
    def _behind_moto(call: Call) -> Mapping[str, Any]:
        def moto(params: Mapping[str, Any] | None = None) -> dict[str, Any]:
            return _moto(call, call.params if params is None else params)

        key = (call.service, str(call.operation.name))
        return AMENDMENTS[key].amender(call, moto) if key in AMENDMENTS else moto()

    @contextmanager
    def _role_alone(self, name: str | None) -> Iterator[None]:
        """Let moto see no other role than the one that an order names: it goes through all of them each time."""
        if name is None:
            yield
            return
        backend = iam_backends[ACCOUNT_ID][get_partition(self._region)]
        whole = backend.roles
        backend.roles = {role.id: role for role in (self._roles.get(name),) if role}
        try:
            yield
            for role in backend.roles.values():
                self._roles[role.name] = whole[role.id] = role
        finally:
            backend.roles = whole

    def _set(self, operation: str, params: dict[str, Any]) -> Mapping[str, Any]:
        """Set something of a bucket: through the API for the first that gets it, and the same for all others."""
        member = S3_SETTINGS[operation]
        backend = s3_backends[ACCOUNT_ID][get_partition(self._region)]
        name = params["Bucket"]
        if operation == "CreateBucket":
            backend.create_bucket(name, self._region)
            return {}
        bucket = backend.get_bucket(name)
        if operation == "PutBucketPolicy":
            bucket.policy = params["Policy"].encode()
            return {}
        if operation == "PutBucketTagging":
            backend.put_bucket_tagging(name, {each["Key"]: each["Value"] for each in params["Tagging"]["TagSet"]})
            return {}
        known = f"{operation} {json.dumps({**params, 'Bucket': ''}, sort_keys=True)}"
        if known not in self._settings:
            self._api.ask("s3", operation, **params)
            self._settings[known] = getattr(bucket, member)
        setattr(bucket, member, deepcopy(self._settings[known]))
        return {}


S3_SETTINGS = {
    "CreateBucket": "",
    "PutBucketPolicy": "policy",
    "PutBucketTagging": "",
    "PutBucketEncryption": "encryption",
    "PutBucketVersioning": "versioning_status",
    "PutBucketLifecycleConfiguration": "rules",
    "PutPublicAccessBlock": "public_access_block",
    "DeletePublicAccessBlock": "public_access_block",
}
"""What a bucket's settings are set by, and the attribute of moto's bucket that has them."""

BEHIND_MOTO = frozenset(
    (service, operation)
    for service, operations in {
        "iam": (
            "AttachRolePolicy",
            "CreateRole",
            "CreateUser",
            "PutRolePolicy",
            "PutUserPolicy",
        ),
        "sagemaker": (
            "CreateAutoMLJobV2",
            "CreateEndpoint",
            "CreateEndpointConfig",
            "CreateHyperParameterTuningJob",
            "CreateModel",
            "CreateModelPackageGroup",
            "CreateProcessingJob",
            "CreateTrainingJob",
            "CreateTransformJob",
        ),
        "bedrock": ("CreateModelCustomizationJob",),
        "bedrock-agent": ("CreateAgent", "CreateKnowledgeBase"),
        "application-autoscaling": ("PutScalingPolicy", "RegisterScalableTarget"),
        "cloudwatch": ("PutMetricAlarm",),
        "lambda": ("CreateFunction",),
        "logs": ("CreateLogGroup", "PutRetentionPolicy"),
    }.items()
    for operation in operations
)
"""Operations of moto that are done without HTTP."""


def _moto(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what moto's method for an operation does with parameters, an object of moto's left out."""
    (owner, *_) = response_classes(call.service)
    response: Any = owner()
    response.params = dict(params)
    response.body = json.dumps(params, default=_text)
    response.headers, response.querystring, response.uri_match = {}, {}, {}
    response.region, response.partition = call.region, call.partition
    response.current_account = call.account_id
    answer = getattr(response, camelcase_to_underscores(str(call.operation.name)))()
    if isinstance(answer, ActionResult):
        answer = answer.result
    elif isinstance(answer, tuple):
        answer = json.loads(answer[-1])
    elif isinstance(answer, str):
        answer = json.loads(answer or "{}")
    return answer if isinstance(answer, dict) else {}


def _text(value: object) -> str:
    """Return bytes as JSON requests have them."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(type(value).__name__)
