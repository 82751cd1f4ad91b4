"""Facts about what Amazon Macie says of the buckets that hold training data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.collector import reads
from rules.facts import macie, macie_jobs, s3
from rules.facts.key_policies import key_policy
from rules.facts.training_corpora import TrainingBucket, tagged_buckets
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource, Unreadable
    from rules.facts.macie_jobs import ClassificationJob
    from rules.permissions.document import PolicyDocument

AT_ONCE = 25
"""Buckets that Macie is asked about together."""


@dataclass(frozen=True)
class ScannedBucket:
    """
    A bucket of this account that holds training data under `prefixes`, with what Macie says of it in its Region.

    `known` is None for a bucket that Macie does not know; `jobs` are those of the Region that may have looked into it.
    `findings` counts the open findings of sensitive data by severity. `key_arn` is the customer-managed key of objects,
    None where there are none under such a key; `key_policy` is its policy, None for a key of another account or gone.
    All of this is empty where Macie is not enabled.
    """

    resource: Resource
    tags: Mapping[str, str]
    account_id: str
    region: str
    prefixes: tuple[str, ...]
    session: macie.Session
    known: macie.Inventoried | None = None
    jobs: tuple[ClassificationJob, ...] = ()
    findings: tuple[tuple[str, int], ...] = ()
    key_arn: str | None = None
    key_policy: PolicyDocument | None = None


@reads(
    uses=(
        tagged_buckets,
        macie.session,
        macie.inventory,
        macie.open_findings,
        macie_jobs.classification_jobs,
        s3.bucket_encryption,
        key_policy,
    )
)
def scanned_buckets(
    aws: Aws, lookback_days: int, scan_days: int
) -> tuple[ScannedBucket | s3.OtherBucket | Unreadable, ...]:
    """
    Return every bucket that jobs of the last `lookback_days` read training data from, with what Macie says of it.

    Macie's jobs that run once are those of the last `scan_days`. A bucket is asked about in its own Region.
    """
    every = tagged_buckets(aws, lookback_days)
    neighbours: dict[str, tuple[str, ...]] = {}
    own = [each for each in every if isinstance(each, TrainingBucket)]
    for region in {bucket.region for bucket in own}:
        names = [bucket.resource.name for bucket in own if bucket.region == region]
        for start in range(0, len(names), AT_ONCE):
            asked = tuple(names[start : start + AT_ONCE])
            neighbours.update(dict.fromkeys(asked, asked))

    def read(found: TrainingBucket | s3.OtherBucket | Unreadable) -> ScannedBucket | s3.OtherBucket | Unreadable:
        if isinstance(found, TrainingBucket):
            return _scanned(aws, found, neighbours[found.resource.name], scan_days)
        return found

    return aws.read_each(every, lambda found: found.resource, read)


def _scanned(aws: Aws, bucket: TrainingBucket, neighbours: tuple[str, ...], scan_days: int) -> ScannedBucket:
    """Return a bucket with what Macie says when it is asked about all of its `neighbours` at once."""
    region, name = bucket.region, bucket.resource.name
    session = macie.session(aws, region)
    identity = (bucket.resource, bucket.tags, aws.account_id, region, bucket.prefixes, session)
    if session.status != macie.ENABLED:
        return ScannedBucket(*identity)
    known = macie.inventory(aws, region, neighbours).get(name)
    # The key is read in any case, so that the calls made do not depend on what Macie counted.
    key_arn, policy = _key(aws, name)
    locked = known is None or known.kms_keys != 0
    return ScannedBucket(
        *identity,
        known=known,
        jobs=macie_jobs.classification_jobs(aws, region, scan_days),
        findings=macie.open_findings(aws, region, (name,)) if macie.open_findings(aws, region, neighbours) else (),
        key_arn=key_arn if locked else None,
        key_policy=policy if locked else None,
    )


def _key(aws: Aws, bucket: str) -> tuple[str | None, PolicyDocument | None]:
    """Return the customer-managed key of new objects, with its policy; what older ones have nobody knows."""
    encryption = s3.bucket_encryption(aws, bucket)
    if not isinstance(encryption, s3.BucketEncryption):
        return None, None
    if encryption.key is None:
        return encryption.key_id, None
    if encryption.key.manager != "CUSTOMER":
        return None, None
    return encryption.key.arn, key_policy(aws, encryption.key.arn)
