"""Evidence for auditors: per duty the rules, evaluations and parameters, what was not evaluated, and hashes of all."""

from __future__ import annotations

import csv
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.documents.overview import as_objects
from cli.evidence_text import duty_page, overview
from cli.formats.csv_report import FORMULA_STARTS
from cli.rule_names import rule_ids
from rules.engine.catalogue import all_rules
from rules.engine.documentation import Documentation
from rules.engine.duties import Duty
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cli.report_file import Judged, Missed, StoredReport, Where
    from rules.engine.rule import Rule

MANIFEST = "manifest.sha256"
REPORT = "report.json"
NOT_SELECTED = "NotSelected"

EVALUATIONS = (
    *("accountId", "region", "ruleId", "severity", "resourceType", "resourceId", "resourceName", "resourceArn"),
    *("compliance", "annotation", "acceptedBy", "acceptedUntil", "acceptedBecause", "evaluatedFrom", "evaluatedUntil"),
)
MISSED = ("accountId", "region", "ruleId", "resourceId", "code", "reason")


@dataclass(frozen=True)
class DutyEvidence:
    """What a report has on a duty; `left_out` are rules of the duty that the run did not select."""

    duty: Duty
    rules: tuple[type[Rule[Any]], ...]
    left_out: tuple[type[Rule[Any]], ...]
    judged: tuple[Judged, ...]
    missed: tuple[Missed, ...]

    @property
    def folder(self) -> str:
        """The folder of the pack, in the duties' order."""
        return f"{list(Duty).index(self.duty) + 1:02}-{self.duty.folder}"


def evidence_of(report: StoredReport) -> tuple[DutyEvidence, ...]:
    """
    Return what a report has on each duty.

    A rule that this program does not know any more counts to the duty that the report says; where the report says
    none, because the rule was not evaluated, it is with the first duty, so that it is not left out.
    """
    selected = {rule_id for visited in report.visited for rule_id in visited.rules}
    selected |= {one.rule_id for one in report.judged} | {one.rule_id for one in report.missed}
    duties = {one.rule_id: one.duty for one in report.judged} | {rule.id: rule.duty for rule in all_rules()}
    first = next(iter(Duty))
    return tuple(
        DutyEvidence(
            duty,
            tuple(rule for rule in all_rules() if rule.duty is duty and rule.id in selected),
            tuple(rule for rule in all_rules() if rule.duty is duty and rule.id not in selected),
            tuple(one for one in report.judged if duties[one.rule_id] is duty),
            tuple(one for one in report.missed if duties.get(one.rule_id, first) is duty),
        )
        for duty in Duty
    )


def files_of(report: StoredReport, original: bytes) -> dict[str, bytes]:
    """Return every file of the pack by its path, the manifest last; `original` is the report as it was written."""
    evidence = evidence_of(report)
    files = {REPORT: original, "README.md": overview(report, evidence, version("ai-config-rules")).encode()}
    for each in evidence:
        files[f"{each.folder}/README.md"] = duty_page(report, each).encode()
        files[f"{each.folder}/rules.json"] = _rules(report, each)
        files[f"{each.folder}/evaluations.csv"] = _evaluations(report, each.judged)
        files[f"{each.folder}/not-evaluated.csv"] = _missed(each)
    files[MANIFEST] = manifest(files)
    return files


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Return the hashes of files as `sha256sum --check` takes them, sorted by path."""
    lines = [f"{sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items())]
    return "".join(lines).encode()


def problem_with(directory: Path) -> str | None:
    """Return why a pack cannot be written there, before the work is done that makes it; None where it can."""
    target = Path(os.path.realpath(directory))
    name = f"--output {str(directory)!r}"
    if target.exists() and not target.is_dir():
        return f"{name} is no directory; allowed: one that is empty or does not exist"
    if not os.access(target.parent, os.W_OK | os.X_OK):
        return f"{name}; allowed: a directory in one that exists and can be written to"
    if not target.exists():
        return None
    if not os.access(target, os.R_OK | os.W_OK | os.X_OK):
        return f"{name}; allowed: a directory that can be written to"
    full = any(target.iterdir())
    return f"{name} is not empty; allowed: a directory that is empty or does not exist" if full else None


def write(files: Mapping[str, bytes], directory: Path) -> None:
    """Write a pack whole or not at all: beside its place first, then moved there; raises OSError."""
    target = Path(os.path.realpath(directory))
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        draft.mkdir()
        for path, content in files.items():
            file = draft / path
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        # An empty directory is replaced; one that has been filled meanwhile is not.
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _rules(report: StoredReport, evidence: DutyEvidence) -> bytes:
    known = [
        {
            **described,
            "description": Documentation.of(rule).description,
            "references": list(rule.references),
            "parameters": _parameters(report, rule.id),
        }
        for rule, described in zip(evidence.rules, as_objects(evidence.rules), strict=True)
    ]
    ids = {one.rule_id for one in evidence.judged} | {one.rule_id for one in evidence.missed}
    retired = [{"id": rule_id, "parameters": _parameters(report, rule_id)} for rule_id in sorted(ids - set(rule_ids()))]
    content = {"duty": evidence.duty.title, "rules": known, "unknownRules": retired}
    return (json.dumps(content, indent=2) + "\n").encode()


def _parameters(report: StoredReport, rule_id: str) -> dict[str, str | None] | None:
    """Return the parameters in force; None where the report does not say them."""
    found = report.parameters.get(rule_id)
    return None if found is None else dict(found)


def _evaluations(report: StoredReport, judged: Iterable[Judged]) -> bytes:
    times = {visited.where: (visited.started_at, visited.finished_at) for visited in report.visited}
    return _table(
        EVALUATIONS,
        (
            (
                *(one.where.account_id, one.where.region, one.rule_id, one.severity.name),
                *(one.resource_type, one.resource_id, one.resource_name, one.resource_arn or ""),
                *(one.compliance.value, one.annotation),
                *_accepted(one),
                *(time.isoformat() for time in times.get(one.where, (report.started_at, report.finished_at))),
            )
            for one in judged
        ),
    )


def _accepted(one: Judged) -> tuple[str, str, str]:
    if one.accepted is None:
        return ("", "", "")
    return (one.accepted.owner, one.accepted.expires.isoformat(), one.accepted.reason)


def _missed(evidence: DutyEvidence) -> bytes:
    failed = [
        (*_place(one.where), one.rule_id, one.resource_id or "", one.code, one.message) for one in evidence.missed
    ]
    left_out = [("", "", rule.id, "", NOT_SELECTED, "The run did not select this rule.") for rule in evidence.left_out]
    return _table(MISSED, [*failed, *left_out])


def _place(where: Where) -> tuple[str, str]:
    return where.account_id, where.region


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    paper = StringIO()
    writer = csv.writer(paper, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return paper.getvalue().encode()


def _cell(text: str) -> str:
    """Return a cell's text on one line, with an apostrophe before whatever a spreadsheet would calculate."""
    shown = printable(text)
    return f"'{shown}" if shown.lstrip()[:1] in FORMULA_STARTS else shown
