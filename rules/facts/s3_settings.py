"""The settings of an Amazon S3 bucket that protect it, each as the S3 API describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

TAGS = frozenset({"Tag", "Tags"})
SIZES = frozenset({"ObjectSizeGreaterThan", "ObjectSizeLessThan"})


@dataclass(frozen=True)
class PublicAccessBlock:
    """The four settings in effect on a bucket: S3 applies each one that the bucket or the account turns on."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False

    @classmethod
    def from_api(cls, settings: Mapping[str, bool]) -> PublicAccessBlock:
        """Return the settings of a PublicAccessBlockConfiguration; one that is not there is off."""
        return cls(
            settings.get("BlockPublicAcls", False),
            settings.get("IgnorePublicAcls", False),
            settings.get("BlockPublicPolicy", False),
            settings.get("RestrictPublicBuckets", False),
        )

    def together_with(self, other: PublicAccessBlock) -> PublicAccessBlock:
        """Return what is in effect when both apply."""
        return PublicAccessBlock(
            self.block_public_acls or other.block_public_acls,
            self.ignore_public_acls or other.ignore_public_acls,
            self.block_public_policy or other.block_public_policy,
            self.restrict_public_buckets or other.restrict_public_buckets,
        )


@dataclass(frozen=True)
class ObjectLock:
    """Object Lock with its default retention: `mode` and `days` are None where new objects get no retention."""

    mode: str | None
    days: int | None

    @classmethod
    def from_api(cls, configuration: Mapping[str, Any]) -> ObjectLock | None:
        """Return the lock of an ObjectLockConfiguration, None where it is not enabled; a year has 365 days."""
        if configuration.get("ObjectLockEnabled") != "Enabled":
            return None
        retention = configuration.get("Rule", {}).get("DefaultRetention", {})
        days = retention.get("Days") or retention.get("Years", 0) * 365
        return cls(retention.get("Mode"), days or None)


@dataclass(frozen=True)
class LifecycleRule:
    """
    The deletions of one lifecycle rule.

    `prefix` is "" for the whole bucket; `tagged` and `sized` say that only objects of some tags or sizes are meant.
    `days` is the age at which current versions expire, `noncurrent_days` the time after which versions that are no
    longer current go for good. Where a number of noncurrent versions is kept, `noncurrent_days` is None.
    """

    id: str
    enabled: bool
    prefix: str
    tagged: bool
    sized: bool
    days: int | None
    noncurrent_days: int | None

    @classmethod
    def from_api(cls, rule: Mapping[str, Any]) -> LifecycleRule:
        """Return a LifecycleRule of the S3 API; older ones carry the prefix outside of the filter."""
        chosen = rule.get("Filter", {})
        both = chosen.get("And", {})
        filters = {*chosen, *both}
        noncurrent = rule.get("NoncurrentVersionExpiration", {})
        return cls(
            id=rule.get("ID", ""),
            enabled=rule["Status"] == "Enabled",
            prefix=rule.get("Prefix") or chosen.get("Prefix") or both.get("Prefix") or "",
            tagged=not TAGS.isdisjoint(filters),
            sized=not SIZES.isdisjoint(filters),
            days=rule.get("Expiration", {}).get("Days"),
            noncurrent_days=None if "NewerNoncurrentVersions" in noncurrent else noncurrent.get("NoncurrentDays"),
        )


@dataclass(frozen=True)
class Grant:
    """One entry of a bucket's access control list that names someone else than the bucket's owner."""

    grantee: str
    permission: str


def foreign_grants(acl: Mapping[str, Any]) -> tuple[Grant, ...]:
    """Return the grants of an access control list (GetBucketAcl) that do not go to the bucket's owner."""
    owner = acl["Owner"]["ID"]
    return tuple(
        Grant(grant["Grantee"].get("URI") or grant["Grantee"].get("ID") or "", grant["Permission"])
        for grant in acl["Grants"]
        if grant["Grantee"].get("ID") != owner
    )
