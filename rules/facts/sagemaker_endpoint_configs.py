"""Facts about the configurations that Amazon SageMaker AI endpoints run with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource, Unreadable
from rules.facts import kms, sagemaker_endpoints
from rules.facts.listings import every
from rules.facts.sagemaker_endpoints import ENDPOINT_CONFIG
from rules.facts.sagemaker_resources import tags, unless_gone
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws


@dataclass(frozen=True)
class NamedKey:
    """A key as a configuration names it (an ARN, an id, an alias), and what KMS says of it: None for no such key."""

    name: str
    key: kms.Key | None


@dataclass(frozen=True)
class Output:
    """
    Something that an endpoint writes to Amazon S3, in words ("captured data"), with the key for it.

    Without a key in the configuration SageMaker leaves encryption to the defaults of the account and the bucket.
    """

    what: str
    key: NamedKey | None


@dataclass(frozen=True)
class EndpointConfig:
    """
    A configuration that at least one serving endpoint runs with, or is about to.

    `instance_types` are those of all variants and their instance pools, none where all variants are serverless.
    `ssm_variants` open their instances to sessions of AWS Systems Manager. `captures` says whether requests or
    answers are captured.
    """

    resource: Resource
    tags: Mapping[str, str]
    endpoints: tuple[str, ...]
    instance_types: tuple[str, ...]
    volume_key: NamedKey | None
    outputs: tuple[Output, ...]
    ssm_variants: tuple[str, ...]
    captures: bool


@reads(
    Action("sagemaker:ListEndpointConfigs"),
    Action("sagemaker:ListTags", ENDPOINT_CONFIG),
    uses=(sagemaker_endpoints.endpoints, sagemaker_endpoints.endpoint_config, kms.key),
)
def configs_in_use(aws: Aws) -> tuple[EndpointConfig | Unreadable, ...]:
    """
    Return the configurations of all serving endpoints; one that was deleted while its endpoint runs on is left out.

    While an endpoint cannot be read, each configuration may be its own: those of no other endpoint are unreadable.
    """
    users: defaultdict[str, list[str]] = defaultdict(list)
    hidden: list[Unreadable] = []
    for endpoint in sagemaker_endpoints.endpoints(aws):
        if isinstance(endpoint, Unreadable):
            hidden.append(endpoint)
        elif endpoint.serving:
            for name in endpoint.configs:
                users[name].append(endpoint.resource.name)
    every_config = [
        _resource(summary) for summary in every(aws, "sagemaker", "list_endpoint_configs", "EndpointConfigs")
    ]
    unknown = (replace(hidden[0], resource=config) for config in every_config if hidden and config.name not in users)

    def read(config: Resource) -> EndpointConfig | None:
        return unless_gone(lambda: _config(aws, config, tuple(users[config.name])))

    used = [config for config in every_config if config.name in users]
    return (*hidden, *unknown, *aws.read_each(used, lambda config: config, read))


def _config(aws: Aws, resource: Resource, users: tuple[str, ...]) -> EndpointConfig | None:
    described = sagemaker_endpoints.endpoint_config(aws, resource.name)
    if described is None:
        return None
    every_variant = [*described.get("ProductionVariants", ()), *described.get("ShadowProductionVariants", ())]
    variants = sorted(every_variant, key=lambda variant: str(variant["VariantName"]))
    types = (kind for variant in variants for kind in _instance_types(variant))
    return EndpointConfig(
        resource=resource,
        tags=tags(aws, f"{resource.arn}"),
        endpoints=users,
        instance_types=tuple(dict.fromkeys(types)),
        volume_key=_named_key(aws, described.get("KmsKeyId")),
        outputs=tuple(Output(what, _named_key(aws, key)) for what, key in _outputs(described, variants)),
        ssm_variants=tuple(variant["VariantName"] for variant in variants if variant.get("EnableSSMAccess")),
        captures=_captures(described),
    )


def _resource(summary: Mapping[str, Any]) -> Resource:
    arn = summary["EndpointConfigArn"]
    return Resource("AWS::SageMaker::EndpointConfig", arn, summary["EndpointConfigName"], arn)


def _instance_types(variant: Mapping[str, Any]) -> Iterator[str]:
    if kind := variant.get("InstanceType"):
        yield kind
    for pool in variant.get("InstancePools", ()):
        yield pool["InstanceType"]


def _outputs(described: Mapping[str, Any], variants: list[Mapping[str, Any]]) -> Iterator[tuple[str, str | None]]:
    if _captures(described):
        yield "captured data", described["DataCaptureConfig"].get("KmsKeyId")
    if asynchronous := described.get("AsyncInferenceConfig"):
        yield "asynchronous answers", asynchronous["OutputConfig"].get("KmsKeyId")
    for variant in variants:
        if dump := variant.get("CoreDumpConfig"):
            yield f"core dumps of variant {variant['VariantName']}", dump.get("KmsKeyId")


def _captures(described: Mapping[str, Any]) -> bool:
    return bool(described.get("DataCaptureConfig", {}).get("EnableCapture", False))


def _named_key(aws: Aws, name: str | None) -> NamedKey | None:
    # An empty name is what the console writes for no key.
    return NamedKey(name, kms.key(aws, name)) if name else None
