"""What changed between two reports: what appeared, what was fixed, and what can no longer be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from cli.report_file import Where
from cli.status import ExitStatus
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty
from rules.engine.verdict import Compliance

if TYPE_CHECKING:
    from cli.report_file import Judged, StoredReport
    from rules.engine.duties import Severity

ANY_REGION = "*"

Subject = tuple[str, str, str, str, str]
"""Account, Region, rule, resource type and id; rules on IAM have ANY_REGION, as a run may judge them anywhere."""


class Kind(Enum):
    """How something changed, by the key that the JSON format has for it."""

    APPEARED = "appeared"
    """A violation that nobody accepts, and that was none before."""
    FIXED = "fixed"
    """A violation that is none any more, or whose resource is gone."""
    CHANGED = "changed"
    """A violation before and now, with another sentence."""
    ACCEPTED = "accepted"
    """A violation that a baseline accepts, and did not before."""


@dataclass(frozen=True)
class Change:
    """An evaluation that changed: `old` is None for what was not there, `new` for what is gone."""

    kind: Kind
    old: Judged | None
    new: Judged | None

    @property
    def one(self) -> Judged:
        """Return the newer of the two."""
        found = self.new or self.old
        if found is None:
            raise TypeError("a change is of something")
        return found


@dataclass(frozen=True)
class Gap:
    """Something that was evaluated and is not any more: without `resource_id` a whole rule in a place; and why."""

    where: Where
    rule_id: str
    resource_id: str | None
    reason: str
    violations: int
    """How many violations were known there, of which nothing is known now."""


@dataclass(frozen=True)
class Differences:
    """All changes, the gravest first, then in the catalogue's order; `unchanged` violations are as they were."""

    changes: tuple[Change, ...]
    gaps: tuple[Gap, ...]
    unchanged: int
    errors: int
    """How many things the newer report could not evaluate, known before or not."""

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """Return the changes of a kind."""
        return tuple(change for change in self.changes if change.kind is kind)

    def status(self, fail_on_new: Severity | None) -> ExitStatus:
        """Return the exit status: what is not evaluated may hide violations, so it wins over new ones."""
        if self.gaps or self.errors:
            return ExitStatus.NOT_EVALUATED
        if fail_on_new is not None and any(
            change.one.severity.value >= fail_on_new.value for change in self.of(Kind.APPEARED)
        ):
            return ExitStatus.VIOLATIONS
        return ExitStatus.EVALUATED


def differences(old: StoredReport, new: StoredReport) -> Differences:
    """
    Return what changed from the old report to the new one.

    A violation that is not in the new report counts as fixed only where its rule was evaluated there; else it is a gap.
    """
    before, after = _by_subject(old), _by_subject(new)
    coverage = _Coverage.of(new)
    changes: list[Change] = []
    gaps: dict[tuple[Where, str, str | None], Gap] = {}
    unchanged = 0
    for subject, judged in before.items():
        now = after.get(subject)
        if now is None and (missing := coverage.reason(subject)):
            resource_id, reason = missing
            key = (_where(subject), subject[2], resource_id)
            known = gaps[key].violations if key in gaps else 0
            gaps[key] = Gap(*key, reason, known + judged.violates)
        elif kind := _kind(judged, now):
            changes.append(Change(kind, judged, now))
        elif judged.violates:
            unchanged += 1
    for subject, now in after.items():
        if subject not in before and (kind := _kind(None, now)):
            changes.append(Change(kind, None, now))
    return Differences(
        tuple(sorted(changes, key=_order)),
        tuple(sorted(gaps.values(), key=lambda gap: (gap.rule_id, gap.where, gap.resource_id or ""))),
        unchanged,
        len(new.missed),
    )


def _kind(old: Judged | None, new: Judged | None) -> Kind | None:
    """Return how something that was evaluated, or was not there, changed; None where it did not."""
    was_bad = old is not None and old.compliance is Compliance.NON_COMPLIANT
    if new is None or new.compliance is not Compliance.NON_COMPLIANT:
        return Kind.FIXED if was_bad else None
    if new.accepted is not None:
        return None if old is not None and old.accepted is not None else Kind.ACCEPTED
    if old is None or not old.violates:
        return Kind.APPEARED
    return Kind.CHANGED if old.annotation != new.annotation else None


@dataclass
class _Coverage:
    """What a report evaluated, and why it did not evaluate the rest."""

    rules: set[tuple[Where, str]] = field(default_factory=set)
    places: set[Where] = field(default_factory=set)
    failed: dict[tuple[Where, str], str] = field(default_factory=dict)
    unread: dict[tuple[Where, str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, report: StoredReport) -> _Coverage:
        found = cls()
        for one in report.judged:
            found.rules.add((_scope(one.where, one.rule_id), one.rule_id))
        for missed in report.missed:
            scope, said = _scope(missed.where, missed.rule_id), f"{missed.code}: {missed.message}"
            found.rules.add((scope, missed.rule_id))
            if missed.resource_id is None:
                found.failed[scope, missed.rule_id] = said
            else:
                found.unread[scope, missed.rule_id, missed.resource_id] = said
        for visited in report.visited:
            found.places |= {visited.where, Where(visited.where.account_id, ANY_REGION)}
        return found

    def reason(self, subject: Subject) -> tuple[str | None, str] | None:
        """Return what of a missing subject was not evaluated (a resource, or None: the whole rule) and why, if so."""
        where, rule_id, resource_id = _where(subject), subject[2], subject[4]
        if said := self.failed.get((where, rule_id)):
            return None, said
        if said := self.unread.get((where, rule_id, resource_id)):
            return resource_id, said
        if where not in self.places:
            return None, "The newer report is not about this account and Region."
        if (where, rule_id) not in self.rules:
            return None, "The newer report is not about this rule."
        return None


def _by_subject(report: StoredReport) -> dict[Subject, Judged]:
    """Return the evaluations by what they are about; where two are about the same, the violation counts."""
    found: dict[Subject, Judged] = {}
    for one in report.judged:
        scope = _scope(one.where, one.rule_id)
        subject = (scope.account_id, scope.region, one.rule_id, one.resource_type, one.resource_id)
        if subject not in found or one.violates:
            found[subject] = one
    return found


def _where(subject: Subject) -> Where:
    return Where(subject[0], subject[1])


def _scope(where: Where, rule_id: str) -> Where:
    """Return where a rule's verdicts hold: a rule on IAM judges the account, in whichever Region it runs."""
    return Where(where.account_id, ANY_REGION) if rule_id in _global_rules() else where


@cache
def _global_rules() -> frozenset[str]:
    return frozenset(rule.id for rule in all_rules() if rule.is_global)


def _order(change: Change) -> tuple[object, ...]:
    one = change.one
    duties = list(Duty)
    named = (one.rule_id, one.where, one.resource_type, one.resource_name, one.resource_id)
    return (-one.severity.value, duties.index(one.duty), *named)
