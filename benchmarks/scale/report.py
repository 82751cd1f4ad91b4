"""What is told of rules' runs on a large account, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.company.expected import evaluations
from benchmarks.scale.measured import Measured, Run, company, measure
from benchmarks.scale.rates import slowest, waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.company import Size
    from rules.engine.rule import Rule

MEMORY, LIMIT = 512, 600
"""Megabytes and seconds that a rule's function has; the whole process has to fit."""
ONE_PROCESSOR = 1769
"""Megabytes for which AWS Lambda gives one vCPU (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)."""
GROWTH = 1.1
"""How much more memory a second invocation may have at its peak: Python keeps what it has, and does not pile up."""

COLUMNS = (
    "rule",
    "evaluations",
    "CPU seconds",
    "peak MB",
    "peak MB, second run",
    "calls",
    "seconds in AWS Lambda",
    "seconds at documented rates",
)


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
        f"{in_lambda(first):.0f}",
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
    if (seconds := max(in_lambda(first), slowest(first.calls)[0])) > LIMIT:
        yield f"{name}: {seconds:.0f} seconds; its function has {LIMIT}."


def in_lambda(run: Run) -> float:
    """Return the seconds that a run takes in AWS Lambda: waiting for answers, and work on its share of a processor."""
    return waiting(run) + run.cpu * ONE_PROCESSOR / MEMORY
