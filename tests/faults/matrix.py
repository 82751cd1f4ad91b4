"""The matrix: every rule, every call that it was seen to make, every fault; nothing is written per rule."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox import embedded_account
from cli.sandbox.company.aurelia import REGIONS, build
from rules.engine.catalogue import all_rules, rule_by_id
from tests.faults.kinds import KINDS
from tests.faults.patience import impatient
from tests.faults.privilege import Role, removals
from tests.faults.replay import ReplaySession
from tests.faults.scene import Scene
from tests.faults.stage import Stage
from tests.faults.wire import tapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.sandbox import Account
    from tests.faults.privilege import Removal
    from tests.faults.replay import CallKey
    from tests.faults.wire import Wire

MIXED = "mixed"
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
COMPANIES = (MIXED, "empty")


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
        for region in (REGIONS[:regions] if company == MIXED else REGIONS[:1])
        for rule in all_rules()
        if (not rules or rule.id in rules) and (region == REGIONS[0] or not rule.is_global)
    ]


class Theatre:
    """An open account with a company in it, and the rules that play there."""

    def __init__(self, account: Account, wire: Wire, refill: Callable[[], None]) -> None:
        self._account = account
        self._wire = wire
        self._refill = refill
        self._company = ""
        self._sessions: dict[str, ReplaySession] = {}
        self._roles: dict[str, Role] = {}

    def stage(self, part: Part) -> Stage:
        """Return the part's rule on its stage; what the company's other rules asked there need not be asked again."""
        if part.company != self._company:
            self._account.reset()
            build(self._account, part.company)
            _bound_roles(self._account)
            self._company = part.company
            self._sessions, self._roles = {}, {}
        if part.region not in self._sessions:
            self._sessions[part.region] = ReplaySession(self._account, part.region, self._wire, self._refill)
        return Stage(self._account, self._sessions[part.region], rule_by_id(part.rule_id))

    def removals(self, part: Part, *, once: bool = False) -> Iterator[Removal]:
        """Yield runs of one part without one of its actions each (see `tests.faults.privilege.removals`)."""
        stage = self.stage(part)
        if part.region not in self._roles:
            self._roles[part.region] = Role(self._account, part.region)
        yield from removals(stage, self._roles[part.region], once=once)

    def cells(self, part: Part, kinds: Sequence[str] = (), *, sample: bool = False) -> Iterator[Cell]:
        """Yield the runs of one part, judged."""
        stage = self.stage(part)
        turn = sum(part.rule_id.encode())
        chosen = [kind for kind in KINDS if not kinds or kind.name in kinds]
        for trigger in stage.triggers():
            scene = Scene(stage, trigger)
            if scene.faultless.failure is not None:
                told = f"It fails without a fault: {scene.faultless.failure}"
                yield Cell(part, trigger.name, 0, "every call", "no fault", (told,))
                continue
            calls = list(stage.session.recording.order)
            for index, key in _sampled(calls) if sample else enumerate(calls):
                meeting = [kind for kind in chosen if key.page_token or not kind.paged]
                if sample:
                    turn += 1
                    meeting = [meeting[turn % len(meeting)]]
                for kind in meeting:
                    yield Cell(part, trigger.name, index, _shown(key), kind.name, tuple(scene.wrong(key, kind)))


def _bound_roles(account: Account) -> None:
    """Put a boundary on every second role: its policy is what IAM has to be asked for beside the listing of roles."""
    iam = account.session().client("iam")
    roles = [role for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
    names = sorted(role["RoleName"] for role in roles if not role["Path"].startswith("/aws-service-role/"))
    for name in names[::2]:
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=BOUNDARY)


@contextmanager
def theatre() -> Iterator[Theatre]:
    """Open the embedded account of this process for the matrix."""
    with embedded_account() as account, tapped() as wire, impatient() as refill:
        yield Theatre(account, wire, refill)


def _sampled(calls: Sequence[CallKey]) -> Iterator[tuple[int, CallKey]]:
    """Yield the first and the last call of each operation."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(calls):
        places[key.name].append(index)
    for index in sorted({place for each in places.values() for place in (each[0], each[-1])}):
        yield index, calls[index]


def _shown(key: CallKey) -> str:
    return f"{key.name} {key.parameters}" if len(key.parameters) > len("{}") else key.name
