"""The table that the benchmarks print: a row for each comparison, with its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEADINGS = ("What", "ai-config-rules", "Beside it", "Ratio", "Wanted", "Met")


@dataclass(frozen=True)
class Row:
    """
    One comparison within one run; a time is 1 on the side of ai-config-rules, as seconds are those of a machine.

    `met` is None for a figure that nothing is wanted of.
    """

    what: str
    ours: str
    beside: str
    ratio: str
    wanted: str = ""
    met: bool | None = None


def at_least(what: str, ours: str, beside: str, ratio: float, least: float) -> Row:
    """Return the row of a ratio that has to reach `least`."""
    return Row(what, ours, beside, f"{ratio:.1f}", f"at least {least:g}", ratio >= least)


def at_most(what: str, ours: str, beside: str, ratio: float, most: float) -> Row:
    """Return the row of a ratio that must not go beyond `most`."""
    return Row(what, ours, beside, f"{ratio:.2f}", f"at most {most:g}", ratio <= most)


def markdown(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield f"|{'---|' * len(HEADINGS)}"
    for row in rows:
        met = "" if row.met is None else "yes" if row.met else "no"
        yield f"| {row.what} | {row.ours} | {row.beside} | {row.ratio} | {row.wanted} | {met} |"
