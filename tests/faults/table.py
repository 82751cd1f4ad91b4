"""What the command prints."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.faults.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.faults.matrix import Cell
    from tests.faults.privilege import Removal

SHOWN = 50
"""Wrong outcomes that are told one by one."""


def fault_lines(cells: Iterable[Cell]) -> Iterator[str]:
    """Yield the table, a line per rule and operation, then what was wrong, then the total."""
    every = sorted(cells, key=lambda cell: (cell.part.rule_id, cell.call))
    faults = [kind.name for kind in KINDS]
    yield f"{'RULE':38} {'CALL':52} RUNS  {'  '.join(faults)}"
    rows: dict[tuple[str, str], Counter[str]] = {}
    for cell in every:
        row = rows.setdefault((cell.part.rule_id, cell.call.partition(" ")[0]), Counter())
        row["runs"] += 1
        row[cell.kind] += bool(cell.wrong)
    for (rule_id, call), row in rows.items():
        counts = "  ".join(f"{row.get(fault, '-'):>{len(fault)}}" for fault in faults)
        yield f"{rule_id:38} {call:52} {row['runs']:4}  {counts}"
    wrong = [cell for cell in every if cell.wrong]
    for cell in wrong[:SHOWN]:
        yield ""
        yield f"{cell.part.rule_id}, {cell.part.company} company, {cell.part.region}, {cell.trigger}"
        yield f"  {cell.kind} at call {cell.index}: {cell.call}"
        yield from (f"  {sentence}" for sentence in cell.wrong)
    rules = len({cell.part.rule_id for cell in every})
    calls = len({(cell.part, cell.trigger, cell.index) for cell in every})
    kinds = len({cell.kind for cell in every})
    yield ""
    yield (
        f"{rules} rules, {calls:,} calls, {kinds} faults, {len(every):,} calls with a fault each: "
        f"{len(wrong):,} wrong outcomes."
    )


def privilege_lines(removed: Iterable[Removal], unproven: Sequence[str]) -> Iterator[str]:
    """Yield a line per rule, then what was not as it has to be, then the total."""
    by_rule: defaultdict[str, list[Removal]] = defaultdict(list)
    for one in removed:
        by_rule[one.rule_id].append(one)
    yield ""
    yield f"{'RULE':38} ACTIONS  RUNS WITHOUT ONE  FAILED"
    for rule_id, runs in sorted(by_rule.items()):
        loud = sum(one.loud for one in runs)
        yield f"{rule_id:38} {len({one.action for one in runs}):7}  {len(runs):16}  {loud:6}"
    if unproven:
        yield ""
        yield from unproven[:SHOWN]
    yield ""
    pairs = sum(len({one.action for one in runs}) for runs in by_rule.values())
    runs_made = sum(len(runs) for runs in by_rule.values())
    yield (
        f"{len(by_rule)} rules, {pairs} actions of their roles, {runs_made:,} runs without one of them: "
        f"{len(unproven)} wrong outcomes."
    )
