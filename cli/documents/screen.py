"""Rules and their documentation on a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.documents.page import trigger
from cli.formats.screen import SEVERITY_STYLES, drawn
from cli.formats.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from cli.terminal import Look
    from rules.engine.rule import Rule

INDENT = 2


def drawn_page(markdown: str, look: Look) -> str:
    """Return a documentation page as a terminal shows it."""
    return drawn(iter([Markdown(markdown)]), look)


def overview(rules: Sequence[type[Rule[Any]]], look: Look) -> str:
    """Return the table of rules as a terminal shows it."""
    return drawn(_overview(rules), look)


def managed_overview(objects: Sequence[Mapping[str, Any]], look: Look) -> str:
    """Return the rules of AWS, as `managed_objects` has them, in their groups as a terminal shows them."""
    return drawn(_managed_overview(objects), look)


def _managed_overview(objects: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    for (group, by_default), rules in groupby(objects, key=lambda each: (each["group"], each["byDefault"])):
        yield Text.assemble((group, "bold"), ("  on by default" if by_default else "  off by default", "dim"))
        grid = Table.grid(padding=(0, INDENT, 0, 0))
        grid.add_column()
        for rule in rules:
            details = ", ".join(filter(None, (rule["identifier"], rule["trigger"], rule["securityHub"])))
            grid.add_row(Text.assemble((rule["name"], "bold"), f"\n{rule['state']}\n", (details, "dim")))
        yield Padding(grid, (0, 0, 1, INDENT))
    yield Text(
        f"{counted(len(objects), 'rule')} of AWS in the same pack; `managedRules` in the settings switches groups.",
        "dim",
    )


def _overview(rules: Sequence[type[Rule[Any]]]) -> Iterator[RenderableType]:
    for duty, of_duty in groupby(rules, key=lambda rule: rule.duty):
        yield Text.assemble((duty.title, "bold"), (f"  {duty.folder}", "dim"))
        grid = Table.grid(padding=(0, INDENT, 0, 0))
        grid.add_column(width=8)
        grid.add_column()
        for rule in of_duty:
            details = f"{trigger(rule)}; {', '.join(rule.reports)}"
            grid.add_row(
                Text(rule.severity.name.lower(), SEVERITY_STYLES[rule.severity]),
                Text.assemble((rule.id, "bold"), f"\n{rule.title}\n", (details, "dim")),
            )
        yield Padding(grid, (0, 0, 1, INDENT))
    yield Text(f"{counted(len(rules), 'rule')}. ai-config-rules explain RULE shows one of them.", "dim")
