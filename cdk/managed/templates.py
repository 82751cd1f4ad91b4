"""Managed rules as parts of a conformance pack's template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdk.managed.rule import ManagedChoice, ManagedRule

Section = dict[str, Any]


@dataclass(frozen=True)
class Sections:
    """What managed rules add to each section of a template, by name."""

    parameters: Section
    conditions: Section
    resources: Section


def standalone(choice: ManagedChoice) -> Sections:
    """
    Return every group with a parameter that switches it and, for what people tune, a parameter per input.

    The defaults of the switches are the groups that a pack for any Region has.
    """
    added = Sections({}, {}, {})
    on = choice.groups_in(None)
    for group in choice.groups:
        if group.key in choice.excluded:
            continue
        regional = "" if group.everywhere else " AWS does not have all of them in every Region."
        added.parameters[group.parameter] = {
            "Type": "String",
            "Default": "true" if group in on else "false",
            "AllowedValues": ["true", "false"],
            "Description": f"Whether AWS's own rules on {group.judges} are in the pack.{regional}",
        }
        added.conditions[group.condition] = {"Fn::Equals": [{"Ref": group.parameter}, "true"]}
        for rule in group.rules:
            resource = rule.resource(_references(choice, rule, added.parameters))
            added.resources[rule.logical_id] = {"Condition": group.condition} | resource
    return added


def literal(choice: ManagedChoice, region: str | None) -> Section:
    """Return the resources of the rules of a Region's pack, their inputs as literals."""
    return {rule.logical_id: rule.resource(choice.inputs_of(rule)) for rule in choice.rules_in(region)}


def _references(choice: ManagedChoice, rule: ManagedRule, parameters: Section) -> Section:
    """Return a rule's inputs, adding the pack's parameters for those that the settings leave open."""
    inputs: Section = dict(choice.inputs_of(rule))
    fixed = choice.values.get(rule.name, {})
    for each in rule.inputs:
        if each.name not in fixed:
            parameters[each.pack_parameter] = {"Type": "String", "Default": each.value, "Description": each.description}
            inputs[each.name] = {"Ref": each.pack_parameter}
    return inputs
