"""
What rules cost on an account that is 1, 4 and 16 times as large: `python -m benchmarks.growth`.

CPU seconds are those of a second invocation in a warm process: the first one imports and makes clients, whatever
the account. Exit status 1: a rule failed, or grows faster than the account.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.company import COMPANY
from benchmarks.growth.report import report
from benchmarks.scale.document import put
from rules.engine.catalogue import all_rules


def main() -> None:
    """Print the table, and what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--times", type=float, default=0.25, help="the smallest account, in companies of 2,000 roles")
    parser.add_argument("--rule", action="append", help="only this rule; may be given again")
    parser.add_argument("--write", action="store_true", help="put the table into docs/scale.md")
    chosen = parser.parse_args()
    rules = [rule for rule in all_rules() if not chosen.rule or rule.id in chosen.rule]
    wrong: list[str] = []
    lines = []
    for line in report(COMPANY.times(chosen.times), rules, wrong):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        lines.append(line)
    if chosen.write:
        put("python -m benchmarks.growth", lines)
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
