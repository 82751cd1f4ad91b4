"""The report for a pull request: counts by duty, violations by severity with the fix, as GitHub shows Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.formats.markdown_text import code, prose
from cli.formats.wording import (
    counted,
    duty_counts,
    effort,
    failures,
    headline,
    name_of,
    summary,
    type_of,
    violations,
)
from rules.engine.documentation import Documentation
from rules.engine.verdict import Compliance, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.report import Evaluation, Failure, Report
    from cli.terminal import Look
    from rules.engine.rule import Rule

Places = Mapping[tuple[str, str], str]
"""What to write after a resource, by account and Region."""

MARK = "<!-- ai-config-rules -->"
"""The first line, by which a workflow finds the comment that it wrote before."""

LONGEST_COMMENT = 65_536
"""GitHub's limit on a comment, in characters; bytes are counted here, which are never fewer."""

LONGEST_HEADLINE = 1000
"""Many accounts with many Regions each are named as far as that."""

ROOM_FOR_NOTE = 512
SHARE_OF_FAILURES = 4
"""What was not evaluated fills at most this part of the comment, so that violations are seen as well."""

ROWS_OF_A_RULE = (1000, 100, 50, 20, 10, 5, 3, 2)
"""How many of a rule's violations are tried, so that no rule pushes the others out of the comment."""


def render(reports: Sequence[Report], look: Look) -> str:
    """Return a comment of at most 65,536 characters that ends by saying what did not fit."""
    del look
    where = _places(reports)
    sections = [_section_of(rule, found, where) for rule, found in violations(reports)]
    failed = _failed(reports, where)
    reserved = LONGEST_COMMENT - LONGEST_COMMENT // SHARE_OF_FAILURES
    paper = _Paper(LONGEST_COMMENT - ROOM_FOR_NOTE)
    paper.write("\n".join([*_head(reports), ""]))
    shown_failures = paper.table(failed, len(failed.rows), reserved)
    most = next((most for most in ROWS_OF_A_RULE if paper.holds(sections, most)), 1)
    shown = sum(paper.table(section, most) for section in sections)
    left_out = sum(len(section.rows) for section in sections) - shown
    whole = paper.text + _note(left_out, len(failed.rows) - shown_failures)
    return whole.rstrip("\n") + "\n"


@dataclass(frozen=True)
class _Section:
    """A table with what stands before and after it."""

    head: tuple[str, ...]
    rows: tuple[str, ...]
    tail: tuple[str, ...]

    def text(self, rows: Sequence[str]) -> str:
        """Return the section with these of its rows, and with a last row that says how many more there are."""
        left_out = len(self.rows) - len(rows)
        rest = [f"| and {left_out:,} more | |"] if left_out else []
        return "\n".join([*self.head, *rows, *rest, *self.tail, ""])


class _Paper:
    """A text that takes whole rows as long as they fit."""

    def __init__(self, size: int) -> None:
        self.text = ""
        self._room = size

    def write(self, text: str) -> None:
        """Write a text that has to be there."""
        self.text += text
        self._room -= _size(text)

    def holds(self, sections: Sequence[_Section], most: int) -> bool:
        """Say whether all sections fit with at most so many rows each."""
        return sum(_size(section.text(section.rows[:most])) for section in sections) <= self._room

    def table(self, section: _Section, most: int, reserved: int = 0) -> int:
        """
        Write a section with at most so many rows, leaving `reserved` free, and return how many rows were written.

        Nothing is written where not even one row fits.
        """
        room = self._room - reserved - _size(section.text([]))
        taken: list[str] = []
        for row in section.rows[:most]:
            room -= _size(row) + 1
            if room < 0:
                break
            taken.append(row)
        if taken:
            self.write(section.text(taken))
        return len(taken)


def _head(reports: Sequence[Report]) -> Iterator[str]:
    yield from (MARK, "## AI on AWS: the customer's side of shared responsibility", "", f"**{summary(reports)}**", "")
    yield from (f"{shortened(headline(reports), LONGEST_HEADLINE)}: {effort(reports)}.", "")
    yield "| Duty | Violations | Compliant | N/A | Not evaluated |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for count in duty_counts(reports):
        kinds = (Compliance.NON_COMPLIANT, Compliance.COMPLIANT, Compliance.NOT_APPLICABLE)
        figures = [*(count.compliances[kind] for kind in kinds), count.failures]
        cells = [count.duty.title, *(f"{figure:,}" if figure else "-" for figure in figures)]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _places(reports: Sequence[Report]) -> dict[tuple[str, str], str]:
    """Return what to write after a resource of each report: whatever the reports do not have in common."""
    accounts = {report.account_id for report in reports}
    regions = {report.region for report in reports}
    return {
        (report.account_id, report.region): "".join(
            [
                *([f", {report.account_id}"] if len(accounts) > 1 else []),
                *([f", {report.region}"] if len(regions) > 1 else []),
            ]
        )
        for report in reports
    }


def _failed(reports: Sequence[Report], where: Places) -> _Section:
    """Return what was not evaluated."""
    rows = tuple(_failure_row(where[report.account_id, report.region], one) for report, one in failures(reports))
    summary_ = f"<details open><summary><b>Not evaluated</b>: {len(rows):,}</summary>"
    return _Section((summary_, "", "| Rule | Resource, error |", "| --- | --- |"), rows, ("", "</details>", ""))


def _section_of(rule: type[Rule[Any]], found: Sequence[tuple[Report, Evaluation]], where: Places) -> _Section:
    """Return a rule's violations and its fix."""
    title = f"<b>{rule.severity.name}</b> {code(rule.id)}: {counted(len(found), 'violation')}"
    wanted = f"Wanted: {rule.title}."
    fix = ("", "**Fix.**", Documentation.of(rule).fix, "", f"[Documentation]({rule.references[0]})", "")
    return _Section(
        (f"<details><summary>{title}</summary>", "", wanted, "", "| Resource | Found |", "| --- | --- |"),
        tuple(_row(where[report.account_id, report.region], one) for report, one in found),
        (*fix, "</details>", ""),
    )


def _row(where: str, one: Evaluation) -> str:
    who = f"{code(name_of(one.resource))}<br>{code(type_of(one.resource))}{where}"
    return f"| {who} | {prose(one.verdict.annotation)} |"


def _failure_row(where: str, one: Failure) -> str:
    who = "the whole rule"
    if one.resource is not None:
        who = f"{code(name_of(one.resource))}, {code(type_of(one.resource))}"
    return f"| {code(one.rule.id)} | {who}{where}<br>{code(one.code)}: {prose(one.message)} |"


def _note(violations_: int, failures_: int) -> str:
    """Return what did not fit into a comment, or nothing."""
    parts = [
        *([counted(violations_, "violation")] if violations_ else []),
        *([f"{failures_:,} not evaluated"] if failures_ else []),
    ]
    if not parts:
        return ""
    return (
        f"> [!WARNING]\n> Left out, because a comment has at most {LONGEST_COMMENT:,} characters: {', '.join(parts)}.\n"
        "> The other formats have everything.\n"
    )


def _size(text: str) -> int:
    return len(text.encode())
