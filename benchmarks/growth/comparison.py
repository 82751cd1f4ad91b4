"""How rules grow with the account: the steepest of them, as rows of the table of benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.company import COMPANY
from benchmarks.growth.exponent import last_step
from benchmarks.growth.report import FACTORS, LINEAR, measured_on, series
from benchmarks.table import Row
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.scale.measured import Measured

SMALLEST = 0.25
"""The smallest account, in companies of 2,000 roles."""


def rows(times: float, progress: Callable[[str], None]) -> Iterator[Row]:
    """Yield a row for calls, memory and CPU time on accounts of 1, 4 and 16 times a size, by the steepest rule."""
    yield from steepest(measured_on(COMPANY.times(SMALLEST * times), all_rules(), progress))


def steepest(measured: Mapping[str, Sequence[Measured]]) -> Iterator[Row]:
    """Yield, for each figure, the row of the rule of which it grows most between the two larger accounts."""
    found: dict[str, tuple[float, str]] = {}
    for rule_id, each in measured.items():
        for what, figures in series(each).items():
            found[what] = max(found.get(what, (float("-inf"), "")), (last_step(FACTORS, figures), rule_id))
    for what, (grown, rule_id) in found.items():
        name = f"Growth of {what}, an account 4 and 16 times as large: the exponent of the steepest rule"
        yield Row(name, rule_id, "", f"{grown:.2f}", f"at most {LINEAR:g}", grown <= LINEAR)
