"""The actions of steps: what a step does with its inputs, and what its outputs are selected from."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from cli.sandbox.automation import script_process
from cli.sandbox.automation.branch import holds
from cli.sandbox.automation.runbook import RunbookError, Step
from cli.sandbox.automation.values import StepError, Values, selected

SCRIPT_TIMEOUT: Final = 600
"""Seconds that Automation gives a script at most."""

POLLS: Final = 3
POLL_SECONDS: Final = 0.1
"""How often, and after what time, a step looks again while it waits."""


@dataclass(frozen=True)
class Stage:
    """What a step acts on: the run's values, and clients and processes with the credentials of the runbook's role."""

    values: Values
    session: boto3.session.Session
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Done:
    """What a step that succeeded leaves behind; `next_step` is set by a branch that chose one."""

    answer: Any = None
    next_step: str | None = None


def perform(step: Step, stage: Stage) -> Done:
    """Carry out a step. Raises StepError when it fails, RunbookError for an action that the interpreter lacks."""
    if step.action not in _ACTIONS:
        raise RunbookError(f"The interpreter does not know the action {step.action}.")
    if step.action == "aws:branch":
        return _branch(step.inputs, stage)
    return _ACTIONS[step.action](stage.values.resolved(dict(step.inputs)), stage)


def _call(inputs: Mapping[str, Any], stage: Stage) -> Any:
    """Make the API call that the inputs describe, with whatever else they have as its parameters."""
    parameters = {name: value for name, value in inputs.items() if name not in _NOT_PARAMETERS}
    client = stage.session.client(inputs["Service"])
    method = xform_name(inputs["Api"])
    if not hasattr(client, method):
        raise RunbookError(f"{inputs['Service']} has no operation {inputs['Api']}.")
    try:
        answer = getattr(client, method)(**parameters)
    except ClientError as error:
        described = error.response["Error"]
        raise StepError(f"{described['Code']}: {described['Message']}") from error
    except BotoCoreError as error:
        raise StepError(str(error)) from error
    answer.pop("ResponseMetadata", None)
    return answer


def _execute_aws_api(inputs: Mapping[str, Any], stage: Stage) -> Done:
    return Done(_call(inputs, stage))


def _assert_aws_resource_property(inputs: Mapping[str, Any], stage: Stage) -> Done:
    _require_property(inputs, stage)
    return Done()


def _wait_for_aws_resource_property(inputs: Mapping[str, Any], stage: Stage) -> Done:
    """Look a few times, where Automation looks until the step's time is over."""
    for _ in range(POLLS - 1):
        with suppress(StepError):
            _require_property(inputs, stage)
            return Done()
        time.sleep(POLL_SECONDS)
    _require_property(inputs, stage)
    return Done()


def _require_property(inputs: Mapping[str, Any], stage: Stage) -> None:
    found = selected(_call(inputs, stage), inputs["PropertySelector"])
    # AWS's own runbooks write True for a boolean: https://docs.aws.amazon.com/systems-manager-automation-runbooks/
    # latest/userguide/automation-aws-enable-key-rotation.html
    wanted = [str(each) for each in inputs["DesiredValues"]]
    if str(found) not in wanted:
        raise StepError(f"{inputs['PropertySelector']} is {found}; {' or '.join(wanted)} is wanted.")


def _branch(inputs: Mapping[str, Any], stage: Stage) -> Done:
    for choice in inputs["Choices"]:
        if holds(stage.values.resolved(choice)):
            return Done(next_step=choice["NextStep"])
    return Done(next_step=inputs.get("Default"))


def _update_variable(inputs: Mapping[str, Any], stage: Stage) -> Done:
    if isinstance(inputs["Value"], str) and len(inputs["Value"]) > _LONGEST_VARIABLE:
        raise StepError(f"A variable has at most {_LONGEST_VARIABLE} characters.")
    stage.values.set_variable(inputs["Name"], inputs["Value"])
    return Done()


def _execute_script(inputs: Mapping[str, Any], stage: Stage) -> Done:
    task = {"script": inputs["Script"], "handler": inputs["Handler"], "payload": inputs.get("InputPayload", {})}
    if not str(inputs["Runtime"]).startswith("python3"):
        raise RunbookError(f"The interpreter does not know the runtime {inputs['Runtime']}.")
    try:
        ended = subprocess.run(  # noqa: S603 - this interpreter, and a script of the account's own document
            [sys.executable, "-I", "-B", script_process.__file__],
            input=json.dumps(task),
            env=dict(stage.environment),
            capture_output=True,
            text=True,
            timeout=SCRIPT_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StepError(f"The script had not ended after {SCRIPT_TIMEOUT} seconds.") from error
    if ended.returncode:
        raise StepError((ended.stderr.strip().splitlines() or ["The script ended without a word."])[-1])
    answer = json.loads(ended.stdout)
    if "error" in answer:
        raise StepError(f"{answer['error']['type']}: {answer['error']['message']}")
    return Done({"Payload": answer["payload"]})


_NOT_PARAMETERS: Final = frozenset({"Service", "Api", "PropertySelector", "DesiredValues"})
_LONGEST_VARIABLE: Final = 512
_ACTIONS: Final[Mapping[str, Callable[[Mapping[str, Any], Stage], Done]]] = {
    "aws:assertAwsResourceProperty": _assert_aws_resource_property,
    "aws:branch": _branch,
    "aws:executeAwsApi": _execute_aws_api,
    "aws:executeScript": _execute_script,
    "aws:updateVariable": _update_variable,
    "aws:waitForAwsResourceProperty": _wait_for_aws_resource_property,
}
