"""Rule: bedrock-training-job-isolated."""

from collections.abc import Iterable
from typing import Annotated

from rules.criteria.bedrock_jobs import result_defect
from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.parameters import Between
from rules.engine.resource import Unreadable
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant
from rules.facts import bedrock_job_isolation
from rules.facts.bedrock_job_isolation import KINDS, AccountJobs, Kind
from rules.facts.s3 import OtherBucket
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockTrainingJobIsolated(PeriodicRule[AccountJobs]):
    """
    Checks if recent customization, import and batch jobs of Amazon Bedrock ran in a VPC, with keys of your own.

    The rule is NON_COMPLIANT if a job named no VPC, or if what it made has no usable customer-managed AWS KMS key.

    ## Why
    In a VPC of yours, training data and prompts reach a job through endpoints whose policies and logs are yours.
    With a key of your own you can revoke access to what the model learned.

    ## Fix
    A job cannot be changed: start the next ones with `vpcConfig` and `customModelKmsKeyId` (customization),
    `importedModelKmsKeyId` (import) or `outputDataConfig.s3OutputDataConfig.s3EncryptionKeyId` (batch):

        aws bedrock create-model-customization-job --vpc-config file://vpc.json --custom-model-kms-key-id <key ARN> …

    In the AWS CDK: `tasks.BedrockCreateModelCustomizationJob(self, "Tune", vpc_config=…, custom_model_kms_key=key, …)`.

    ## Limits
    The account is judged as a whole, by all jobs of `lookbackDays` together; jobs that failed are left out.
    Of a batch job without a key, the default encryption of its output bucket counts; a bucket of another account, a
    directory bucket and an access point are not judged. Metrics of customization jobs have no key of their own.
    """

    title = "Bedrock jobs run in a VPC with customer-managed keys"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/custom-model-job-access-security.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/batch-vpc.html",
    )
    reports = ("AWS::::Account",)
    nothing_to_judge = "No Bedrock job of the wanted kinds was made within the look-back in this account and Region."
    collect = bedrock_job_isolation.account_jobs

    kinds: Annotated[tuple[Kind, ...], "Which kinds of jobs are judged."] = KINDS
    lookback_days: Annotated[int, Between(1, 365), "Days back to which jobs are judged."] = 30

    def facts(self, aws: Aws) -> Iterable[AccountJobs | Unreadable]:
        """Return the account with its jobs of the wanted kinds within the look-back."""
        return self.collect(aws, self.kinds, self.lookback_days)

    def judge(self, account: AccountJobs, /) -> Verdict:
        """Return whether every job ran in a VPC and has a customer-managed key for what it made."""
        count = len(account.jobs)
        outside = [job.name for job in account.jobs if not job.in_vpc]
        defects = [(job.name, defect) for job in account.jobs if (defect := result_defect(job))]
        sentences = []
        if outside:
            sentences.append(f"Outside of your VPCs: {len(outside)} of {count} jobs ({listed(outside)}).")
        if defects:
            names = listed(name for name, _ in defects)
            sentences.append(f"Without a customer-managed key: {len(defects)} of {count} jobs ({names}).")
            sentences.extend(f"Job {name} {defect}." for name, defect in defects)
        if sentences:
            return non_compliant(*sentences)
        said = [f"In a VPC of yours: {count} of {count} jobs.", "None lacks a customer-managed key for what it made."]
        said.extend(
            f"Not judged is what {job.name} writes to, {job.bucket.kind.value}."
            for job in account.jobs
            if isinstance(job.bucket, OtherBucket)
        )
        return compliant(*said)


handler = BedrockTrainingJobIsolated.lambda_handler()
