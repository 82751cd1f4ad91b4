"""The pages of an evidence pack that people read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cli.formats.markdown_text import code, prose
from rules.engine.documentation import Documentation
from rules.engine.verdict import Compliance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.evidence import DutyEvidence
    from cli.report_file import StoredReport

VERIFY = "sha256sum --check manifest.sha256"


def overview(report: StoredReport, evidence: Sequence[DutyEvidence], program: str) -> str:
    """Return the first page: what was evaluated where and when, a row for each duty, and how to verify the files."""
    return "".join(f"{line}\n" for line in _overview(report, evidence, program))


def _overview(report: StoredReport, evidence: Sequence[DutyEvidence], program: str) -> Iterator[str]:
    yield from ("# Evidence: the customer's side of shared responsibility for AI on AWS", "")
    yield f"Evaluated from {report.started_at.isoformat()} until {report.finished_at.isoformat()}."
    yield f"This pack was written by ai-config-rules {program}."
    yield from ("", "| Account | Region | From | Until | Rules | Opened |", "| --- | --- | --- | --- | ---: | --- |")
    for each in report.visited:
        opened = "yes" if each.error is None else prose(each.error)
        place = f"{prose(each.where.account_id)} | {prose(each.where.region)}"
        times = f"{each.started_at.isoformat()} | {each.finished_at.isoformat()}"
        yield f"| {place} | {times} | {len(each.rules)} | {opened} |"
    yield from ("", "| Duty | Rules | Compliant | Violations | Accepted | N/A | Not evaluated | Rules not selected |")
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for duty in evidence:
        figures = [len(duty.rules), *_figures(duty), len(duty.missed), len(duty.left_out)]
        cells = " | ".join(str(figure) for figure in figures)
        yield f"| [{duty.duty.title}]({duty.folder}/README.md) | {cells} |"
    yield from ("", "`report.json` is the whole report as `check --format json` wrote it.")
    yield "Every file's SHA-256 hash is in `manifest.sha256`; in this directory, verify them with:"
    yield from ("", f"    {VERIFY}")


def duty_page(report: StoredReport, evidence: DutyEvidence) -> str:
    """Return the page of a duty: its rules, their parameters and figures, and what was not evaluated and why."""
    return "".join(f"{line}\n" for line in _duty_page(report, evidence))


def _duty_page(report: StoredReport, evidence: DutyEvidence) -> Iterator[str]:
    good, bad, taken, unused = _figures(evidence)
    yield from (f"# {evidence.duty.title}", "")
    yield f"{good} compliant, {bad} violations, {taken} accepted violations, {unused} not applicable."
    yield f"{len(evidence.missed)} rules or resources could not be evaluated."
    yield from ("", "`evaluations.csv` has each evaluation, `rules.json` the rules and `not-evaluated.csv` the rest.")
    for rule in evidence.rules:
        yield from ("", f"## {rule.id}", "", f"{rule.severity.name}. {rule.title}.", "")
        yield Documentation.of(rule).description
        controls = ", ".join(f"{control.framework.key}:{control.id}" for control in rule.frameworks)
        yield from ("", f"Answers to: {prose(controls)}.", "", f"Parameters: {_parameters(report, rule.id)}.")
        counts = Counter(one.compliance for one in evidence.judged if one.rule_id == rule.id)
        yield from ("", f"{', '.join(f'{counts[each]} {each}' for each in Compliance)}.")
    if evidence.missed or evidence.left_out:
        yield from ("", "## Not evaluated", "", "| Rule | Place | Resource | Why |", "| --- | --- | --- | --- |")
    for one in evidence.missed:
        subject = "the whole rule" if one.resource_id is None else code(one.resource_id)
        place = prose(f"{one.where.account_id} {one.where.region}")
        yield f"| {code(one.rule_id)} | {place} | {subject} | {code(one.code)}: {prose(one.message)} |"
    for rule in evidence.left_out:
        yield f"| {code(rule.id)} | everywhere | the whole rule | The run did not select this rule. |"


def _parameters(report: StoredReport, rule_id: str) -> str:
    found = report.parameters.get(rule_id)
    if found is None:
        return "the report does not say"
    given = {name: value for name, value in found.items() if value is not None}
    return ", ".join(f"{code(name)} is {code(value)}" for name, value in given.items()) or "none is set"


def _figures(evidence: DutyEvidence) -> tuple[int, int, int, int]:
    """Return how many are compliant, violations, accepted violations and not applicable."""
    counts = Counter(one.compliance for one in evidence.judged)
    taken = sum(one.accepted is not None for one in evidence.judged)
    bad = counts[Compliance.NON_COMPLIANT] - taken
    return counts[Compliance.COMPLIANT], bad, taken, counts[Compliance.NOT_APPLICABLE]
