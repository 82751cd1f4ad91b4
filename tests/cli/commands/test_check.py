import json
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from cli.main import program
from cli.sandbox import Account, Fault, RecordedCall, embedded_account
from cli.sandbox.company.aurelia import build
from rules.engine.catalogue import all_rules

pytestmark = pytest.mark.slow

RULE = "bedrock-model-cmk-encrypted"
SCHEMA = json.loads(Path(__file__).parents[3].joinpath("docs/check.schema.json").read_text(encoding="utf-8"))
NO_SETTINGS = ("--settings", "/dev/null")

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


@dataclass(frozen=True)
class Whole:
    """A report of every rule, and what reached the account for it."""

    report: dict[str, Any]
    calls: tuple[RecordedCall, ...]


@pytest.fixture(scope="module")
def whole(built: Account) -> Whole:
    """Return the report of every rule on the company, which is judged once."""
    built.faults.clear()
    built.calls.clear()
    return Whole(report(), tuple(built.calls))


def check(*arguments: str) -> Result:
    return runner.invoke(program, ["check", *NO_SETTINGS, *arguments])


def report(*arguments: str) -> dict[str, Any]:
    found = json.loads(check("--format", "json", *arguments).stdout)
    jsonschema.validate(found, SCHEMA)
    return dict(found)


def test_reports_the_contract_for_every_rule_sorted(whole: Whole) -> None:
    found = whole.report
    order = [rule.id for rule in all_rules()]
    keys = [
        (order.index(one["ruleId"]), one["resourceType"], one["resourceName"], one["resourceId"])
        for one in found["evaluations"]
    ]

    assert keys == sorted(keys)
    assert {one["ruleId"] for one in found["evaluations"]} == set(order)
    assert found["errors"] == []


def test_counts_the_calls_that_were_sent(whole: Whole) -> None:
    # Lambda decrypts a function's variables for its caller, in the caller's name.
    sent = [call for call in whole.calls if call.action != "kms:Decrypt"]
    assert whole.report["summary"]["apiCalls"] == len(sent)


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param([], 0, id="violations fail nothing unless asked"),
        pytest.param(["--fail-on", "high"], 1, id="a violation of the severity"),
        pytest.param(["--fail-on", "LOW"], 1, id="a violation above it, in capitals"),
        pytest.param(["--fail-on", "critical"], 0, id="none of the severity"),
        pytest.param(["--fail-on", "high", "--region", "ap-northeast-1"], 0, id="a Region with nothing in it"),
    ],
)
def test_exit_status(arguments: list[str], status: int) -> None:
    assert check("--rule", RULE, *arguments).exit_code == status


@pytest.mark.usefixtures("company")
def test_takes_rules_regions_and_parameters() -> None:
    found = report("--rule", RULE, "--region", "us-east-1", "--parameter", f"{RULE}.requireRotation=false")
    lenient = {one["resourceName"]: one["compliance"] for one in found["evaluations"]}
    strict = {one["resourceName"]: one["compliance"] for one in report("--rule", RULE)["evaluations"]}

    assert strict["denial-letters"] == "NON_COMPLIANT"
    assert lenient == strict | {"denial-letters": "COMPLIANT"}


def test_takes_the_settings_of_a_deployment(company: Account, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'rules.include = ["{RULE}"]\nparameters.requireRotation = false\n', encoding="utf-8")
    result = runner.invoke(program, ["check", "--format", "json", "--settings", str(settings)])

    found = json.loads(result.stdout)
    assert company.calls is not None
    assert {one["ruleId"] for one in found["evaluations"]} == {RULE}
    assert "denial-letters" not in [
        one["resourceName"] for one in found["evaluations"] if one["compliance"] == "NON_COMPLIANT"
    ]


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnauthorizedException"])
def test_a_denied_listing_is_an_error_and_no_verdict(code: str, company: Account) -> None:
    company.faults.add(Fault("deny", "bedrock:ListCustomModels", code=code))
    result = check("--rule", RULE, "--fail-on", "low", "--format", "json")

    found = json.loads(result.stdout)
    (error,) = found["errors"]
    assert result.exit_code == 3
    assert found["evaluations"] == []
    assert (error["ruleId"], error["resourceId"], error["code"]) == (RULE, None, code)
    assert "ListCustomModels" in error["message"]


@pytest.mark.repeats
def test_a_denied_listing_silences_no_other_rule(whole: Whole, company: Account) -> None:
    company.faults.add(Fault("deny", "sagemaker:ListModels"))
    result = check("--format", "json")

    found = json.loads(result.stdout)
    failed = {one["ruleId"] for one in found["errors"]}
    assert result.exit_code == 3
    assert "sagemaker-artifact-cmk-encrypted" in failed
    assert found["evaluations"] == [one for one in whole.report["evaluations"] if one["ruleId"] not in failed]


@pytest.mark.parametrize(
    ("action", "rules"),
    [
        pytest.param(
            "iam:GetAccountAuthorizationDetails",
            {"bedrock-invoke-least-privilege", "bedrock-retrieve-least-privilege", "sagemaker-invoke-least-privilege"},
            id="principals",
        ),
        pytest.param(
            "bedrock:GetModelInvocationLoggingConfiguration",
            {"bedrock-invocation-logging-enabled", "bedrock-log-group-protected", "bedrock-log-bucket-protected"},
            id="logging",
        ),
        pytest.param(
            "ec2:DescribeVpcEndpoints",
            {"bedrock-vpc-endpoint-private", "bedrock-vpc-endpoint-policy-scoped"},
            id="endpoints",
        ),
    ],
)
def test_whatever_a_rule_may_not_list_it_has_no_verdict(action: str, rules: set[str], company: Account) -> None:
    company.faults.add(Fault("deny", action))
    result = check("--format", "json", *(argument for rule in rules for argument in ("--rule", rule)))

    found = json.loads(result.stdout)
    assert result.exit_code == 3
    assert {one["ruleId"] for one in found["errors"]} == rules
    assert found["evaluations"] == []


def test_an_unreadable_resource_keeps_the_readable_ones(company: Account) -> None:
    before = report("--rule", RULE)
    (target,) = [one for one in before["evaluations"] if one["resourceName"] == "claims-summary"]
    company.faults.add(Fault("deny", "bedrock:GetCustomModel", resource=target["resourceId"]))
    result = check("--rule", RULE, "--format", "json")

    found = json.loads(result.stdout)
    assert result.exit_code == 3
    assert found["evaluations"] == [one for one in before["evaluations"] if one != target]
    assert [(one["ruleId"], one["resourceId"]) for one in found["errors"]] == [(RULE, target["resourceId"])]


def test_shows_errors_in_the_table(company: Account) -> None:
    company.faults.add(Fault("deny", "bedrock:ListCustomModels"))
    result = check("--rule", RULE)

    assert result.exit_code == 3
    assert f"NOT_EVALUATED HIGH {RULE}: AccessDeniedException: ListCustomModels: " in result.stdout
    assert "No violations among what was evaluated." in result.stdout


@pytest.mark.usefixtures("company")
def test_writes_the_report_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    result = check("--rule", RULE, "--format", "json", "--output", str(file))

    jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), SCHEMA)
    assert result.stdout == ""
    assert result.stderr == f"The report is in {file}.\n"
    assert stat.S_IMODE(file.stat().st_mode) & 0o600 == 0o600


@pytest.mark.usefixtures("company")
def test_quiet_says_nothing_beside_the_report(tmp_path: Path) -> None:
    result = check("--rule", RULE, "--quiet", "--output", str(tmp_path / "report.txt"))

    assert (result.stdout, result.stderr) == ("", "")


def test_a_file_that_cannot_be_written_is_refused_before_any_call(company: Account, tmp_path: Path) -> None:
    result = check("--output", str(tmp_path / "missing" / "report.json"))

    assert result.exit_code == 2
    assert "allowed: a file in a directory that exists and can be written to" in result.stderr
    assert list(company.calls) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--rule", "nope"], "Invalid value for '--rule': unknown rule 'nope'", id="rule"),
        pytest.param(["--parameter", f"{RULE}.requireRotation=maybe"], "allowed: true, false", id="parameter value"),
        pytest.param(["--parameter", f"{RULE}.nope=1"], "unknown parameter 'nope'; allowed:", id="parameter name"),
        pytest.param(["--profile", "nope"], "unknown profile 'nope'; allowed: none", id="profile"),
        pytest.param(["--region", "nowhere!"], "unknown Region 'nowhere!'", id="region"),
    ],
)
def test_wrong_usage_is_refused_before_any_call(arguments: list[str], message: str, company: Account) -> None:
    result = check(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert list(company.calls) == []


def test_no_credentials_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    result = check()

    assert result.exit_code == 2
    assert re.fullmatch(r"ai-config-rules: no credentials: .*; give --profile, .*\n", result.stderr)
    assert result.stdout == ""


def test_refused_credentials_are_one_line(company: Account) -> None:
    company.faults.add(Fault("expire", "sts:GetCallerIdentity"))
    result = check()

    assert result.exit_code == 2
    assert "AWS refused the credentials: ExpiredToken" in result.stderr
    assert result.stderr.count("\n") == 1
