"""When what an Amazon SageMaker AI endpoint runs grows with its load; each judgement is a finished sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.facts.sagemaker_scaling import ScaledEndpoint, ScaledVariant, Scaling


def scaling_defects(endpoint: ScaledEndpoint, *, least: int, allow_serverless: bool) -> tuple[str, ...]:
    """Return why variants and inference components do not scale as wanted, () when all of them do."""
    return tuple(
        sentence
        for variant in endpoint.variants
        for sentence in _variant_defects(variant, least, allow_serverless=allow_serverless)
    )


def scaling_ranges(endpoint: ScaledEndpoint) -> tuple[str, ...]:
    """Return how every variant of an endpoint without defects scales, such as "blue from 2 to 4 instances"."""
    return tuple(map(_range, endpoint.variants))


def _variant_defects(scaled: ScaledVariant, least: int, *, allow_serverless: bool) -> Iterator[str]:
    name = f"Variant {scaled.variant.name}"
    if scaled.variant.serverless:
        if not allow_serverless:
            yield f"{name} is serverless; instances that scale are wanted."
        return
    if managed := scaled.variant.managed:
        yield from _bound_defects(name, "instance", managed.least, managed.most, least)
    elif scaled.scaling is None and scaled.components:
        yield f"{name} has neither managed instance scaling nor a scalable target."
    else:
        yield from _target_defects(name, "instance", scaled.scaling, least)
    for component in scaled.components:
        yield from _target_defects(f"Inference component {component.name}", "copy", component.scaling, least)


def _target_defects(name: str, unit: str, scaling: Scaling | None, least: int) -> Iterator[str]:
    if scaling is None:
        yield f"{name} has no scalable target."
        return
    if not scaling.policies:
        yield f"{name} has a scalable target without a policy that acts."
    if scaling.suspended:
        yield f"Scaling out of {name[0].lower()}{name[1:]} is suspended."
    yield from _bound_defects(name, unit, scaling.least, scaling.most, least)


def _bound_defects(name: str, unit: str, fewest: int, most: int | None, least: int) -> Iterator[str]:
    if most is not None and most <= fewest:
        yield f"{name} cannot scale: its minimum and its maximum are {_counted(most, unit)}."
    if fewest < least:
        yield f"{name} scales in to {_counted(fewest, unit)}; at least {least} are wanted."


def _range(scaled: ScaledVariant) -> str:
    name = scaled.variant.name
    if scaled.variant.serverless:
        return f"{name} is serverless"
    bounds = scaled.variant.managed or scaled.scaling
    if bounds is None or bounds.most is None:
        return f"{name} as SageMaker sees fit"
    return f"{name} from {bounds.least} to {_counted(bounds.most, 'instance')}"


def _counted(number: int, unit: str) -> str:
    plural = "copies" if unit == "copy" else f"{unit}s"
    return f"{number} {unit if number == 1 else plural}"
