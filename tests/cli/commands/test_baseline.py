import csv
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from cli.formats.registry import FORMATS
from cli.main import program
from cli.sandbox import Account, embedded_account
from cli.sandbox.company.aurelia import build
from tests.cli.commands.test_check import SCHEMA

pytestmark = pytest.mark.slow

RULE = "bedrock-model-cmk-encrypted"
NEXT_YEAR = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()
GIVEN = ("--owner", "ada@example.com", "--reason", "Until the migration.", "--expires", NEXT_YEAR)


@pytest.fixture(scope="module", autouse=True)
def company() -> Iterator[Account]:
    """Build the example company once: good and bad side by side."""
    with embedded_account() as account:
        build(account, "mixed")
        yield account


def run(*arguments: object) -> Result:
    return CliRunner().invoke(program, [str(argument) for argument in arguments])


def check(*arguments: object) -> Result:
    return run("check", "--settings", "/dev/null", "--rule", RULE, *arguments)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Return a report of one rule on the company."""
    file = tmp_path / "report.json"
    assert check("--format", "json", "--output", file, "--quiet").exit_code == 0
    return file


@pytest.fixture
def baseline(report: Path, tmp_path: Path) -> Path:
    """Return the first baseline of that report."""
    file = tmp_path / "baseline.toml"
    result = run("baseline", report, *GIVEN, "--output", file)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith(f"violations and is in {file}; review it.\n")
    return file


def violations(result: Result) -> list[dict[str, object]]:
    found = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return [one for one in found["evaluations"] if one["compliance"] == "NON_COMPLIANT"]


def test_what_a_first_file_accepts_fails_no_pipeline_and_is_shown(baseline: Path) -> None:
    assert check("--fail-on", "low").exit_code == 1
    result = check("--fail-on", "low", "--baseline", baseline, "--format", "json")

    assert (result.exit_code, result.stderr) == (0, "")
    known = violations(result)
    assert known
    assert [one["accepted"] for one in known] == [
        {"owner": "ada@example.com", "reason": "Until the migration.", "expires": NEXT_YEAR}
    ] * len(known)
    assert json.loads(result.stdout)["summary"]["accepted"] == len(known)
    lines = check("--baseline", baseline).stdout.splitlines()
    assert sum(line.startswith("ACCEPTED ") for line in lines) == len(known)
    assert lines[-1].startswith(f"No violations. {len(known)} accepted violation")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_shows_who_accepts_what(format_: str, baseline: Path) -> None:
    before, after = check("--format", format_), check("--baseline", baseline, "--format", format_)

    assert after.exit_code == 0
    assert "Until the migration." not in before.stdout
    assert "Until the migration" in re.sub(r"</?code>|&#32;", "", after.stdout)


def test_what_is_not_in_the_file_is_a_violation(baseline: Path) -> None:
    entries = baseline.read_text(encoding="utf-8").split("\n\n")
    baseline.write_text("\n\n".join(entries[:-1]), encoding="utf-8")
    result = check("--fail-on", "low", "--baseline", baseline, "--format", "json")

    assert result.exit_code == 1
    assert [one["accepted"] for one in violations(result)].count(None) == 1


def test_expired_entries_are_loud_and_accept_nothing(baseline: Path) -> None:
    baseline.write_text(baseline.read_text(encoding="utf-8").replace(NEXT_YEAR, "2020-01-01"), encoding="utf-8")
    result = check("--fail-on", "low", "--baseline", baseline, "--format", "json", "--quiet")

    warned = json.loads(result.stdout)["warnings"]
    assert result.exit_code == 1
    assert [one["accepted"] for one in violations(result)] == [None] * len(warned)
    assert all("expired on 2020-01-01 and accepts nothing any more" in warning for warning in warned)
    assert result.stderr == "".join(f"Warning: {warning}\n" for warning in warned)
    table = check("--baseline", baseline)
    assert table.stdout.count("WARNING: ") == len(warned)
    assert table.stderr == ""


def test_unmatched_entries_are_loud(baseline: Path) -> None:
    text = baseline.read_text(encoding="utf-8").replace('resource = "', 'resource = "gone-')
    baseline.write_text(text, encoding="utf-8")
    result = check("--baseline", baseline, "--format", "csv")

    assert result.stderr.count("there is no such violation any more.") == text.count("[[accepted]]")
    assert {row["compliance"] for row in csv.DictReader(StringIO(result.stdout))} >= {"NON_COMPLIANT"}


def test_a_second_file_leaves_out_what_is_accepted(baseline: Path, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    check("--baseline", baseline, "--format", "json", "--output", file)
    result = run("baseline", file, *GIVEN)

    assert result.exit_code == 2
    assert result.stderr == "ai-config-rules: no violation is left to accept\n"


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ([], 2),
        (["--severity", "medium"], 0),
        (["--severity", "high"], 2),
        (["--rule", "bedrock-kb-logging-enabled"], 0),
    ],
)
def test_narrows_what_is_accepted(arguments: list[str], count: int, report: Path) -> None:
    result = run("baseline", report, *GIVEN, *arguments)

    assert (result.exit_code == 0) is bool(count)
    assert len(tomllib.loads(result.stdout).get("accepted", [])) >= count


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--owner", " "], "Invalid value for '--owner': allowed: one line", id="nobody"),
        pytest.param(["--reason", "a\nb"], "Invalid value for '--reason': allowed: one line", id="two lines"),
        pytest.param(["--expires", "2020-01-01"], "'2020-01-01' is over; allowed: ", id="past"),
        pytest.param(["--expires", "never"], "'never'; allowed: a day such as ", id="never"),
        pytest.param(["--output", "/missing/baseline.toml"], "allowed: a file that does not exist", id="directory"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], message: str, report: Path) -> None:
    result = run("baseline", report, *GIVEN, *arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_never_overwrites_a_reviewed_file(baseline: Path, report: Path) -> None:
    before = baseline.read_bytes()
    result = run("baseline", report, *GIVEN, "--output", baseline)

    assert result.exit_code == 2
    assert baseline.read_bytes() == before


def test_a_broken_file_is_refused_before_any_call(company: Account, tmp_path: Path) -> None:
    company.calls.clear()
    broken = tmp_path / "broken.toml"
    broken.write_text("[[accepted]]\nrule = 1\n", encoding="utf-8")

    for result in (check("--baseline", broken), check("--baseline", tmp_path / "missing.yaml")):
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
    assert run("baseline", broken, *GIVEN).exit_code == 2
    assert list(company.calls) == []
