"""Amazon S3: what a new bucket is like, and what bucket policies do to object calls."""

import json
from collections.abc import Mapping
from typing import Any, Final

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, PublicAccessBlock

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Moto, Result, amendment, repage, replacement

_DEFAULT_ENCRYPTION: Final = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
}
_new_bucket = FakeBucket.__init__

repage("s3", "ListBuckets", reason="Moto ignores the continuation token.", page_size=10_000)


@amendment(
    "s3",
    "GetBucketEncryption",
    reason="Every bucket is encrypted with SSE-S3 by default since January 2023; moto says that it is not.",
)
def get_bucket_encryption(_: Call, moto: Moto) -> Result:
    """Return the default encryption, SSE-S3 where nothing else was configured."""
    try:
        return moto()
    except AwsError as error:
        if error.code != "ServerSideEncryptionConfigurationNotFoundError":
            raise
    return {"ServerSideEncryptionConfiguration": _DEFAULT_ENCRYPTION}


@replacement(
    FakeBucket, "__init__", reason="New buckets block all public access since April 2023; moto's have no block."
)
def _bucket(self: FakeBucket, *arguments: object, **named: object) -> None:
    _new_bucket(self, *arguments, **named)
    self.public_access_block = PublicAccessBlock("true", "true", "true", "true")


@replacement(
    FakeBucket,
    "get_permission",
    reason="Moto refuses every object call where a conditional statement, such as the denial of plain HTTP, exists.",
)
def _permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """Return DENIED where a statement without conditions denies everybody, PERMITTED where one allows everybody."""
    if self.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(self.policy.decode())
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    unconditional = [{**each, "Principal": "*"} for each in statements if _is_for_everybody(each)]
    permission: PermissionResult = IAMPolicy(
        json.dumps({"Version": "2012-10-17", "Statement": unconditional})
    ).is_action_permitted(action, resource)
    return permission


def _is_for_everybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    plain = "Resource" in statement and "Action" in statement and not statement.get("Condition")
    return plain and named in ("*", ["*"])
