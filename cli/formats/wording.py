"""What the readable formats say alike: the order of violations, counts in words, names made safe to show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rules.engine.duties import Duty, Severity
from rules.engine.verdict import Compliance, printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cli.report import Evaluation, Failure, Report, Unopened
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule

LONGEST_NAME = 200


@dataclass(frozen=True)
class DutyCount:
    """
    How a duty's evaluations came out; `failures` were not evaluated.

    `accepted` violations are among the NON_COMPLIANT; `violations` are the others.
    """

    duty: Duty
    compliances: Counter[Compliance]
    failures: int
    accepted: int = 0

    @property
    def violations(self) -> int:
        """How many are NON_COMPLIANT without anybody accepting that."""
        return self.compliances[Compliance.NON_COMPLIANT] - self.accepted


def violations(reports: Sequence[Report]) -> Iterator[tuple[type[Rule[Any]], list[tuple[Report, Evaluation]]]]:
    """Yield each violated rule with its violations, the gravest severity first, then in the catalogue's order."""
    yield from _by_rule((report, one) for report in reports for one in report.evaluations if one.violates)


def accepted(reports: Sequence[Report]) -> Iterator[tuple[type[Rule[Any]], list[tuple[Report, Evaluation]]]]:
    """Yield each rule with the violations of it that a baseline accepts, in the order of `violations`."""
    yield from _by_rule((report, one) for report in reports for one in report.accepted)


def _by_rule(
    found: Iterable[tuple[Report, Evaluation]],
) -> Iterator[tuple[type[Rule[Any]], list[tuple[Report, Evaluation]]]]:
    by_rule: dict[type[Rule[Any]], list[tuple[Report, Evaluation]]] = {}
    for report, one in found:
        by_rule.setdefault(one.rule, []).append((report, one))
    duties = list(Duty)
    order = sorted(by_rule, key=lambda rule: (-rule.severity.value, duties.index(rule.duty), rule.id))
    yield from ((rule, by_rule[rule]) for rule in order)


def failures(reports: Sequence[Report]) -> Iterator[tuple[Report, Failure]]:
    """Yield everything that was not evaluated, in places that could not be opened as well (see `closed`)."""
    yield from ((report, one) for report in reports for one in report.failures)


def closed(reports: Sequence[Report]) -> Iterator[tuple[Report, Unopened]]:
    """Yield the places that could not be opened."""
    yield from ((report, report.unopened) for report in reports if report.unopened is not None)


def failures_inside(reports: Sequence[Report]) -> Iterator[tuple[Report, Failure]]:
    """Yield what was not evaluated in the places that could be opened."""
    yield from failures([report for report in reports if report.unopened is None])


def warnings(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what has to be said of the run itself, each on one line."""
    yield from (printable(warning) for report in reports for warning in report.warnings)


def acceptance(one: Evaluation) -> str:
    """Return who accepts a violation, until when and why, on one line; nothing where nobody does."""
    if one.accepted is None:
        return ""
    by = one.accepted
    return printable(f"Accepted by {by.owner} until {by.expires.isoformat()}: {by.reason}")


def place_of(report: Report, reports: Sequence[Report]) -> str:
    """Return where a report is from, as far as that tells it from the others: a Region, or an account and Region."""
    if len(reports) == 1:
        return ""
    accounts = {each.account_id for each in reports}
    return report.region if len(accounts) == 1 else f"{report.account_id} {report.region}"


def origin_of(report: Report) -> str:
    """Return a place with its account and where its credentials came from."""
    origins = [f"profile {report.profile}" if report.profile else "", report.role_arn or ""]
    return printable(", ".join([f"{report.account_id} {report.region}", *(one for one in origins if one)]))


def iam_note(reports: Sequence[Report]) -> str:
    """Return in which Region of each account rules on IAM were judged; nothing for a single place or without them."""
    where = [report for report in reports if report.unopened is None and any(rule.is_global for rule in report.rules)]
    if len(reports) == 1 or not where:
        return ""
    names = [f"{report.region} for {report.account_id}" for report in where]
    return f"Rules on IAM are judged once for each account: in {', '.join(names)}."


def duty_counts(reports: Sequence[Report]) -> Iterator[DutyCount]:
    """Yield the counts of each duty that has rules among the reports, in the duties' order."""
    for duty in Duty:
        if any(rule.duty is duty for report in reports for rule in report.rules):
            yield DutyCount(
                duty,
                Counter(
                    one.verdict.compliance for report in reports for one in report.evaluations if one.rule.duty is duty
                ),
                sum(one.rule.duty is duty for _, one in failures(reports)),
                sum(one.rule.duty is duty for report in reports for one in report.accepted),
            )


def headline(reports: Sequence[Report]) -> str:
    """Return which accounts and Regions were judged: "Account 123456789012 in us-east-1"."""
    regions: dict[str, list[str]] = {}
    for report in reports:
        regions.setdefault(report.account_id, []).append(report.region)
    return "; ".join(f"Account {account} in {', '.join(names)}" for account, names in regions.items())


def summary(reports: Sequence[Report]) -> str:
    """Return how it came out, in one or two sentences: "3 violations: 2 high, 1 medium. 9 compliant, …"."""
    found = Counter(one.rule.severity for report in reports for one in report.evaluations if one.violates)
    graded = [f"{found[severity]} {severity.name.lower()}" for severity in reversed(Severity) if found[severity]]
    good = sum(report.counts[Compliance.COMPLIANT] for report in reports)
    unused = sum(report.counts[Compliance.NOT_APPLICABLE] for report in reports)
    unknown = sum(len(report.failures) for report in reports)
    missing = f" {unknown} could not be evaluated." if unknown else ""
    known = sum(len(report.accepted) for report in reports)
    taken = f" {counted(known, 'accepted violation')}." if known else ""
    violated = f"{counted(found.total(), 'violation')}: {', '.join(graded)}." if graded else "No violations."
    if unknown and not graded:
        violated = "No violations among what was evaluated."
    return f"{violated}{taken} {good} compliant, {unused} not applicable.{missing}"


def effort(reports: Sequence[Report]) -> str:
    """Return what the run took: "9 rules, 61 API calls, 1.2 s"."""
    rules = {rule for report in reports for rule in report.rules}
    calls = sum(report.api_calls for report in reports)
    took = max(report.finished_at for report in reports) - min(report.started_at for report in reports)
    return f"{counted(len(rules), 'rule')}, {counted(calls, 'API call')}, {took.total_seconds():.1f} s"


def counted(count: int, noun: str) -> str:
    """Return "1 rule" or "2,000 rules"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def name_of(resource: Resource) -> str:
    """Return a resource's name on one line, without anything that a terminal would act on."""
    return shortened(printable(resource.name), LONGEST_NAME)


def type_of(resource: Resource) -> str:
    """Return a resource's type without what all types have in common: "IAM::Role"."""
    return printable(resource.type).removeprefix("AWS::").removeprefix("::")
