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
from rules.engine.catalogue import all_rules


def main() -> None:
    """Print the table, and what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--times", type=float, default=0.25, help="the smallest account, in companies of 2,000 roles")
    parser.add_argument("--rule", action="append", help="only this rule; may be given again")
    chosen = parser.parse_args()
    rules = [rule for rule in all_rules() if not chosen.rule or rule.id in chosen.rule]
    wrong: list[str] = []
    for line in report(COMPANY.times(chosen.times), rules, wrong):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
