"""What a rehearsal says in the end: a line per rule and Region, then every fault in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.rehearsal.rehearsal import Rehearsal
    from cli.rehearsal.stage import FunctionRun

COLUMNS = ("RULE", "REGION", "EVENTS", "CALLS", "COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "PACK SAYS")


def lines(rehearsal: Rehearsal) -> Iterator[str]:
    """Yield the lines of the summary; the last one says whether the rehearsal passed."""
    rows = [COLUMNS, *(_row(run) for run in rehearsal.runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from _managed(rehearsal)
    yield from _delivered(rehearsal)
    faults = list(_faults(rehearsal))
    if faults:
        yield ""
        yield from faults
    yield ""
    functions = {run.rule_id for run in rehearsal.runs} | {name for one in rehearsal.delivered for name in one.allowed}
    denied = sum(len(run.denied) for run in rehearsal.runs)
    denied += sum(len(ran.denied) for one in rehearsal.delivered for ran in one.ran)
    unused = sum(len(actions) for actions in rehearsal.unused.values())
    events = sum(run.events for run in rehearsal.runs)
    events += sum(ran.invocations for one in rehearsal.delivered for ran in one.ran)
    yield (
        f"{len(functions)} functions ran {events} events from their own assets, each with its own role: "
        f"{denied} calls denied, {unused} allowed actions unused."
    )
    yield "The rehearsal passed." if rehearsal.passed else "The rehearsal failed."


def _row(run: FunctionRun) -> tuple[str, ...]:
    counts = (str(run.results.get(one, 0)) for one in ("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"))
    return (run.rule_id, run.region, str(run.events), str(run.calls), *counts, run.pack or "nothing")


def _managed(rehearsal: Rehearsal) -> Iterator[str]:
    """Yield how many rules the packs have that AWS evaluates itself: a rehearsal cannot say more of them."""
    stored = [f"{len(identifiers)} in {region}" for region, identifiers in rehearsal.managed.items() if identifiers]
    if stored:
        yield ""
        yield f"Rules that AWS evaluates itself: {', '.join(stored)}. They were stored with the pack, not evaluated."


def _delivered(rehearsal: Rehearsal) -> Iterator[str]:
    """Yield what followed the verdicts, a line per step."""
    for one in rehearsal.delivered:
        yield ""
        yield f"What followed the verdicts in {one.region}:"
        for step in one.steps:
            yield f"  {'ok  ' if step.passed else 'FAIL'}  {printable(step.said)}"


def _faults(rehearsal: Rehearsal) -> Iterator[str]:
    for run in rehearsal.runs:
        where = f"{run.rule_id} in {run.region}"
        for error in run.errors:
            yield f"{where} failed: {printable(error)}"
        for action in sorted(run.denied):
            yield f"{where} was denied {action}: its role in the template does not allow it"
        for resource in run.disagreeing:
            yield f"{where}: a change event and the periodic pass disagree on {printable(resource)}"
        if run.pack is None:
            yield f"{where}: the conformance pack says nothing of it"
    for one in rehearsal.delivered:
        yield from (printable(fault) for fault in one.faults)
    if not any(one.fixed for one in rehearsal.delivered):
        yield "no Region had anything that a runbook could be tried on"
    for rule_id, actions in rehearsal.unused.items():
        yield f"{rule_id} never used {', '.join(actions)}: its role allows more than it needs"
