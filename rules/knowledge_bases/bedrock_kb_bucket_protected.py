"""Rule: bedrock-kb-bucket-protected."""

from typing import Annotated

from rules.criteria import buckets
from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts import knowledge_sources
from rules.facts.s3 import Bucket, OtherBucket
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockKbBucketProtected(PeriodicRule[Bucket | OtherBucket]):
    """
    Checks if the buckets with documents of Amazon Bedrock knowledge bases are private, encrypted and versioned.

    The rule is NON_COMPLIANT if one lets in outsiders or requests without TLS, or lacks a public access block, a
    usable key or versioning.

    ## Why
    A model answers from what it finds in these buckets.
    Whoever can read them knows what the knowledge base knows; whoever can write to them decides what it says.

    ## Fix
    Block Public Access: `aws s3api put-public-access-block`; key: `put-bucket-encryption` with `aws:kms` and your
    key's ARN; versioning: `put-bucket-versioning`; TLS: a statement of the bucket policy that denies `s3:*` to
    everybody where `aws:SecureTransport` is false (`put-bucket-policy`).
    Take the principals out of the policy that the annotation names.
    In the AWS CDK, `s3.Bucket(self, "Documents", encryption_key=key, enforce_ssl=True, versioned=True,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL)`.

    ## Limits
    Judged are the buckets that data sources read, that they keep parts of documents in for a transformation, and
    that knowledge bases keep images in; of connectors of managed knowledge bases, those that their parameters name.
    A bucket of another account is NOT_APPLICABLE: only its owner can see what protects it.
    Default encryption is judged, not what older objects are encrypted with.
    Access points, replication and what identity-based policies allow inside the account are not judged.
    """

    title = "The buckets behind knowledge bases are private, encrypted and versioned"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/s3-data-source-connector.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    )
    reports = ("AWS::S3::Bucket",)
    nothing_to_judge = "No knowledge base of this Region reads documents from a bucket that exists."
    collect = knowledge_sources.knowledge_buckets

    require_cmk: Annotated[bool, "Whether a customer-managed key is wanted."] = True
    require_versioning: Annotated[bool, "Whether versioning has to be enabled."] = True
    trusted_accounts: AccountIds = ()

    def judge(self, bucket: Bucket | OtherBucket, /) -> Verdict:
        """Return whether only the account and trusted ones reach the documents, and nobody reads them on their way."""
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
        return compliant("Nobody outside the trusted accounts reaches the documents, and requests need TLS.")


handler = BedrockKbBucketProtected.lambda_handler()
