"""Rule: sagemaker-data-job-isolated."""

from collections.abc import Iterable
from typing import Annotated

from rules.criteria.jobs import CHECKS, Check, job_verdict
from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.parameters import Between, InPack
from rules.engine.resource import Unreadable
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict
from rules.facts import sagemaker_data_jobs
from rules.facts.sagemaker_data_jobs import KINDS, Kind
from rules.facts.sagemaker_isolation import Job
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerDataJobIsolated(PeriodicRule[Job]):
    """
    Checks if recent processing, transform, tuning and AutoML jobs of Amazon SageMaker AI were isolated and encrypted.

    The rule is NON_COMPLIANT if a job lacks network isolation, a VPC, traffic encryption, or a customer-managed key
    for volumes or output.

    ## Why
    Jobs that clean data see it raw, before anything was removed, and are the ones that nobody hardens.

    ## Fix
    Start the next jobs with `NetworkConfig` (processing), each definition's `EnableNetworkIsolation` and `VpcConfig`
    (tuning), `SecurityConfig` (AutoML), `VolumeKmsKeyId` and `KmsKeyId`; give the model of a transform job
    `EnableNetworkIsolation` and `VpcConfig`. For monitors, change the job definition of the schedule.

        aws sagemaker create-processing-job --network-config file://network.json --processing-output-config …

    In the AWS CDK: `sagemaker.CfnProcessingJob(self, "Clean", network_config=…, processing_output_config=…)`.

    ## Limits
    Not every kind has every setting: transform jobs have those of their model, and no traffic encryption; AutoML jobs
    and SageMaker Clarify, which calls a model, have no network isolation. AutoML is asked to encrypt traffic always.
    Jobs count for `lookbackDays` from when they were made; what ended before it began is left out. Each is read, and
    billed as an evaluation, every day: thousands of them want a smaller number.
    Of a monitoring schedule the newest job stands for all. What AutoML, labeling and the debugger start is left out,
    as are labeling, compilation and optimization jobs, and those of the CreateJob API.
    The model of a transform job is judged as it is now. An output key has to be named by the job: defaults of the
    bucket do not count. Instances with local storage encrypt it in hardware and take no key.
    """

    title = "SageMaker data jobs are isolated and encrypted"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NetworkConfig.html",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoMLSecurityConfig.html",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-vpc.html",
    )
    reports = (
        "AWS::SageMaker::ProcessingJob",
        "AWS::SageMaker::TransformJob",
        "AWS::SageMaker::HyperParameterTuningJob",
        "AWS::SageMaker::AutoMLJob",
    )
    nothing_to_judge = "No job of the wanted kinds was made within the look-back in this account and Region."
    collect = sagemaker_data_jobs.data_jobs

    kinds: Annotated[tuple[Kind, ...], InPack(), "Which kinds of jobs are judged."] = KINDS
    lookback_days: Annotated[int, Between(1, 90), "Days back to which jobs are judged."] = 7
    checks: Annotated[tuple[Check, ...], "What a job has to pass, as far as it has the setting."] = CHECKS

    def facts(self, aws: Aws) -> Iterable[Job | Unreadable]:
        """Return the jobs of the wanted kinds within the look-back."""
        return self.collect(aws, self.kinds, self.lookback_days)

    def judge(self, job: Job, /) -> Verdict:
        """Return whether the job passes the checks that there are settings for."""
        return job_verdict(job, self.checks)


handler = SageMakerDataJobIsolated.lambda_handler()
