"""
Choices of aws:branch steps.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branchdocs.html
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cli.sandbox.automation.runbook import RunbookError

_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "StringEquals": lambda value, wanted: isinstance(value, str) and value == wanted,
    "BooleanEquals": lambda value, wanted: isinstance(value, bool) and value == wanted,
    "NumericEquals": lambda value, wanted: _is_number(value) and value == wanted,
    "NumericGreater": lambda value, wanted: _is_number(value) and value > wanted,
    "NumericLesser": lambda value, wanted: _is_number(value) and value < wanted,
}


def holds(choice: Mapping[str, Any]) -> bool:
    """Say whether a choice, its references replaced, is true. Raises RunbookError for an unknown operator."""
    if "And" in choice:
        return all(holds(each) for each in choice["And"])
    if "Or" in choice:
        return any(holds(each) for each in choice["Or"])
    if "Not" in choice:
        return not holds(choice["Not"])
    [operator] = set(choice) - {"Variable", "NextStep"}
    if operator not in _OPERATORS:
        raise RunbookError(f"The interpreter does not know the operator {operator}.")
    return _OPERATORS[operator](choice["Variable"], choice[operator])


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
