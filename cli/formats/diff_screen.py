"""Differences on a terminal. Text from reports is never markup: it goes into Text objects as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from cli.differences import Kind
from cli.formats.diff_wording import (
    TITLES,
    gap_subject,
    headline,
    name_of,
    place,
    sentences,
    several_places,
    summary,
)
from cli.formats.screen import INDENT, SEVERITY_STYLES, drawn
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from cli.differences import Change, Differences, Gap
    from cli.report_file import StoredReport
    from cli.terminal import Look

STYLES = {
    Kind.APPEARED: "bold white on red",
    Kind.FIXED: "bold black on green",
    Kind.CHANGED: "bold black on cyan",
    Kind.ACCEPTED: "bold black on yellow",
}


def render(found: Differences, old: StoredReport, new: StoredReport, look: Look) -> str:
    """Return the differences for a terminal, kind by kind, the summary last."""
    return drawn(_blocks(found, old, new), look)


def _blocks(found: Differences, old: StoredReport, new: StoredReport) -> Iterator[RenderableType]:
    several = several_places(found.changes, found.gaps)
    yield Text(headline(old, new), "bold")
    yield Text()
    for kind, title in TITLES.items():
        changes = found.of(kind)
        if changes:
            yield Text.assemble((f" {title.upper()} ", STYLES[kind]), (f"   {len(changes):,}", "dim"))
            yield from (_change(change, several=several) for change in changes)
            yield Text()
    if found.gaps:
        yield Text.assemble((" NO LONGER EVALUATED ", "bold white on magenta"), (f"   {len(found.gaps):,}", "dim"))
        yield from (_gap(gap, several=several) for gap in found.gaps)
        yield Text()
    yield Text(summary(found), "bold")


def _change(change: Change, *, several: bool) -> RenderableType:
    one = change.one
    kind = printable(one.resource_type).removeprefix("AWS::")
    who = Text.assemble(
        (one.severity.name, SEVERITY_STYLES[one.severity]),
        " ",
        printable(one.rule_id),
        "  ",
        (name_of(one), "bold"),
        (f"  {kind}{f', {place(one.where)}' if several else ''}", "dim"),
        overflow="fold",
    )
    said = [Padding(Text(each, overflow="fold"), (0, 0, 0, 2 * INDENT)) for each in sentences(change)]
    return Group(Padding(who, (0, 0, 0, INDENT)), *said)


def _gap(gap: Gap, *, several: bool) -> RenderableType:
    where = f" in {place(gap.where)}" if several else ""
    who = Text.assemble((printable(gap.rule_id), "bold"), f"{where}: {gap_subject(gap)}", overflow="fold")
    said = Text(printable(gap.reason), overflow="fold")
    return Group(Padding(who, (0, 0, 0, INDENT)), Padding(said, (0, 0, 0, 2 * INDENT)))
