"""`check` with policies of an organization, which only its management account may list."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import program
from cli.sandbox import Account

RULE = "bedrock-invoke-least-privilege"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def document(effect: str, resource: str) -> str:
    statement = {"Effect": effect, "Action": "bedrock:InvokeModel", "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def check(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["check", "--settings", "/dev/null", "--rule", RULE, *arguments])


@pytest.fixture
def wide(account: Account) -> Account:
    """Return an account with a role that may invoke every model."""
    iam = account.session().client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="app", PolicyName="app", PolicyDocument=document("Allow", "*"))
    return account


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize(
    ("policy", "compliance"),
    [
        pytest.param(None, "NON_COMPLIANT", id="no policy"),
        pytest.param(document("Deny", "*"), "NOT_APPLICABLE", id="everything denied"),
        pytest.param(
            document("Allow", "arn:aws:bedrock:*::foundation-model/anthropic.claude-v2"), "COMPLIANT", id="one allowed"
        ),
    ],
)
def test_heeds_the_service_control_policies_that_are_given(tmp_path: Path, policy: str | None, compliance: str) -> None:
    path = tmp_path / "policy.json"
    path.write_text(policy or "", encoding="utf-8")

    result = check("--format", "json", *(("--scp", str(path)) if policy else ()))

    (evaluation,) = json.loads(result.stdout)["evaluations"]
    assert evaluation["compliance"] == compliance


def test_refuses_a_file_that_is_no_policy(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text("{}", encoding="utf-8")

    result = check("--rcp", str(path))

    assert result.exit_code == 2
    assert "The policy document has no Statement element." in result.stderr
