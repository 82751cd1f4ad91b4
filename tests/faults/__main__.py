"""The fault matrix: python -m tests.faults; narrower: --rule ID, --fault NAME, --sample."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from rules.engine.catalogue import all_rules
from tests.faults.kinds import KINDS
from tests.faults.matrix import Cell, parts
from tests.faults.workers import played

SHOWN = 50
"""Wrong outcomes that are told one by one."""


def main() -> int:
    """Print rule by call by fault with the count of wrong outcomes; exit 1 unless there is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    names = [rule.id for rule in all_rules()]
    parser.add_argument("--rule", action="append", choices=names, metavar="ID", help="only this rule; can be repeated")
    faults = [kind.name for kind in KINDS]
    parser.add_argument("--fault", action="append", choices=faults, metavar="NAME", help=f"one of: {', '.join(faults)}")
    parser.add_argument("--sample", action="store_true", help="first and last call of each operation, one fault each")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    chosen = parser.parse_args()
    cells: list[Cell] = []
    wanted = parts(chosen.rule or ())
    for number, found in enumerate(played(wanted, chosen.fault or (), chosen.workers, sample=chosen.sample), 1):
        cells.extend(found)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number}/{len(wanted)} parts, {len(cells):,} runs \r")
    sys.stdout.writelines(f"{line}\n" for line in told(cells))
    return 1 if not cells or any(cell.wrong for cell in cells) else 0


def told(cells: Iterable[Cell]) -> Iterator[str]:
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
    yield ""
    yield f"{rules} rules, {calls:,} calls, {len(every):,} runs, {len(wrong):,} wrong outcomes."


if __name__ == "__main__":
    sys.exit(main())
