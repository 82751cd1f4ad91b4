"""Facts about how jobs of Amazon SageMaker AI are cut off from networks, and what they encrypt with which keys."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from rules.engine.collector import Action, reads
from rules.engine.resource import Unreadable
from rules.facts import kms, sagemaker_training_jobs
from rules.facts.sagemaker_endpoint_configs import NamedKey, Output
from rules.facts.sagemaker_resources import tags, unless_gone
from rules.facts.sagemaker_training_jobs import TRAINING_JOB
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource
    from rules.facts.sagemaker_training_jobs import Cluster, TrainingJob

JOB = "The job"


@dataclass(frozen=True)
class Network:
    """
    How containers are cut off; None where a job has no such setting.

    `holder` has the settings, as the beginning of a sentence: the job, a definition in it, or a model.
    `instance_count` is None where AWS chooses it.
    """

    holder: str = JOB
    isolated: bool | None = None
    in_vpc: bool | None = None
    traffic_encrypted: bool | None = None
    instance_count: int | None = None


@dataclass(frozen=True)
class Volumes:
    """The volumes of a job's instances; `instance_types` are none where AWS chooses them."""

    instance_types: tuple[str, ...]
    key: NamedKey | None


@dataclass(frozen=True)
class Part:
    """
    What runs together in a job: the whole job, or one definition of a tuning job (`name`, to begin a sentence with).

    `network` is None when what had the settings is gone, `volumes` where a job takes no key for them.
    """

    name: str
    network: Network | None
    volumes: Volumes | None
    outputs: tuple[Output, ...]


@dataclass(frozen=True)
class Job:
    """A job with all of its parts; `gone_model` is the model that had its network settings and does not exist now."""

    resource: Resource
    parts: tuple[Part, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    gone_model: str | None = None


@reads(Action("sagemaker:ListTags", TRAINING_JOB), uses=(sagemaker_training_jobs.training_jobs, kms.key))
def training_jobs(aws: Aws, lookback_days: int) -> tuple[Job | Unreadable, ...]:
    """
    Return the training jobs of the last days that began to train, without those that other jobs started.

    What a tuning, AutoML or labeling job starts has the settings of that job.
    """

    def read(job: TrainingJob | Unreadable) -> Job | Unreadable | None:
        if isinstance(job, Unreadable):
            return job
        found = unless_gone(lambda: tags(aws, f"{job.resource.arn}"))
        return None if found is None else Job(job.resource, (_part(aws, job),), found)

    every = sagemaker_training_jobs.training_jobs(aws, lookback_days)
    own = [job for job in every if isinstance(job, Unreadable) or (job.started and job.started_by is None)]
    return aws.read_each(own, lambda job: job.resource, read)


def named_key(aws: Aws, name: str | None) -> NamedKey | None:
    """Return the key that a job names, None for none; the caller declares that it uses `kms.key`."""
    return NamedKey(name, kms.key(aws, name)) if name else None


def volumes(aws: Aws, cluster: Cluster) -> Volumes:
    """Return the volumes of a cluster; the caller declares that it uses `kms.key`."""
    return Volumes(cluster.instance_types, named_key(aws, cluster.volume_key))


def _part(aws: Aws, job: TrainingJob) -> Part:
    output = (Output("output", named_key(aws, job.output_key)),) if job.output_uri else ()
    in_vpc = bool(job.subnet_ids)
    if job.cluster is None:
        # A serverless job takes a VPC and a key for its output, and no other setting of these.
        return Part(JOB, Network(in_vpc=in_vpc), None, output)
    network = Network(JOB, job.network_isolation, in_vpc, job.traffic_encryption, job.cluster.instance_count)
    return Part(JOB, network, volumes(aws, job.cluster), output)
