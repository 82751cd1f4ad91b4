"""The first screen: how much is violated and how gravely, the score of each duty as a picture, what to fix first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from cli.formats.html.evaluations import (
    ACCEPTED,
    COMPLIANT,
    DUTIES,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    SEVERITIES,
    VIOLATION,
)
from cli.formats.html.prose import first_step
from cli.formats.wording import counted
from rules.engine.documentation import Documentation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markupsafe import Markup

    from cli.formats.html.evaluations import Shown
    from rules.engine.duties import Duty, Severity
    from rules.engine.rule import Rule

FIRST = 5
"""Violated rules on the first screen."""


@dataclass(frozen=True)
class Segment:
    """A part of a bar: its meaning (a class of the style sheet), start and width in per cent."""

    meaning: str
    start: float
    width: float


@dataclass(frozen=True)
class Score:
    """How evaluations came out, counted by outcome; violations by severity as well."""

    outcomes: Counter[int]
    graded: Counter[Severity]

    @classmethod
    def of(cls, every: Iterable[Shown]) -> Score:
        """Return the score of what is given."""
        found = list(every)
        return cls(
            Counter(one.outcome for one in found),
            Counter(one.rule.severity for one in found if one.outcome == VIOLATION),
        )

    @property
    def percent(self) -> int | None:
        """
        The share of judged resources that are compliant, None where none was judged.

        Who accepts a violation does not make it compliant. The share is rounded down, so that 100 means all.
        """
        judged = self.outcomes[COMPLIANT] + self.outcomes[VIOLATION] + self.outcomes[ACCEPTED]
        return self.outcomes[COMPLIANT] * 100 // judged if judged else None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The bar: violations from the gravest on, what was not evaluated, accepted, compliant and not applicable."""
        parts = [(severity.name.lower(), self.graded[severity]) for severity in SEVERITIES]
        parts.append(("unknown", self.outcomes[NOT_EVALUATED]))
        parts.append(("accepted", self.outcomes[ACCEPTED]))
        parts.append(("compliant", self.outcomes[COMPLIANT]))
        parts.append(("unused", self.outcomes[NOT_APPLICABLE]))
        total = sum(count for _, count in parts) or 1
        starts = accumulate((count for _, count in parts), initial=0)
        return tuple(
            Segment(meaning, round(start * 100 / total, 3), round(count * 100 / total, 3))
            for (meaning, count), start in zip(parts, starts, strict=False)
            if count
        )

    @property
    def words(self) -> str:
        """What the bar shows, for those who do not see it."""
        others = (
            (NOT_EVALUATED, "not evaluated"),
            (ACCEPTED, "accepted"),
            (COMPLIANT, "compliant"),
            (NOT_APPLICABLE, "not applicable"),
        )
        parts = [f"{self.outcomes[outcome]:,} {words}" for outcome, words in others if self.outcomes[outcome]]
        return ", ".join([counted(self.outcomes[VIOLATION], "violation"), *parts])


@dataclass(frozen=True)
class DutyScore:
    """A duty's score; `position` is how the filter knows the duty."""

    duty: Duty
    position: int
    score: Score


@dataclass(frozen=True)
class Urgent:
    """A violated rule, with how many violations it has and how its fix begins, in HTML."""

    rule: type[Rule[Any]]
    violations: int
    step: Markup


def duty_scores(rules: Sequence[type[Rule[Any]]], every: Sequence[Shown]) -> Iterator[DutyScore]:
    """Yield the score of each duty that has one of the rules, in the duties' order."""
    for position, duty in enumerate(DUTIES):
        if any(rule.duty is duty for rule in rules):
            yield DutyScore(duty, position, Score.of(one for one in every if one.rule.duty is duty))


def urgent(every: Iterable[Shown]) -> tuple[Urgent, ...]:
    """Return the rules to look at first: by severity, then by the number of violations."""
    found = Counter(one.rule for one in every if one.outcome == VIOLATION)
    order = sorted(found, key=lambda rule: (-rule.severity.value, -found[rule], rule.id))
    return tuple(Urgent(rule, found[rule], first_step(Documentation.of(rule).fix)) for rule in order[:FIRST])
