"""Facts about the training jobs of Amazon SageMaker AI."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts.listings import every
from rules.facts.sagemaker_resources import unless_gone
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

TRAINING_JOB = "arn:{partition}:sagemaker:{region}:{account}:training-job/*"

ENDED = frozenset({"Completed", "Failed", "Stopped"})


@dataclass(frozen=True)
class Channel:
    """
    An input of a training job (SageMaker API, Channel).

    `s3_uri` is None for a channel that reads no bucket; `s3_data_type` says whether it is a prefix or a manifest
    (S3Prefix, ManifestFile, AugmentedManifestFile, Converse). A channel `from_hub` reads a model that AWS publishes
    through a hub. `elsewhere` is the file system or the data set of a channel that reads no bucket.
    """

    name: str
    s3_uri: str | None
    s3_data_type: str | None = None
    from_hub: bool = False
    elsewhere: str | None = None

    @classmethod
    def from_api(cls, channel: Mapping[str, Any]) -> Channel:
        """Return one item of InputDataConfig."""
        name, source = channel["ChannelName"], channel["DataSource"]
        if s3_source := source.get("S3DataSource"):
            return cls(name, s3_source["S3Uri"], s3_source["S3DataType"], "HubAccessConfig" in s3_source)
        file_system, dataset = source.get("FileSystemDataSource", {}), source.get("DatasetSource", {})
        return cls(name, None, elsewhere=file_system.get("FileSystemId") or dataset.get("DatasetArn"))


@dataclass(frozen=True)
class Cluster:
    """
    The instances of a job; `volume_key` is the key that the job names for their volumes, None when it names none.

    The types are the one that SageMaker selected, or all that it may select until then.
    """

    instance_types: tuple[str, ...]
    instance_count: int
    volume_key: str | None

    @classmethod
    def from_api(cls, config: Mapping[str, Any]) -> Cluster:
        """Return the cluster of a ResourceConfig, a HyperParameterTuningResourceConfig or a ClusterConfig."""
        groups = config.get("InstanceGroups", ())
        choices = config.get("InstancePreferences") or config.get("InstanceConfigs") or ()
        count = config.get("InstanceCount", 1)
        types = [config.get("InstanceType"), *(each["InstanceType"] for each in (*groups, *choices))]
        if groups:
            count = sum(group["InstanceCount"] for group in groups)
        elif choices:
            count = max(choice.get("InstanceCount", count) for choice in choices)
        if selected := config.get("SelectedInstanceType"):
            types, count = [selected], config.get("SelectedInstanceCount", count)
        # An empty key is what SageMaker answers for none.
        return cls(tuple(dict.fromkeys(filter(None, types))), count, config.get("VolumeKmsKeyId") or None)


@dataclass(frozen=True)
class TrainingJob:
    """
    A training job (SageMaker API, DescribeTrainingJob).

    `started` is False for one that ended before its training began. `started_by` is the ARN of the tuning, AutoML or
    labeling job that it is a part of. `cluster` is None for a serverless job, whose instances are not the account's.
    `output_key` is the key that the job names for what it writes, None when it names none.
    """

    resource: Resource
    status: str
    started: bool
    started_by: str | None
    channels: tuple[Channel, ...]
    output_uri: str | None
    output_key: str | None
    subnet_ids: tuple[str, ...]
    network_isolation: bool
    traffic_encryption: bool
    cluster: Cluster | None


@reads(Action("sagemaker:ListTrainingJobs"), Action("sagemaker:DescribeTrainingJob", TRAINING_JOB))
def training_jobs(aws: Aws, lookback_days: int) -> tuple[TrainingJob | Unreadable, ...]:
    """Return every training job that was made in the last days, those that other jobs started among them."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        arn = summary["TrainingJobArn"]
        return Resource("AWS::SageMaker::TrainingJob", arn, summary["TrainingJobName"], arn)

    def read(summary: Mapping[str, Any]) -> TrainingJob | None:
        name = summary["TrainingJobName"]
        described = unless_gone(lambda: aws.asked("sagemaker", "describe_training_job", TrainingJobName=name))
        return None if described is None else _training_job(identify(summary), described)

    since = aws.now - timedelta(days=lookback_days)
    summaries = every(aws, "sagemaker", "list_training_jobs", "TrainingJobSummaries", CreationTimeAfter=since)
    return aws.read_each(summaries, identify, read)


def _training_job(resource: Resource, described: Mapping[str, Any]) -> TrainingJob:
    output = described.get("OutputDataConfig", {})
    config = described.get("ResourceConfig")
    parents = (described.get(member) for member in ("TuningJobArn", "AutoMLJobArn", "LabelingJobArn"))
    status = described["TrainingJobStatus"]
    return TrainingJob(
        resource=resource,
        status=status,
        started="TrainingStartTime" in described or status not in ENDED,
        started_by=next(filter(None, parents), None),
        channels=tuple(Channel.from_api(channel) for channel in described.get("InputDataConfig", ())),
        output_uri=output.get("S3OutputPath"),
        output_key=output.get("KmsKeyId") or None,
        subnet_ids=tuple(described.get("VpcConfig", {}).get("Subnets", ())),
        network_isolation=described.get("EnableNetworkIsolation", False),
        traffic_encryption=described.get("EnableInterContainerTrafficEncryption", False),
        # What SageMaker answers about instances of a serverless job is not what the job asked for.
        cluster=None if config is None or "ServerlessJobConfig" in described else Cluster.from_api(config),
    )
