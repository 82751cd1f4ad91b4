"""When an Amazon S3 bucket counts as protected; each judgement is a finished sentence, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.criteria.durations import bounds, in_days
from rules.criteria.keys import key_defect
from rules.engine.verdict import listed, shortened
from rules.permissions.resource_policy import OutsiderKind, Trust, grants, outsiders, requires_tls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.facts.s3 import Bucket, BucketEncryption, RetainingBucket
    from rules.facts.s3_settings import LifecycleRule
    from rules.permissions.resource_policy import Grant

READ = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions")
WRITE = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion")
PUBLIC_GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "everybody",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "every AWS account",
}
LOG_DELIVERY_GROUP = "http://acs.amazonaws.com/groups/s3/LogDelivery"
"""The group that writes S3 server access logs, of buckets of the same account only."""


def public_access_defect(bucket: Bucket) -> str | None:
    """Return which settings of Block Public Access neither the bucket nor the account turns on."""
    block = bucket.public_access_block
    settings = {
        "BlockPublicAcls": block.block_public_acls,
        "IgnorePublicAcls": block.ignore_public_acls,
        "BlockPublicPolicy": block.block_public_policy,
        "RestrictPublicBuckets": block.restrict_public_buckets,
    }
    off = [name for name, on in settings.items() if not on]
    if not off:
        return None
    if len(off) == len(settings):
        return "Public access is not blocked."
    return f"Public access is not fully blocked: {listed(off)} {'is' if len(off) == 1 else 'are'} off."


def encryption_defect(encryption: BucketEncryption, *, require_rotation: bool = False) -> str | None:
    """Return why new objects are not encrypted with a customer-managed key that can be used."""
    if not encryption.algorithm.startswith("aws:kms"):
        return "New objects are encrypted with keys that Amazon S3 owns; a customer-managed key is wanted."
    if encryption.key_id is None:
        return "New objects are encrypted with the AWS-managed key aws/s3; a customer-managed key is wanted."
    defect = key_defect(encryption.key, require_rotation=require_rotation)
    return f"New objects are encrypted with {encryption.key_id}, {defect}." if defect else None


def tls_defect(bucket: Bucket) -> str | None:
    """Return why requests without TLS get through."""
    if bucket.policy is None:
        return "The bucket has no policy, so requests without TLS are not denied."
    if requires_tls(bucket.policy, resource_arns(bucket)):
        return None
    return "The bucket policy does not deny everybody all requests without TLS."


def versioning_defect(bucket: Bucket) -> str | None:
    """Return what versioning is where it is not enabled."""
    return None if bucket.versioning == "Enabled" else f"Versioning is {bucket.versioning}; Enabled is wanted."


def object_lock_defect(bucket: RetainingBucket) -> str | None:
    """Return why new objects can be deleted: services such as Amazon Bedrock ask for no retention themselves."""
    if bucket.object_lock is None:
        return "Object Lock is off; a default retention is wanted."
    if bucket.object_lock.days is None:
        return "Object Lock has no default retention, so new objects can be deleted."
    return None


def expiry_defects(bucket: RetainingBucket, paths: Iterable[str], least: int, most: int) -> tuple[str, ...]:
    """
    Return why objects under `paths` do not expire after `least` to `most` days; 0 is no bound.

    A rule counts when it is enabled and covers the whole path; of several, S3 follows the one that expires first.
    A rule for a part of a path must not expire it too early, unless it is about tagged objects: AWS services do not
    tag what they write. In a bucket with versions an expired object stays as a noncurrent version until that expires
    too, which `most` counts. Transitions to other storage classes are no expiry. Source:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    if not least and not most:
        return ()
    found = (_expiry_defect(bucket, path, least, most) for path in paths)
    return tuple(dict.fromkeys(defect for defect in found if defect))


def outsider_defects(bucket: Bucket, accounts: Iterable[str] = (), org_ids: Iterable[str] = ()) -> tuple[str, ...]:
    """
    Return who is let in from outside the account, the trusted accounts and the trusted organizations.

    Any grant to a principal or an organization counts; AWS services count where they may read for others. A foreign
    canonical user in the access control list counts always: S3 does not tell whose account it is.
    """
    return (*_policy_outsiders(bucket, accounts, org_ids), *_listed_outsiders(bucket))


def writer_defects(
    bucket: Bucket, paths: Iterable[str], service: str, accounts: Iterable[str] = (), org_ids: Iterable[str] = ()
) -> tuple[str, ...]:
    """
    Return whom the bucket policy lets write or delete objects under `paths`, besides `service` for this account.

    Outsiders are left to `outsider_defects`, which takes the same trusted accounts and organizations.
    """
    if bucket.policy is None:
        return ()
    resources = tuple(f"{bucket.resource.arn}/{path}*" for path in paths)
    trusted = grants(bucket.policy, _trust(bucket, accounts, org_ids), WRITE, resources=resources)
    own = grants(bucket.policy, _trust(bucket), WRITE, resources=resources)
    found = (
        _writer_defect(grant, service)
        for grant, among_trusted in zip(own, trusted, strict=True)
        if among_trusted.outsider is None or among_trusted.outsider.kind is OutsiderKind.SERVICE
    )
    return tuple(dict.fromkeys(defect for defect in found if defect))


def resource_arns(bucket: Bucket) -> tuple[str, str]:
    """Return what policies call the bucket and all its objects."""
    return f"{bucket.resource.arn}", f"{bucket.resource.arn}/*"


def _expiry_defect(bucket: RetainingBucket, path: str, least: int, most: int) -> str | None:
    wanted = bounds(least, most)
    where = f"objects under {path}" if path else "objects"
    enabled = [rule for rule in bucket.lifecycle if rule.enabled]
    whole = [rule for rule in enabled if path.startswith(rule.prefix) and not rule.tagged and not rule.sized]
    days = min((rule.days for rule in whole if rule.days is not None), default=None)
    if days is None:
        return f"No lifecycle rule expires all {where}; expiry after {wanted} is wanted."
    if days < least:
        return f"A lifecycle rule expires {where} after {in_days(days)}; {wanted} is wanted."
    for rule in enabled:
        if _touches(rule, path) and rule.days is not None and rule.days < least:
            return f"A lifecycle rule expires some {where} after {in_days(rule.days)}; {wanted} is wanted."
    if most and bucket.versioning != "Disabled":
        noncurrent = min((rule.noncurrent_days for rule in whole if rule.noncurrent_days is not None), default=None)
        if noncurrent is None:
            return f"No lifecycle rule expires all noncurrent versions of {where}, so nothing is ever deleted."
        days += noncurrent
    if most and days > most:
        return f"Lifecycle rules delete {where} after {in_days(days)}; {wanted} is wanted."
    return None


def _touches(rule: LifecycleRule, path: str) -> bool:
    return not rule.tagged and (path.startswith(rule.prefix) or rule.prefix.startswith(path))


def _policy_outsiders(bucket: Bucket, accounts: Iterable[str], org_ids: Iterable[str]) -> tuple[str, ...]:
    if bucket.policy is None:
        return ()
    trust = _trust(bucket, accounts, org_ids)
    resources = resource_arns(bucket)
    everything = outsiders(bucket.policy, trust, resources=resources)
    reading = outsiders(bucket.policy, trust, READ, resources=resources)
    found = (
        *(outsider for outsider in everything if outsider.kind is not OutsiderKind.SERVICE),
        *(outsider for outsider in reading if outsider.kind is OutsiderKind.SERVICE),
    )
    return tuple(dict.fromkeys(outsider.sentence for outsider in found))


def _listed_outsiders(bucket: Bucket) -> tuple[str, ...]:
    found = []
    for grant in bucket.grants:
        if grant.grantee in PUBLIC_GROUPS:
            if not bucket.public_access_block.ignore_public_acls:
                found.append(
                    f"The bucket's access control list grants {grant.permission} to {PUBLIC_GROUPS[grant.grantee]}."
                )
        elif grant.grantee != LOG_DELIVERY_GROUP:
            whom = shortened(grant.grantee, 20)
            found.append(f"The bucket's access control list grants {grant.permission} to the canonical user {whom}.")
    return tuple(dict.fromkeys(found))


def _writer_defect(grant: Grant, service: str) -> str | None:
    statement = f"{grant.statement[0].upper()}{grant.statement[1:]}"
    if grant.principal is None:
        return f"{statement} lets all but some write or delete objects; only {service} is wanted."
    if (grant.principal.type, grant.principal.value) != ("Service", service):
        whom = shortened(grant.principal.value, 80)
        return f"{statement} lets {whom} write or delete objects; only {service} is wanted."
    if grant.outsider is not None:
        return f"{statement} lets {service} write for other accounts; a condition on aws:SourceAccount is wanted."
    return None


def _trust(bucket: Bucket, accounts: Iterable[str] = (), org_ids: Iterable[str] = ()) -> Trust:
    partition = f"{bucket.resource.arn}".split(":")[1]
    return Trust(bucket.account_id, partition, frozenset(accounts), frozenset(org_ids))
