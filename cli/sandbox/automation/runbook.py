"""
Runbooks: Automation documents of schema version 0.3, parsed and refused where the interpreter would guess.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

SCHEMA_VERSION: Final = "0.3"
_TOP: Final = frozenset(
    {"schemaVersion", "description", "assumeRole", "parameters", "variables", "mainSteps", "outputs"}
)
_STEP: Final = frozenset(
    {
        *("name", "action", "description", "inputs", "outputs", "onFailure", "isCritical", "isEnd", "nextStep"),
        *("timeoutSeconds", "maxAttempts"),
    }
)
_ABORT: Final = "Abort"
_GO_TO: Final = "step:"


class RunbookError(Exception):
    """A document that is no runbook, or that uses something which the interpreter does not know."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a runbook, or one of its variables; without a default it has to be given."""

    name: str
    type: str
    default: Any
    is_required: bool
    allowed_values: tuple[Any, ...]
    allowed_pattern: str

    @classmethod
    def from_document(cls, name: str, described: Mapping[str, Any]) -> "Parameter":
        """Return the parameter that a document describes."""
        return cls(
            name=name,
            type=str(described["type"]),
            default=described.get("default"),
            is_required="default" not in described,
            allowed_values=tuple(described.get("allowedValues", ())),
            allowed_pattern=str(described.get("allowedPattern", "")),
        )


@dataclass(frozen=True)
class Step:
    """
    A step. `after_failure` is the step that a failure leads to, None when it ends the run.

    `next_step` is the step that follows a success, None after the last one.
    """

    name: str
    action: str
    inputs: Mapping[str, Any]
    outputs: Sequence[Mapping[str, str]]
    after_failure: str | None
    is_critical: bool
    next_step: str | None


@dataclass(frozen=True)
class Runbook:
    """A runbook; `assume_role` and `outputs` are as written."""

    assume_role: str
    parameters: Mapping[str, Parameter]
    variables: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    outputs: tuple[str, ...]

    @property
    def first(self) -> str:
        """The step that a run begins with."""
        return next(iter(self.steps))


def parsed(content: str) -> Runbook:
    """Return the runbook that a document holds, in JSON or YAML. Raises RunbookError."""
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise RunbookError(f"The document cannot be read: {error}") from error
    if not isinstance(document, dict) or document.get("schemaVersion") != SCHEMA_VERSION:
        raise RunbookError(f"The document is no runbook of schema version {SCHEMA_VERSION}.")
    _require_known(document, _TOP, "the document")
    steps = _steps(document["mainSteps"])
    for step in steps.values():
        for target in (step.next_step, step.after_failure):
            if target is not None and target not in steps:
                raise RunbookError(f"{step.name} leads to {target}, a step that does not exist.")
    return Runbook(
        assume_role=str(document.get("assumeRole", "")),
        parameters=_parameters(document.get("parameters", {})),
        variables=_parameters(document.get("variables", {})),
        steps=steps,
        outputs=tuple(document.get("outputs", ())),
    )


def _parameters(described: Mapping[str, Any]) -> dict[str, Parameter]:
    return {name: Parameter.from_document(name, each) for name, each in described.items()}


def _steps(described: Sequence[Mapping[str, Any]]) -> dict[str, Step]:
    names = [str(each["name"]) for each in described]
    if len(set(names)) < len(names):
        raise RunbookError("Two steps have the same name.")
    following = [*names[1:], None]
    return {name: _step(each, after) for name, each, after in zip(names, described, following, strict=True)}


def _step(described: Mapping[str, Any], following: str | None) -> Step:
    name = str(described["name"])
    if not re.fullmatch(r"[A-Za-z0-9_]{3,128}", name):
        raise RunbookError(f"{name!r} is no name of a step.")
    _require_known(described, _STEP, name)
    on_failure = str(described.get("onFailure", _ABORT))
    if on_failure == "Continue":
        after_failure = following
    elif on_failure.startswith(_GO_TO):
        after_failure = on_failure.removeprefix(_GO_TO)
    elif on_failure == _ABORT:
        after_failure = None
    else:
        raise RunbookError(f"{name} has onFailure {on_failure}, which the interpreter does not know.")
    return Step(
        name=name,
        action=str(described["action"]),
        inputs=described.get("inputs", {}),
        outputs=described.get("outputs", ()),
        after_failure=after_failure,
        is_critical=bool(described.get("isCritical", on_failure != "Continue")),
        next_step=None if described.get("isEnd") else described.get("nextStep", following),
    )


def _require_known(described: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(described) - known)
    if unknown:
        raise RunbookError(f"The interpreter does not know {', '.join(unknown)} of {where}.")


def given(runbook: Runbook, parameters: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """
    Return the typed values of a runbook's parameters, from the texts that StartAutomationExecution takes.

    Raises RunbookError for a parameter that is unknown, missing, or outside what the document allows.
    """
    unknown = sorted(set(parameters) - set(runbook.parameters))
    if unknown:
        raise RunbookError(f"The parameters {', '.join(unknown)} are not defined in the document.")
    values: dict[str, Any] = {}
    for name, parameter in runbook.parameters.items():
        if name in parameters:
            value = _typed(parameter, parameters[name])
        elif parameter.is_required:
            raise RunbookError(f"The parameter {name} is required.")
        else:
            value = parameter.default
        if parameter.allowed_values and value not in parameter.allowed_values:
            raise RunbookError(f"The value of {name} is not among the allowed values.")
        if parameter.allowed_pattern and not re.fullmatch(parameter.allowed_pattern, str(value)):
            raise RunbookError(f"The value of {name} does not match {parameter.allowed_pattern}.")
        values[name] = value
    return values


def _typed(parameter: Parameter, texts: Sequence[str]) -> Any:
    if parameter.type == "StringList":
        return list(texts)
    if len(texts) != 1:
        raise RunbookError(f"The parameter {parameter.name} takes one value.")
    [text] = texts
    if parameter.type == "Boolean":
        if text.lower() not in ("true", "false"):
            raise RunbookError(f"The parameter {parameter.name} is true or false.")
        return text.lower() == "true"
    if parameter.type == "Integer":
        if not re.fullmatch(r"-?\d+", text):
            raise RunbookError(f"The parameter {parameter.name} is a whole number.")
        return int(text)
    return json.loads(text) if parameter.type == "StringMap" else text
