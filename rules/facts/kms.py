"""Facts about AWS KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws

# A key that protects a resource may live in another account or Region, where the key's own policy decides.
ANY_KEY = "arn:{partition}:kms:*:*:key/*"

# Of specs and origins that KMS may add one day it is asked, and answers or refuses: neither is taken for a key that
# cannot rotate (https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html).
UNROTATED_SPECS = ("RSA_", "ECC_", "HMAC_", "SM2", "ML_DSA_", "ML_KEM_")
UNROTATED_ORIGINS = frozenset({"EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"})

# A multi-Region key can be used while its primary Region changes (KMS API, UpdatePrimaryRegion).
USABLE = frozenset({"Enabled", "Updating"})


@dataclass(frozen=True)
class Key:
    """
    One KMS key, as KMS describes it (KMS API, KeyMetadata and GetKeyRotationStatus).

    `manager` is CUSTOMER or AWS; `state` is Enabled, Disabled, PendingDeletion …; `rotation` says whether KMS rotates
    a usable customer-managed key automatically, and is None for one that it cannot rotate: asymmetric and HMAC keys,
    imported key material, custom key stores. It is None for keys that are not usable or that AWS manages, too.
    """

    arn: str
    manager: str
    state: str
    rotation: bool | None

    @property
    def usable(self) -> bool:
        """Whether the key encrypts and decrypts in its present state."""
        return self.state in USABLE

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

    An id or an alias without an ARN is one of this account and Region. Raises what KMS answers otherwise, such as
    AccessDeniedException for a key of another account that does not let this one describe it.
    """
    if is_aws_alias(identifier):
        # DescribeKey would make the key where the account has none yet, and a reader makes nothing
        # (https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html).
        return Key(identifier, "AWS", "Enabled", rotation=None)
    client = aws.client("kms", _region_of(identifier))
    try:
        metadata = client.describe_key(KeyId=identifier)["KeyMetadata"]
        if not _rotates(metadata):
            return Key.from_api(metadata, rotation=None)
        status = client.get_key_rotation_status(KeyId=metadata["Arn"])
    except ClientError as error:
        if error_code(error) == "NotFoundException":
            return None
        raise
    return Key.from_api(metadata, rotation=bool(status["KeyRotationEnabled"]))


def is_aws_alias(identifier: str) -> bool:
    """Say whether an alias or an alias ARN is one that KMS reserves for AWS-managed keys (KMS API, CreateAlias)."""
    return identifier.rpartition(":")[2].startswith("alias/aws/")


def _rotates(metadata: Mapping[str, Any]) -> bool:
    # KMS refuses GetKeyRotationStatus for other specs and origins (UnsupportedOperationException) and in some states.
    return (
        metadata["KeyManager"] == "CUSTOMER"
        and not metadata["KeySpec"].startswith(UNROTATED_SPECS)
        and metadata["Origin"] not in UNROTATED_ORIGINS
        and metadata["KeyState"] in USABLE
    )


def _region_of(identifier: str) -> str | None:
    return identifier.split(":")[3] if identifier.startswith("arn:") else None
