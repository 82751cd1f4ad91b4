"""
Every rule's function on the account of a group of companies: `python -m benchmarks.scale`.

The account is served over HTTP by this process; each rule runs in a process of its own, twice, as AWS Lambda keeps
functions warm. Exit status 1: a rule failed, is beyond AWS Lambda's limits, or left resources out.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.company import SIZES
from benchmarks.company.expected import evaluations
from benchmarks.scale.measured import TIMEOUT, Measured, company, measure
from benchmarks.scale.rates import slowest, waiting
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.company import Size
    from rules.engine.rule import Rule

MEMORY = 512
"""Megabytes that a rule's function has; the whole process has to fit."""
GROWTH = 1.1
"""How much more memory a second invocation may have at its peak: Python keeps what it has, and does not pile up."""

COLUMNS = (
    "rule",
    "evaluations",
    "CPU seconds",
    "peak MB",
    "peak MB, second run",
    "calls",
    "seconds of waiting at 50 ms",
    "seconds at documented rates",
)


def main() -> None:
    """Print the table, and what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="group", help="how large the company is")
    parser.add_argument("--times", type=float, default=1.0, help="that many times as large")
    parser.add_argument("--rule", action="append", help="only this rule; may be given again")
    chosen = parser.parse_args()
    size = SIZES[chosen.size].times(chosen.times)
    rules = [rule for rule in all_rules() if not chosen.rule or rule.id in chosen.rule]
    wrong: list[str] = []
    for line in report(size, rules, wrong):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    sys.exit("\n".join(wrong) if wrong else 0)


def report(size: Size, rules: Sequence[type[Rule[Any]]], wrong: list[str]) -> Iterator[str]:
    """Yield the lines of a table in Markdown while rules run; add a sentence to `wrong` for each that is not well."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    expected = evaluations(size)
    with company(size) as account:
        for rule in rules:
            measured = measure(account, rule, invocations=2)
            wrong.extend(defects(measured, expected[rule.id]))
            yield row(measured)


def row(measured: Measured) -> str:
    """Return a rule's row of the table."""
    first, second = measured.runs
    at_rates, operation = slowest(first.calls)
    cells = (
        measured.rule_id,
        f"{measured.evaluations:,}",
        f"{first.cpu:.1f}",
        f"{first.peak:.0f}",
        f"{second.peak:.0f}",
        f"{first.total:,}",
        f"{waiting(first):.0f}",
        f"{at_rates:.0f} ({operation})" if at_rates >= 1 else "",
    )
    return f"| {' | '.join(cells)} |"


def defects(measured: Measured, expected: int) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with a rule's runs."""
    first, second = measured.runs
    name = measured.rule_id
    if errors := {run.error for run in measured.runs if run.error}:
        yield f"{name}: {'; '.join(sorted(errors))}"
    if measured.evaluations != expected:
        yield f"{name}: {measured.evaluations:,} evaluations; {expected:,} are wanted."
    if (peak := max(first.peak, second.peak)) > MEMORY:
        yield f"{name}: {peak:.0f} MB at its peak; {MEMORY} are allowed."
    if second.peak > first.peak * GROWTH:
        yield f"{name}: {second.peak:.0f} MB in the second run after {first.peak:.0f} in the first."
    if (seconds := max(waiting(first) + first.cpu, slowest(first.calls)[0])) > TIMEOUT:
        yield f"{name}: {seconds:.0f} seconds; AWS Lambda gives {TIMEOUT}."


if __name__ == "__main__":
    main()
