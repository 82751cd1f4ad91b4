"""Facts about Amazon SageMaker models and the artifacts that they load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import UnexpectedAnswerError
from rules.engine.resource import Resource, Unreadable
from rules.facts import s3, s3_objects
from rules.facts.listings import every
from rules.facts.sagemaker_resources import is_gone, tags
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws

MODEL = "arn:{partition}:sagemaker:{region}:{account}:model/*"
MODEL_PACKAGE = "arn:{partition}:sagemaker:{region}:{account}:model-package/*"


@dataclass(frozen=True)
class Artifact:
    """Data that a model loads: its location as the model names it, and what is stored there (see `stored_object`)."""

    uri: str
    stored: s3_objects.Stored | s3.OtherBucket | None


@dataclass(frozen=True)
class Model:
    """
    An Amazon SageMaker model with the artifacts of all its containers.

    `closed_packages` are the model packages whose artifacts cannot be seen: those of other accounts and of AWS
    Marketplace, and those that were deleted.
    """

    resource: Resource
    tags: Mapping[str, str]
    artifacts: tuple[Artifact, ...]
    closed_packages: tuple[str, ...]


@reads(Action("sagemaker:DescribeModelPackage", MODEL_PACKAGE))
def model_package(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return a DescribeModelPackage answer, None when the package is gone or belongs to another account."""
    if name.startswith("arn:") and name.split(":")[4] != aws.account_id:
        return None
    try:
        # With all data SageMaker would decrypt the package's model card with the caller's permissions.
        answer = aws.asked("sagemaker", "describe_model_package", ModelPackageName=name, IncludedData="MetadataOnly")
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    return answer


@reads(
    Action("sagemaker:DescribeModel", MODEL),
    Action("sagemaker:ListTags", MODEL),
    uses=(model_package, s3_objects.stored_object, s3_objects.stored_objects),
)
def model(aws: Aws, resource: Resource) -> Model | Unreadable | None:
    """Return one model, an Unreadable, or None when it is gone; a model is found by its ARN's, or its own, name."""
    name = (resource.arn or resource.id).rpartition("/")[2]
    return aws.read_one(resource, lambda: _model(aws, name))


@reads(
    Action("sagemaker:ListModels"),
    uses=(model, model_package, s3_objects.stored_object, s3_objects.stored_objects),
)
def models(aws: Aws) -> tuple[Model | Unreadable, ...]:
    """Return every model of the account and Region (SageMaker API, DescribeModel)."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        return _resource(summary["ModelArn"], summary["ModelName"])

    summaries = every(aws, "sagemaker", "list_models", "Models")
    return aws.read_each(summaries, identify, lambda summary: _model(aws, summary["ModelName"]))


def _model(aws: Aws, name: str) -> Model | None:
    try:
        described = aws.asked("sagemaker", "describe_model", ModelName=name)
        found = tags(aws, described["ModelArn"])
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    locations: dict[tuple[str, bool], None] = {}
    closed: dict[str, None] = {}
    for container in _containers(described):
        locations.update(dict.fromkeys(_locations(container)))
        if package_name := container.get("ModelPackageName"):
            package = model_package(aws, package_name)
            if package is None:
                closed[package_name] = None
            else:
                for packaged in _packaged(package, container.get("InferenceSpecificationName")):
                    locations.update(dict.fromkeys(_locations(packaged)))
    return Model(
        resource=_resource(described["ModelArn"], described["ModelName"]),
        tags=found,
        artifacts=tuple(_artifact(aws, uri, prefix=prefix) for uri, prefix in locations),
        closed_packages=tuple(closed),
    )


def _containers(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    primary = described.get("PrimaryContainer")
    return [*([primary] if primary else []), *described.get("Containers", ())]


def _packaged(package: Mapping[str, Any], specification: str | None) -> list[Mapping[str, Any]]:
    if specification is None:
        algorithms = package.get("SourceAlgorithmSpecification", {}).get("SourceAlgorithms", ())
        return [*package.get("InferenceSpecification", {}).get("Containers", ()), *algorithms]
    for additional in package.get("AdditionalInferenceSpecifications", ()):
        if additional["Name"] == specification:
            return list(additional["Containers"])
    raise UnexpectedAnswerError(f"the model package has no inference specification {specification!r}")


def _locations(container: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield each location that a container loads, and whether it is a prefix (SageMaker API, ContainerDefinition)."""
    if url := container.get("ModelDataUrl"):
        yield url, container.get("Mode") == "MultiModel"
    sources = [
        container.get("ModelDataSource", {}).get("S3DataSource"),
        *(additional["S3DataSource"] for additional in container.get("AdditionalModelDataSources", ())),
        container.get("AdditionalS3DataSource"),
    ]
    for source in sources:
        if source:
            yield source["S3Uri"], source["S3DataType"] == "S3Prefix"
            if manifest := source.get("ManifestS3Uri"):
                yield manifest, False


def _artifact(aws: Aws, uri: str, *, prefix: bool) -> Artifact:
    bucket, name = s3_objects.location(uri)
    read = s3_objects.stored_objects if prefix or not name or name.endswith("/") else s3_objects.stored_object
    return Artifact(uri, read(aws, bucket, name))


def _resource(arn: str, name: str) -> Resource:
    return Resource("AWS::SageMaker::Model", arn, name, arn)
