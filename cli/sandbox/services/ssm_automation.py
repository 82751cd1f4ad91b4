"""AWS Systems Manager: runbooks are run in the background, as AWS runs them."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final

from moto.ssm.exceptions import InvalidDocument
from moto.ssm.models import ssm_backends

from cli.sandbox.automation.execution import Execution, Run, StepExecution, loopback
from cli.sandbox.automation.role import REFUSED, SERVICE, Place
from cli.sandbox.automation.runbook import RunbookError
from cli.sandbox.automation.values import text_of
from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Result, operation
from cli.sandbox.roles import require_passing

EXECUTIONS: Final = "automation executions"


@operation("ssm", "StartAutomationExecution")
def start_automation_execution(call: Call) -> Result:
    """Start a run of the account's document; who starts it has to be allowed to pass the role."""
    return {"AutomationExecutionId": begin(call, call.params["DocumentName"], call.params.get("Parameters", {})).id}


@operation("ssm", "GetAutomationExecution")
def get_automation_execution(call: Call) -> Result:
    """Return a run with its steps, as far as it has come."""
    execution = call.table(EXECUTIONS).get(call.params["AutomationExecutionId"])
    if execution is None:
        raise AwsError(
            "AutomationExecutionNotFoundException",
            f"Automation execution with ID {call.params['AutomationExecutionId']} doesn't exist.",
        )
    return {"AutomationExecution": shown(execution)}


def begin(call: Call, document_name: str, parameters: Mapping[str, Sequence[str]]) -> Execution:
    """
    Start a run in the background and return it.

    Raises:
        AwsError: There is no such document, its parameters are wrong, or its role cannot be assumed or passed.

    """
    content = _content(call, document_name)
    with ExitStack() as stack:
        url = stack.enter_context(loopback())
        try:
            run = Run.begun(url, Place(call.account_id, call.region), document_name, content, parameters)
        except RunbookError as error:
            raise AwsError(REFUSED, str(error)) from error
        require_passing(call, run.role_arn, SERVICE)
        endpoint = stack.pop_all()
    call.tables.table(call.account_id, call.region, "ssm", EXECUTIONS)[run.execution.id] = run.execution

    def carry_out() -> None:
        with endpoint:
            try:
                run.to_its_end()
            except RunbookError as error:
                run.execution.failure, run.execution.status = str(error), "Failed"

    threading.Thread(target=carry_out, name=f"automation-{run.execution.id}", daemon=True).start()
    return run.execution


def shown(execution: Execution) -> dict[str, Any]:
    """Return a run as GetAutomationExecution answers it."""
    answer = {
        "AutomationExecutionId": execution.id,
        "DocumentName": execution.document_name,
        "DocumentVersion": "1",
        "ExecutionStartTime": execution.started,
        "ExecutionEndTime": execution.ended,
        "AutomationExecutionStatus": execution.status,
        "StepExecutions": [_shown_step(step) for step in execution.steps],
        "StepExecutionsTruncated": False,
        "Parameters": {name: _texts(value) for name, value in execution.parameters.items()},
        "Outputs": {name: _texts(value) for name, value in execution.outputs.items()},
        "Variables": {name: _texts(value) for name, value in execution.variables.items()},
        "FailureMessage": execution.failure,
        "Mode": "Auto",
    }
    return {name: value for name, value in answer.items() if value not in (None, "", {})}


def _shown_step(step: StepExecution) -> dict[str, Any]:
    answer = {
        "StepName": step.name,
        "Action": step.action,
        "StepStatus": step.status,
        "IsCritical": step.is_critical,
        "ExecutionStartTime": step.started,
        "ExecutionEndTime": step.ended,
        "Outputs": {name: _texts(value) for name, value in step.outputs.items()},
        "FailureMessage": step.failure,
    }
    return {name: value for name, value in answer.items() if value not in ("", {})}


def _texts(value: Any) -> list[str]:
    return [text_of(each) for each in value] if isinstance(value, list) else [text_of(value)]


def has_document(account_id: str, region: str, name: str) -> bool:
    """Say whether the account has a document of that name."""
    try:
        ssm_backends[account_id][region].describe_document(name, None, None)
    except InvalidDocument:
        return False
    return True


def _content(call: Call, name: str) -> str:
    try:
        return str(ssm_backends[call.account_id][call.region].get_document(name, None, None, "JSON")["Content"])
    except InvalidDocument as error:
        raise AwsError(
            "AutomationDefinitionNotFoundException", f"Automation definition {name} is not found."
        ) from error
