"""Facts about the networks that Amazon SageMaker AI resources run in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts.listings import every
from rules.facts.sagemaker_resources import is_gone
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

MODEL = "arn:{partition}:sagemaker:{region}:{account}:model/*"
TRAINING_JOB = "arn:{partition}:sagemaker:{region}:{account}:training-job/*"
PROCESSING_JOB = "arn:{partition}:sagemaker:{region}:{account}:processing-job/*"
NOTEBOOK = "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/*"
DOMAIN = "arn:{partition}:sagemaker:{region}:{account}:domain/*"

JOB_DAYS = 7
MOST_JOBS = 100
"""The newest training jobs, and processing jobs, that are looked at: some accounts start thousands a day."""


@dataclass(frozen=True)
class Placement:
    """A SageMaker resource, what it is in words, and the subnets that it runs in: none where it is not in a VPC."""

    resource: Resource
    kind: str
    subnet_ids: tuple[str, ...]


@dataclass(frozen=True)
class _Kind:
    """How SageMaker lists and describes one kind of resource, and where a description has the subnets."""

    words: str
    type: str
    listing: str
    member: str
    name: str
    description: str
    subnets: Callable[[Mapping[str, Any]], Iterable[str]]
    jobs: bool = False


def _in_vpc_config(described: Mapping[str, Any]) -> Iterable[str]:
    subnets: Iterable[str] = described.get("VpcConfig", {}).get("Subnets", ())
    return subnets


MODELS = _Kind(
    words="model",
    type="AWS::SageMaker::Model",
    listing="list_models",
    member="Models",
    name="ModelName",
    description="describe_model",
    subnets=_in_vpc_config,
)
TRAINING_JOBS = _Kind(
    words="training job",
    type="AWS::SageMaker::TrainingJob",
    listing="list_training_jobs",
    member="TrainingJobSummaries",
    name="TrainingJobName",
    description="describe_training_job",
    subnets=_in_vpc_config,
    jobs=True,
)
PROCESSING_JOBS = _Kind(
    words="processing job",
    type="AWS::SageMaker::ProcessingJob",
    listing="list_processing_jobs",
    member="ProcessingJobSummaries",
    name="ProcessingJobName",
    description="describe_processing_job",
    subnets=lambda job: _in_vpc_config(job.get("NetworkConfig", {})),
    jobs=True,
)
NOTEBOOK_INSTANCES = _Kind(
    words="notebook instance",
    type="AWS::SageMaker::NotebookInstance",
    listing="list_notebook_instances",
    member="NotebookInstances",
    name="NotebookInstanceName",
    description="describe_notebook_instance",
    subnets=lambda notebook: filter(None, [notebook.get("SubnetId")]),
)
DOMAINS = _Kind(
    words="domain",
    type="AWS::SageMaker::Domain",
    listing="list_domains",
    member="Domains",
    name="DomainId",
    description="describe_domain",
    subnets=lambda domain: domain.get("SubnetIds", ()),
)


@reads(
    Action("sagemaker:ListModels"),
    Action("sagemaker:DescribeModel", MODEL),
    Action("sagemaker:ListTrainingJobs"),
    Action("sagemaker:DescribeTrainingJob", TRAINING_JOB),
    Action("sagemaker:ListProcessingJobs"),
    Action("sagemaker:DescribeProcessingJob", PROCESSING_JOB),
    Action("sagemaker:ListNotebookInstances"),
    Action("sagemaker:DescribeNotebookInstance", NOTEBOOK),
    Action("sagemaker:ListDomains"),
    Action("sagemaker:DescribeDomain", DOMAIN),
)
def placements(aws: Aws) -> tuple[Placement | Unreadable, ...]:
    """
    Return where models, recent training and processing jobs, notebook instances and domains run.

    Jobs are recent that were made in the last seven days; of each kind the newest hundred are looked at.
    """
    kinds = (MODELS, TRAINING_JOBS, PROCESSING_JOBS, NOTEBOOK_INSTANCES, DOMAINS)
    return tuple(placement for kind in kinds for placement in _placements(aws, kind))


def _placements(aws: Aws, kind: _Kind) -> tuple[Placement | Unreadable, ...]:
    def identify(summary: Mapping[str, Any]) -> Resource:
        name = summary[kind.name]
        arn = summary.get(kind.name.removesuffix("Name").removesuffix("Id") + "Arn", name)
        return Resource(kind.type, arn, name, arn)

    def read(summary: Mapping[str, Any]) -> Placement | None:
        try:
            described = aws.asked("sagemaker", kind.description, **{kind.name: summary[kind.name]})
        except ClientError as error:
            if is_gone(error) or "RecordNotFound" in str(error):
                return None
            raise
        return Placement(identify(summary), kind.words, tuple(kind.subnets(described)))

    found = aws.read_each(_listed(aws, kind), identify, read)
    return tuple(sorted(found, key=lambda placement: placement.resource.name))


def _listed(aws: Aws, kind: _Kind) -> Iterable[Mapping[str, Any]]:
    if not kind.jobs:
        return every(aws, "sagemaker", kind.listing, kind.member)
    return every(
        aws,
        "sagemaker",
        kind.listing,
        kind.member,
        SortBy="CreationTime",
        SortOrder="Descending",
        CreationTimeAfter=aws.now - timedelta(days=JOB_DAYS),
        newest=MOST_JOBS,
    )
