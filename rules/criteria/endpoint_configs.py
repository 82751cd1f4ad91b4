"""When a configuration of Amazon SageMaker AI endpoints is hardened; each judgement is a finished sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.criteria.keys import key_defect
from rules.engine.verdict import listed
from rules.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.facts.sagemaker_endpoint_configs import EndpointConfig, NamedKey

# Instances with local storage encrypt it in hardware, and SageMaker refuses a key for a configuration with one.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html, KmsKeyId
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html
LOCAL_STORAGE = Expression(
    r"ml\.([a-z]+[0-9]+[a-z]*d[a-z]*"  # m5d, c6gd, g4dn, p4de …
    r"|g[5-9][a-z]*|p[5-9][a-z0-9-]*|trn[0-9]+[a-z]*|dl[0-9]+[a-z]*)\..+"
)


def config_defects(config: EndpointConfig) -> Iterator[str]:
    """Yield why a configuration leaves something without a customer-managed key, or its instances open."""
    yield from _volume_defects(config)
    for output in config.outputs:
        yield from _named_defects(output.what, output.key)
    for variant in config.ssm_variants:
        yield f"Variant {variant} has SSM access on, which opens its instances to sessions; off is wanted."


def self_encrypting(config: EndpointConfig) -> tuple[str, ...]:
    """Return the instance types of a configuration that encrypt their local storage themselves."""
    return tuple(kind for kind in config.instance_types if LOCAL_STORAGE.fullmatch(kind))


def _volume_defects(config: EndpointConfig) -> Iterator[str]:
    local = self_encrypting(config)
    others = [kind for kind in config.instance_types if kind not in local]
    if config.volume_key is None and local and others:
        yield (
            f"The volumes of {listed(others)} have no customer-managed key, because {listed(local)} beside them takes "
            "none; separate configurations are wanted."
        )
    elif config.volume_key is not None or others:
        yield from _named_defects("the volumes of instances", config.volume_key)


def _named_defects(what: str, named: NamedKey | None) -> Iterator[str]:
    if named is None:
        yield f"No key is named for {what}; a customer-managed key is wanted."
    elif defect := key_defect(named.key):
        yield f"The key for {what} is {named.name}, {defect}."
