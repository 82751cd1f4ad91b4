"""Facts about the evaluations of the models that an account owns in Amazon Bedrock."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.facts import bedrock_models
from rules.facts.bedrock_models import (
    CUSTOM_MODEL,
    GONE,
    IMPORTED_MODEL,
    custom_model_resource,
    imported_model_resource,
)
from rules.facts.bedrock_tags import tags
from rules.facts.listings import every
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource, Unreadable

EVALUATION_JOB = "arn:{partition}:bedrock:{region}:{account}:evaluation-job/*"


@dataclass(frozen=True)
class Evaluation:
    """A completed evaluation job: the whole days since it was started, and the names of what it measured."""

    name: str
    days_ago: int
    metrics: frozenset[str]


@dataclass(frozen=True)
class EvaluatedModel:
    """A model whose weights belong to the account, with its completed evaluations, newest first."""

    resource: Resource
    tags: Mapping[str, str]
    evaluations: tuple[Evaluation, ...]


@reads(Action("bedrock:GetEvaluationJob", EVALUATION_JOB))
def metrics(aws: Aws, job_arn: str) -> frozenset[str] | None:
    """Return what an evaluation job measures, by the names that it gives the metrics; None when the job is gone."""
    try:
        job = aws.asked("bedrock", "get_evaluation_job", jobIdentifier=job_arn)
    except ClientError as error:
        if error_code(error) in GONE:
            return None
        raise
    return frozenset(_metric_names(job["evaluationConfig"]))


@reads(Action("bedrock:ListEvaluationJobs"), Action("bedrock:ListProvisionedModelThroughputs"))
def completed_jobs(aws: Aws) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """
    Return the summaries of completed model evaluations by what they evaluated.

    That is the ARN of a model; a customized model is evaluated through provisioned throughput, which is resolved to
    its model. Answers that were collected elsewhere are under the name that the job gives their source.
    """
    throughputs = every(aws, "bedrock", "list_provisioned_model_throughputs", "provisionedModelSummaries")
    models = {each["provisionedModelArn"]: each["modelArn"] for each in throughputs}
    found: defaultdict[str, tuple[Mapping[str, Any], ...]] = defaultdict(tuple)
    for job in every(aws, "bedrock", "list_evaluation_jobs", "jobSummaries", statusEquals="Completed"):
        if job.get("applicationType") != "RagEvaluation":
            for name in dict.fromkeys(_evaluated(job)):
                found[models.get(name, name)] += (job,)
    return found


@reads(
    Action("bedrock:ListTagsForResource", CUSTOM_MODEL),
    Action("bedrock:ListTagsForResource", IMPORTED_MODEL),
    uses=(
        bedrock_models.custom_model_summaries,
        bedrock_models.imported_model_summaries,
        completed_jobs,
        metrics,
    ),
)
def evaluated_models(aws: Aws) -> tuple[EvaluatedModel | Unreadable, ...]:
    """Return the account's custom and imported models, each with its evaluations since it was made."""
    models = [
        *((custom_model_resource(one), one) for one in bedrock_models.custom_model_summaries(aws)),
        *((imported_model_resource(one), one) for one in bedrock_models.imported_model_summaries(aws)),
    ]
    # Without the listing nothing is known of any model.
    completed_jobs(aws)
    return aws.read_each(models, lambda model: model[0], lambda model: _evaluated_model(aws, *model), gone=GONE)


def _evaluated_model(aws: Aws, resource: Resource, summary: Mapping[str, Any]) -> EvaluatedModel:
    jobs = {
        job["jobArn"]: job
        for name in (resource.id, resource.name)
        for job in completed_jobs(aws).get(name, ())
        # An older one was of another model of the same name.
        if job["creationTime"] >= summary["creationTime"]
    }
    newest_first = sorted(jobs.values(), key=lambda job: (job["creationTime"], job["jobArn"]), reverse=True)
    return EvaluatedModel(
        resource,
        tags(aws, resource.id),
        tuple(
            Evaluation(job["jobName"], max((aws.now - job["creationTime"]).days, 0), measured)
            for job in newest_first
            if (measured := metrics(aws, job["jobArn"])) is not None
        ),
    )


def _evaluated(job: Mapping[str, Any]) -> Iterator[str]:
    yield from job.get("modelIdentifiers", ())
    models = job.get("inferenceConfigSummary", {}).get("modelConfigSummary", {})
    yield from models.get("bedrockModelIdentifiers", ())
    yield from models.get("precomputedInferenceSourceIdentifiers", ())


def _metric_names(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the metrics of all data sets (Bedrock API, AutomatedEvaluationConfig and HumanEvaluationConfig)."""
    for kind in ("automated", "human"):
        for data_set in config.get(kind, {}).get("datasetMetricConfigs", ()):
            yield from data_set["metricNames"]
