import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from cli.main import program
from cli.sandbox import Account, Fault, embedded_account
from cli.sandbox.company.aurelia import build
from tests.cli.commands.test_check import SCHEMA

pytestmark = pytest.mark.slow

RULE = "bedrock-model-cmk-encrypted"
JUDGED = ("--settings", "/dev/null", "--rule", RULE, "--region", "us-east-1", "--region", "eu-central-1")


@pytest.fixture(scope="module")
def built() -> Iterator[Account]:
    """Build the example company once: good and bad side by side."""
    with embedded_account() as account:
        build(account, "mixed")
        yield account


@pytest.fixture(autouse=True)
def company(built: Account) -> Account:
    """Return the account of the example company, which nothing here changes, without faults and earlier calls."""
    built.faults.clear()
    built.calls.clear()
    return built


def run(*arguments: object) -> Result:
    return CliRunner().invoke(program, [str(argument) for argument in arguments])


def verified(directory: Path) -> bool:
    ended = subprocess.run(  # the reader that the manifest is for
        ["sha256sum", "--check", "--strict", "--quiet", "manifest.sha256"],  # noqa: S607 - of the system
        cwd=directory,
        check=False,
        capture_output=True,
    )
    return ended.returncode == 0


@pytest.mark.repeats
def test_a_live_check_becomes_a_pack_that_verifies(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    result = run("evidence", "--output", pack, *JUDGED)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"The evidence is in {pack}; verify it there with: sha256sum --check manifest.sha256\n"
    assert verified(pack)
    found = json.loads((pack / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    assert {one["region"] for one in found["evaluations"]} == {"us-east-1", "eu-central-1"}
    table = (pack / "06-encryption/evaluations.csv").read_text(encoding="utf-8")
    assert len(table.splitlines()) == 1 + len(found["evaluations"])


@pytest.mark.parametrize("path", ["report.json", "README.md", "06-encryption/evaluations.csv"])
def test_whatever_is_changed_does_not_verify(path: str, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    run("evidence", "--output", pack, "--quiet", *JUDGED)
    with (pack / path).open("a", encoding="utf-8") as file:
        file.write("\n")

    assert not verified(pack)


def test_a_report_becomes_the_same_pack_without_any_call(company: Account, tmp_path: Path) -> None:
    report, live, stored = tmp_path / "report.json", tmp_path / "live", tmp_path / "stored"
    run("evidence", "--output", live, "--quiet", *JUDGED)
    report.write_bytes((live / "report.json").read_bytes())
    company.calls.clear()
    result = run("evidence", "--output", stored, "--report", report, "--quiet")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (stored / "manifest.sha256").read_bytes() == (live / "manifest.sha256").read_bytes()
    assert list(company.calls) == []


def test_what_could_not_be_evaluated_is_in_the_pack(company: Account, tmp_path: Path) -> None:
    company.faults.add(Fault("deny", "bedrock:ListCustomModels"))
    result = run("evidence", "--output", tmp_path / "pack", *JUDGED)

    assert result.exit_code == 3
    missing = (tmp_path / "pack/06-encryption/not-evaluated.csv").read_text(encoding="utf-8")
    assert missing.count(f"{RULE},,AccessDeniedException,") == 2
    assert verified(tmp_path / "pack")


def test_accepted_violations_are_in_the_pack(tmp_path: Path) -> None:
    report, baseline = tmp_path / "report.json", tmp_path / "baseline.toml"
    run("check", *JUDGED, "--format", "json", "--output", report)
    given = ("--owner", "Ada", "--reason", "Known.", "--expires", "9999-12-31")
    run("baseline", report, *given, "--output", baseline)
    result = run("evidence", "--output", tmp_path / "pack", *JUDGED, "--baseline", baseline)

    assert result.exit_code == 0
    table = (tmp_path / "pack/06-encryption/evaluations.csv").read_text(encoding="utf-8")
    assert table.count(",Ada,9999-12-31,Known.,") == table.count("NON_COMPLIANT") > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--output", "/missing/pack"], "allowed: a directory in one that exists", id="no parent"),
        pytest.param(["--output", "/dev/null"], "is no directory", id="no directory"),
        pytest.param(["--output", "/"], "is not empty", id="not empty"),
        pytest.param(["--output", "/tmp/new-pack", "--report", "/missing.json"], "No such file", id="no report"),  # noqa: S108 - not written
        pytest.param(
            ["--output", "/tmp/new-pack", "--report", "/missing.json", "--region", "us-east-1"],  # noqa: S108 - not written
            "--region together with --report; allowed: one of them",
            id="report and Region",
        ),
        pytest.param([], "Missing option '--output'", id="no output"),
    ],
)
def test_wrong_usage_is_refused_before_any_call(arguments: list[str], message: str, company: Account) -> None:
    result = run("evidence", *arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert list(company.calls) == []


def test_a_broken_report_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"schemaVersion": 1}', encoding="utf-8")
    result = run("evidence", "--output", tmp_path / "pack", "--report", tmp_path / "report.json")

    assert result.exit_code == 2
    assert not (tmp_path / "pack").exists()
