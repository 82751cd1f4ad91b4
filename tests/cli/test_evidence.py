import csv
import json
import re
from dataclasses import replace
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from cli.evidence import MANIFEST, evidence_of, files_of, problem_with, write
from cli.report_file import StoredReport
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty
from rules.engine.verdict import Compliance
from tests.cli.reports import HOSTILE_NAMES
from tests.cli.stored_reports import HERE, IAM, KNOWN, MODELS, THERE, judged, missed, stored

ENCRYPTION = "06-encryption"
WHOLE = replace(
    stored(
        judged("app"),
        judged("known", accepted=KNOWN),
        judged("fine", Compliance.COMPLIANT, where=THERE),
        errors=[missed(IAM), missed(name="locked")],
        places=[HERE, THERE],
    ),
    parameters={MODELS: {"requireRotation": "true", "exemptTag": None}},
)


def rows(files: dict[str, bytes], path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(files[path].decode())))


def test_has_a_folder_for_every_duty_and_the_report() -> None:
    files = files_of(WHOLE, b"{}")
    folders = sorted({path.partition("/")[0] for path in files if "/" in path})

    assert files["report.json"] == b"{}"
    assert folders == [f"{number:02}-{duty.folder}" for number, duty in enumerate(Duty, start=1)]
    assert {path.partition("/")[2] for path in files if path.startswith(ENCRYPTION)} == {
        *("README.md", "rules.json", "evaluations.csv", "not-evaluated.csv")
    }


def test_evaluations_have_their_times_and_who_accepts_them() -> None:
    first, second, third = rows(files_of(WHOLE, b"{}"), f"{ENCRYPTION}/evaluations.csv")

    assert first == {
        "accountId": "123456789012",
        "region": "us-east-1",
        "ruleId": MODELS,
        "severity": "HIGH",
        "resourceType": "AWS::Bedrock::CustomModel",
        "resourceId": "id-app",
        "resourceName": "app",
        "resourceArn": "",
        "compliance": "NON_COMPLIANT",
        "annotation": "It is bad.",
        "acceptedBy": "",
        "acceptedUntil": "",
        "acceptedBecause": "",
        "evaluatedFrom": "2026-11-01T12:00:00+00:00",
        "evaluatedUntil": "2026-11-01T12:00:00+00:00",
    }
    assert (second["acceptedBy"], second["acceptedUntil"], second["acceptedBecause"]) == (
        *("Ada", "2027-03-01", "Until the migration."),
    )
    assert third["region"] == "eu-central-1"


def test_says_what_was_not_evaluated_and_why() -> None:
    files = files_of(WHOLE, b"{}")
    found = rows(files, f"{ENCRYPTION}/not-evaluated.csv")
    encryption = [rule.id for rule in all_rules() if rule.duty is Duty.ENCRYPTION]

    assert [(row["ruleId"], row["resourceId"], row["code"]) for row in found] == [
        (MODELS, "id-locked", "AccessDenied"),
        *((rule_id, "", "NotSelected") for rule_id in encryption if rule_id != MODELS),
    ]
    assert found[0]["reason"] == "ListCustomModels: no"
    assert next(row["ruleId"] for row in rows(files, "02-access/not-evaluated.csv")) == IAM


def test_rules_have_their_parameters_in_force() -> None:
    files = files_of(WHOLE, b"{}")
    (rule,) = json.loads(files[f"{ENCRYPTION}/rules.json"])["rules"]

    assert (rule["id"], rule["parameters"]) == (MODELS, {"requireRotation": "true", "exemptTag": None})
    assert rule["description"].startswith("Checks if ")
    assert rule["frameworks"]
    (other,) = json.loads(files["02-access/rules.json"])["rules"]
    assert (other["id"], other["parameters"]) == (IAM, None)


def test_a_rule_that_is_no_more_is_kept() -> None:
    old = stored(judged("app", rule="bedrock-retired"), errors=[missed("bedrock-forgotten")])
    by_duty = {each.duty: each for each in evidence_of(old)}
    files = files_of(old, b"{}")

    assert [one.rule_id for one in by_duty[Duty.ENCRYPTION].judged] == ["bedrock-retired"]
    assert [one.rule_id for one in by_duty[next(iter(Duty))].missed] == ["bedrock-forgotten"]
    assert json.loads(files[f"{ENCRYPTION}/rules.json"])["unknownRules"] == [
        {"id": "bedrock-retired", "parameters": None}
    ]


def test_nothing_of_the_report_is_left_out() -> None:
    evidence = evidence_of(WHOLE)

    assert sum(len(each.judged) for each in evidence) == len(WHOLE.judged)
    assert sum(len(each.missed) for each in evidence) == len(WHOLE.missed)
    assert {rule for each in evidence for rule in (*each.rules, *each.left_out)} == set(all_rules())


def test_the_first_page_has_figures_and_links_that_lead_somewhere() -> None:
    files = files_of(WHOLE, b"{}")
    shown = MarkdownIt("commonmark").enable("table").render(files["README.md"].decode())

    links = re.findall(r'<a href="([^"]+)">', shown)
    assert len(links) == len(Duty)
    assert set(links) <= set(files)
    (row,) = re.findall(r"<tr>\s*<td><a [^>]*>Customer-managed keys</a>.*?</tr>", shown, flags=re.DOTALL)
    assert re.findall(r"<td[^>]*>([0-9]+)</td>", row)[:6] == ["1", "1", "1", "1", "0", "1"]


def test_the_manifest_has_the_hash_of_every_other_file() -> None:
    files = files_of(WHOLE, b"{}")
    lines = files.pop(MANIFEST).decode().splitlines()

    assert lines == [f"{sha256(content).hexdigest()}  {path}" for path, content in sorted(files.items())]


@pytest.mark.parametrize("name", [*HOSTILE_NAMES, "=1+1", "@SUM(A1)", "a|b", "`code`", "# title"])
def test_hostile_text_stays_text(name: str) -> None:
    one = replace(judged(name), resource_id=name, annotation=name, resource_arn=name)
    report = stored(one, errors=[replace(missed(name=name), resource_id=name, code=name, message=name)])
    files = files_of(replace(report, parameters={MODELS: {"exemptTag": name}}), b"{}")

    for path, content in files.items():
        text = content.decode()
        assert text.replace("\n", "").isprintable(), path
        if path.endswith(".csv"):
            assert not any(cell[:1] in tuple("=+-@") for row in csv.reader(StringIO(text)) for cell in row)
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(files[f"{ENCRYPTION}/README.md"].decode())
    assert set(re.findall(r"<([a-z0-9]+)", page)) <= {
        *("h1", "h2", "p", "code", "table", "thead", "tbody", "tr", "th", "td")
    }
    assert page.count("<td>") == 4 * page.count("<tr>") - 4


def test_writes_everything_or_nothing(tmp_path: Path) -> None:
    files = {"a": b"1", "folder/b": b"2"}
    write(files, tmp_path / "pack")

    assert (tmp_path / "pack/folder/b").read_bytes() == b"2"
    assert [each.name for each in tmp_path.iterdir()] == ["pack"]
    with pytest.raises(OSError, match="not empty"):
        write(files, tmp_path / "pack")
    assert [each.name for each in tmp_path.iterdir()] == ["pack"]


def test_fills_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    write({"a": b"1"}, tmp_path / "pack")

    assert (tmp_path / "pack/a").read_bytes() == b"1"


def test_leaves_nothing_behind_when_writing_fails(tmp_path: Path) -> None:
    broken: dict[str, Any] = {"a": b"1", "b": "no bytes"}
    with pytest.raises(TypeError):
        write(broken, tmp_path / "pack")

    assert list(tmp_path.iterdir()) == []


def test_knows_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("", encoding="utf-8")
    (tmp_path / "empty").mkdir()

    assert problem_with(tmp_path / "new") is None
    assert problem_with(tmp_path / "empty") is None
    assert "is no directory" in (problem_with(tmp_path / "file") or "")
    assert "is not empty" in (problem_with(tmp_path / "full") or "")
    assert "exists and can be written to" in (problem_with(tmp_path / "missing" / "new") or "")


def test_an_empty_report_has_every_page() -> None:
    files = files_of(StoredReport((), (), (), {}, WHOLE.started_at, WHOLE.finished_at), b"{}")

    assert len(files) == 3 + 4 * len(Duty)
