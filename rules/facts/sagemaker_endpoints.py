"""Facts about Amazon SageMaker AI endpoints: what they are, and the configurations and components behind them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts.listings import every
from rules.facts.sagemaker_resources import tags, unless_gone
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

ENDPOINT = "arn:{partition}:sagemaker:{region}:{account}:endpoint/*"
ENDPOINT_CONFIG = "arn:{partition}:sagemaker:{region}:{account}:endpoint-config/*"
INFERENCE_COMPONENT = "arn:{partition}:sagemaker:{region}:{account}:inference-component/*"

SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"})
"""The states in which an endpoint answers requests (SageMaker API, DescribeEndpoint, EndpointStatus)."""


@dataclass(frozen=True)
class InstanceRange:
    """How many instances SageMaker provisions by itself for a variant; `most` is None where no limit was given."""

    least: int
    most: int | None


@dataclass(frozen=True)
class Variant:
    """A production variant as it runs: `managed` is None where SageMaker does not manage its number of instances."""

    name: str
    serverless: bool
    managed: InstanceRange | None = None


@dataclass(frozen=True)
class Endpoint:
    """
    An endpoint.

    `configs` are the names of the configurations that it runs with: the one in force, and during a deployment the
    one that is coming. An `asynchronous` endpoint takes requests from a queue.
    """

    resource: Resource
    tags: Mapping[str, str]
    status: str
    configs: tuple[str, ...]
    variants: tuple[Variant, ...]
    asynchronous: bool

    @property
    def serving(self) -> bool:
        """Whether the endpoint answers requests."""
        return self.status in SERVING


@dataclass(frozen=True)
class ComponentName:
    """An inference component that is on a variant of an endpoint, or about to be."""

    name: str
    variant: str


@reads(
    Action("sagemaker:ListEndpoints"),
    Action("sagemaker:DescribeEndpoint", ENDPOINT),
    Action("sagemaker:ListTags", ENDPOINT),
)
def endpoints(aws: Aws) -> tuple[Endpoint | Unreadable, ...]:
    """Return every endpoint of the account and Region, in whatever state (SageMaker API, DescribeEndpoint)."""

    def read(summary: Mapping[str, Any]) -> Endpoint | None:
        return unless_gone(lambda: _endpoint(aws, summary["EndpointName"]))

    found = aws.read_each(every(aws, "sagemaker", "list_endpoints", "Endpoints"), _identified, read)
    return tuple(sorted(found, key=lambda endpoint: endpoint.resource.name))


@reads(Action("sagemaker:DescribeEndpointConfig", ENDPOINT_CONFIG))
def endpoint_config(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return a DescribeEndpointConfig answer, None when the configuration is gone: endpoints run on without it."""
    sagemaker = aws.client("sagemaker")
    return unless_gone(lambda: sagemaker.describe_endpoint_config(EndpointConfigName=name))


@reads(Action("sagemaker:DescribeInferenceComponent", INFERENCE_COMPONENT))
def component(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return a DescribeInferenceComponent answer, None when the component is gone."""
    sagemaker = aws.client("sagemaker")
    return unless_gone(lambda: sagemaker.describe_inference_component(InferenceComponentName=name))


@reads(Action("sagemaker:ListInferenceComponents"))
def components(aws: Aws) -> Mapping[str, tuple[ComponentName, ...]]:
    """
    Return the inference components of every endpoint, by its name.

    Those that failed to be made, and those that are being deleted, are left out.
    """
    found: defaultdict[str, tuple[ComponentName, ...]] = defaultdict(tuple)
    summaries = every(aws, "sagemaker", "list_inference_components", "InferenceComponents")
    for summary in sorted(summaries, key=lambda summary: str(summary["InferenceComponentName"])):
        if summary.get("InferenceComponentStatus") not in ("Failed", "Deleting"):
            found[summary["EndpointName"]] += (
                ComponentName(summary["InferenceComponentName"], summary["VariantName"]),
            )
    return found


def specifications(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the specifications of a DescribeInferenceComponent answer: one, or one for each instance type."""
    one = described.get("Specification")
    return [*([one] if one else []), *described.get("Specifications", ())]


def _endpoint(aws: Aws, name: str) -> Endpoint:
    described = aws.client("sagemaker").describe_endpoint(EndpointName=name)
    names = [
        described.get("EndpointConfigName"),
        described.get("PendingDeploymentSummary", {}).get("EndpointConfigName"),
    ]
    return Endpoint(
        resource=_identified(described),
        tags=tags(aws, described["EndpointArn"]),
        status=described["EndpointStatus"],
        configs=tuple(dict.fromkeys(filter(None, names))),
        variants=tuple(sorted(map(_variant, described.get("ProductionVariants", ())), key=lambda one: one.name)),
        asynchronous="AsyncInferenceConfig" in described,
    )


def _variant(described: Mapping[str, Any]) -> Variant:
    scaling = described.get("ManagedInstanceScaling", {})
    managed = None
    if scaling.get("Status") == "ENABLED":
        managed = InstanceRange(scaling.get("MinInstanceCount", 0), scaling.get("MaxInstanceCount"))
    return Variant(
        name=described["VariantName"],
        serverless="CurrentServerlessConfig" in described or "DesiredServerlessConfig" in described,
        managed=managed,
    )


def _identified(described: Mapping[str, Any]) -> Resource:
    arn = described["EndpointArn"]
    return Resource("AWS::SageMaker::Endpoint", arn, described["EndpointName"], arn)
