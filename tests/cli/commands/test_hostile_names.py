import json

import pytest
from click.testing import CliRunner, Result

from cli.formats.registry import FORMATS
from cli.main import program
from cli.sandbox import Account
from cli.sandbox.company.site import trust

RULE = "sagemaker-artifact-cmk-encrypted"
HOSTILE = "<img src=x onerror=alert(1)>[red]\x1b[31m\x1b]0;owned\x07[/red]\u202egnp"

runner = CliRunner()


@pytest.fixture(autouse=True)
def hostile_artifact(account: Account) -> None:
    """Make a model whose artifact has a name that a terminal or a browser would act on."""
    session = account.session()
    session.client("s3").create_bucket(Bucket="aurelia-uploads")
    session.client("s3").put_object(Bucket="aurelia-uploads", Key=HOSTILE, Body=b"weights")
    session.client("iam").create_role(RoleName="hosting", AssumeRolePolicyDocument=trust("sagemaker"))
    session.client("sagemaker").create_model(
        ModelName="uploaded",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/hosting",
        PrimaryContainer={"Image": "inference", "ModelDataUrl": f"s3://aurelia-uploads/{HOSTILE}"},
    )


def check(*arguments: str) -> Result:
    return runner.invoke(program, ["check", "--settings", "/dev/null", "--rule", RULE, *arguments])


def test_names_from_the_account_stay_text_in_the_table() -> None:
    shown = check().stdout

    assert "<img src=x onerror=alert(1)>[red]" in shown
    assert shown.replace("\n", "").isprintable()


def test_names_from_the_account_are_inert_in_json() -> None:
    shown = check("--format", "json").stdout
    (one,) = json.loads(shown)["evaluations"]

    assert one["resourceName"] == "uploaded"
    assert "<img src=x onerror=alert(1)>[red]" in one["annotation"]
    assert shown.isascii()
    assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", FORMATS)
def test_names_from_the_account_reach_no_terminal_in_any_format(name: str) -> None:
    result = check("--format", name)

    assert result.exit_code == 0
    assert "onerror" in result.stdout
    assert result.stdout.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", ["html", "junit", "markdown"])
def test_names_from_the_account_are_no_markup(name: str) -> None:
    assert "<img src=x" not in check("--format", name).stdout
