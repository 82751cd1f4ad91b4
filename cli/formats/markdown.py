"""The report for a pull request: counts by duty, violations by severity with the fix, as GitHub shows Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.formats.markdown_text import code, prose
from cli.formats.wording import (
    acceptance,
    accepted,
    closed,
    counted,
    duty_counts,
    effort,
    failures_inside,
    headline,
    name_of,
    origin_of,
    place_of,
    summary,
    type_of,
    violations,
    warnings,
)
from rules.engine.documentation import Documentation
from rules.engine.verdict import Compliance, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cli.formats.wording import DutyCount
    from cli.report import Evaluation, Failure, Report, Unopened
    from cli.terminal import Look
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule

MARK = "<!-- ai-config-rules -->"
"""The first line, by which a workflow finds the comment that it wrote before."""

LONGEST_COMMENT = 65_536
"""GitHub's limit on a comment, in characters; bytes are counted here, which are never fewer."""

LONGEST_HEADLINE = 1000
"""Many accounts with many Regions each are named as far as that."""

MOST_WARNINGS = 10
LONGEST_WARNING = 300
LONGEST_CODE = 100
LONGEST_MESSAGE = 500

ROOM_FOR_NOTE = 512
SHARE_OF_FAILURES = 4
"""What was not evaluated fills at most this part of the comment, so that violations are seen as well."""

ROWS_OF_A_RULE = (1000, 100, 50, 20, 10, 5, 3, 2)
"""How many of a rule's violations are tried, so that no rule pushes the others out of the comment."""


def render(reports: Sequence[Report], look: Look) -> str:
    """Return a comment of at most 65,536 characters that ends by saying what did not fit."""
    del look
    failed = _failed(reports)
    sections = [_section_of(rule, found, reports) for rule, found in violations(reports)]
    known = _accepted(reports)
    reserved = LONGEST_COMMENT - LONGEST_COMMENT // SHARE_OF_FAILURES
    paper = _Paper(LONGEST_COMMENT - ROOM_FOR_NOTE)
    paper.write("\n".join([*_head(reports), ""]))
    shown_failures = paper.table(failed, len(failed.rows), reserved)
    most = next((most for most in ROWS_OF_A_RULE if paper.holds([*sections, known], most)), 1)
    shown = sum(paper.table(section, most) for section in sections)
    left_out = {
        "violation": sum(len(section.rows) for section in sections) - shown,
        "accepted violation": len(known.rows) - paper.table(known, most),
        "error": len(failed.rows) - shown_failures,
    }
    return (paper.text + _note(left_out)).rstrip("\n") + "\n"


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
    said = list(warnings(reports))
    yield from (f"- {prose(shortened(warning, LONGEST_WARNING))}" for warning in said[:MOST_WARNINGS])
    if len(said) > MOST_WARNINGS:
        yield f"- and {len(said) - MOST_WARNINGS:,} more"
    if said:
        yield ""
    columns: list[tuple[str, Callable[[DutyCount], int]]] = [
        ("Violations", lambda count: count.violations),
        *([("Accepted", _taken)] if any(report.accepted for report in reports) else []),
        ("Compliant", lambda count: count.compliances[Compliance.COMPLIANT]),
        ("N/A", lambda count: count.compliances[Compliance.NOT_APPLICABLE]),
        ("Not evaluated", lambda count: count.failures),
    ]
    yield from (f"| Duty | {' | '.join(heading for heading, _ in columns)} |", f"| --- |{' ---: |' * len(columns)}")
    for count in duty_counts(reports):
        figures = [figure(count) for _, figure in columns]
        yield f"| {count.duty.title} | {' | '.join(f'{one:,}' if one else '-' for one in figures)} |"
    yield ""


def _taken(count: DutyCount) -> int:
    return count.accepted


def _failed(reports: Sequence[Report]) -> _Section:
    """Return what was not evaluated; a place that could not be opened is one row."""
    rows = [f"| every rule | {code(origin_of(report))}<br>{_said(error)} |" for report, error in closed(reports)]
    for report, one in failures_inside(reports):
        where = place_of(report, reports)
        who = "the whole rule" if one.resource is None else _who(one.resource, "")
        rows.append(f"| {code(one.rule.id)} | {who}{f', {where}' if where else ''}<br>{_said(one)} |")
    title = f"<details open><summary><b>Not evaluated</b>: {len(rows):,}</summary>"
    return _Section((title, "", "| Rule | Resource, error |", "| --- | --- |"), tuple(rows), ("", "</details>", ""))


def _said(error: Failure | Unopened) -> str:
    return f"{code(shortened(error.code, LONGEST_CODE))}: {prose(shortened(error.message, LONGEST_MESSAGE))}"


def _section_of(
    rule: type[Rule[Any]], found: Sequence[tuple[Report, Evaluation]], reports: Sequence[Report]
) -> _Section:
    """Return a rule's violations and its fix."""
    title = f"<b>{rule.severity.name}</b> {code(rule.id)}: {counted(len(found), 'violation')}"
    wanted = f"Wanted: {rule.title}."
    fix = ("", "**Fix.**", Documentation.of(rule).fix, "", f"[Documentation]({rule.references[0]})", "")
    rows = (
        f"| {_who(one.resource, place_of(report, reports))} | {prose(one.verdict.annotation)} |"
        for report, one in found
    )
    return _Section(
        (f"<details><summary>{title}</summary>", "", wanted, "", "| Resource | Found |", "| --- | --- |"),
        tuple(rows),
        (*fix, "</details>", ""),
    )


def _accepted(reports: Sequence[Report]) -> _Section:
    """Return the violations that a baseline accepts, with who does."""
    rows = tuple(
        f"| {_who(one.resource, place_of(report, reports))} | {code(rule.id)}: {prose(one.verdict.annotation)}"
        f"<br>{prose(acceptance(one))} |"
        for rule, found in accepted(reports)
        for report, one in found
    )
    title = f"<details><summary><b>Accepted</b>: {counted(len(rows), 'violation')}</summary>"
    return _Section((title, "", "| Resource | Found |", "| --- | --- |"), rows, ("", "</details>", ""))


def _who(resource: Resource, where: str) -> str:
    return f"{code(name_of(resource))}<br>{code(type_of(resource))}{f', {where}' if where else ''}"


def _note(left_out: Mapping[str, int]) -> str:
    """Return what did not fit into a comment, or nothing."""
    parts = [counted(count, noun) for noun, count in left_out.items() if count]
    if not parts:
        return ""
    return (
        f"> [!WARNING]\n> Left out, because a comment has at most {LONGEST_COMMENT:,} characters: {', '.join(parts)}.\n"
        "> The other formats have everything.\n"
    )


def _size(text: str) -> int:
    return len(text.encode())
