"""The report on a terminal. Text from the account is never markup: it goes into Text objects as it is."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.fixes import Fix
from cli.formats.wording import (
    acceptance,
    accepted,
    closed,
    counted,
    duty_counts,
    effort,
    failures_inside,
    headline,
    iam_note,
    name_of,
    origin_of,
    place_of,
    summary,
    type_of,
    violations,
    warnings,
)
from rules.engine.duties import Severity
from rules.engine.verdict import Compliance, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import RenderableType

    from cli.formats.wording import DutyCount
    from cli.report import Evaluation, Failure, Report
    from cli.terminal import Look
    from rules.engine.rule import Rule

SEVERITY_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "bold cyan",
}
ACCEPTED_STYLE = "bold black on yellow"
INDENT = 2
GAP = 2
WIDE = 100
NARROW = 80
WIDE_BAR = 24
NARROW_BAR = 6


def render(reports: Sequence[Report], look: Look) -> str:
    """Return the reports for a terminal: duties with bars, then violations with their fixes, the summary last."""
    return drawn(_blocks(reports, look), look)


def drawn(blocks: Iterator[RenderableType], look: Look) -> str:
    """Return blocks as the text, colours included, that a terminal of that look shows."""
    paper = StringIO()
    console = Console(
        file=paper,
        width=look.width,
        force_terminal=True,
        color_system="auto" if look.colour else None,
        no_color=not look.colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for block in blocks:
        console.print(block)
    return paper.getvalue()


def _blocks(reports: Sequence[Report], look: Look) -> Iterator[RenderableType]:
    yield Text.assemble((headline(reports), "bold"), (f"   {effort(reports)}", "dim"))
    if note := iam_note(reports):
        yield Text(note, "dim")
    for warning in warnings(reports):
        yield Text.assemble((" WARNING ", "bold black on yellow"), f" {warning}")
    yield Text()
    yield duties(reports, bar=WIDE_BAR if look.width >= WIDE else NARROW_BAR if look.width >= NARROW else 0)
    yield Text()
    for rule, found in violations(reports):
        yield _heading(rule, counted(len(found), "violation"), rule.severity.name, SEVERITY_STYLES[rule.severity])
        yield _fix(rule)
        yield _resources(found, reports)
        yield Text()
    for rule, found in accepted(reports):
        yield _heading(rule, counted(len(found), "violation"), f"ACCEPTED {rule.severity.name}", ACCEPTED_STYLE)
        yield _resources(found, reports)
        yield Text()
    if any(report.failures for report in reports):
        yield _not_evaluated(reports)
        yield Text()
    clean = not any(one.violates for report in reports for one in report.evaluations)
    failed = any(report.failures for report in reports)
    yield Text(summary(reports), style="bold green" if clean and not failed else "bold")
    if not clean:
        yield Text("ai-config-rules explain RULE shows why a rule matters and all of its fix.", "dim")


def _heading(rule: type[Rule[Any]], count: str, badge: str, style: str) -> RenderableType:
    title = Text.assemble((f" {badge} ", style), " ", (rule.id, "bold"), (f"   {count}", "dim"))
    return Group(title, Padding(Text(f"Wanted: {rule.title}.", "dim"), (0, 0, 0, INDENT)))


def _fix(rule: type[Rule[Any]]) -> RenderableType:
    fix = Fix.of(rule)
    commands = [Text.assemble(("$ ", "dim"), (command, "cyan"), overflow="fold") for command in fix.commands]
    lines = [Text("Fix:", "dim"), *commands, Text(fix.sentence, "dim")]
    return Padding(Group(*lines), (0, 0, 0, INDENT))


def _resources(found: Sequence[tuple[Report, Evaluation]], reports: Sequence[Report]) -> RenderableType:
    blocks: list[RenderableType] = []
    for report, one in found:
        kind = ", ".join(part for part in (type_of(one.resource), place_of(report, reports)) if part)
        who = Text.assemble((name_of(one.resource), "bold"), (f"  {kind}", "dim"), overflow="fold")
        what = Text(printable(one.verdict.annotation), overflow="fold")
        blocks += [Padding(who, (0, 0, 0, INDENT)), Padding(what, (0, 0, 0, 2 * INDENT))]
        if said := acceptance(one):
            blocks.append(Padding(Text(said, "yellow", overflow="fold"), (0, 0, 0, 2 * INDENT)))
    return Group(*blocks)


def duties(reports: Sequence[Report], *, bar: int) -> RenderableType:
    """Return a row for each duty: a bar of how its evaluations came out, and figures; empty columns are left out."""
    counts = list(duty_counts(reports))
    columns: list[tuple[str, str, Callable[[DutyCount], int]]] = [
        ("Violations", "bold red", lambda count: count.violations),
        ("Accepted", "yellow", lambda count: count.accepted),
        ("Not\nevaluated", "bold magenta", lambda count: count.failures),
        ("Compliant", "green", lambda count: count.compliances[Compliance.COMPLIANT]),
        ("N/A", "", lambda count: count.compliances[Compliance.NOT_APPLICABLE]),
    ]
    always = {"Violations", "Compliant", "N/A"}
    shown = [each for each in columns if each[0] in always or any(each[2](count) for count in counts)]
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Duty")
    table.add_column("", no_wrap=True)
    for heading, _, _ in shown:
        table.add_column(heading, justify="right")
    for count in counts:
        figures = [_figure(figure(count), style) for _, style, figure in shown]
        table.add_row(count.duty.title, _bar(count, bar), *figures)
    return table


def _bar(count: DutyCount, width: int) -> Text:
    """Return what was found as parts of a bar; whatever is there has a cell at least, however small its share."""
    parts = [
        (count.violations, "█", "red"),
        (count.accepted, "▓", "yellow"),
        (count.failures, "▒", "magenta"),
        (count.compliances[Compliance.COMPLIANT], "░", "green"),
    ]
    cells = shares([figure for figure, _, _ in parts], width)
    drawn_parts = zip(parts, cells, strict=True)
    return Text.assemble(*((glyph * cell, style) for (_, glyph, style), cell in drawn_parts), no_wrap=True)


def shares(figures: Sequence[int], width: int) -> list[int]:
    """Return how many of `width` cells each figure has: in proportion, none for 0, at least one for anything else."""
    total = sum(figures)
    if not total:
        return [0] * len(figures)
    cells = [max(1, round(figure * width / total)) if figure else 0 for figure in figures]
    while sum(cells) != width:
        step = 1 if sum(cells) < width else -1
        # The largest part hides a cell more or less best, of equal ones the last, as violations are first.
        cells[max(range(len(cells)), key=lambda each: (cells[each], each))] += step
    return cells


def _figure(count: int, style: str) -> Text:
    return Text(f"{count:,}", style) if count else Text("-", "dim")


def _not_evaluated(reports: Sequence[Report]) -> RenderableType:
    blocks: list[RenderableType] = [Text(" NOT EVALUATED ", "bold white on magenta")]
    for report, unopened in closed(reports):
        subject = Text.assemble((origin_of(report), "bold"), f": {counted(len(report.rules), 'rule')}")
        blocks.append(Padding(subject, (0, 0, 0, INDENT)))
        blocks.append(_said(unopened.code, unopened.message))
    for report, one in failures_inside(reports):
        where = f" in {place}" if (place := place_of(report, reports)) else ""
        subject = Text.assemble((one.rule.id, "bold"), f"{where}: {_subject(one)}")
        blocks += [Padding(subject, (0, 0, 0, INDENT)), _said(one.code, one.message)]
    return Group(*blocks)


def _subject(one: Failure) -> str:
    return "the whole rule" if one.resource is None else f"{name_of(one.resource)}, {type_of(one.resource)}"


def _said(code: str, message: str) -> RenderableType:
    return Padding(Text(f"{printable(code)}: {printable(message)}"), (0, 0, 0, 2 * INDENT))
