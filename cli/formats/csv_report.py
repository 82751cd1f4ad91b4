"""The CSV report: a row for each evaluation and for each thing that was not evaluated, for spreadsheets."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.report import Evaluation, Report
    from cli.terminal import Look
    from rules.engine.resource import Resource

COLUMNS = (
    *("accountId", "region", "ruleId", "severity", "duty", "compliance"),
    *("resourceType", "resourceId", "resourceName", "resourceArn"),
    *("annotation", "title", "reference", "evaluatedAt"),
    *("acceptedBy", "acceptedUntil", "acceptedBecause"),
)
"""The first row; columns are added at the end, never moved."""

NOT_EVALUATED = "NOT_EVALUATED"

FORMULA_STARTS = frozenset("=+-@＝＋－＠")  # noqa: RUF001 - spreadsheets take full-width signs for a formula as well
"""
What makes a spreadsheet take a cell for a formula
(https://owasp.org/www-community/attacks/CSV_Injection).
"""


def render(reports: Sequence[Report], look: Look) -> str:
    """Return the reports as rows under `COLUMNS`; no cell has more than one line, and none is a formula."""
    del look
    paper = StringIO()
    writer = csv.writer(paper, lineterminator="\n")
    writer.writerow(COLUMNS)
    for report in reports:
        writer.writerows([_cell(cell) for cell in row] for row in _rows(report))
    return paper.getvalue()


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    at = report.started_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    place = (report.account_id, report.region)
    for one in report.evaluations:
        rule, compliance = one.rule, one.verdict.compliance.value
        judged = (rule.id, rule.severity.name, rule.duty.folder, compliance, *_identity(one.resource))
        yield (*place, *judged, one.verdict.annotation, rule.title, rule.references[0], at, *_acceptance(one))
    for failure in report.failures:
        rule = failure.rule
        missed = (rule.id, rule.severity.name, rule.duty.folder, NOT_EVALUATED, *_identity(failure.resource))
        yield (*place, *missed, f"{failure.code}: {failure.message}", rule.title, rule.references[0], at, "", "", "")


def _identity(resource: Resource | None) -> tuple[str, str, str, str]:
    if resource is None:
        return ("", "", "", "")
    return (resource.type, resource.id, resource.name, resource.arn or "")


def _acceptance(one: Evaluation) -> tuple[str, str, str]:
    if one.accepted is None:
        return ("", "", "")
    return (one.accepted.owner, one.accepted.expires.isoformat(), one.accepted.reason)


def _cell(text: str) -> str:
    """Return a cell's text on one line, with an apostrophe before whatever a spreadsheet would calculate."""
    shown = printable(text)
    return f"'{shown}" if shown.lstrip()[:1] in FORMULA_STARTS else shown
