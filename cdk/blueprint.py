"""What settings deploy to a place, as the watchdog and the terminal compare it. Nothing here imports the CDK."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cdk.managed import templates
from rules.delivery.blueprint import Blueprint, managed_digest, parameters_digest

if TYPE_CHECKING:
    from cdk.settings import Settings
    from rules.delivery.blueprint import Place


def blueprint_of(settings: Settings, place: Place, *, stack_region: str | None) -> Blueprint:
    """
    Return the stack that these settings deploy to a place.

    `stack_region` is the Region that the stack was written for, None for a stack that fits any: then the rules of AWS
    in its pack are those that every Region has.
    """
    managed = templates.literal(settings.managed, stack_region).values()
    alerts = settings.alerts
    return Blueprint(
        prefix=settings.prefix,
        place=place,
        rules={rule.id: parameters_digest(settings.parameters_of(rule)) for rule in settings.rules_in(stack_region)},
        managed=managed_digest(
            (given["ConfigRuleName"], given["Source"]["SourceIdentifier"], given.get("InputParameters", {}))
            for given in (resource["Properties"] for resource in managed)
        ),
        daily=("reconciler",) if settings.security_hub else (),
        told_from=alerts.minimum_severity.name if alerts.minimum_severity else None,
        subscribers=len(alerts.emails) + len(alerts.endpoints),
        records=alerts.unrecorded_types,
    )


def deployed_blueprint(settings: Settings, place: Place) -> Blueprint:
    """
    Return the stack that these settings have deployed to an account and Region.

    Without regions there is one stack for any Region; stack sets give every Region the same one too, but for the rules
    on IAM.
    """
    if settings.organization is None:
        return blueprint_of(settings, place, stack_region=place.region if settings.regions else None)
    blueprint = blueprint_of(settings, place, stack_region=None)
    here = {rule.id for rule in settings.rules_in(place.region)}
    return replace(blueprint, rules={rule: digest for rule, digest in blueprint.rules.items() if rule in here})
