"""Rule: training-data-bucket-protected."""

from collections.abc import Iterable
from typing import Annotated

from rules.criteria import buckets
from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds, Between
from rules.engine.resource import Unreadable
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts import training_corpora
from rules.facts.s3 import Bucket, OtherBucket
from rules.frozen import dataclass


@dataclass(frozen=True)
class TrainingDataBucketProtected(PeriodicRule[Bucket | OtherBucket]):
    """
    Checks if buckets that Amazon SageMaker training or Amazon Bedrock customization jobs read are protected.

    The rule is NON_COMPLIANT if one lets in outsiders or requests without TLS, or lacks a public access block, a
    usable key or versioning.

    ## Why
    Whoever can write to a training corpus decides what the model learns; whoever can read it has the raw material.

    ## Fix
    Block Public Access: `aws s3api put-public-access-block`; key: `put-bucket-encryption` with `aws:kms` and your
    key's ARN; versioning: `put-bucket-versioning`; TLS: a statement of the bucket policy that denies `s3:*` to
    everybody where `aws:SecureTransport` is false (`put-bucket-policy`).
    Take the principals out of the policy that the annotation names.
    In the AWS CDK, `s3.Bucket(self, "Corpus", encryption_key=key, enforce_ssl=True, versioned=True,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL)`.

    ## Limits
    Judged are the buckets of all input channels of training jobs (those of tuning jobs among them) and AutoML jobs,
    and of the training data, validation data and invocation logs of customization jobs, made in `lookbackDays`.
    Inputs of processing jobs do not count, which may be there to clean data, nor do file systems (Amazon EFS, Amazon
    FSx), models of a hub and imported weights; of a manifest its own bucket counts, not those of what it lists.
    A bucket of another account is NOT_APPLICABLE: only its owner can see what protects it.
    Default encryption is judged, not what older objects are encrypted with.
    Access points, replication and what identity-based policies allow inside the account are not judged.
    """

    title = "The buckets with training data are private, encrypted and versioned"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-prepare.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    )
    reports = ("AWS::S3::Bucket",)
    nothing_to_judge = "No training, AutoML or customization job of the last days read a bucket that exists."
    collect = training_corpora.training_buckets

    lookback_days: Annotated[int, Between(1, 365), "Days back to which jobs are looked at."] = 30
    require_cmk: Annotated[bool, "Whether a customer-managed key is wanted."] = True
    require_versioning: Annotated[bool, "Whether versioning has to be enabled."] = True
    trusted_accounts: AccountIds = ()

    def facts(self, aws: Aws) -> Iterable[Bucket | OtherBucket | Unreadable]:
        """Return the buckets that jobs of the look-back period read."""
        return self.collect(aws, self.lookback_days)

    def judge(self, bucket: Bucket | OtherBucket, /) -> Verdict:
        """Return whether only the account and trusted ones reach the data, and nobody reads it on its way."""
        if isinstance(bucket, OtherBucket):
            return not_applicable(f"It is {bucket.kind.value}, which this rule cannot judge from this account.")
        defects = [
            *buckets.outsider_defects(bucket, self.trusted_accounts),
            buckets.public_access_defect(bucket),
            buckets.encryption_defect(bucket.encryption) if self.require_cmk else None,
            buckets.tls_defect(bucket),
            buckets.versioning_defect(bucket) if self.require_versioning else None,
        ]
        found = [defect for defect in defects if defect]
        if found:
            return non_compliant(*found)
        return compliant("Nobody outside the trusted accounts reaches the training data, and requests need TLS.")


handler = TrainingDataBucketProtected.lambda_handler()
