"""The fault matrix and least privilege: python -m tests.faults; narrower: --rule ID, --fault NAME, --sample."""

import argparse
import sys

from rules.engine.catalogue import all_rules
from tests.faults.kinds import KINDS
from tests.faults.matrix import Cell, parts
from tests.faults.privilege import Removal, unproven
from tests.faults.table import fault_lines, privilege_lines
from tests.faults.workers import Order, played


def main() -> int:
    """Print what went wrong by rule, call and fault, and without actions; exit 1 unless that is nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    names = [rule.id for rule in all_rules()]
    parser.add_argument("--rule", action="append", choices=names, metavar="ID", help="only this rule; can be repeated")
    faults = [kind.name for kind in KINDS]
    parser.add_argument("--fault", action="append", choices=faults, metavar="NAME", help=f"one of: {', '.join(faults)}")
    parser.add_argument("--sample", action="store_true", help="first and last call of each operation, one fault each")
    parser.add_argument("--least-privilege", action="store_true", help="no faults, only runs without an action each")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    chosen = parser.parse_args()
    order = Order(
        tuple(chosen.fault or ()),
        sample=chosen.sample,
        cells=not chosen.least_privilege,
        removals=chosen.least_privilege or not chosen.fault,
    )
    cells: list[Cell] = []
    removed: list[Removal] = []
    wanted = parts(chosen.rule or ())
    for number, part in enumerate(played(wanted, order, chosen.workers), 1):
        cells.extend(part.cells)
        removed.extend(part.removals)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number}/{len(wanted)} parts, {len(cells) + len(removed):,} runs \r")
    rules = [rule for rule in all_rules() if not chosen.rule or rule.id in chosen.rule]
    open_points = list(unproven(removed, rules)) if order.removals else []
    if order.cells:
        sys.stdout.writelines(f"{line}\n" for line in fault_lines(cells))
    if order.removals:
        sys.stdout.writelines(f"{line}\n" for line in privilege_lines(removed, open_points))
    return 1 if not (cells or removed) or any(cell.wrong for cell in cells) or open_points else 0


if __name__ == "__main__":
    sys.exit(main())
