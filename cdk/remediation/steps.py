"""
The steps that runbooks are made of.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdk.remediation.runbook import DRY_RUN, OUTCOME, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

Step = dict[str, Any]

SCRIPTS = Path(__file__).parent / "scripts"
TIMEOUT = 120
"""Seconds that a step has."""


def call(name: str, operation: str, inputs: Step, *, outputs: Mapping[str, str] | None = None) -> Step:
    """
    Return a step that makes an API call, such as "kms:EnableKeyRotation".

    `outputs` maps a name to selector and type: {"KeyRotationEnabled": "$.KeyRotationEnabled Boolean"}.
    """
    step = _step(name, "aws:executeAwsApi", _api(operation) | inputs)
    if outputs:
        step["outputs"] = [
            {"Name": output, "Selector": selector, "Type": kind}
            for output, (selector, kind) in ((each, text.split(" ")) for each, text in outputs.items())
        ]
    return step


def require(name: str, operation: str, inputs: Step, selector: str, *wanted: str) -> Step:
    """Return a step that fails, and the run with it, unless an API call answers one of the values wanted."""
    selection = {"PropertySelector": selector, "DesiredValues": list(wanted)}
    return _step(name, "aws:assertAwsResourceProperty", _api(operation) | inputs | selection)


def verify(name: str, operation: str, inputs: Step, selector: str, wanted: str) -> Step:
    """Return a step that waits until an API call answers the value wanted; services need a moment for a change."""
    selection = {"PropertySelector": selector, "DesiredValues": [wanted]}
    return _step(name, "aws:waitForAwsResourceProperty", _api(operation) | inputs | selection)


def otherwise(step: Step, other: str) -> Step:
    """Return the step with another to go on with when it fails, which then does not fail the run."""
    return step | {"onFailure": f"step:{other}", "isCritical": False}


def decide(name: str, is_right: Step, *, nothing: str, dry_run: str, change: str) -> Step:
    """Return the step that goes to `nothing` if all is right, to `change` if that is wanted, else to `dry_run`."""
    return _branch(name, [{"NextStep": nothing, **is_right}, _wanted(change)], dry_run)


def ask(name: str, *, dry_run: str, change: str) -> Step:
    """Return the step that goes to `change` if that is wanted, else to `dry_run`."""
    return _branch(name, [_wanted(change)], dry_run)


def is_true(reference: str) -> Step:
    """Return the condition that a parameter or an output is true."""
    return {"Variable": f"{{{{ {reference} }}}}", "BooleanEquals": True}


def script(name: str, function: str, payload: Step, *, outputs: Mapping[str, str]) -> Step:
    """
    Return a step that runs a function of a file in `scripts`, such as "tls_statement.inspect".

    The function gets `payload`; `outputs` maps members of what it returns to their types.
    """
    module, _, handler = function.partition(".")
    inputs = {
        "Runtime": "python3.11",
        "Handler": handler,
        "InputPayload": payload,
        "Script": (SCRIPTS / f"{module}.py").read_text(encoding="utf-8"),
    }
    return _step(name, "aws:executeScript", inputs) | {
        "outputs": [
            {"Name": output, "Selector": f"$.Payload.{output}", "Type": kind} for output, kind in outputs.items()
        ]
    }


def say(name: str, outcome: Outcome, sentence: str) -> Step:
    """Return the step that ends a run with what it did."""
    inputs = {"Name": f"variable:{OUTCOME}", "Value": f"{outcome}: {sentence}"}
    return {"name": name, "action": "aws:updateVariable", "inputs": inputs, "isEnd": True}


def _wanted(change: str) -> Step:
    """Return the choice of a change: only a dry run that was surely not asked for leads to one."""
    return {"NextStep": change, "Variable": f"{{{{ {DRY_RUN} }}}}", "BooleanEquals": False}


def _branch(name: str, choices: list[Step], default: str) -> Step:
    return {"name": name, "action": "aws:branch", "inputs": {"Choices": choices, "Default": default}}


def _api(operation: str) -> Step:
    service, _, name = operation.partition(":")
    return {"Service": service, "Api": name}


def _step(name: str, action: str, inputs: Step) -> Step:
    return {"name": name, "action": action, "timeoutSeconds": TIMEOUT, "inputs": inputs}
