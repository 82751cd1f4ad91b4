"""Which managed rules the settings choose: `managedRules.include`, `.exclude` and `.parameters.RULE.NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from rules.engine.parameters import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdk.given import Given

INCLUDE = "managedRules.include"
EXCLUDE = "managedRules.exclude"
PARAMETERS = "managedRules.parameters."


def managed_choice(given: Mapping[str, Given]) -> ManagedChoice:
    """Return the choice that the settings make; raises SettingsError for a group, rule or input that there is not."""
    included = _groups(given[INCLUDE]) if INCLUDE in given else None
    excluded = _groups(given[EXCLUDE]) if EXCLUDE in given else frozenset()
    return ManagedChoice(GROUPS, included, excluded, _values(given))


def _groups(given: Given) -> frozenset[str]:
    keys = [group.key for group in GROUPS]
    named = given.texts(r".*", "a list of groups of managed rules")
    for name in named:
        if name not in keys:
            raise given.unknown("group", name, keys)
    return frozenset(named)


def _values(given: Mapping[str, Given]) -> dict[str, dict[str, str]]:
    values: dict[str, dict[str, str]] = {}
    inputs = {rule.name: [each.name for each in rule.inputs] for group in GROUPS for rule in group.rules if rule.inputs}
    for key, value in given.items():
        if key.startswith(PARAMETERS):
            rule, _, name = key.removeprefix(PARAMETERS).partition(".")
            if rule not in inputs:
                raise value.unknown("managed rule with parameters", rule, inputs)
            if name not in inputs[rule]:
                raise value.unknown(f"parameter of {rule}", name, inputs[rule])
            values.setdefault(rule, {})[name] = _text(value)
    return values


def _text(given: Given) -> str:
    """Return the text that AWS Config carries for a value: lists are separated by commas."""
    value = given.value
    items = value if isinstance(value, list) else [value]
    text = (written(tuple(items)) or "") if all(type(item) in (str, int) for item in items) else ""
    if not text.strip():
        raise given.refused("a text, a number, or a list of these")
    return text
