"""Values inside a run: references to parameters, outputs and variables, selectors, and types of outputs."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cli.sandbox.automation.runbook import RunbookError

_REFERENCE: Final = re.compile(r"\{\{\s*([\w:.]+)\s*\}\}")
_SELECTOR: Final = re.compile(r"\$(?:\.\w+|\[\d+\])*")
_PART: Final = re.compile(r"\.(\w+)|\[(\d+)\]")
_VARIABLE: Final = "variable:"


class StepError(Exception):
    """A step failed; the message says why."""


@dataclass
class Values:
    """
    What the steps of one run may refer to.

    `known` has parameters by name and the run's own values (`global:ACCOUNT_ID` …); `variables` change.
    """

    known: Mapping[str, Any]
    variables: dict[str, Any]
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def resolved(self, node: Any) -> Any:
        """Return `node` with every reference replaced; a text that is one reference becomes the value itself."""
        if isinstance(node, dict):
            return {key: self.resolved(each) for key, each in node.items()}
        if isinstance(node, list):
            return [self.resolved(each) for each in node]
        if not isinstance(node, str):
            return node
        whole = _REFERENCE.fullmatch(node)
        if whole:
            return self._value(whole.group(1))
        return _REFERENCE.sub(lambda match: text_of(self._value(match.group(1))), node)

    def set_variable(self, reference: str, value: Any) -> None:
        """Change a variable, named as aws:updateVariable names it (`variable:Outcome`). Raises StepError."""
        name = reference.removeprefix(_VARIABLE)
        if name == reference or name not in self.variables:
            raise StepError(f"There is no variable {reference}.")
        self.variables[name] = value

    def _value(self, name: str) -> Any:
        if name.startswith(_VARIABLE):
            if name.removeprefix(_VARIABLE) in self.variables:
                return self.variables[name.removeprefix(_VARIABLE)]
        elif name in self.known:
            return self.known[name]
        else:
            step, _, output = name.partition(".")
            if output in self.outputs.get(step, {}):
                return self.outputs[step][output]
        raise StepError(f"Nothing has the name {name} at this point.")


def selected(answer: Any, selector: str) -> Any:
    """
    Return what a selector finds in an answer. Raises StepError when it finds nothing.

    AWS documents JSONPath and not what becomes of an output whose selector finds nothing, so runbooks here may not
    rely on either: only members and positions are known, and a missing one fails the step.
    """
    if not _SELECTOR.fullmatch(selector):
        raise RunbookError(f"The interpreter does not know the selector {selector}.")
    found = answer
    for member, position in _PART.findall(selector):
        try:
            found = found[member] if member else found[int(position)]
        except (KeyError, IndexError, TypeError):
            raise StepError(f"The answer has nothing under {selector}.") from None
    return found


def converted(value: Any, kind: str) -> Any:
    """
    Return a value as an output of a type has it. Raises StepError where Automation cannot convert it.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-outputs-inputs.html
    """
    of_kind = {"String": str, "Integer": int, "Boolean": bool, "StringList": list, "StringMap": dict, "MapList": list}
    if kind not in of_kind:
        raise RunbookError(f"There is no type {kind} of outputs.")
    if type(value) is of_kind[kind]:
        return value
    if kind == "String" and isinstance(value, (bool, int)):
        return text_of(value)
    raise StepError(f"{value!r} cannot be converted to {kind}.")


def text_of(value: Any) -> str:
    """Return a value as part of a text."""
    if isinstance(value, str):
        return value
    return json.dumps(value, default=str)
