"""Facts about AWS KMS keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws

# A key that protects a resource may live in another account or Region, where the key's own policy decides.
ANY_KEY = "arn:{partition}:kms:*:*:key/*"


@dataclass(frozen=True)
class Key:
    """
    One KMS key, as KMS describes it (KMS API, KeyMetadata and GetKeyRotationStatus).

    `manager` is CUSTOMER or AWS; `state` is Enabled, Disabled, PendingDeletion …; `rotation` is None for a key that
    cannot rotate automatically: asymmetric and HMAC keys, imported key material, custom key stores.
    """

    arn: str
    manager: str
    state: str
    rotation: bool | None

    @classmethod
    def from_api(cls, metadata: Mapping[str, Any], *, rotation: bool | None) -> Key:
        """Return the key of a DescribeKey answer."""
        return cls(metadata["Arn"], metadata["KeyManager"], metadata["KeyState"], rotation)


@reads(
    Action("kms:DescribeKey", ANY_KEY),
    Action("kms:GetKeyRotationStatus", ANY_KEY),
)
def key(aws: Aws, identifier: str) -> Key | None:
    """
    Return the key that an ARN, an id, an alias or an alias ARN names, None when there is no such key.

    Rotation is asked only of customer-managed keys that can rotate: KMS answers the others with an error.
    """
    client = aws.client("kms", _region_of(identifier))
    try:
        metadata = client.describe_key(KeyId=identifier)["KeyMetadata"]
    except ClientError as error:
        if error_code(error) == "NotFoundException":
            return None
        raise
    rotates = (
        metadata["KeyManager"] == "CUSTOMER"
        and metadata.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
        and metadata.get("Origin") == "AWS_KMS"
        and metadata["KeyState"] in ("Enabled", "Disabled")
    )
    if not rotates:
        return Key.from_api(metadata, rotation=None)
    status = client.get_key_rotation_status(KeyId=metadata["Arn"])
    return Key.from_api(metadata, rotation=bool(status["KeyRotationEnabled"]))


def _region_of(identifier: str) -> str | None:
    return identifier.split(":")[3] if identifier.startswith("arn:") else None
