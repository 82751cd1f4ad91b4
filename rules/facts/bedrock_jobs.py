"""Facts about Amazon Bedrock jobs whose results stay: batch inference and evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts import s3
from rules.facts.listings import every

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

BATCH_JOB = "arn:{partition}:bedrock:{region}:{account}:model-invocation-job/*"
EVALUATION_JOB = "arn:{partition}:bedrock:{region}:{account}:evaluation-job/*"
GONE = ("ResourceNotFoundException",)

# Jobs that ended without results.
FRUITLESS = frozenset({"Failed", "Expired"})


@dataclass(frozen=True)
class Job:
    """A job; `key_id` is the key that it names for its results, None when it names none, `bucket` where they go."""

    resource: Resource
    tags: Mapping[str, str]
    key_id: str | None
    bucket: str


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
        return Job(identify(summary), _tags(aws, summary["jobArn"]), output.get("s3EncryptionKeyId"), bucket)

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
        job = aws.client("bedrock").get_evaluation_job(jobIdentifier=summary["jobArn"])
        bucket, _ = s3.location(job["outputDataConfig"]["s3Uri"])
        return Job(identify(summary), _tags(aws, summary["jobArn"]), job.get("customerEncryptionKeyId"), bucket)

    summaries = every(
        aws,
        "bedrock",
        "list_evaluation_jobs",
        "jobSummaries",
        creationTimeAfter=aws.now - timedelta(days=lookback_days),
    )
    fruitful = [summary for summary in summaries if summary["status"] not in FRUITLESS]
    return aws.read_each(fruitful, identify, read, gone=GONE)


def _tags(aws: Aws, arn: str) -> dict[str, str]:
    tags = aws.client("bedrock").list_tags_for_resource(resourceARN=arn).get("tags", ())
    return {tag["key"]: tag["value"] for tag in tags}


def _resource(resource_type: str, summary: Mapping[str, Any]) -> Resource:
    return Resource(resource_type, summary["jobArn"], summary["jobName"], summary["jobArn"])
