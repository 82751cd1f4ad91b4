"""The report as plain lines for pipes, logs and files: one item on each, nothing but text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.formats.wording import (
    acceptance,
    accepted,
    closed,
    counted,
    duty_counts,
    effort,
    failures_inside,
    headline,
    iam_note,
    name_of,
    origin_of,
    place_of,
    summary,
    violations,
    warnings,
)
from rules.engine.verdict import Compliance, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.report import Evaluation, Report


def render(reports: Sequence[Report]) -> str:
    """Return the reports as lines: violations, accepted ones, what was not evaluated, counts by duty, the summary."""
    return "".join(f"{line}\n" for line in _lines(reports))


def _lines(reports: Sequence[Report]) -> Iterator[str]:
    yield f"{headline(reports)}: {effort(reports)}."
    if note := iam_note(reports):
        yield note
    for warning in warnings(reports):
        yield f"WARNING: {warning}"
    for _, found in violations(reports):
        for report, one in found:
            yield f"NON_COMPLIANT {_judged(report, one, reports)}"
    for _, found in accepted(reports):
        for report, one in found:
            yield f"ACCEPTED {_judged(report, one, reports)} ({acceptance(one)})"
    for report, unopened in closed(reports):
        what = f"{origin_of(report)}, {counted(len(report.rules), 'rule')}"
        yield f"NOT_EVALUATED {what}: {printable(unopened.code)}: {printable(unopened.message)}"
    for report, failure in failures_inside(reports):
        subject = [] if failure.resource is None else [printable(failure.resource.type), name_of(failure.resource)]
        prefix = _joined(failure.rule.severity.name, failure.rule.id, place_of(report, reports), *subject)
        yield f"NOT_EVALUATED {prefix}: {printable(failure.code)}: {printable(failure.message)}"
    for count in duty_counts(reports):
        figures = [(count.violations, "NON_COMPLIANT")]
        figures += [(count.compliances[each], str(each)) for each in (Compliance.COMPLIANT, Compliance.NOT_APPLICABLE)]
        figures += [(count.accepted, "ACCEPTED")] if count.accepted else []
        figures += [(count.failures, "NOT_EVALUATED")] if count.failures else []
        yield f"{count.duty.title}: {', '.join(f'{figure} {kind}' for figure, kind in figures)}."
    yield summary(reports)


def _judged(report: Report, one: Evaluation, reports: Sequence[Report]) -> str:
    prefix = _joined(
        one.rule.severity.name,
        one.rule.id,
        place_of(report, reports),
        printable(one.resource.type),
        name_of(one.resource),
    )
    return f"{prefix}: {printable(one.verdict.annotation)}"


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
