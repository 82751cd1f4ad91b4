"""`check` of several places: the Regions of the example company, and roles of other accounts."""

import json
from collections.abc import Iterator

import jsonschema
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner, Result

from cli.commands.demo import judged
from cli.formats.registry import FORMATS
from cli.main import NAME, program
from cli.sandbox import ACCOUNT_ID, Account, Fault, embedded_account
from cli.sandbox.company.aurelia import REGIONS, build
from tests.cli.commands.test_check import SCHEMA

pytestmark = pytest.mark.slow

IAM = "bedrock-invoke-least-privilege"
MODELS = "bedrock-model-cmk-encrypted"
BOTH = ("--rule", IAM, "--rule", MODELS)
OTHER = "444455556666"
AUDIT = f"arn:aws:iam::{OTHER}:role/audit"

runner = CliRunner()


@pytest.fixture(scope="module")
def built() -> Iterator[Account]:
    """Build the example company once: good and bad side by side."""
    with embedded_account() as account:
        build(account, "mixed")
        yield account


@pytest.fixture
def company(built: Account) -> Account:
    """Return the account of the example company, which nothing here changes, without faults and earlier calls."""
    built.faults.clear()
    built.calls.clear()
    return built


def check(*arguments: str) -> Result:
    return runner.invoke(program, ["check", "--settings", "/dev/null", *arguments])


def regions(*names: str) -> list[str]:
    return [argument for name in names for argument in ("--region", name)]


@pytest.mark.repeats
def test_judges_the_company_in_both_regions_as_the_demo_does(company: Account) -> None:
    found = json.loads(check("--format", "json", *regions(*REGIONS), *BOTH).stdout)
    jsonschema.validate(found, SCHEMA)

    wanted = [
        (report.region, one.rule.id, one.resource.id, one.verdict.annotation)
        for report in judged(company)
        for one in report.evaluations
        if one.rule.id in (IAM, MODELS)
    ]
    assert [
        (one["region"], one["ruleId"], one["resourceId"], one["annotation"]) for one in found["evaluations"]
    ] == wanted
    assert {(one["ruleId"], one["region"]) for one in found["evaluations"]} == {
        (IAM, "us-east-1"),
        (MODELS, "us-east-1"),
        (MODELS, "eu-central-1"),
    }
    assert [(one["accountId"], one["region"], one["rules"]) for one in found["places"]] == [
        (ACCOUNT_ID, "us-east-1", [IAM, MODELS]),
        (ACCOUNT_ID, "eu-central-1", [MODELS]),
    ]


@pytest.mark.usefixtures("company")
def test_judges_accounts_through_roles_with_the_credentials_of_the_run() -> None:
    own = f"arn:aws:iam::{ACCOUNT_ID}:role/not-in-iam"
    result = check(*BOTH, "--role-arn", own, "--role-arn", AUDIT, "--external-id", "example", "--format", "json")

    found = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    assert result.exit_code == 0
    assert [(one["accountId"], one["roleArn"], one["rules"]) for one in found["places"]] == [
        (ACCOUNT_ID, own, [IAM, MODELS]),
        (OTHER, AUDIT, [IAM, MODELS]),
    ]
    assert {one["compliance"] for one in found["evaluations"] if one["accountId"] == OTHER} == {"NOT_APPLICABLE"}


@pytest.mark.usefixtures("company")
def test_says_which_place_is_another_one_again() -> None:
    roles = [f"arn:aws:iam::{OTHER}:role/{name}" for name in ("audit", "reader")]
    arguments = ["--rule", MODELS, "--role-arn", roles[0], "--role-arn", roles[1]]

    said = f"us-east-1, {roles[1]} is an account and Region that another place leads to; it is judged once.\n"
    assert check(*arguments).stderr == said
    assert check(*arguments, "--quiet").stderr == ""


def test_a_role_that_refuses_is_an_error_beside_the_other_account(company: Account) -> None:
    before = json.loads(check("--rule", MODELS, "--format", "json").stdout)["evaluations"]
    company.faults.add(Fault("deny", "sts:AssumeRole", code="AccessDenied", resource=AUDIT))
    own = f"arn:aws:iam::{ACCOUNT_ID}:role/not-in-iam"
    result = check("--rule", MODELS, "--role-arn", AUDIT, "--role-arn", own, "--format", "json", "--fail-on", "low")

    found = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    assert result.exit_code == 3
    assert found["accountId"] == ACCOUNT_ID
    assert found["evaluations"] == before
    assert [(one["ruleId"], one["accountId"], one["code"]) for one in found["errors"]] == [
        (MODELS, OTHER, "AccessDenied")
    ]
    assert [one["error"] is None for one in found["places"]] == [False, True]


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_says_that_a_place_could_not_be_opened(format_: str, company: Account) -> None:
    company.faults.add(Fault("expire", "sts:GetCallerIdentity", times=1))
    result = check(*BOTH, *regions(*REGIONS), "--format", format_)

    assert result.exit_code == 3
    assert "ExpiredToken" in result.stdout


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([*regions("us-east-1", "mars")], "unknown Region 'mars'", id="region"),
        pytest.param(["--role-arn", "audit"], "allowed: the ARN of a role, such as", id="role"),
        pytest.param(["--external-id", "x"], "--external-id without --role-arn; allowed: only with it", id="no role"),
        pytest.param(["--framework", "nist"], "unknown framework 'nist'", id="framework"),
        pytest.param(["--framework", "nist-800-53:XX-1"], "unknown entry of nist-800-53", id="framework entry"),
        pytest.param(
            ["--framework", "nist-800-53:AU-11", "--duty", "functions"], "no rule is left", id="framework and duty"
        ),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], message: str) -> None:
    result = check(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("company")
def test_takes_rules_by_framework_as_the_list_does() -> None:
    listed = json.loads(runner.invoke(program, ["list", "--framework", "nist-800-53:SC-28", "--format", "json"]).stdout)
    found = json.loads(check("--framework", "nist-800-53:SC-28", "--duty", "encryption", "--format", "json").stdout)

    assert {one["ruleId"] for one in found["evaluations"]} == {
        rule["id"] for rule in listed if rule["duty"] == "encryption"
    }


@pytest.mark.parametrize(
    ("option", "incomplete", "completions"),
    [
        ("--region", "eu-central", ["eu-central-1", "eu-central-2"]),
        ("--region", "cn-", ["cn-north-1", "cn-northwest-1"]),
        ("--profile", "a", []),
        ("--format", "j", ["json", "junit"]),
        ("--duty", "enc", ["encryption"]),
        ("--rule", "bedrock-model-c", [MODELS]),
        ("--framework", "nist-800-53:SC-2", ["nist-800-53:SC-28"]),
    ],
)
def test_completes(option: str, incomplete: str, completions: list[str]) -> None:
    completing = BashComplete(program, {}, NAME, "_AI_CONFIG_RULES_COMPLETE")
    found = [item.value for item in completing.get_completions(["check", option], incomplete)]

    assert found == completions
