"""Rule: training-data-pii-scanned."""

from collections.abc import Iterable
from typing import Annotated

from rules.criteria import scans
from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.parameters import Between, InPack
from rules.engine.resource import Unreadable
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts import training_scans
from rules.facts.s3 import OtherBucket
from rules.facts.training_scans import ScannedBucket
from rules.frozen import dataclass


@dataclass(frozen=True)
class TrainingDataPiiScanned(PeriodicRule[ScannedBucket | OtherBucket]):
    """
    Checks if Amazon Macie has scanned the buckets that Amazon SageMaker training or Amazon Bedrock customization reads.

    The rule is NON_COMPLIANT if Macie is off, a complete scan in time is missing, or a grave finding is open.

    ## Why
    Personal data in a training corpus comes out of the model again, and cannot be taken out of it.

    ## Fix
    `aws macie2 enable-macie`; automated discovery: `update-automated-discovery-configuration --status ENABLED`; a job:
    `create-classification-job --job-type SCHEDULED --initial-run` with the bucket in its `s3JobDefinition`.
    In the AWS CDK, `macie.CfnSession(self, "Macie", status="ENABLED")`; there are no constructs for jobs.
    Remove or mask what a finding names, then archive it: `create-findings-filter --action ARCHIVE`.

    ## Limits
    A scan is a complete run of a job over all training data of the bucket, counted from its start, or automated
    discovery, which samples. Paused, cancelled and failed runs do not count, nor do jobs that keep to new objects,
    leave objects out by anything but the beginning of their keys, or look for no personal data.
    Objects that are in no format that Macie reads are never scanned; a bucket with no others is NOT_APPLICABLE.
    Jobs pass over objects under a key that does not let Macie in: the policy of the bucket's own key is judged.
    Jobs of Macie's administrator account and what automated discovery found are visible there only: here the
    sensitivity score counts, and 51 or more is NON_COMPLIANT. Findings live for 90 days and count for the whole bucket;
    archived ones, by suppression rules too, are not open, and policy findings are left to other rules.
    """

    title = "Training data is scanned for personal data, and no grave finding is open"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/macie/latest/user/discovery-jobs.html",
        "https://docs.aws.amazon.com/macie/latest/user/discovery-asdd.html",
        "https://docs.aws.amazon.com/macie/latest/APIReference/datasources-s3.html",
    )
    reports = ("AWS::S3::Bucket",)
    nothing_to_judge = "No training, AutoML or customization job of the last days read a bucket that exists."
    collect = training_scans.scanned_buckets

    lookback_days: Annotated[int, Between(1, 365), "Days back to which training jobs are looked at."] = 30
    max_scan_age_days: Annotated[int, Between(1, 365), InPack(), "Most days since the last complete scan."] = 30
    min_severity: Annotated[scans.Level, "Lowest severity of open findings that counts."] = "high"
    min_sampling_percentage: Annotated[int, Between(1, 100), "Least percentage of objects that a job looks at."] = 100

    def facts(self, aws: Aws) -> Iterable[ScannedBucket | OtherBucket | Unreadable]:
        """Return the buckets that jobs of the look-back period read, with what Macie says of them."""
        return self.collect(aws, self.lookback_days, self.max_scan_age_days)

    def judge(self, bucket: ScannedBucket | OtherBucket, /) -> Verdict:
        """Return whether Macie looked at the training data lately, and left nothing open."""
        if isinstance(bucket, OtherBucket):
            return not_applicable(f"It is {bucket.kind.value}, which Amazon Macie does not show in this account.")
        if barred := scans.obstacle(bucket):
            return non_compliant(barred)
        bounds = (self.max_scan_age_days, self.min_sampling_percentage)
        scan = scans.newest_scan(bucket, *bounds)
        if found := scans.finding_defect(bucket, self.min_severity):
            return non_compliant(found, *([] if scan else scans.scan_defects(bucket, *bounds)))
        unclear = scans.nothing_to_scan(bucket) or (None if scan else scans.run_under_way(bucket, *bounds))
        if unclear:
            return not_applicable(unclear)
        if scan is None:
            return non_compliant(*scans.scan_defects(bucket, *bounds))
        return compliant(f"{scan.by} looked at the training data {scan.when} and left nothing grave open.")


handler = TrainingDataPiiScanned.lambda_handler()
