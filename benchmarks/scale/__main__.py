"""
Every rule's function on the account of a group of companies: `python -m benchmarks.scale`.

The account is served over HTTP by this process; each rule runs in a process of its own, twice, as AWS Lambda keeps
functions warm. Exit status 1: a rule failed, is beyond AWS Lambda's limits, or left resources out.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.company import SIZES
from benchmarks.scale.document import put
from benchmarks.scale.report import report
from rules.engine.catalogue import all_rules


def main() -> None:
    """Print the table, and what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="group", help="how large the company is")
    parser.add_argument("--times", type=float, default=1.0, help="that many times as large")
    parser.add_argument("--rule", action="append", help="only this rule; may be given again")
    parser.add_argument("--write", action="store_true", help="put the table into docs/scale.md")
    chosen = parser.parse_args()
    size = SIZES[chosen.size].times(chosen.times)
    rules = [rule for rule in all_rules() if not chosen.rule or rule.id in chosen.rule]
    wrong: list[str] = []
    lines = []
    for line in report(size, rules, wrong):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        lines.append(line)
    if chosen.write:
        put("python -m benchmarks.scale", lines)
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
