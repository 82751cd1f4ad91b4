"""Rule: bedrock-log-bucket-protected."""

from typing import Annotated

from rules.criteria import buckets
from rules.criteria.log_delivery import BEDROCK
from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds, Between, InPack
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts import bedrock_logging
from rules.facts.bedrock_logging import LogBucket
from rules.facts.s3 import OtherBucket
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockLogBucketProtected(PeriodicRule[LogBucket]):
    """
    Checks if the buckets of Amazon Bedrock model invocation logging are private, encrypted, versioned and expiring.

    The rule is NON_COMPLIANT if one lets outsiders in, lacks a usable key, TLS-only deny, versioning or expiry in
    bounds, or has another writer.

    ## Why
    Invocation logs hold whole prompts and answers, with whatever people typed into them.
    They are evidence as well: whoever can write or delete them can forge it.

    ## Fix
    Block Public Access: `aws s3api put-public-access-block`; key: `put-bucket-encryption` with `aws:kms` and your
    key's ARN; versioning: `put-bucket-versioning`; expiry: `put-bucket-lifecycle-configuration` with `Expiration`
    and `NoncurrentVersionExpiration` on the logs' prefix or the whole bucket; policy: deny everybody `s3:*` where
    `aws:SecureTransport` is false, and allow `s3:PutObject` to bedrock.amazonaws.com only, with `aws:SourceAccount`.
    In the AWS CDK, `s3.Bucket(self, "Logs", encryption_key=key, enforce_ssl=True, versioned=True,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL, lifecycle_rules=[…])`.

    ## Limits
    A bucket of another account is NON_COMPLIANT: Amazon Bedrock supports log buckets of the same account and Region
    only, S3 does not tell whose bucket it is, and nothing about it can be proved from here.
    Default encryption is judged, not what older objects are encrypted with.
    Access points, replication and what identity-based policies allow inside the account are not judged.
    """

    title = "The buckets of model invocation logs are private, encrypted and expiring"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    )
    reports = ("AWS::S3::Bucket",)
    nothing_to_judge = "Model invocation logging writes to no bucket that exists."
    collect = bedrock_logging.log_buckets

    require_cmk: Annotated[bool, "Whether a customer-managed key is wanted."] = True
    min_expiry_days: Annotated[int, Between(0, 36500), InPack(), "Fewest days until logs expire; 0 asks for none."] = 90
    max_expiry_days: Annotated[int, Between(0, 36500), "Most days until logs are deleted; 0 is no limit."] = 0
    require_versioning: Annotated[bool, "Whether versioning has to be enabled."] = True
    require_object_lock: Annotated[bool, "Whether Object Lock with a default retention is wanted."] = False
    trusted_accounts: AccountIds = ()

    def judge(self, log: LogBucket, /) -> Verdict:
        """Return whether the bucket keeps invocation logs private, intact and for a time within the bounds."""
        bucket = log.bucket
        if isinstance(bucket, OtherBucket):
            return non_compliant(
                f"Invocation logs go to {bucket.kind.value}; a general purpose bucket of this account is wanted."
            )
        defects = [
            *buckets.outsider_defects(bucket, self.trusted_accounts),
            buckets.public_access_defect(bucket),
            *buckets.writer_defects(bucket, log.paths, BEDROCK, self.trusted_accounts),
            buckets.encryption_defect(bucket.encryption) if self.require_cmk else None,
            buckets.tls_defect(bucket),
            buckets.versioning_defect(bucket) if self.require_versioning else None,
            buckets.object_lock_defect(bucket) if self.require_object_lock else None,
            *buckets.expiry_defects(bucket, log.paths, self.min_expiry_days, self.max_expiry_days),
        ]
        found = [defect for defect in defects if defect]
        if found:
            return non_compliant(*found)
        return compliant("Nobody outside may read the logs, only Amazon Bedrock writes them, and requests need TLS.")


handler = BedrockLogBucketProtected.lambda_handler()
