"""The report on a terminal. Text from the account is never markup: it goes into Text objects as it is."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

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
from rules.engine.duties import Severity
from rules.engine.verdict import Compliance, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from cli.report import Evaluation, Report
    from cli.terminal import Look
    from rules.engine.rule import Rule

SEVERITY_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "bold cyan",
}
INDENT = 2
GAP = 2


def render(reports: Sequence[Report], look: Look) -> str:
    """Return the reports for a terminal, one block after the other, the summary last."""
    return drawn(_blocks(reports), look)


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


def _blocks(reports: Sequence[Report]) -> Iterator[RenderableType]:
    yield Text.assemble((headline(reports), "bold"), (f"   {effort(reports)}", "dim"))
    yield Text()
    for rule, found in violations(reports):
        yield _heading(rule, len(found))
        yield _resources(found, regions=len(reports) > 1)
        yield Text()
    yield _duties(reports)
    yield Text()
    if any(report.failures for report in reports):
        yield _not_evaluated(reports)
        yield Text()
    clean = not any(one.violates for report in reports for one in report.evaluations)
    failed = any(report.failures for report in reports)
    yield Text(summary(reports), style="bold green" if clean and not failed else "bold")
    if not clean:
        yield Text("ai-config-rules explain RULE shows why a rule matters and how to fix what violates it.", "dim")


def _heading(rule: type[Rule[Any]], count: int) -> RenderableType:
    title = Text.assemble(
        (f" {rule.severity.name} ", SEVERITY_STYLES[rule.severity]),
        " ",
        (rule.id, "bold"),
        (f"   {counted(count, 'violation')}", "dim"),
    )
    return Group(title, Padding(Text(f"Wanted: {rule.title}.", "dim"), (0, 0, 0, INDENT)))


def _resources(found: Sequence[tuple[Report, Evaluation]], *, regions: bool) -> RenderableType:
    blocks: list[RenderableType] = []
    for report, one in found:
        kind = f"{type_of(one.resource)}, {report.region}" if regions else type_of(one.resource)
        who = Text.assemble((name_of(one.resource), "bold"), (f"  {kind}", "dim"), overflow="fold")
        what = Text(printable(one.verdict.annotation), overflow="fold")
        blocks += [Padding(who, (0, 0, 0, INDENT)), Padding(what, (0, 0, 0, 2 * INDENT))]
    return Group(*blocks)


def _duties(reports: Sequence[Report]) -> RenderableType:
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Duty")
    for heading in ("Violations", "Compliant", "N/A", "Not evaluated"):
        table.add_column(heading, justify="right")
    for count in duty_counts(reports):
        bad = count.compliances[Compliance.NON_COMPLIANT]
        table.add_row(
            count.duty.title,
            _figure(bad, "bold red"),
            _figure(count.compliances[Compliance.COMPLIANT], "green"),
            _figure(count.compliances[Compliance.NOT_APPLICABLE], ""),
            _figure(count.failures, "bold magenta"),
        )
    return table


def _figure(count: int, style: str) -> Text:
    return Text(f"{count:,}", style) if count else Text("-", "dim")


def _not_evaluated(reports: Sequence[Report]) -> RenderableType:
    blocks: list[RenderableType] = [Text(" NOT EVALUATED ", "bold white on magenta")]
    for report, one in failures(reports):
        where = f" in {report.region}" if len(reports) > 1 else ""
        subject = "the whole rule" if one.resource is None else f"{name_of(one.resource)}, {type_of(one.resource)}"
        blocks.append(Padding(Text.assemble((one.rule.id, "bold"), f"{where}: {subject}"), (0, 0, 0, INDENT)))
        said = Text(f"{printable(one.code)}: {printable(one.message)}")
        blocks.append(Padding(said, (0, 0, 0, 2 * INDENT)))
    return Group(*blocks)
