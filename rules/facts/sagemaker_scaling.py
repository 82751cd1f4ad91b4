"""Facts about how the variants and inference components of Amazon SageMaker AI endpoints scale."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Unreadable
from rules.facts import sagemaker_endpoints
from rules.facts.listings import every
from rules.facts.sagemaker_endpoints import specifications
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource
    from rules.facts.sagemaker_endpoints import Endpoint, Variant

INSTANCES = "sagemaker:variant:DesiredInstanceCount"
COPIES = "sagemaker:inference-component:DesiredCopyCount"


@dataclass(frozen=True)
class Scaling:
    """
    A scalable target of Application Auto Scaling, which keeps a number from `least` to `most`.

    `policies` are those that can act: a step scaling policy acts only when an alarm asks it to. `suspended` says
    that nothing is added any more.
    """

    least: int
    most: int
    policies: tuple[str, ...]
    suspended: bool = False


@dataclass(frozen=True)
class ScaledComponent:
    """An inference component with copies of its own; `scaling` is None without a scalable target."""

    name: str
    scaling: Scaling | None


@dataclass(frozen=True)
class ScaledVariant:
    """A production variant with the inference components that it hosts; `scaling` is None without a target."""

    variant: Variant
    scaling: Scaling | None
    components: tuple[ScaledComponent, ...] = ()


@dataclass(frozen=True)
class ScaledEndpoint:
    """An endpoint with how its production variants scale."""

    resource: Resource
    tags: Mapping[str, str]
    serving: bool
    asynchronous: bool
    variants: tuple[ScaledVariant, ...]


@reads(
    Action("application-autoscaling:DescribeScalableTargets"), Action("application-autoscaling:DescribeScalingPolicies")
)
def scalings(aws: Aws) -> Mapping[tuple[str, str], Scaling]:
    """
    Return every scalable target of SageMaker, by its resource id and scalable dimension.

    Source: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html
    """
    policies: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for policy in _listed(aws, "describe_scaling_policies", "ScalingPolicies"):
        if policy["PolicyType"] != "StepScaling" or policy.get("Alarms"):
            policies[policy["ResourceId"], policy["ScalableDimension"]].append(policy["PolicyName"])
    return {
        key: Scaling(
            least=target["MinCapacity"],
            most=target["MaxCapacity"],
            policies=tuple(policies[key]),
            suspended=target.get("SuspendedState", {}).get("DynamicScalingOutSuspended", False),
        )
        for target in _listed(aws, "describe_scalable_targets", "ScalableTargets")
        for key in [(target["ResourceId"], target["ScalableDimension"])]
    }


@reads(
    uses=(
        sagemaker_endpoints.endpoints,
        sagemaker_endpoints.components,
        sagemaker_endpoints.component,
        scalings,
    )
)
def scaled_endpoints(aws: Aws) -> tuple[ScaledEndpoint | Unreadable, ...]:
    """Return every endpoint with how its variants and their inference components scale."""
    found = sagemaker_endpoints.endpoints(aws)
    unreadable = tuple(each for each in found if isinstance(each, Unreadable))
    readable = [each for each in found if not isinstance(each, Unreadable)]
    # What cannot be listed leaves nothing known of any endpoint.
    scalings(aws)
    sagemaker_endpoints.components(aws)
    return unreadable + aws.read_each(readable, lambda endpoint: endpoint.resource, lambda one: _scaled(aws, one))


def _scaled(aws: Aws, endpoint: Endpoint) -> ScaledEndpoint:
    targets = scalings(aws)
    hosted: defaultdict[str, list[ScaledComponent]] = defaultdict(list)
    for variant, component in _components(aws, endpoint):
        target = targets.get((f"inference-component/{component}", COPIES))
        hosted[variant].append(ScaledComponent(component, target))
    name = endpoint.resource.name
    return ScaledEndpoint(
        endpoint.resource,
        endpoint.tags,
        endpoint.serving,
        endpoint.asynchronous,
        tuple(
            ScaledVariant(
                variant,
                targets.get((f"endpoint/{name}/variant/{variant.name}", INSTANCES)),
                tuple(hosted[variant.name]),
            )
            for variant in endpoint.variants
        ),
    )


def _components(aws: Aws, endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    """Yield the variant and the name of each inference component that has copies of its own, as adapters have not."""
    for component in sagemaker_endpoints.components(aws).get(endpoint.resource.name, ()):
        described = sagemaker_endpoints.component(aws, component.name)
        if described is not None and not any(map(_is_adapter, specifications(described))):
            yield component.variant, component.name


def _is_adapter(specification: Mapping[str, Any]) -> bool:
    return "BaseInferenceComponentName" in specification


def _listed(aws: Aws, operation: str, member: str) -> list[Mapping[str, Any]]:
    return every(aws, "application-autoscaling", operation, member, ServiceNamespace="sagemaker")
