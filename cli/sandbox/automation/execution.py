"""Runs of runbooks: the role is assumed, the steps are carried out, everything is remembered."""

import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import boto3

from cli.sandbox.account import ACCOUNT_ID, REGION, session_at
from cli.sandbox.automation.actions import Stage, perform
from cli.sandbox.automation.role import REFUSED, Place, assumed
from cli.sandbox.automation.runbook import Runbook, RunbookError, Step, given, parsed
from cli.sandbox.automation.values import StepError, Values, converted, selected
from cli.sandbox.errors import AwsError
from cli.sandbox.gateway import GATEWAY
from cli.sandbox.server import Server

NO_OUTPUT: Final = "No output available yet because the step is not successfully executed"
"""What Automation answers for an output of a step that did not run to its end."""


class OpenAccount(Protocol):
    """An open embedded account, in this process or behind HTTP."""

    def session(self, region: str = ..., access_key_id: str | None = ...) -> boto3.session.Session:
        """Return a session whose clients reach the account."""


@dataclass
class StepExecution:
    """What became of a step: `status` is Success or Failed."""

    name: str
    action: str
    status: str
    is_critical: bool
    started: datetime
    ended: datetime
    outputs: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""


@dataclass
class Execution:
    """
    A run of a runbook.

    `status` is InProgress, Success or Failed; `failure` says why it failed. `outputs` are those that the document
    names (`Step.Output`), `variables` its variables at the end, both as Python values. `access_key_id` belongs to
    the credentials that its calls were made with.
    """

    id: str
    document_name: str
    parameters: Mapping[str, Any]
    access_key_id: str
    started: datetime
    status: str = "InProgress"
    ended: datetime | None = None
    steps: list[StepExecution] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    failure: str = ""

    @property
    def ran(self) -> list[str]:
        """The names of the steps that ran, in order."""
        return [step.name for step in self.steps]


def execute(
    account: OpenAccount,
    document_name: str,
    parameters: Mapping[str, str | Sequence[str]],
    region: str = REGION,
) -> Execution:
    """
    Run the account's document to its end and return what happened.

    `parameters` are texts, or lists of texts, by name. Raises AwsError where StartAutomationExecution would refuse
    (wrong parameters, a role that Automation cannot assume), ClientError for an unknown document, and RunbookError
    for one that the interpreter does not understand.
    """
    content = account.session(region).client("ssm").get_document(Name=document_name)["Content"]
    texts = {name: [value] if isinstance(value, str) else list(value) for name, value in parameters.items()}
    with loopback() as url:
        return Run.begun(url, Place(ACCOUNT_ID, region), document_name, content, texts).to_its_end()


@contextmanager
def loopback() -> Iterator[str]:
    """Yield the URL of an endpoint of the embedded account, for the processes of scripts."""
    server = Server(GATEWAY, 0)
    thread = threading.Thread(target=server.serve_forever, name="automation-endpoint", daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Run:
    """One run of a runbook against the endpoint of an embedded account."""

    def __init__(self, runbook: Runbook, role_arn: str, values: Values, execution: Execution, stage: Stage) -> None:
        self.role_arn = role_arn
        self.execution = execution
        self._runbook = runbook
        self._values = values
        self._stage = stage

    @classmethod
    def begun(
        cls, url: str, place: Place, document_name: str, content: str, texts: Mapping[str, Sequence[str]]
    ) -> "Run":
        """
        Return a run that is about to take its first step; see `execute` for what is raised.

        No call is made here, so that it can be done while the account answers one.
        """
        runbook = parsed(content)
        try:
            parameters = given(runbook, texts)
        except RunbookError as error:
            raise AwsError(REFUSED, str(error)) from error
        execution_id = str(uuid.uuid4())
        known = parameters | {
            "global:ACCOUNT_ID": place.account_id,
            "global:REGION": place.region,
            "automation:EXECUTION_ID": execution_id,
        }
        values = Values(known, {name: each.default for name, each in runbook.variables.items()})
        role_arn = str(values.resolved(runbook.assume_role))
        credentials = assumed(role_arn, place, execution_id)
        environment = {
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_SESSION_TOKEN": credentials.session_token,
            "AWS_DEFAULT_REGION": place.region,
            "AWS_REGION": place.region,
            "AWS_ENDPOINT_URL": url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        execution = Execution(execution_id, document_name, parameters, credentials.access_key_id, datetime.now(UTC))
        stage = Stage(values, session_at(url, place.region, credentials.access_key_id), environment)
        return cls(runbook, role_arn, values, execution, stage)

    def to_its_end(self) -> Execution:
        """Carry out the steps and return the execution. Raises RunbookError; a step that fails is no error here."""
        execution = self.execution
        name: str | None = self._runbook.first
        failed = False
        while name is not None:
            step = self._runbook.steps[name]
            done, name = self._step(step)
            execution.steps.append(done)
            if done.failure and done.is_critical:
                failed = True
                execution.failure = f"Step {done.name} fails: {done.failure}"
        execution.outputs = {each: self._output(each) for each in self._runbook.outputs}
        execution.variables = dict(self._values.variables)
        execution.ended = datetime.now(UTC)
        execution.status = "Failed" if failed else "Success"
        return execution

    def _step(self, step: Step) -> tuple[StepExecution, str | None]:
        """Carry out a step; return what became of it, and the name of the next one."""
        started = datetime.now(UTC)
        try:
            done = perform(step, self._stage)
            outputs = {
                each["Name"]: converted(selected(done.answer, each["Selector"]), each.get("Type", "String"))
                for each in step.outputs
            }
        except StepError as error:
            ended = StepExecution(
                step.name, step.action, "Failed", step.is_critical, started, datetime.now(UTC), failure=str(error)
            )
            return ended, step.after_failure
        self._values.outputs[step.name] = outputs
        ended = StepExecution(
            step.name, step.action, "Success", step.is_critical, started, datetime.now(UTC), outputs=outputs
        )
        return ended, done.next_step or step.next_step

    def _output(self, reference: str) -> Any:
        step, _, output = reference.partition(".")
        return self._values.outputs.get(step, {}).get(output, NO_OUTPUT)
