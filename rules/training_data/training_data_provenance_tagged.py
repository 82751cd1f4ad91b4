"""Rule: training-data-provenance-tagged."""

from collections.abc import Iterable
from typing import Annotated

from rules.criteria.provenance import CLASSIFICATION, classification_defect, tag_defects
from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.parameters import Between, InPack, Tag
from rules.engine.resource import Unreadable
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts import training_corpora
from rules.facts.s3 import OtherBucket
from rules.facts.training_corpora import TrainingBucket
from rules.frozen import dataclass


@dataclass(frozen=True)
class TrainingDataProvenanceTagged(PeriodicRule[TrainingBucket | OtherBucket]):
    """
    Checks if buckets that Amazon SageMaker training or Amazon Bedrock customization jobs read say what is in them.

    The rule is NON_COMPLIANT if one lacks a tag for class, source, licence or lawful basis, or has a class that is not
    allowed.

    ## Why
    A model keeps what it was trained on.
    Later nobody can tell where the data came from, and by what right it was used, unless somebody wrote it down.

    ## Fix
    `aws s3api put-bucket-tagging`, with all tags of the bucket: the call replaces those that are there.
    In the AWS CDK, `Tags.of(bucket).add("data-source", "…")`, one for each tag.

    ## Limits
    Tags say what somebody wrote, not what is true; a tag without a value counts as missing.
    The tags of the bucket count, not those of objects: data of different sources belongs into different buckets.
    Which jobs and inputs count is as for training-data-bucket-protected.
    A bucket of another account is NOT_APPLICABLE: only its owner can read its tags.
    """

    title = "The buckets with training data are tagged with class, source, licence and lawful basis"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html",
        "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
    )
    reports = ("AWS::S3::Bucket",)
    nothing_to_judge = "No training, AutoML or customization job of the last days read a bucket that exists."
    collect = training_corpora.tagged_buckets

    lookback_days: Annotated[int, Between(1, 365), "Days back to which jobs are looked at."] = 30
    required_tags: Annotated[tuple[Tag, ...], InPack(), "Tags that every bucket with training data has to have."] = (
        Tag(CLASSIFICATION, None),
        Tag("data-source", None),
        Tag("data-licence", None),
        Tag("lawful-basis", None),
    )
    allowed_classifications: Annotated[
        tuple[str, ...], "Values that the tag data-classification may have; none allows any."
    ] = ()

    def facts(self, aws: Aws) -> Iterable[TrainingBucket | OtherBucket | Unreadable]:
        """Return the buckets that jobs of the look-back period read."""
        return self.collect(aws, self.lookback_days)

    def judge(self, bucket: TrainingBucket | OtherBucket, /) -> Verdict:
        """Return whether the bucket says where its data is from and what may be done with it."""
        if isinstance(bucket, OtherBucket):
            return not_applicable(f"It is {bucket.kind.value}, whose tags cannot be read from this account.")
        defects = [
            classification_defect(bucket.tags, self.allowed_classifications),
            *tag_defects(bucket.tags, self.required_tags),
        ]
        found = [defect for defect in defects if defect]
        if found:
            return non_compliant(*found)
        return compliant("The bucket has all tags that are required.")


handler = TrainingDataProvenanceTagged.lambda_handler()
