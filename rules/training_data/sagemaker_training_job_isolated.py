"""Rule: sagemaker-training-job-isolated."""

from collections.abc import Iterable
from typing import Annotated

from rules.criteria.jobs import CHECKS, Check, job_verdict
from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.parameters import Between, InPack
from rules.engine.resource import Unreadable
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict
from rules.facts import sagemaker_isolation
from rules.facts.sagemaker_isolation import Job
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerTrainingJobIsolated(PeriodicRule[Job]):
    """
    Checks if recent training jobs of Amazon SageMaker AI ran isolated, in a VPC, encrypted with your keys.

    The rule is NON_COMPLIANT if a job lacks network isolation, a VPC, encryption between its instances, or a
    customer-managed key for volumes or output.

    ## Why
    A training container holds the whole training set, and runs code of many authors.
    With a way out to the internet, one bad package is enough to lose the data.

    ## Fix
    A job cannot be changed: start the next ones with `EnableNetworkIsolation`, `VpcConfig`,
    `EnableInterContainerTrafficEncryption`, `ResourceConfig.VolumeKmsKeyId` and `OutputDataConfig.KmsKeyId`:

        aws sagemaker create-training-job --enable-network-isolation --enable-inter-container-traffic-encryption …

    In the AWS CDK: `tasks.SageMakerCreateTrainingJob(self, "Train", enable_network_isolation=True, vpc_config=…,
    resource_config=…, output_data_config=…)`; with several instances `tasks.CallAwsService` takes all settings.
    Denying `sagemaker:CreateTrainingJob` by conditions such as `sagemaker:NetworkIsolation`, `sagemaker:VpcSubnets`
    and `sagemaker:VolumeKmsKey` keeps anybody from starting others.

    ## Limits
    Jobs count for `lookbackDays` from when they were made, also when they failed, if training began; then they leave
    the scope. Each is read, and billed as an evaluation, every day: thousands of them want a smaller number.
    Jobs that a tuning or AutoML job started have its settings: sagemaker-data-job-isolated judges it once. Those of
    labeling jobs, and jobs of the CreateJob API such as AgentRFT, are not judged.
    A serverless job takes a VPC and an output key only. Instances with local storage encrypt it in hardware and take
    no key. An output key has to be named by the job: defaults of the bucket do not count. Checkpoints and what the
    debugger writes have no key of their own.
    """

    title = "SageMaker training jobs are isolated and encrypted"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html",
    )
    reports = ("AWS::SageMaker::TrainingJob",)
    nothing_to_judge = "No training job of its own was made within the look-back in this account and Region."
    collect = sagemaker_isolation.training_jobs

    lookback_days: Annotated[int, Between(1, 90), "Days back to which jobs are judged."] = 7
    checks: Annotated[tuple[Check, ...], InPack(), "What a job has to pass."] = CHECKS

    def facts(self, aws: Aws) -> Iterable[Job | Unreadable]:
        """Return the training jobs within the look-back."""
        return self.collect(aws, self.lookback_days)

    def judge(self, job: Job, /) -> Verdict:
        """Return whether the job passes the checks that there are settings for."""
        return job_verdict(job, self.checks)


handler = SageMakerTrainingJobIsolated.lambda_handler()
