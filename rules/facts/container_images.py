"""Facts about the container images that Amazon SageMaker AI models run, and what Amazon ECR knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Resource
from rules.expressions import Expression
from rules.facts.listings import every
from rules.facts.sagemaker_models import MODEL, model_package
from rules.facts.sagemaker_resources import tags, unless_gone
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

REPOSITORY = "arn:{partition}:ecr:*:{account}:repository/*"

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
PRIVATE_REGISTRY = Expression(
    r"(?P<account>[0-9]{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z.]+/"
    r"(?P<repository>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass(frozen=True)
class Scan:
    """The state of an image's scan (COMPLETE, ACTIVE, FAILED …) and how many findings it has of each severity."""

    status: str
    findings: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Image:
    """An image in a repository of the account; `scan` is None for one that was never scanned."""

    pushed_days_ago: int
    immutable_tags: bool
    scan: Scan | None


@dataclass(frozen=True)
class ModelImage:
    """
    An image as a model names it.

    `registry` is the account of a private registry of Amazon ECR, or the host of another one. `own` ones are in the
    account's registry: their `image` is None when it does not exist there; that of the others is never known.
    `pinned` says that the model names a digest.
    """

    uri: str
    registry: str
    own: bool
    pinned: bool
    image: Image | None = None


@dataclass(frozen=True)
class ContainedModel:
    """A model with the images of its containers; those of `closed_packages` cannot be seen."""

    resource: Resource
    tags: Mapping[str, str]
    images: tuple[ModelImage, ...]
    closed_packages: tuple[str, ...] = ()


@reads(
    Action("ecr:DescribeRepositories", REPOSITORY),
    Action("ecr:DescribeImages", REPOSITORY),
    Action("ecr:DescribeImageScanFindings", REPOSITORY),
)
def image(aws: Aws, region: str, repository: str, member: str, value: str) -> Image | None:
    """
    Return an image of the account's registry by its imageTag or imageDigest (`member`), None when it is not there.

    Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
    """
    ecr = aws.client("ecr", region)
    try:
        described = ecr.describe_repositories(repositoryNames=[repository])["repositories"][0]
        found = ecr.describe_images(repositoryName=repository, imageIds=[{member: value}])["imageDetails"][0]
    except ClientError as error:
        if error_code(error) in ("RepositoryNotFoundException", "ImageNotFoundException"):
            return None
        raise
    return Image(
        pushed_days_ago=max((aws.now - found["imagePushedAt"]).days, 0),
        immutable_tags=described.get("imageTagMutability") == "IMMUTABLE",
        scan=_scan(ecr, repository, found["imageDigest"]),
    )


@reads(
    Action("sagemaker:ListModels"),
    Action("sagemaker:DescribeModel", MODEL),
    Action("sagemaker:ListTags", MODEL),
    uses=(model_package, image),
)
def contained_models(aws: Aws) -> tuple[ContainedModel | Unreadable, ...]:
    """Return every model of the account and Region with the images that its containers run."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        return Resource("AWS::SageMaker::Model", summary["ModelArn"], summary["ModelName"], summary["ModelArn"])

    def read(summary: Mapping[str, Any]) -> ContainedModel | None:
        return unless_gone(lambda: _model(aws, identify(summary)))

    return aws.read_each(every(aws, "sagemaker", "list_models", "Models"), identify, read)


def _model(aws: Aws, model: Resource) -> ContainedModel:
    described = aws.asked("sagemaker", "describe_model", ModelName=model.name)
    primary = described.get("PrimaryContainer")
    uris: dict[str, None] = {}
    closed: dict[str, None] = {}
    for container in (*([primary] if primary else []), *described.get("Containers", ())):
        if name := container.get("ModelPackageName"):
            package = model_package(aws, name)
            if package is None:
                closed[name] = None
            else:
                uris.update(dict.fromkeys(_packaged(package)))
        elif uri := container.get("Image"):
            uris[uri] = None
    return ContainedModel(model, tags(aws, model.id), tuple(_model_image(aws, uri) for uri in uris), tuple(closed))


def _packaged(package: Mapping[str, Any]) -> Iterator[str]:
    """Yield the images of a model package, of all its inference specifications, with their digests."""
    specifications = [package.get("InferenceSpecification", {}), *package.get("AdditionalInferenceSpecifications", ())]
    for specification in specifications:
        for container in specification.get("Containers", ()):
            uri, digest = container["Image"], container.get("ImageDigest")
            yield f"{uri}@{digest}" if digest and "@" not in uri else uri


def _model_image(aws: Aws, uri: str) -> ModelImage:
    named = PRIVATE_REGISTRY.fullmatch(uri)
    if named is None:
        return ModelImage(uri, uri.partition("/")[0], own=False, pinned="@sha256:" in uri)
    digest = named["digest"]
    if named["account"] != aws.account_id:
        return ModelImage(uri, named["account"], own=False, pinned=digest is not None)
    by = ("imageDigest", digest) if digest else ("imageTag", named["tag"] or "latest")
    found = image(aws, named["region"], named["repository"], *by)
    return ModelImage(uri, aws.account_id, own=True, pinned=digest is not None, image=found)


def _scan(ecr: Any, repository: str, digest: str) -> Scan | None:
    try:
        answer = ecr.describe_image_scan_findings(
            repositoryName=repository, imageId={"imageDigest": digest}, maxResults=1
        )
    except ClientError as error:
        if error_code(error) == "ScanNotFoundException":
            return None
        raise
    counts = answer.get("imageScanFindings", {}).get("findingSeverityCounts", {})
    return Scan(answer.get("imageScanStatus", {}).get("status", "COMPLETE"), tuple(sorted(counts.items())))
