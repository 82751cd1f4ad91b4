"""Facts about what Amazon SageMaker AI endpoints run: models, and the model package versions that they come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Unreadable
from rules.facts import sagemaker_endpoints
from rules.facts.sagemaker_endpoints import specifications
from rules.facts.sagemaker_models import MODEL
from rules.facts.sagemaker_resources import unless_gone
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource
    from rules.facts.sagemaker_endpoints import Endpoint

# A registry may be another account's, whose policy of the model package group decides.
ANY_MODEL_PACKAGE = "arn:{partition}:sagemaker:{region}:*:model-package/*"


@dataclass(frozen=True)
class ModelPackage:
    """
    A model package (SageMaker API, DescribeModelPackage).

    `version` and `approval` (Approved, Rejected, PendingManualApproval) are None for a package that is no version
    of a group, such as one of AWS Marketplace.
    """

    name: str
    version: int | None
    approval: str | None


@dataclass(frozen=True)
class Container:
    """A container of a model: `package_name` is None where it names none, `package` where that one is gone."""

    package_name: str | None
    package: ModelPackage | None


@dataclass(frozen=True)
class Deployment:
    """
    Something that an endpoint runs in one place ("variant blue", "inference component llm").

    `model` is None where an image or an adapter runs without a model; `containers` are None when the model is gone.
    """

    place: str
    model: str | None
    containers: tuple[Container, ...] | None


@dataclass(frozen=True)
class DeployedEndpoint:
    """An endpoint with everything that it runs; what `missing_configs` made it run cannot be told any more."""

    resource: Resource
    tags: Mapping[str, str]
    serving: bool
    deployments: tuple[Deployment, ...]
    missing_configs: tuple[str, ...] = ()


@reads(Action("sagemaker:DescribeModelPackage", ANY_MODEL_PACKAGE))
def model_package(aws: Aws, name: str) -> ModelPackage | None:
    """
    Return the model package that an ARN or a name stands for, None when it is gone.

    Raises what SageMaker answers otherwise, such as AccessDeniedException for a package of another account that
    does not let this one describe it.
    """
    # With all data SageMaker would decrypt the package's model card with the caller's permissions.
    described = unless_gone(
        lambda: aws.asked("sagemaker", "describe_model_package", ModelPackageName=name, IncludedData="MetadataOnly")
    )
    if described is None:
        return None
    version = described.get("ModelPackageVersion")
    if version is None:
        return ModelPackage(described.get("ModelPackageName", name), None, None)
    # The status of a version that nobody has judged yet.
    approval = described.get("ModelApprovalStatus", "PendingManualApproval")
    return ModelPackage(described.get("ModelPackageGroupName", name), version, approval)


@reads(Action("sagemaker:DescribeModel", MODEL), uses=(model_package,))
def containers(aws: Aws, model: str) -> tuple[Container, ...] | None:
    """Return the containers of a model with the packages that they name, None when the model is gone."""
    described = unless_gone(lambda: aws.asked("sagemaker", "describe_model", ModelName=model))
    if described is None:
        return None
    primary = described.get("PrimaryContainer")
    every = [*([primary] if primary else []), *described.get("Containers", ())]
    names = [container.get("ModelPackageName") for container in every]
    return tuple(Container(name, model_package(aws, name) if name else None) for name in names)


@reads(
    uses=(
        sagemaker_endpoints.endpoints,
        sagemaker_endpoints.components,
        sagemaker_endpoints.component,
        sagemaker_endpoints.endpoint_config,
        containers,
    ),
)
def deployed_endpoints(aws: Aws) -> tuple[DeployedEndpoint | Unreadable, ...]:
    """Return every endpoint with what its variants, shadow variants and inference components run."""
    every = sagemaker_endpoints.endpoints(aws)
    unreadable = tuple(each for each in every if isinstance(each, Unreadable))
    readable = [each for each in every if not isinstance(each, Unreadable)]
    return unreadable + aws.read_each(readable, lambda endpoint: endpoint.resource, lambda one: _deployed(aws, one))


def _deployed(aws: Aws, endpoint: Endpoint) -> DeployedEndpoint:
    deployed = DeployedEndpoint(endpoint.resource, endpoint.tags, endpoint.serving, ())
    if not endpoint.serving:
        return deployed
    configs = {name: sagemaker_endpoints.endpoint_config(aws, name) for name in endpoint.configs}
    on_variants = (one for config in configs.values() if config is not None for one in _on_variants(aws, config))
    missing = tuple(name for name, config in configs.items() if config is None)
    found = dict.fromkeys((*on_variants, *_on_components(aws, endpoint.resource.name)))
    return replace(deployed, deployments=tuple(found), missing_configs=missing)


def _on_variants(aws: Aws, config: Mapping[str, Any]) -> Iterator[Deployment]:
    for member, kind in (("ProductionVariants", "variant"), ("ShadowProductionVariants", "shadow variant")):
        for variant in sorted(config.get(member, ()), key=lambda variant: str(variant["VariantName"])):
            pools = variant.get("InstancePools", ())
            names = [variant.get("ModelName"), *(pool.get("ModelNameOverride") for pool in pools)]
            for name in filter(None, names):
                yield Deployment(f"{kind} {variant['VariantName']}", name, containers(aws, name))


def _on_components(aws: Aws, endpoint: str) -> Iterator[Deployment]:
    for component in sagemaker_endpoints.components(aws).get(endpoint, ()):
        described = sagemaker_endpoints.component(aws, component.name)
        for specification in specifications(described or {}):
            name = specification.get("ModelName")
            place = f"inference component {component.name}"
            yield Deployment(place, name, containers(aws, name) if name else ())
