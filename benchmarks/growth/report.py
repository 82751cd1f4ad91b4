"""What is told of rules on accounts of three sizes, and which of them grow faster than the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.growth.exponent import exponent, last_step
from benchmarks.scale.measured import company, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.company import Size
    from benchmarks.scale.measured import Measured
    from rules.engine.rule import Rule

FACTORS = (1, 4, 16)
LINEAR = 1.15
"""The exponent up to which growth counts as linear: CPU seconds of one run differ by as much."""
NOISE = 0.3
"""CPU seconds on the largest account below which their growth says nothing."""

COLUMNS = ("rule", "calls", "exponent", "CPU seconds", "exponent", "peak MB", "exponent")


def report(base: Size, rules: Sequence[type[Rule[Any]]], wrong: list[str]) -> Iterator[str]:
    """Yield the lines of a table in Markdown; add a sentence to `wrong` for each rule that is not well."""
    found = measured_on(base, rules)
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for measured in found.values():
        yield row(measured)
        wrong.extend(defects(measured))


def measured_on(
    base: Size, rules: Sequence[type[Rule[Any]]], progress: Callable[[str], None] = lambda _: None
) -> dict[str, list[Measured]]:
    """Return, by rule, two invocations on each of the three accounts; `progress` is told what is under way."""
    found: dict[str, list[Measured]] = {rule.id: [] for rule in rules}
    for factor in FACTORS:
        progress(f"an account {factor} times as large")
        with company(base.times(factor)) as account:
            for rule in rules:
                found[rule.id].append(measure(account, rule, invocations=2))
    return found


def row(measured: Sequence[Measured]) -> str:
    """Return a rule's row of the table: the figures of the three accounts, and the exponents through them."""
    calls = [each.runs[1].total for each in measured]
    cpu = [each.runs[1].cpu for each in measured]
    peaks = [each.runs[1].peak for each in measured]
    cells = (
        measured[0].rule_id,
        " / ".join(f"{each:,}" for each in calls),
        f"{exponent(FACTORS, calls):.2f}",
        " / ".join(f"{each:.2f}" for each in cpu),
        f"{exponent(FACTORS, cpu):.2f}" if cpu[-1] >= NOISE else "",
        " / ".join(f"{each:.0f}" for each in peaks),
        f"{exponent(FACTORS, peaks):.2f}",
    )
    return f"| {' | '.join(cells)} |"


def defects(measured: Sequence[Measured]) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with how a rule grows."""
    name = measured[0].rule_id
    runs = [each.runs[1] for each in measured]
    if errors := {run.error for run in runs if run.error}:
        yield f"{name}: {'; '.join(sorted(errors))}"
    for what, figures in series(measured).items():
        grown = last_step(FACTORS, figures)
        if grown > LINEAR:
            yield f"{name}: {what} grows with an exponent of {grown:.2f}."


def series(measured: Sequence[Measured]) -> dict[str, list[float]]:
    """Return the figures of a rule on the three accounts, CPU time only where there is enough of it."""
    runs = [each.runs[1] for each in measured]
    return {
        "calls": [float(run.total) for run in runs],
        "memory": [run.peak for run in runs],
        **({"CPU time": [run.cpu for run in runs]} if runs[-1].cpu >= NOISE else {}),
    }
