"""The company on record, and what the rules say of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from cli.sandbox import ACCOUNT_ID, embedded_account
from cli.sandbox.company.aurelia import PARAMETERS, REGIONS, build
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.catalogue import all_rules
from rules.engine.errors import CollectionError
from rules.engine.resource import Resource
from rules.engine.rule import ChangeRule
from tests.faults.patience import impatient
from tests.properties.orders import Scions, Shuffled, Stock
from tests.properties.recorded import RecordedSession, Recording
from tests.properties.twins import Twins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cli.sandbox import Account
    from rules.engine.rule import Rule
    from tests.properties.recorded import Answers, Service

Key = tuple[str, str, str]
"""A rule, and type and id of a resource."""

GRAFTS = 2
"""Grafts that the tests take."""


@dataclass(frozen=True)
class Said:
    """What a rule says of a resource: its verdict, or why there is none (`compliance` is an error code then)."""

    compliance: str
    annotation: str
    in_scope: bool = False


Evaluations = dict[Key, Said]


@dataclass(frozen=True)
class Company:
    """
    A company on record: as it is, with a twin of everything, and with what can be grafted onto the lists of that.

    Nothing but what was asked on record can be asked of it, save while the account is open.
    """

    recording: Recording
    twins: Twins
    scions: tuple[Scions, ...]

    @classmethod
    def recorded(cls, account: Account, grafts: int) -> Self:
        """Record the account; that many grafts of it are recorded, too."""
        recording = Recording(account.session(REGIONS[0]), ACCOUNT_ID, datetime.now(UTC))
        for region in REGIONS:
            evaluations(recording, region)
            for rule, resource in changed(recording, region):
                for one in (resource, gone(resource)):
                    rule.fact(opened(recording, region), one)
        stock = Stock(recording)
        found = cls(recording, Twins(recording), tuple(Scions(stock, seed) for seed in range(grafts)))
        for region in REGIONS:
            for scions in (None, *found.scions):
                evaluations(found.twins, region, Shuffled(0, scions))
        return found


@contextmanager
def open_company(kind: str = "mixed", grafts: int = GRAFTS) -> Iterator[Company]:
    """Build a company in the embedded account of this process and record it; it can be asked more meanwhile."""
    with embedded_account() as account, impatient():
        build(account, kind)
        found = Company.recorded(account, grafts)
        yield found
        found.recording.close()


@cache
def company(kind: str = "mixed") -> Company:
    """Return a company that is only on record; it is built once in a process."""
    with open_company(kind) as found:
        return found


def rules_in(region: str) -> Iterator[Rule[Any]]:
    """Yield the rules that judge a Region of the company, with its parameters."""
    for rule in all_rules():
        if region == REGIONS[0] or not rule.is_global:
            yield rule.configured(PARAMETERS.get(rule.id, {}))


def opened(answers: Answers, region: str, service: Service | None = None) -> Aws:
    """Return the company's account for one run."""
    session = RecordedSession(answers, region, service)
    return Aws(session, account_id=answers.account_id, region=region, now=answers.now)


def evaluations(
    answers: Answers, region: str, service: Service | None = None, rules: Sequence[Rule[Any]] | None = None
) -> Evaluations:
    """Return what the rules say of a Region in one run, one rule after the other; how it is served makes no matter."""
    aws = opened(answers, region, service)
    found: Evaluations = {}
    for rule in rules or rules_in(region):
        found |= said_by(rule, aws)
    return found


def said_by(rule: Rule[Any], aws: Aws) -> Evaluations:
    """Return what one rule says."""
    try:
        assessment = assess(rule, aws)
    except CollectionError as error:
        return {(rule.id, "", ""): Said(error.code, error.message)}
    found = {
        (rule.id, one.resource.type, one.resource.id): Said(
            one.verdict.compliance.value, one.verdict.annotation, one.verdict.in_scope
        )
        for one in (*assessment.judged, *assessment.out_of_scope)
    }
    return found | {
        (rule.id, one.resource.type, one.resource.id): Said(one.code, one.message) for one in assessment.unreadable
    }


def changed(
    answers: Answers, region: str, rules: Sequence[Rule[Any]] | None = None
) -> Iterator[tuple[ChangeRule[Any], Resource]]:
    """Yield for each rule that answers changes what may change: everything that it judges."""
    aws = opened(answers, region)
    for rule in rules or rules_in(region):
        if isinstance(rule, ChangeRule):
            found = [one.resource for one in assess(rule, aws).judged]
            for kind in rule.resource_types:
                yield from ((rule, resource) for resource in found if resource.type == kind)


def gone(resource: Resource) -> Resource:
    """Return a resource that there is not, with an id and a name of the same form."""

    def other(text: str) -> str:
        return text[:-1] + ("0" if text[-1] != "0" else "1")

    return Resource(resource.type, other(resource.id), other(resource.name), resource.arn and other(resource.arn))


def differences(before: Mapping[Key, Said], after: Mapping[Key, Said]) -> list[str]:
    """Return where two runs differ, a sentence for each."""
    return [
        f"{key}: {before.get(key)} became {after.get(key)}"
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]
