"""The report as plain lines for pipes, logs and files: one item on each, nothing but text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.formats.wording import duty_counts, effort, failures, headline, name_of, summary, violations
from rules.engine.verdict import Compliance, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.report import Report

SHOWN = (Compliance.NON_COMPLIANT, Compliance.COMPLIANT, Compliance.NOT_APPLICABLE)


def render(reports: Sequence[Report]) -> str:
    """Return the reports as lines: violations, what was not evaluated, counts by duty, the summary."""
    return "".join(f"{line}\n" for line in _lines(reports))


def _lines(reports: Sequence[Report]) -> Iterator[str]:
    several = len(reports) > 1
    yield f"{headline(reports)}: {effort(reports)}."
    for rule, found in violations(reports):
        for report, one in found:
            yield " ".join(
                [
                    *(("NON_COMPLIANT", rule.severity.name, rule.id)),
                    *((report.region,) if several else ()),
                    printable(one.resource.type),
                    f"{name_of(one.resource)}: {printable(one.verdict.annotation)}",
                ]
            )
    for report, failure in failures(reports):
        subject = [] if failure.resource is None else [printable(failure.resource.type), name_of(failure.resource)]
        where = [report.region] if several else []
        prefix = " ".join(["NOT_EVALUATED", failure.rule.severity.name, failure.rule.id, *where, *subject])
        yield f"{prefix}: {printable(failure.code)}: {printable(failure.message)}"
    for count in duty_counts(reports):
        figures = ", ".join(f"{count.compliances[each]} {each}" for each in SHOWN)
        missing = f", {count.failures} NOT_EVALUATED" if count.failures else ""
        yield f"{count.duty.title}: {figures}{missing}."
    yield summary(reports)
