"""Facts about the jobs of Amazon SageMaker AI that prepare data, apply models, and search for models."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource, Unreadable
from rules.facts import kms
from rules.facts.listings import every
from rules.facts.sagemaker_endpoint_configs import Output
from rules.facts.sagemaker_isolation import JOB, Job, Network, Part, Volumes, named_key, volumes
from rules.facts.sagemaker_models import MODEL
from rules.facts.sagemaker_resources import tags, unless_gone
from rules.facts.sagemaker_training_jobs import ENDED, Cluster
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from rules.engine.aws import Aws

PROCESSING_JOB = "arn:{partition}:sagemaker:{region}:{account}:processing-job/*"
TRANSFORM_JOB = "arn:{partition}:sagemaker:{region}:{account}:transform-job/*"
TUNING_JOB = "arn:{partition}:sagemaker:{region}:{account}:hyper-parameter-tuning-job/*"
AUTOML_JOB = "arn:{partition}:sagemaker:{region}:{account}:automl-job/*"

Kind = Literal["processing", "transform", "tuning", "automl"]
KINDS: tuple[Kind, ...] = get_args(Kind)

OPERATIONS = {
    "ProcessingJob": ("list_processing_jobs", "describe_processing_job"),
    "TransformJob": ("list_transform_jobs", "describe_transform_job"),
    "HyperParameterTuningJob": ("list_hyper_parameter_tuning_jobs", "describe_hyper_parameter_tuning_job"),
    "AutoMLJob": ("list_auto_ml_jobs", "describe_auto_ml_job_v2"),
}
"""How SageMaker lists and describes jobs, by what it calls them in its answers."""

# A job that another one started, as a part of it.
PARENTS = ("AutoMLJobArn", "LabelingJobArn", "TrainingJobArn")

# https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-container.html
CLARIFY = "/sagemaker-clarify-processing"


@dataclass(frozen=True)
class _Described:
    """A job as SageMaker describes it."""

    resource: Resource
    answer: Mapping[str, Any]


@reads(
    Action("sagemaker:ListProcessingJobs"),
    Action("sagemaker:DescribeProcessingJob", PROCESSING_JOB),
    Action("sagemaker:ListTags", PROCESSING_JOB),
    uses=(kms.key,),
)
def processing_jobs(aws: Aws, lookback_days: int) -> tuple[Job | Unreadable, ...]:
    """
    Return the processing jobs of the last days that began (SageMaker API, DescribeProcessingJob).

    Of those that a monitoring schedule started, the newest stands for all, because the schedule's next one will have
    the schedule's settings. Those that AutoML jobs and the debugger of training jobs started are left out.
    """

    def parts(answer: Mapping[str, Any]) -> tuple[Part, ...]:
        config = answer.get("NetworkConfig", {})
        cluster = Cluster.from_api(answer["ProcessingResources"]["ClusterConfig"])
        network = Network(
            JOB,
            None if _is_clarify(aws, answer) else config.get("EnableNetworkIsolation", False),
            bool(config.get("VpcConfig")),
            config.get("EnableInterContainerTrafficEncryption", False),
            cluster.instance_count,
        )
        written = answer.get("ProcessingOutputConfig", {})
        stored = any("S3Output" in output for output in written.get("Outputs", ()))
        outputs = (Output("output", named_key(aws, written.get("KmsKeyId"))),) if stored else ()
        return (Part(JOB, network, volumes(aws, cluster), outputs),)

    found = _described(aws, "ProcessingJob", lookback_days)
    began = (one for one in found if isinstance(one, Unreadable) or _began(one.answer, "ProcessingJob"))
    return _jobs(aws, _newest_of_schedules(began), parts)


@reads(Action("sagemaker:DescribeModel", MODEL))
def model(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return a DescribeModel answer, None when the model is gone."""
    return unless_gone(lambda: aws.asked("sagemaker", "describe_model", ModelName=name))


@reads(
    Action("sagemaker:ListTransformJobs"),
    Action("sagemaker:DescribeTransformJob", TRANSFORM_JOB),
    Action("sagemaker:ListTags", TRANSFORM_JOB),
    uses=(kms.key, model),
)
def transform_jobs(aws: Aws, lookback_days: int) -> tuple[Job | Unreadable, ...]:
    """
    Return the transform jobs of the last days that began, without those that other jobs started.

    Network settings are those of the model that a job applies (SageMaker API, DescribeTransformJob, DescribeModel).
    """

    def parts(answer: Mapping[str, Any]) -> tuple[Part, ...]:
        applied = model(aws, answer["ModelName"])
        network = None
        if applied is not None:
            isolated = applied.get("EnableNetworkIsolation", False)
            network = Network(f"Model {answer['ModelName']}", isolated, bool(applied.get("VpcConfig")))
        outputs = [Output("output", named_key(aws, answer["TransformOutput"].get("KmsKeyId")))]
        if capture := answer.get("DataCaptureConfig"):
            outputs.append(Output("captured data", named_key(aws, capture.get("KmsKeyId"))))
        cluster = Cluster.from_api(answer["TransformResources"])
        return (Part(JOB, network, volumes(aws, cluster), tuple(outputs)),)

    found = _described(aws, "TransformJob", lookback_days)
    began = (one for one in found if isinstance(one, Unreadable) or _began(one.answer, "TransformJob"))
    return _jobs(aws, began, parts)


@reads(
    Action("sagemaker:ListHyperParameterTuningJobs"),
    Action("sagemaker:DescribeHyperParameterTuningJob", TUNING_JOB),
    Action("sagemaker:ListTags", TUNING_JOB),
    uses=(kms.key,),
)
def tuning_jobs(aws: Aws, lookback_days: int) -> tuple[Job | Unreadable, ...]:
    """Return the tuning jobs of the last days with all of their definitions (DescribeHyperParameterTuningJob)."""

    def part(definition: Mapping[str, Any], *, only: bool) -> Part:
        name = JOB if only else f"Definition {definition.get('DefinitionName', 'without a name')}"
        config = definition.get("ResourceConfig") or definition.get("HyperParameterTuningResourceConfig") or {}
        cluster = Cluster.from_api(config)
        network = Network(
            name,
            definition.get("EnableNetworkIsolation", False),
            bool(definition.get("VpcConfig")),
            definition.get("EnableInterContainerTrafficEncryption", False),
            cluster.instance_count,
        )
        output = Output("output", named_key(aws, definition["OutputDataConfig"].get("KmsKeyId")))
        return Part(name, network, volumes(aws, cluster), (output,))

    def parts(answer: Mapping[str, Any]) -> tuple[Part, ...]:
        single = answer.get("TrainingJobDefinition")
        several = sorted(answer.get("TrainingJobDefinitions", ()), key=lambda each: str(each.get("DefinitionName")))
        definitions = [*([single] if single else []), *several]
        return tuple(part(definition, only=len(definitions) == 1) for definition in definitions)

    return _jobs(aws, _described(aws, "HyperParameterTuningJob", lookback_days), parts)


@reads(
    Action("sagemaker:ListAutoMLJobs"),
    Action("sagemaker:DescribeAutoMLJobV2", AUTOML_JOB),
    Action("sagemaker:ListTags", AUTOML_JOB),
    uses=(kms.key,),
)
def automl_jobs(aws: Aws, lookback_days: int) -> tuple[Job | Unreadable, ...]:
    """
    Return the AutoML jobs of the last days, of both versions of the API.

    DescribeAutoMLJobV2 describes those that CreateAutoMLJob made, too; DescribeAutoMLJob does not describe the others.
    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeAutoMLJobV2.html
    """

    def parts(answer: Mapping[str, Any]) -> tuple[Part, ...]:
        security = answer.get("SecurityConfig", {})
        network = Network(
            in_vpc=bool(security.get("VpcConfig")),
            traffic_encrypted=security.get("EnableInterContainerTrafficEncryption", False),
        )
        stored = Volumes((), named_key(aws, security.get("VolumeKmsKeyId")))
        output = Output("output", named_key(aws, answer["OutputDataConfig"].get("KmsKeyId")))
        return (Part(JOB, network, stored, (output,)),)

    return _jobs(aws, _described(aws, "AutoMLJob", lookback_days), parts)


@reads(uses=(processing_jobs, transform_jobs, tuning_jobs, automl_jobs))
def data_jobs(aws: Aws, kinds: tuple[Kind, ...], lookback_days: int) -> tuple[Job | Unreadable, ...]:
    """Return the jobs of these kinds that were made in the last days."""
    readers: dict[Kind, Callable[[Aws, int], tuple[Job | Unreadable, ...]]] = {
        "processing": processing_jobs,
        "transform": transform_jobs,
        "tuning": tuning_jobs,
        "automl": automl_jobs,
    }
    return tuple(job for kind in dict.fromkeys(kinds) for job in readers[kind](aws, lookback_days))


def _described(aws: Aws, noun: str, lookback_days: int) -> tuple[_Described | Unreadable, ...]:
    """Return the descriptions of the jobs of a kind ("TransformJob") that were made in the last days."""
    listing, description = OPERATIONS[noun]

    def identify(summary: Mapping[str, Any]) -> Resource:
        arn = summary[f"{noun}Arn"]
        return Resource(f"AWS::SageMaker::{noun}", arn, summary[f"{noun}Name"], arn)

    def read(summary: Mapping[str, Any]) -> _Described | None:
        named = {f"{noun}Name": summary[f"{noun}Name"]}
        answer = unless_gone(lambda: aws.asked("sagemaker", description, **named))
        return None if answer is None else _Described(identify(summary), answer)

    since = aws.now - timedelta(days=lookback_days)
    summaries = every(aws, "sagemaker", listing, f"{noun}Summaries", CreationTimeAfter=since)
    return aws.read_each(summaries, identify, read)


def _jobs(
    aws: Aws, found: Iterable[_Described | Unreadable], parts: Callable[[Mapping[str, Any]], tuple[Part, ...]]
) -> tuple[Job | Unreadable, ...]:
    def read(one: _Described | Unreadable) -> Job | Unreadable | None:
        if isinstance(one, Unreadable):
            return one
        tagged = unless_gone(lambda: tags(aws, f"{one.resource.arn}"))
        if tagged is None:
            return None
        made = parts(one.answer)
        gone = one.answer["ModelName"] if any(part.network is None for part in made) else None
        return Job(one.resource, made, tagged, gone)

    return aws.read_each(found, lambda one: one.resource, read)


def _began(answer: Mapping[str, Any], noun: str) -> bool:
    """Say whether a job is the account's own, and did not end before it began."""
    if any(answer.get(parent) for parent in PARENTS):
        return False
    started = f"{noun.removesuffix('Job')}StartTime" in answer
    return started or answer[f"{noun}Status"] not in ENDED


def _newest_of_schedules(found: Iterable[_Described | Unreadable]) -> Iterator[_Described | Unreadable]:
    newest: dict[str, _Described] = {}
    for one in found:
        schedule = None if isinstance(one, Unreadable) else one.answer.get("MonitoringScheduleArn")
        if isinstance(one, Unreadable) or not schedule:
            yield one
        elif schedule not in newest or _age(newest[schedule]) < _age(one):
            newest[schedule] = one
    yield from newest.values()


def _age(one: _Described) -> tuple[datetime, str]:
    return one.answer["CreationTime"], one.resource.id


def _is_clarify(aws: Aws, answer: Mapping[str, Any]) -> bool:
    """Say whether a job runs the container of SageMaker Clarify, which calls a model over the network."""
    image: str = answer["AppSpecification"]["ImageUri"]
    registry, slash, repository = image.partition("/")
    own = registry.startswith(aws.account_id)
    return not own and f"{slash}{repository}".startswith((f"{CLARIFY}:", f"{CLARIFY}@"))
