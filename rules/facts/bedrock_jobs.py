"""Facts about Amazon Bedrock jobs: batch inference, evaluation, and those that make models."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts import s3
from rules.facts.bedrock_tags import tags
from rules.facts.listings import every
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

BATCH_JOB = "arn:{partition}:bedrock:{region}:{account}:model-invocation-job/*"
CUSTOMIZATION_JOB = "arn:{partition}:bedrock:{region}:{account}:model-customization-job/*"
IMPORT_JOB = "arn:{partition}:bedrock:{region}:{account}:model-import-job/*"
EVALUATION_JOB = "arn:{partition}:bedrock:{region}:{account}:evaluation-job/*"
GONE = ("ResourceNotFoundException",)

# Jobs that ended without results.
FRUITLESS = frozenset({"Failed", "Expired"})


@dataclass(frozen=True)
class Job:
    """
    A job; `key_id` is the key that it names for its results, None when it names none, `bucket` where they go.

    `subnet_ids` are those that it reached Amazon S3 through, none outside of any VPC and for an evaluation job, which
    is in none.
    """

    resource: Resource
    tags: Mapping[str, str]
    key_id: str | None
    bucket: str
    subnet_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelJob:
    """
    A job that made a model, or is about to: a customization job or an import job.

    `inputs` are the S3 URIs of what it reads: of training and validation data, or of the weights to import. `output`
    is the S3 URI that a customization job writes its metrics to. `key_id` is the key that it names for the model, None
    when it names none.
    """

    resource: Resource
    status: str
    inputs: tuple[str, ...]
    output: str | None
    subnet_ids: tuple[str, ...]
    key_id: str | None


@reads(
    Action("bedrock:ListModelInvocationJobs"),
    Action("bedrock:ListTagsForResource", BATCH_JOB),
)
def batch_jobs(aws: Aws, lookback_days: int) -> tuple[Job | Unreadable, ...]:
    """Return the batch inference jobs of the last days (Bedrock API, ModelInvocationJobSummary)."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        return _resource("AWS::Bedrock::ModelInvocationJob", summary)

    def read(summary: Mapping[str, Any]) -> Job:
        output = summary["outputDataConfig"]["s3OutputDataConfig"]
        bucket, _ = s3.location(output["s3Uri"])
        key_id = output.get("s3EncryptionKeyId")
        return Job(identify(summary), tags(aws, summary["jobArn"]), key_id, bucket, _subnet_ids(summary))

    summaries = every(
        aws,
        "bedrock",
        "list_model_invocation_jobs",
        "invocationJobSummaries",
        submitTimeAfter=aws.now - timedelta(days=lookback_days),
    )
    fruitful = [summary for summary in summaries if summary.get("status") not in FRUITLESS]
    return aws.read_each(fruitful, identify, read, gone=GONE)


@reads(
    Action("bedrock:ListEvaluationJobs"),
    Action("bedrock:GetEvaluationJob", EVALUATION_JOB),
    Action("bedrock:ListTagsForResource", EVALUATION_JOB),
)
def evaluation_jobs(aws: Aws, lookback_days: int) -> tuple[Job | Unreadable, ...]:
    """Return the evaluation jobs of the last days (Bedrock API, GetEvaluationJob)."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        return _resource("AWS::Bedrock::EvaluationJob", summary)

    def read(summary: Mapping[str, Any]) -> Job:
        job = aws.asked("bedrock", "get_evaluation_job", jobIdentifier=summary["jobArn"])
        bucket, _ = s3.location(job["outputDataConfig"]["s3Uri"])
        return Job(identify(summary), tags(aws, summary["jobArn"]), job.get("customerEncryptionKeyId"), bucket)

    summaries = every(
        aws,
        "bedrock",
        "list_evaluation_jobs",
        "jobSummaries",
        creationTimeAfter=aws.now - timedelta(days=lookback_days),
    )
    fruitful = [summary for summary in summaries if summary["status"] not in FRUITLESS]
    return aws.read_each(fruitful, identify, read, gone=GONE)


@reads(Action("bedrock:ListModelCustomizationJobs"), Action("bedrock:GetModelCustomizationJob", CUSTOMIZATION_JOB))
def customization_jobs(aws: Aws, lookback_days: int) -> tuple[ModelJob | Unreadable, ...]:
    """Return the customization jobs of the last days, failed ones among them (GetModelCustomizationJob)."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        return _resource("AWS::Bedrock::ModelCustomizationJob", summary)

    def read(summary: Mapping[str, Any]) -> ModelJob:
        job = aws.client("bedrock").get_model_customization_job(jobIdentifier=summary["jobArn"])
        return ModelJob(
            resource=identify(summary),
            status=summary["status"],
            inputs=tuple(_training_uris(job)),
            output=job["outputDataConfig"]["s3Uri"],
            subnet_ids=_subnet_ids(job),
            key_id=job.get("outputModelKmsKeyArn"),
        )

    summaries = every(
        aws,
        "bedrock",
        "list_model_customization_jobs",
        "modelCustomizationJobSummaries",
        creationTimeAfter=aws.now - timedelta(days=lookback_days),
    )
    return aws.read_each(summaries, identify, read, gone=GONE)


@reads(Action("bedrock:ListModelImportJobs"), Action("bedrock:GetModelImportJob", IMPORT_JOB))
def import_jobs(aws: Aws, lookback_days: int) -> tuple[ModelJob | Unreadable, ...]:
    """Return the import jobs of the last days, failed ones among them (Bedrock API, GetModelImportJob)."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        return _resource("AWS::Bedrock::ModelImportJob", summary)

    def read(summary: Mapping[str, Any]) -> ModelJob:
        job = aws.client("bedrock").get_model_import_job(jobIdentifier=summary["jobArn"])
        source = job["modelDataSource"].get("s3DataSource")
        return ModelJob(
            resource=identify(summary),
            status=summary["status"],
            inputs=(source["s3Uri"],) if source else (),
            output=None,
            subnet_ids=_subnet_ids(job),
            key_id=job.get("importedModelKmsKeyArn"),
        )

    summaries = every(
        aws,
        "bedrock",
        "list_model_import_jobs",
        "modelImportJobSummaries",
        creationTimeAfter=aws.now - timedelta(days=lookback_days),
    )
    return aws.read_each(summaries, identify, read, gone=GONE)


def _training_uris(job: Mapping[str, Any]) -> Iterator[str]:
    training = job["trainingDataConfig"]
    if uri := training.get("s3Uri"):
        yield uri
    if logs := training.get("invocationLogsConfig"):
        yield logs["invocationLogSource"]["s3Uri"]
    for validator in job.get("validationDataConfig", {}).get("validators", ()):
        yield validator["s3Uri"]


def _subnet_ids(job: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(job.get("vpcConfig", {}).get("subnetIds", ()))


def _resource(resource_type: str, summary: Mapping[str, Any]) -> Resource:
    return Resource(resource_type, summary["jobArn"], summary["jobName"], summary["jobArn"])
