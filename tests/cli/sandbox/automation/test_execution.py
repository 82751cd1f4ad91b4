from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, EmbeddedAccount
from cli.sandbox.automation import RunbookError, actions, execute
from cli.sandbox.automation.execution import NO_OUTPUT
from cli.sandbox.errors import AwsError
from tests.cli.sandbox.automation.runbooks import LOCATE, TRUST, document, put, step

SAY = step("Say", "updateVariable", inputs={"Name": "variable:Said", "Value": "{{ Bucket }} is {{ Locate.Status }}"})
OUT_OF_BOUNDS = step("Fail", "executeAwsApi", inputs={"Service": "s3", "Api": "GetBucketPolicy", "Bucket": "logs"})
SCRIPT = """
import boto3

def handler(event, context):
    print("heard")
    if event["bucket"] == "missing":
        raise LookupError("no such thing")
    return {"Status": boto3.client("s3").get_bucket_versioning(Bucket=event["bucket"])["Status"], "Again": [1]}
"""


def script(text: str = SCRIPT, **inputs: Any) -> dict[str, Any]:
    given = {"Runtime": "python3.11", "Handler": "handler", "InputPayload": {"bucket": "{{ Bucket }}"}, "Script": text}
    outputs = [{"Name": "Status", "Selector": "$.Payload.Status", "Type": "String"}]
    return step("Read", "executeScript", inputs=given | inputs, outputs=outputs)


def asserting(*wanted: str, selector: str = "$.Status", **members: Any) -> dict[str, Any]:
    called = {"Service": "s3", "Api": "GetBucketVersioning", "Bucket": "logs"}
    inputs = {**called, "PropertySelector": selector, "DesiredValues": list(wanted)}
    return step("Check", "assertAwsResourceProperty", inputs=inputs, **members)


def test_steps_follow_each_other_and_hand_on_what_they_found(account: Account) -> None:
    put(account, document(LOCATE, SAY, outputs=["Locate.Status", "Never.Ran"]))

    done = execute(account, "runbook", {"Bucket": "logs"})

    assert (done.status, done.ran) == ("Success", ["Locate", "Say"])
    assert done.variables == {"Said": "logs is Enabled"}
    assert done.outputs == {"Locate.Status": "Enabled", "Never.Ran": NO_OUTPUT}
    assert done.ended is not None
    assert [call.action for call in account.calls.of(done.access_key_id)] == ["s3:GetBucketVersioning"]


@pytest.mark.slow
def test_the_account_may_be_behind_http(server: EmbeddedAccount) -> None:
    put(server, document(LOCATE, script()))

    done = execute(server, "runbook", {"Bucket": "logs"})

    assert (done.status, done.failure) == ("Success", "")
    assert len(server.calls.of(done.access_key_id)) == 2


def test_a_step_that_fails_ends_the_run(account: Account) -> None:
    put(account, document(OUT_OF_BOUNDS, LOCATE))

    done = execute(account, "runbook", {"Bucket": "logs"})

    assert (done.status, done.ran) == ("Failed", ["Fail"])
    assert done.failure == "Step Fail fails: NoSuchBucketPolicy: The bucket policy does not exist"


def test_the_role_limits_what_steps_may_do(account: Account) -> None:
    listing = step("List", "executeAwsApi", inputs={"Service": "kms", "Api": "ListKeys"})
    put(account, document(listing))

    assert execute(account, "runbook", {"Bucket": "logs"}).failure.startswith("Step List fails: AccessDeniedException")


@pytest.mark.parametrize(
    ("members", "status", "ran"),
    [
        pytest.param({"onFailure": "Continue"}, "Success", ["Fail", "Locate", "Say"], id="goes on"),
        pytest.param({"onFailure": "Continue", "isCritical": True}, "Failed", ["Fail", "Locate", "Say"], id="critical"),
        pytest.param({"onFailure": "step:Say", "isCritical": False}, "Failed", ["Fail", "Say"], id="goes elsewhere"),
        pytest.param({"onFailure": "Abort"}, "Failed", ["Fail"], id="ends"),
    ],
)
def test_what_follows_a_failure(account: Account, members: dict[str, Any], status: str, ran: list[str]) -> None:
    put(account, document({**OUT_OF_BOUNDS, **members}, LOCATE, SAY))

    done = execute(account, "runbook", {"Bucket": "logs"})

    # Say refers to Locate, which was passed over in the third case: that step fails, too.
    assert (done.status, done.ran) == (status, ran)


def test_a_step_may_name_the_next_one_or_be_the_last(account: Account) -> None:
    put(account, document(LOCATE | {"nextStep": "Say"}, OUT_OF_BOUNDS, SAY | {"isEnd": True}, script()))

    assert execute(account, "runbook", {"Bucket": "logs"}).ran == ["Locate", "Say"]


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        ({"Variable": "{{ Locate.Status }}", "StringEquals": "Enabled"}, True),
        ({"Variable": "{{ Locate.Status }}", "StringEquals": "Suspended"}, False),
        ({"Variable": "{{ Loud }}", "BooleanEquals": True}, False),
        ({"Variable": "{{ Loud }}", "BooleanEquals": False}, True),
        ({"Variable": "{{ Often }}", "NumericEquals": 2}, True),
        ({"Variable": "{{ Often }}", "NumericGreater": 2}, False),
        ({"Variable": "{{ Often }}", "NumericLesser": 3}, True),
        ({"Variable": "{{ Loud }}", "NumericLesser": 3}, False),
        ({"Not": {"Variable": "{{ Often }}", "NumericEquals": 2}}, False),
        (
            {
                "And": [
                    {"Variable": "{{ Often }}", "NumericEquals": 2},
                    {"Or": [{"Variable": "{{ Loud }}", "BooleanEquals": True}]},
                ]
            },
            False,
        ),
    ],
)
def test_a_branch_takes_the_first_choice_that_holds(account: Account, choice: dict[str, Any], chosen: bool) -> None:
    branch = step("Branch", "branch", inputs={"Choices": [{"NextStep": "Say", **choice}], "Default": "Fail"})
    put(account, document(LOCATE, branch, OUT_OF_BOUNDS | {"isEnd": True}, SAY))

    done = execute(account, "runbook", {"Bucket": "logs", "Often": "2"})

    assert done.ran[-1] == ("Say" if chosen else "Fail")


def test_a_branch_without_a_default_goes_on(account: Account) -> None:
    never = {"NextStep": "Say", "Variable": "{{ Loud }}", "BooleanEquals": True}
    put(account, document(step("Branch", "branch", inputs={"Choices": [never]}), LOCATE, SAY | {"isEnd": True}))

    assert execute(account, "runbook", {"Bucket": "logs"}).ran == ["Branch", "Locate", "Say"]


@pytest.mark.parametrize(
    ("check", "failure"),
    [
        pytest.param(asserting("Suspended", "Enabled"), "", id="one of the values"),
        pytest.param(
            asserting("Suspended"), "Step Check fails: $.Status is Enabled; Suspended is wanted.", id="another"
        ),
        pytest.param(
            asserting("Enabled", selector="$.MFADelete"),
            "Step Check fails: The answer has nothing under $.MFADelete.",
            id="absent",
        ),
    ],
)
def test_assertions(account: Account, check: dict[str, Any], failure: str) -> None:
    put(account, document(check))

    assert execute(account, "runbook", {"Bucket": "logs"}).failure == failure


@pytest.mark.slow
def test_a_script_runs_with_the_credentials_of_the_role(account: Account) -> None:
    put(account, document(script(), outputs=["Read.Status"]))

    done = execute(account, "runbook", {"Bucket": "logs"})

    assert done.outputs == {"Read.Status": "Enabled"}
    assert [call.operation for call in account.calls.of(done.access_key_id)] == ["GetBucketVersioning"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("read", "failure"),
    [
        pytest.param(script(), "LookupError: no such thing", id="raises"),
        pytest.param(script("import no_such_module"), "ModuleNotFoundError: No module named", id="cannot be loaded"),
        pytest.param(script("import os; os._exit(3)"), "The script ended without a word.", id="is gone"),
    ],
)
def test_a_script_that_fails_fails_its_step(account: Account, read: dict[str, Any], failure: str) -> None:
    put(account, document(read))

    assert execute(account, "runbook", {"Bucket": "missing"}).failure.startswith(f"Step Read fails: {failure}")


@pytest.mark.slow
def test_a_script_has_its_time(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SCRIPT_TIMEOUT", 1)
    put(account, document(script("import time; time.sleep(60)")))

    done = execute(account, "runbook", {"Bucket": "logs"})

    assert done.failure == "Step Read fails: The script had not ended after 1 seconds."


def test_a_step_may_wait_for_what_comes_late(account: Account) -> None:
    waiting = asserting("Enabled") | {"action": "aws:waitForAwsResourceProperty"}
    put(account, document(waiting))
    account.faults.deny("s3:GetBucketVersioning", times=1)

    done = execute(account, "runbook", {"Bucket": "logs"})

    assert done.status == "Success"
    assert [call.error for call in account.calls.of(done.access_key_id)] == ["AccessDenied", ""]


def test_a_step_does_not_wait_for_ever(account: Account) -> None:
    put(account, document(asserting("Suspended") | {"action": "aws:waitForAwsResourceProperty"}))

    assert execute(account, "runbook", {"Bucket": "logs"}).failure == (
        "Step Check fails: $.Status is Enabled; Suspended is wanted."
    )


@pytest.mark.parametrize(
    ("changed", "failure"),
    [
        pytest.param(
            SAY | {"inputs": {"Name": "variable:Other", "Value": ""}}, "There is no variable variable:Other.", id="name"
        ),
        pytest.param(
            SAY | {"inputs": {"Name": "variable:Said", "Value": "x" * 513}},
            "A variable has at most 512 characters.",
            id="length",
        ),
        pytest.param(SAY, "Nothing has the name Locate.Status at this point.", id="reference"),
        pytest.param(
            SAY | {"inputs": {"Name": "variable:Said", "Value": "{{ variable:Other }}"}},
            "Nothing has the name variable:Other at this point.",
            id="variable",
        ),
        pytest.param(
            LOCATE | {"outputs": [{"Name": "Status", "Selector": "$.Status", "Type": "Integer"}]},
            "'Enabled' cannot be converted to Integer.",
            id="type",
        ),
        pytest.param(
            LOCATE | {"inputs": {"Service": "s3", "Api": "GetBucketVersioning"}},
            "Parameter validation failed:",
            id="parameter",
        ),
    ],
)
def test_steps_that_cannot_be_carried_out_fail(account: Account, changed: dict[str, Any], failure: str) -> None:
    put(account, document(changed))

    done = execute(account, "runbook", {"Bucket": "logs"})

    assert done.failure.startswith(f"Step {changed['name']} fails: {failure}")


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        (LOCATE | {"action": "aws:sleep"}, "does not know the action aws:sleep"),
        (LOCATE | {"inputs": {"Service": "s3", "Api": "Frobnicate"}}, "s3 has no operation Frobnicate"),
        (LOCATE | {"outputs": [{"Name": "A", "Selector": "$..Status"}]}, r"does not know the selector \$..Status"),
        (
            LOCATE | {"outputs": [{"Name": "A", "Selector": "$.Status", "Type": "Date"}]},
            "There is no type Date of outputs",
        ),
        (script(Runtime="PowerShell Core 6.0"), "does not know the runtime PowerShell Core 6.0"),
        (
            step("Branch", "branch", inputs={"Choices": [{"NextStep": "Branch", "Variable": "x", "Contains": "x"}]}),
            "does not know the operator Contains",
        ),
    ],
)
def test_what_the_interpreter_does_not_know_is_refused(account: Account, changed: dict[str, Any], refusal: str) -> None:
    put(account, document(changed))

    with pytest.raises(RunbookError, match=refusal):
        execute(account, "runbook", {"Bucket": "logs"})


@pytest.mark.parametrize(
    "trust",
    [
        pytest.param(TRUST | {"Principal": {"Service": "lambda.amazonaws.com"}}, id="another service"),
        pytest.param(
            TRUST | {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}, id="another account"
        ),
        pytest.param(
            TRUST | {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:ssm:eu-west-1:*:automation-execution/*"}}},
            id="another Region",
        ),
    ],
)
def test_a_role_that_does_not_trust_the_run_is_not_assumed(account: Account, trust: dict[str, Any]) -> None:
    put(account, document(), trust=trust)

    with pytest.raises(AwsError, match="The defined assume role is unable to be assumed"):
        execute(account, "runbook", {"Bucket": "logs"})


def test_a_role_has_to_exist(account: Account) -> None:
    put(account, document(assumeRole="arn:aws:iam::123456789012:role/none"))

    with pytest.raises(AwsError, match="role/none"):
        execute(account, "runbook", {"Bucket": "logs"})


def test_a_document_has_to_exist(account: Account) -> None:
    with pytest.raises(ClientError, match="InvalidDocument"):
        execute(account, "none", {})
