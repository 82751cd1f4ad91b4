"""Every rule of the pack, found by looking into the duties' folders; nothing is registered by hand."""

from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

from rules.engine.duties import Duty
from rules.engine.rule import LONGEST_ID, Rule

KNOWN_NAMES = 1024
"""Far more than there are rules; AWS Config has rules of others as well."""


@cache
def all_rules() -> tuple[type[Rule[Any]], ...]:
    """
    Return every rule class: duties in their order, rules of a duty by id.

    Raises TypeError for a module in a duty's folder that is not exactly one rule under a legal id.
    """
    found: list[type[Rule[Any]]] = []
    for duty in Duty:
        package = f"rules.{duty.folder}"
        spec = find_spec(package)
        if spec is None or spec.submodule_search_locations is None:
            continue
        names = sorted(module.name for module in iter_modules(list(spec.submodule_search_locations)))
        found.extend(_rule_in(f"{package}.{name}") for name in names)
    return tuple(found)


@lru_cache(KNOWN_NAMES)
def rule_by_id(rule_id: str) -> type[Rule[Any]]:
    """
    Return the rule of that id; raises KeyError for an unknown one.

    Only that rule is imported: what handles an event of one rule need not wait for all.
    """
    name = rule_id.replace("-", "_")
    if name.isidentifier() and not name.startswith("_"):
        for duty in Duty:
            package = f"rules.{duty.folder}"
            if find_spec(package) is not None and find_spec(f"{package}.{name}") is not None:
                rule = _rule_in(f"{package}.{name}")
                if rule.id == rule_id:
                    return rule
    raise KeyError(rule_id)


def _rule_in(module_name: str) -> type[Rule[Any]]:
    module = import_module(module_name)
    rules = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module_name
    ]
    if len(rules) != 1:
        raise TypeError(f"{module_name} must hold exactly one rule, not {len(rules)}")
    (rule,) = rules
    if len(rule.id) > LONGEST_ID:
        raise TypeError(f"{rule.id} has {len(rule.id)} characters; at most {LONGEST_ID} fit an AWS Config rule name")
    return rule
