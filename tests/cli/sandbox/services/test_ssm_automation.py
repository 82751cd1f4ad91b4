import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, EmbeddedAccount
from tests.cli.sandbox.automation.runbooks import LOCATE, document, put, step
from tests.cli.sandbox.test_roles import as_role

ENDED = ("Success", "Failed")


def ended(ssm: Any, execution_id: str) -> Any:
    """Return a run as soon as it has ended."""
    for _ in range(200):
        execution = ssm.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        if execution["AutomationExecutionStatus"] in ENDED:
            return execution
        time.sleep(0.05)
    raise AssertionError("The run has not ended.")


def started(account: Account, **parameters: list[str]) -> Any:
    ssm = account.session().client("ssm")
    answer = ssm.start_automation_execution(DocumentName="runbook", Parameters=parameters)
    return ended(ssm, answer["AutomationExecutionId"])


def test_a_run_goes_on_in_the_background(account: Account) -> None:
    put(account, document(LOCATE, outputs=["Locate.Status"]))

    execution = started(account, Bucket=["logs"])

    assert execution["AutomationExecutionStatus"] == "Success"
    assert execution["Parameters"]["Bucket"] == ["logs"]
    assert execution["Outputs"] == {"Locate.Status": ["Enabled"]}
    assert execution["Variables"] == {"Said": ["nothing"]}
    assert [(each["StepName"], each["StepStatus"]) for each in execution["StepExecutions"]] == [("Locate", "Success")]


@pytest.mark.slow
def test_a_run_behind_http_does_not_wait_for_itself(server: EmbeddedAccount) -> None:
    put(server, document())

    assert started(server, Bucket=["logs"])["AutomationExecutionStatus"] == "Success"


def test_a_failed_step_is_shown(account: Account) -> None:
    put(account, document())

    execution = started(account, Bucket=["none"])

    assert execution["AutomationExecutionStatus"] == "Failed"
    assert execution["StepExecutions"][0]["FailureMessage"].startswith("NoSuchBucket")
    assert execution["FailureMessage"].startswith("Step Locate fails: NoSuchBucket")


def test_a_document_that_is_not_understood_fails_the_run(account: Account) -> None:
    put(account, document(step("Wait", "sleep", inputs={"Duration": "PT1S"})))

    assert "does not know the action aws:sleep" in started(account, Bucket=["logs"])["FailureMessage"]


def start(name: str = "runbook", **parameters: list[str]) -> Callable[[Any], Any]:
    return lambda ssm: ssm.start_automation_execution(DocumentName=name, Parameters=parameters)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        pytest.param(start("none", Bucket=["logs"]), "AutomationDefinitionNotFoundException", id="no document"),
        pytest.param(start(Often=["1"]), "InvalidAutomationExecutionParametersException", id="parameter missing"),
        pytest.param(
            lambda ssm: ssm.get_automation_execution(AutomationExecutionId="12345678-1234-1234-1234-123456789012"),
            "AutomationExecutionNotFoundException",
            id="no such run",
        ),
    ],
)
def test_refusals(account: Account, call: Callable[[Any], Any], code: str) -> None:
    put(account, document())

    with pytest.raises(ClientError, match=code):
        call(account.session().client("ssm"))


def test_a_document_of_another_kind_is_no_runbook(account: Account) -> None:
    put(account, document(schemaVersion="2.2"))

    with pytest.raises(ClientError, match=r"no runbook of schema version 0\.3"):
        started(account, Bucket=["logs"])


STARTS: dict[str, Any] = {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}
PASSES: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": "arn:aws:iam::123456789012:role/runbook",
    "Condition": {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}},
}


@pytest.mark.parametrize(
    ("statements", "may"),
    [
        ([STARTS, PASSES], True),
        ([STARTS], False),
        ([STARTS, PASSES | {"Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}], False),
        ([STARTS, PASSES | {"Resource": "arn:aws:iam::123456789012:role/another"}], False),
    ],
)
def test_who_starts_a_run_has_to_be_allowed_to_pass_its_role(
    account: Account, statements: list[dict[str, Any]], may: bool
) -> None:
    put(account, document())
    ssm = as_role(account, *statements).client("ssm")

    if may:
        ended(ssm, str(start(Bucket=["logs"])(ssm)["AutomationExecutionId"]))
    else:
        with pytest.raises(ClientError, match="not authorized to perform: iam:PassRole"):
            start(Bucket=["logs"])(ssm)
    assert json.loads(ssm.get_document(Name="runbook")["Content"])["schemaVersion"] == "0.3"
