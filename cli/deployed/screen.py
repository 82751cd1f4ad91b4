"""The status of a deployment in words: coloured on a terminal, tab-separated lines in a pipe, or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from cli.deployed.judgement import Line, Outcome
from cli.formats.screen import drawn
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from cli.deployed.acceptance import Answer
    from cli.terminal import Look

STYLES = {
    Outcome.OK: "green",
    Outcome.WAITING: "cyan",
    Outcome.WRONG: "bold red",
    Outcome.UNREAD: "bold yellow",
}


@dataclass(frozen=True)
class RegionStatus:
    """What was found in one Region; `answers` is empty unless they were asked for."""

    region: str
    lines: tuple[Line, ...]
    answers: tuple[Answer, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """Return how many lines say this."""
        return sum(line.outcome is outcome for line in self.lines)


def verdict(regions: Sequence[RegionStatus]) -> str:
    """Return the last line: whether all is well, and what is not."""
    counts = {one: sum(region.count(one) for region in regions) for one in Outcome}
    said = [f"{counts[one]} {one}" for one in (Outcome.WRONG, Outcome.UNREAD, Outcome.WAITING) if counts[one]]
    return f"{', '.join(said)}, {counts[Outcome.OK]} ok." if said else f"All is well: {counts[Outcome.OK]} ok."


def as_json(account_id: str, regions: Sequence[RegionStatus]) -> str:
    """Return the status for scripts."""
    document = {
        "schemaVersion": 1,
        "accountId": account_id,
        "regions": [
            {
                "region": one.region,
                "lines": [
                    {
                        "part": line.part,
                        "subject": line.subject,
                        "outcome": line.outcome.value,
                        "sentence": line.sentence,
                    }
                    for line in one.lines
                ],
                "answers": [
                    {"question": answer.question, "settled": answer.settled, "sentence": answer.sentence}
                    for answer in one.answers
                ],
            }
            for one in regions
        ],
        "verdict": verdict(regions),
    }
    return json.dumps(document, indent=2)


def as_lines(regions: Sequence[RegionStatus]) -> str:
    """Return one tab-separated line for each thing that was looked at, then the verdict."""
    rows = [
        "\t".join([line.outcome.value, region.region, line.part, printable(line.subject), printable(line.sentence)])
        for region in regions
        for line in region.lines
    ]
    asked = [
        "\t".join(["answer", region.region, answer.question, printable(answer.sentence)])
        for region in regions
        for answer in region.answers
    ]
    return "\n".join([*rows, *asked, verdict(regions)])


def on_screen(account_id: str, regions: Sequence[RegionStatus], look: Look) -> str:
    """Return the status for a terminal."""
    return drawn(_blocks(account_id, regions), look)


def _blocks(account_id: str, regions: Sequence[RegionStatus]) -> Iterator[RenderableType]:
    for region in regions:
        yield Text(f"Account {account_id} in {region.region}", style="bold")
        yield _table(region)
        for answer in region.answers:
            yield Text(answer.question, style="bold")
            yield Text(f"  {printable(answer.sentence)}", style="" if answer.settled else "dim")
        yield Text("")
    bad = any(region.count(Outcome.WRONG) + region.count(Outcome.UNREAD) for region in regions)
    yield Text(verdict(regions), style="bold red" if bad else "bold green")


def _table(region: RegionStatus) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for line in region.lines:
        table.add_row(
            Text(line.outcome.value.upper(), style=STYLES[line.outcome]),
            Text(printable(line.subject)),
            Text(printable(line.sentence)),
        )
    return table
