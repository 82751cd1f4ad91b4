import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from cli.differences import differences
from cli.formats import diff_lines, diff_markdown
from cli.formats.registry import render
from cli.main import program
from cli.report import Failure, Report
from cli.terminal import PLAIN, Look
from tests.cli.reports import HOSTILE_NAMES, bad, good, report
from tests.cli.stored_reports import judged, stored
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

SCHEMA = json.loads(Path(__file__).parents[3].joinpath("docs/diff.schema.json").read_text(encoding="utf-8"))
STYLES = re.compile(r"\x1b\[[0-9;]*m")
OLD = report(bad("app"), bad("batch", of=BoxGood), bad("same"), bad("gone"), good("fine"), bad("hidden"))
NEW = report(
    good("app"),
    bad("batch", "It is worse.", of=BoxGood),
    bad("same"),
    bad("fine", "It broke."),
    failures=[Failure(BoxesGood, bad("hidden").resource, "Throttling", "GetKey: slow down")],
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Return the files of an older and a newer report."""
    return written(tmp_path / "old.json", OLD), written(tmp_path / "new.json", NEW)


def written(path: Path, *reports: Report) -> Path:
    path.write_text(render("json", reports, PLAIN), encoding="utf-8")
    return path


def diff(*arguments: object) -> Result:
    return CliRunner().invoke(program, ["diff", *map(str, arguments)])


def test_says_what_changed(files: tuple[Path, Path]) -> None:
    result = diff(*files)

    assert result.exit_code == 3
    assert result.stdout.splitlines() == [
        "From 2026-11-01 12:00 to 2026-11-01 12:00 UTC.",
        "APPEARED HIGH boxes-good 123456789012 us-east-1 AWS::IAM::Role fine: It broke.",
        "FIXED HIGH boxes-good 123456789012 us-east-1 AWS::IAM::Role app: It is good.",
        (
            "FIXED HIGH boxes-good 123456789012 us-east-1 AWS::IAM::Role gone: The resource is gone. "
            "Before: It is bad; good is wanted."
        ),
        (
            "CHANGED LOW box-good 123456789012 us-east-1 AWS::IAM::Role batch: Before: It is bad; good is wanted. "
            "Now: It is worse."
        ),
        (
            "NO_LONGER_EVALUATED boxes-good 123456789012 us-east-1 AROAhidden (1 violation before): "
            "Throttling: GetKey: slow down"
        ),
        (
            "1 appeared, 2 fixed, 1 changed, 0 accepted, 1 unchanged. 1 no longer evaluated. "
            "1 error in the newer report."
        ),
    ]


def test_json_is_its_schema(files: tuple[Path, Path]) -> None:
    found = json.loads(diff(*files, "--format", "json").stdout)

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(found, SCHEMA)
    assert found["summary"] == {
        "appeared": 1,
        "fixed": 2,
        "changed": 1,
        "accepted": 0,
        "noLongerEvaluated": 1,
        "unchanged": 1,
        "errors": 1,
    }
    (appeared,) = found["appeared"]
    assert (appeared["old"]["compliance"], appeared["new"]["annotation"]) == ("COMPLIANT", "It broke.")
    assert [one["new"] is None for one in found["fixed"]] == [False, True]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"summary": {}}, id="no figures"),
        pytest.param({"appeared": [{}]}, id="change without a subject"),
        pytest.param({"noLongerEvaluated": [{"ruleId": "a"}]}, id="gap without a reason"),
    ],
)
def test_schema_refuses(broken: dict[str, object], files: tuple[Path, Path]) -> None:
    content = json.loads(diff(*files, "--format", "json").stdout) | broken

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, SCHEMA)


def test_markdown_is_tables(files: tuple[Path, Path]) -> None:
    text = diff(*files, "--format", "markdown").stdout
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)

    assert text.startswith("<!-- ai-config-rules diff -->\n")
    assert re.findall(r"<h3>(.*)</h3>", shown) == ["Appeared: 1", "Fixed: 2", "Changed: 1", "No longer evaluated: 1"]
    assert shown.count("<tr>") == 4 + 5


@pytest.mark.parametrize("look", [Look(terminal=True, colour=True, width=80), Look(terminal=True, width=120)])
def test_a_terminal_gets_headings(look: Look) -> None:
    old, new = stored(judged("a"), judged("b")), stored(judged("a", said="It is worse."), judged("c"))
    shown = STYLES.sub("", diff_lines.render(differences(old, new), old, new, look))

    found = [shown.index(text) for text in (" APPEARED    1", "HIGH bedrock-model-cmk-encrypted  c", " FIXED    1")]
    assert found == sorted(found)
    assert "Before: It is bad." in shown
    assert max(len(line) for line in shown.splitlines()) <= look.width


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("format_", ["table", "json", "markdown"])
def test_hostile_text_stays_text(name: str, format_: str, tmp_path: Path) -> None:
    failed = Failure(BoxGood, None, name, name)
    old = written(tmp_path / "old.json", report(bad(name, name), good("role", of=BoxGood)))
    new = written(tmp_path / "new.json", report(bad(name, f"{name}!"), bad(f"{name}2", name), failures=[failed]))
    text = diff(old, new, "--format", format_).stdout

    assert text.replace("\n", "").isprintable()
    if format_ == "table":
        assert len(text.splitlines()) == 5
    if format_ == "markdown":
        assert not re.search(r"<(?!/?code>|br>|!--)", text)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param([], 0, id="nothing asked"),
        pytest.param(["--fail-on-new", "high"], 1, id="new and grave"),
        pytest.param(["--fail-on-new", "CRITICAL"], 0, id="new but not grave"),
    ],
)
def test_exit_status(arguments: list[str], status: int, tmp_path: Path) -> None:
    old, new = written(tmp_path / "old.json", report(good("app"))), written(tmp_path / "new.json", report(bad("app")))

    assert diff(old, new, *arguments).exit_code == status


def test_writes_to_a_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "diff.md"
    result = diff(*files, "--format", "markdown", "--output", target)

    assert (result.stdout, result.stderr) == ("", f"The differences are in {target}.\n")
    assert target.read_text(encoding="utf-8").startswith("<!-- ai-config-rules diff -->")
    assert diff(*files, "--output", target, "--quiet").stderr == ""


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"schemaVersion": 1}', "\x00", '{"schemaVersion": 1e999}'])
def test_refuses_what_is_no_report_in_one_line(content: str, tmp_path: Path, files: tuple[Path, Path]) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(content, encoding="utf-8")

    for result in (diff(broken, files[1]), diff(files[0], broken), diff(files[0], tmp_path / "missing.json")):
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert result.stderr.startswith("ai-config-rules: ")


def test_refuses_where_it_cannot_write(files: tuple[Path, Path], tmp_path: Path) -> None:
    result = diff(*files, "--output", tmp_path / "missing" / "diff.md")

    assert result.exit_code == 2
    assert "allowed: a file in a directory that exists" in result.stderr


def test_a_comment_is_never_longer_than_github_takes() -> None:
    old, new = stored(), stored(*(judged(f"model-{number}", said="It is bad. " * 15) for number in range(2000)))
    text = diff_markdown.render(differences(old, new), old, new, PLAIN)

    assert len(text.encode()) <= 65_536
    (left_out,) = re.findall(r"> ([0-9,]+) changes did not fit", text)
    assert text.count("| **HIGH**") + int(left_out.replace(",", "")) == 2000


def test_several_places_are_told_apart_on_a_terminal() -> None:
    there = replace(judged("b").where, region="eu-central-1")
    old, new = stored(judged("a"), places=[judged("a").where, there]), stored(judged("b", where=there), places=[there])
    shown = STYLES.sub("", diff_lines.render(differences(old, new), old, new, Look(terminal=True, width=140)))

    assert "123456789012 eu-central-1" in shown
    assert "bedrock-model-cmk-encrypted in 123456789012 us-east-1: the whole rule (1 violation before)" in shown
