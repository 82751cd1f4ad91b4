"""AWS Config with a function that it may invoke."""

import io
import zipfile
from typing import Any

import pytest

from cli.sandbox import Account

ROLE = "arn:aws:iam::123456789012:role/recorder"


@pytest.fixture
def functions(account: Account) -> Any:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("m.py", "def handler(event, context): ...")
    session = account.session()
    session.client("iam").create_role(RoleName="recorder", AssumeRolePolicyDocument="{}")
    client = session.client("lambda")
    client.create_function(
        FunctionName="judge",
        Role=ROLE,
        Runtime="python3.13",
        Handler="m.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    return client


@pytest.fixture
def config(account: Account, functions: Any) -> Any:
    functions.add_permission(
        FunctionName="judge",
        StatementId="config",
        Action="lambda:InvokeFunction",
        Principal="config.amazonaws.com",
        SourceAccount="123456789012",
    )
    client = account.session().client("config")
    client.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": ROLE})
    return client
