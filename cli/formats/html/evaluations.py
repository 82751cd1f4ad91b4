"""Evaluations as the data that the page's script filters and shows: every text limited in length, and on one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.formats.wording import name_of, type_of
from cli.report import UNKNOWN_ACCOUNT
from rules.engine.duties import Duty, Severity
from rules.engine.resource import ACCOUNT_TYPE
from rules.engine.verdict import Compliance, printable, shortened
from rules.frameworks.framework import Framework

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.report import Acceptance, Evaluation, Report
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule

LONGEST_IDENTITY = 1000
LONGEST_SENTENCE = 1000

VIOLATION, NOT_EVALUATED, ACCEPTED, COMPLIANT, NOT_APPLICABLE = range(5)
"""How an evaluation came out, in the order in which a reader wants to see them."""

OUTCOMES = ("Violation", "Not evaluated", "Accepted violation", "Compliant", "Not applicable")

_OUTCOME_OF = {
    Compliance.NON_COMPLIANT: VIOLATION,
    Compliance.COMPLIANT: COMPLIANT,
    Compliance.NOT_APPLICABLE: NOT_APPLICABLE,
}

SEVERITIES = tuple(reversed(Severity))
DUTIES = tuple(Duty)
FRAMEWORKS = tuple(Framework)


@dataclass(frozen=True, order=True)
class Place:
    """Where evaluations are from; `origin` is the profile or role whose account nobody could tell."""

    account_id: str
    region: str
    origin: str = ""

    @classmethod
    def of(cls, report: Report) -> Place:
        """Return where a report is from."""
        known = report.account_id != UNKNOWN_ACCOUNT
        origin = "" if known else printable(report.role_arn or report.profile or "")
        return cls(report.account_id, report.region, origin)


@dataclass(frozen=True)
class Shown:
    """
    One evaluation, or one thing that was not evaluated, as text for the page.

    `kind` is the resource's type without "AWS::"; `identity` says the ARN, or the id, where that is more than the name;
    `accepted` says who accepts a violation, why and until when.
    """

    rule: type[Rule[Any]]
    place: Place
    outcome: int
    name: str
    kind: str
    identity: str
    sentence: str
    accepted: str = ""


def gravest_first(reports: Sequence[Report]) -> tuple[type[Rule[Any]], ...]:
    """Return every rule of the reports, the gravest severity first, then by duty and id."""
    rules = {rule for report in reports for rule in report.rules}
    return tuple(sorted(rules, key=lambda rule: (-rule.severity.value, DUTIES.index(rule.duty), rule.id)))


def places(reports: Sequence[Report]) -> tuple[Place, ...]:
    """Return the accounts and Regions that the reports are of."""
    return tuple(dict.fromkeys(Place.of(report) for report in reports))


def shown(reports: Sequence[Report]) -> tuple[Shown, ...]:
    """Return everything that was evaluated or was to be: by rule as `gravest_first`, then by outcome."""
    found = [one for report in reports for one in _of_report(report)]
    order = {rule: position for position, rule in enumerate(gravest_first(reports))}
    return tuple(sorted(found, key=lambda one: (order[one.rule], one.outcome)))


def as_data(reports: Sequence[Report], every: Sequence[Shown]) -> dict[str, Any]:
    """
    Return `every` for the page's script: rows of numbers and texts, each number a position in a list beside them.

    A row is [rule, place, outcome, kind, name, identity, sentence, accepted].
    """
    rules = gravest_first(reports)
    where = places(reports)
    kinds = sorted({one.kind for one in every})
    at_rule = {rule: position for position, rule in enumerate(rules)}
    at_place = {place: position for position, place in enumerate(where)}
    at_kind = {kind: position for position, kind in enumerate(kinds)}
    return {
        "outcomes": OUTCOMES,
        "rules": [_rule(rule) for rule in rules],
        "places": [place_name(place, where) for place in where],
        "kinds": kinds,
        "rows": [
            [
                *(at_rule[one.rule], at_place[one.place], one.outcome, at_kind[one.kind]),
                *(one.name, one.identity, one.sentence, one.accepted),
            ]
            for one in every
        ],
    }


def place_name(place: Place, among: Sequence[Place]) -> str:
    """Return what a reader calls the place: its Region, with the account where there are several."""
    several = len({each.account_id for each in among}) > 1
    parts = [place.account_id if several else "", place.region, place.origin]
    return ", ".join(part for part in parts if part)


def _rule(rule: type[Rule[Any]]) -> dict[str, Any]:
    return {
        "severity": SEVERITIES.index(rule.severity),
        "duty": DUTIES.index(rule.duty),
        "frameworks": sorted({FRAMEWORKS.index(control.framework) for control in rule.frameworks}),
        "text": " ".join(
            [rule.id, rule.title, rule.severity.name, rule.duty.title, *(str(each) for each in rule.frameworks)]
        ),
    }


def _outcome(one: Evaluation) -> int:
    return ACCEPTED if one.accepted is not None else _OUTCOME_OF[one.verdict.compliance]


def _accepted(acceptance: Acceptance | None) -> str:
    if acceptance is None:
        return ""
    return _one_line(f"Accepted by {acceptance.owner} until {acceptance.expires.isoformat()}: {acceptance.reason}")


def _of_report(report: Report) -> Iterator[Shown]:
    place = Place.of(report)
    for one in report.evaluations:
        resource, sentence = one.resource, _one_line(one.verdict.annotation)
        name, kind, identity = name_of(resource).strip(), type_of(resource), _identity(resource)
        yield Shown(one.rule, place, _outcome(one), name, kind, identity, sentence, _accepted(one.accepted))
    for failure in report.failures:
        subject = failure.resource
        name, kind, identity = "The whole rule", "", ""
        if subject is not None:
            name, kind, identity = name_of(subject).strip(), type_of(subject), _identity(subject)
        sentence = _one_line(f"{failure.code}: {failure.message}")
        yield Shown(failure.rule, place, NOT_EVALUATED, name, kind, identity, sentence)


def _one_line(text: str) -> str:
    return shortened(printable(text).strip(), LONGEST_SENTENCE)


def _identity(resource: Resource) -> str:
    if resource.type == ACCOUNT_TYPE:
        return ""
    arn, known_as = printable(resource.arn or ""), printable(resource.id)
    parts = [arn] if arn else []
    if known_as != printable(resource.name) and known_as not in arn:
        parts.append(known_as)
    return " ".join(shortened(part, LONGEST_IDENTITY) for part in parts)
