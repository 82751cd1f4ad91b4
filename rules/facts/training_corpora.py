"""Facts about training corpora: the buckets that jobs really read to train or customize a model."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from rules.engine.collector import Action, reads
from rules.engine.errors import UnexpectedAnswerError
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_jobs, s3, s3_objects, sagemaker_training_jobs
from rules.facts.knowledge_sources import SourceBucket, source_bucket
from rules.facts.listings import every
from rules.facts.sagemaker_resources import unless_gone
from rules.facts.sagemaker_training_jobs import Channel
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.engine.aws import Aws

J = TypeVar("J")

AUTOML_JOB = "arn:{partition}:sagemaker:{region}:{account}:automl-job/*"

MANIFESTS = frozenset({"ManifestFile", "AugmentedManifestFile"})
"""Types of channels whose URI names a list of objects, which may lie anywhere in the bucket."""


@dataclass(frozen=True)
class AutoMlData:
    """What an AutoML job reads (SageMaker API, DescribeAutoMLJobV2)."""

    resource: Resource
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class Corpus:
    """
    A bucket that holds training data.

    `prefixes` are what the keys of that data start with, "" for the whole bucket; none starts with another.
    """

    bucket: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True)
class TrainingBucket:
    """A bucket of this account that holds training data under `prefixes`, as in `Corpus`."""

    resource: Resource
    tags: Mapping[str, str]
    region: str
    prefixes: tuple[str, ...]


@reads(Action("sagemaker:ListAutoMLJobs"), Action("sagemaker:DescribeAutoMLJobV2", AUTOML_JOB))
def automl_data(aws: Aws, lookback_days: int) -> tuple[AutoMlData | Unreadable, ...]:
    """Return what AutoML jobs of the last days, of both versions of the API, make models from."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        arn = summary["AutoMLJobArn"]
        return Resource("AWS::SageMaker::AutoMLJob", arn, summary["AutoMLJobName"], arn)

    def read(summary: Mapping[str, Any]) -> AutoMlData | None:
        name = summary["AutoMLJobName"]
        job = unless_gone(lambda: aws.asked("sagemaker", "describe_auto_ml_job_v2", AutoMLJobName=name))
        if job is None:
            return None
        sources = [channel.get("DataSource", {}).get("S3DataSource") for channel in job["AutoMLJobInputDataConfig"]]
        channels = (Channel("data", source["S3Uri"], source["S3DataType"]) for source in sources if source)
        return AutoMlData(identify(summary), tuple(channels))

    since = aws.now - timedelta(days=lookback_days)
    summaries = every(aws, "sagemaker", "list_auto_ml_jobs", "AutoMLJobSummaries", CreationTimeAfter=since)
    return aws.read_each(summaries, identify, read)


@reads(uses=(sagemaker_training_jobs.training_jobs, automl_data, bedrock_jobs.customization_jobs))
def corpora(aws: Aws, lookback_days: int) -> tuple[Corpus, ...]:
    """
    Return what training, AutoML and customization jobs of the last days read from buckets, each bucket once.

    Jobs of Amazon SageMaker AI that ended before their training began read nothing. Raises UnexpectedAnswerError when
    a job cannot be read: its buckets are not known then.
    """
    found: dict[str, set[str]] = {}
    jobs = [_readable(job) for job in sagemaker_training_jobs.training_jobs(aws, lookback_days)]
    channels = [channel for job in jobs if job.started for channel in job.channels]
    for automl_job in automl_data(aws, lookback_days):
        channels.extend(_readable(automl_job).channels)
    for bucket, prefix in _locations(channels):
        found.setdefault(bucket, set()).add(prefix)
    for model_job in bedrock_jobs.customization_jobs(aws, lookback_days):
        for uri in _readable(model_job).inputs:
            bucket, prefix = s3_objects.location(uri)
            found.setdefault(bucket, set()).add(prefix)
    return tuple(Corpus(bucket, _widest(prefixes)) for bucket, prefixes in sorted(found.items()))


@reads(uses=(corpora, s3.bucket))
def training_buckets(aws: Aws, lookback_days: int) -> tuple[s3.Bucket | s3.OtherBucket | Unreadable, ...]:
    """Return every bucket that holds training data with what protects it, without those that do not exist."""
    return s3.buckets(aws, tuple(corpus.bucket for corpus in corpora(aws, lookback_days)))


@reads(uses=(corpora, source_bucket))
def tagged_buckets(aws: Aws, lookback_days: int) -> tuple[TrainingBucket | s3.OtherBucket | Unreadable, ...]:
    """Return every bucket that holds training data with its tags, without those that do not exist."""

    def read(corpus: Corpus) -> TrainingBucket | s3.OtherBucket | None:
        return _with_tags(aws, source_bucket(aws, corpus.bucket), corpus)

    return aws.read_each(corpora(aws, lookback_days), lambda corpus: s3.bucket_resource(aws, corpus.bucket), read)


def _with_tags(aws: Aws, found: SourceBucket, corpus: Corpus) -> TrainingBucket | s3.OtherBucket | None:
    if isinstance(found.place, str):
        return TrainingBucket(s3.bucket_resource(aws, found.name), found.tags or {}, found.place, corpus.prefixes)
    return found.place


def _readable(job: J | Unreadable) -> J:
    if isinstance(job, Unreadable):
        raise UnexpectedAnswerError(f"job {job.resource.name}: {job.code}: {job.message}")
    return job


def _locations(channels: Iterable[Channel]) -> Iterator[tuple[str, str]]:
    for channel in channels:
        if channel.s3_uri and not channel.from_hub:
            bucket, prefix = s3_objects.location(channel.s3_uri)
            yield bucket, "" if channel.s3_data_type in MANIFESTS else prefix


def _widest(prefixes: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for prefix in sorted(prefixes):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return tuple(kept)
