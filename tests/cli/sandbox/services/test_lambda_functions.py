import io
import json
import zipfile
from typing import Any

import pytest

from cli.sandbox import Account
from tests.cli.sandbox.test_roles import as_role

READING = {"Effect": "Allow", "Action": ["lambda:GetFunctionConfiguration", "lambda:ListFunctions"], "Resource": "*"}
VARIABLES = {"Variables": {"LOG_LEVEL": "info"}}


def decrypting(**condition: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": "arn:aws:kms:us-east-1:*:key/*",
        "Condition": {"StringEquals": condition},
    }


@pytest.fixture
def functions(account: Account) -> Account:
    """Make a function with a key of the customer's, one without, and one with a key but no variables."""
    session = account.session()
    session.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    key = session.client("kms").create_key()["KeyMetadata"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("m.py", "")
    for name, more in {
        "own": {"KMSKeyArn": key, "Environment": VARIABLES},
        "aws": {"Environment": VARIABLES},
        "bare": {"KMSKeyArn": key},
    }.items():
        session.client("lambda").create_function(
            FunctionName=name,
            Role="arn:aws:iam::123456789012:role/r",
            Runtime="python3.13",
            Handler="m.h",
            Code={"ZipFile": archive.getvalue()},
            **more,
        )
    account.calls.clear()
    return account


def seen(session: Any) -> dict[str, Any]:
    """Return the environment of every function as both reads show it."""
    client = session.client("lambda")
    listed = {one["FunctionName"]: one.get("Environment") for one in client.list_functions()["Functions"]}
    read = {name: client.get_function_configuration(FunctionName=name).get("Environment") for name in listed}
    assert json.dumps(listed) == json.dumps(read)
    return listed


def test_variables_are_shown_to_callers_that_may_decrypt_them_through_lambda(functions: Account) -> None:
    session = as_role(functions, READING, decrypting(**{"kms:ViaService": "lambda.us-east-1.amazonaws.com"}))

    assert seen(session) == {"own": VARIABLES, "aws": VARIABLES, "bare": None}
    assert "kms:Decrypt" in functions.calls.actions()


@pytest.mark.parametrize(
    "statements",
    [[], [decrypting(**{"kms:ViaService": "s3.us-east-1.amazonaws.com"})]],
    ids=["not at all", "through another service"],
)
def test_variables_are_hidden_from_callers_that_may_not_decrypt_them(
    functions: Account, statements: list[dict[str, Any]]
) -> None:
    environments = seen(as_role(functions, READING, *statements))

    assert environments["aws"] == VARIABLES
    assert environments["own"]["Error"]["ErrorCode"] == "AccessDeniedException"
    assert "kms:Decrypt" in environments["own"]["Error"]["Message"]
    assert "Variables" not in environments["own"]
    assert "kms:Decrypt" not in functions.calls.actions()


def test_no_key_is_not_named(functions: Account) -> None:
    configuration = functions.session().client("lambda").get_function_configuration(FunctionName="aws")

    assert "KMSKeyArn" not in configuration


def test_a_function_gets_another_key(functions: Account) -> None:
    client = functions.session().client("lambda")
    key = functions.session().client("kms").create_key()["KeyMetadata"]["Arn"]

    answer = client.update_function_configuration(FunctionName="aws", KMSKeyArn=key, Environment=VARIABLES)
    client.update_function_configuration(FunctionName="bare", Timeout=9)

    assert (answer["KMSKeyArn"], answer["Environment"]) == (key, VARIABLES)
    assert client.get_function_configuration(FunctionName="aws")["KMSKeyArn"] == key
    assert client.get_function_configuration(FunctionName="bare")["KMSKeyArn"] != key
