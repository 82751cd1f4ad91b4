"""The matrix: every rule, every call that it was seen to make, every fault; nothing is written per rule."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox import embedded_account
from cli.sandbox.company.aurelia import REGIONS, build
from rules.engine.catalogue import all_rules, rule_by_id
from tests.faults.judgement import wrong
from tests.faults.kinds import KINDS, Allowed
from tests.faults.patience import impatient
from tests.faults.replay import Strike
from tests.faults.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.sandbox import Account
    from tests.faults.kinds import Kind
    from tests.faults.replay import CallKey
    from tests.faults.stage import Outcome, Trigger

COMPANIES = ("mixed", "empty")

OF_OTHERS = frozenset({"iam:GetPolicy", "iam:GetPolicyVersion"})
"""
Calls about principals that a rule need not judge: the policies of all roles are read together, and a rule on functions
rests on those of their execution roles alone. With all of its verdicts right and fresh, such a rule does not fail.
"""


@dataclass(frozen=True, order=True)
class Part:
    """What one worker does in one go: a rule in a Region of a company."""

    company: str
    region: str
    rule_id: str


@dataclass(frozen=True)
class Cell:
    """One run: the event, the call (its place among the recorded ones and its name), the fault, and what was wrong."""

    part: Part
    trigger: str
    index: int
    call: str
    kind: str
    wrong: tuple[str, ...]


def parts(rules: Sequence[str] = (), *, regions: int = len(REGIONS)) -> list[Part]:
    """
    Return the parts of some rules (none: all) in the first `regions` of the company's Regions.

    Those of a company come after each other, because building one takes seconds.
    """
    return [
        Part(company, region, rule.id)
        for company in COMPANIES
        for region in (REGIONS[:regions] if company == "mixed" else REGIONS[:1])
        for rule in all_rules()
        if (not rules or rule.id in rules) and (region == REGIONS[0] or not rule.is_global)
    ]


class Theatre:
    """An open account with a company in it, and the rules that play there."""

    def __init__(self, account: Account, refill: Callable[[], None]) -> None:
        self._account = account
        self._refill = refill
        self._company = ""

    def cells(self, part: Part, kinds: Sequence[str] = (), *, sample: bool = False) -> Iterator[Cell]:
        """Yield the runs of one part, judged."""
        if part.company != self._company:
            self._account.reset()
            build(self._account, part.company)
            self._company = part.company
        stage = Stage(self._account, part.region, rule_by_id(part.rule_id), self._refill)
        turn = sum(part.rule_id.encode())
        chosen = [kind for kind in KINDS if not kinds or kind.name in kinds]
        for trigger in stage.triggers():
            faultless = stage.record(trigger)
            if faultless.failure is not None:
                told = f"It fails without a fault: {faultless.failure}"
                yield Cell(part, trigger.name, 0, "every call", "no fault", (told,))
                continue
            calls = list(stage.session.recording.order)
            for index, key in _sampled(calls) if sample else enumerate(calls):
                meeting = [kind for kind in chosen if key.page_token or not kind.paged]
                if sample:
                    turn += 1
                    meeting = [meeting[turn % len(meeting)]]
                for kind in meeting:
                    found = _judged(stage, trigger, faultless, key, kind)
                    yield Cell(part, trigger.name, index, _shown(key), kind.name, tuple(found))


@contextmanager
def theatre() -> Iterator[Theatre]:
    """Open the embedded account of this process for the matrix."""
    with embedded_account() as account, impatient() as refill:
        yield Theatre(account, refill)


def _judged(stage: Stage, trigger: Trigger, faultless: Outcome, key: CallKey, kind: Kind) -> list[str]:
    strike = Strike(key, kind.fault, lasting=kind.lasting)
    outcome = stage.run(trigger, strike)
    if kind.allowed is Allowed.FAILURE and outcome.failure is None and outcome.stored == faultless.stored:
        if key.name in OF_OTHERS:
            return []
        # No verdict rests on this one answer; the failure of every call of the operation has to be seen.
        strike = Strike(key, kind.fault, lasting=kind.lasting, everywhere=True)
        outcome = stage.run(trigger, strike)
    found = wrong(kind, stage.earlier, faultless, outcome, asked=key.identifiers, secrets=stage.secrets)
    return found if strike.struck else [*found, "The fault met no call."]


def _sampled(calls: Sequence[CallKey]) -> Iterator[tuple[int, CallKey]]:
    """Yield the first and the last call of each operation."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(calls):
        places[key.name].append(index)
    for index in sorted({place for each in places.values() for place in (each[0], each[-1])}):
        yield index, calls[index]


def _shown(key: CallKey) -> str:
    return f"{key.name} {key.parameters}" if len(key.parameters) > len("{}") else key.name
