"""
What a deployed pack costs a month, roughly and without any free tier.

Not counted, because an account that uses AWS Config pays it anyway: configuration items of its own resources.
Deleting the stack writes one more configuration item per evaluated resource and rule.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cdk.prices import prices
from rules.engine.resource import ACCOUNT_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk.settings import Settings
    from rules.engine.rule import Rule

DAYS = 30
GIGABYTES = 0.5
SECONDS = 10
"""Of one run, reading a few hundred resources."""
LOG_KILOBYTES = 2
"""Of one run."""
OWN_ALARMS = 1
"""Of the stack itself; every rule's function has one besides."""
ALERT_ALARMS = 4
"""Of what tells people and notices silence."""
FINDING_ALARMS = 2
"""Of what forwards findings."""
TYPICAL = 20
"""Resources of a rule, where nobody counted."""


@dataclass(frozen=True)
class Bill:
    """USD a month, by what they are paid for."""

    evaluations: float = 0
    changes: float = 0
    alarms: float = 0
    functions: float = 0
    logs: float = 0
    keys: float = 0
    findings: float = 0

    @property
    def total(self) -> float:
        """All of it."""
        return float(sum(dataclasses.astuple(self)))

    def __add__(self, other: Bill) -> Bill:
        return Bill(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))

    def times(self, count: int) -> Bill:
        """Return the bill of so many places."""
        return Bill(*(count * each for each in dataclasses.astuple(self)))


@dataclass(frozen=True)
class Load:
    """
    What a deployment has to do in each account and Region.

    `resources` are the resources that a daily pass of a rule mentions, by rule id; what is not in it has `otherwise`.
    `changes` are resources that change a month, each with one rule that answers and one verdict that becomes
    another.
    """

    resources: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    otherwise: int = TYPICAL
    changes: int = 0

    def of(self, name: str, *, account_only: bool = False) -> int:
        """Return the evaluations of one daily pass; a rule with nothing to judge says so of the account."""
        return max(1, self.resources.get(name, 1 if account_only else self.otherwise))


@dataclass(frozen=True)
class Lever:
    """Something that lowers the bill, and by how many USD a month."""

    what: str
    saves: float


def bill(settings: Settings, load: Load, *, accounts: int = 1, regions: int = 1) -> Bill:
    """Return the bill of so many accounts in so many Regions; rules on IAM run in one Region of each account."""
    home = _place(settings.rules, settings, load)
    other = _place([rule for rule in settings.rules if not rule.is_global], settings, load)
    return (home + other.times(regions - 1)).times(accounts)


def levers(settings: Settings, load: Load, *, accounts: int = 1, regions: int = 1) -> list[Lever]:
    """Return what would lower the bill, the most first: leaving out single rules, Regions, managed rules, delivery."""
    whole = bill(settings, load, accounts=accounts, regions=regions).total

    def saved(changed: Settings, regions: int = regions) -> float:
        return whole - bill(changed, load, accounts=accounts, regions=regions).total

    found = []
    if len(settings.rules) > 1:
        for rule in settings.rules:
            fewer = dataclasses.replace(settings, rules=tuple(each for each in settings.rules if each is not rule))
            found.append(Lever(f'rules.exclude = ["{rule.id}"]', saved(fewer)))
    if regions > 1:
        found.append(Lever("one Region less", saved(settings, regions - 1)))
    for group in settings.managed.groups_in(None):
        without = dataclasses.replace(settings.managed, excluded=settings.managed.excluded | {group.key})
        changed = dataclasses.replace(settings, managed=without)
        found.append(Lever(f'managedRules.exclude = ["{group.key}"]', saved(changed)))
    if settings.security_hub:
        found.append(Lever("securityHub = false", saved(dataclasses.replace(settings, security_hub=False))))
    return sorted((each for each in found if each.saves > 0), key=lambda each: -each.saves)


def _place(rules: Sequence[type[Rule[Any]]], settings: Settings, load: Load) -> Bill:
    """Return the bill of one account and Region with these rules."""
    usd = prices()
    mentioned = sum(load.of(rule.id, account_only=set(rule.reports) == {ACCOUNT_TYPE}) for rule in rules)
    # What is evaluated on changes only is not paid while nothing changes.
    managed = sum(load.of(rule.name) for rule in settings.managed.rules_in(None) if rule.periodic)
    runs = len(rules) * DAYS + load.changes
    delivered = FINDING_ALARMS if settings.security_hub else 0
    return Bill(
        evaluations=usd.evaluations((mentioned + managed) * DAYS + load.changes),
        changes=load.changes * usd.configuration_item,
        alarms=(len(rules) + OWN_ALARMS + ALERT_ALARMS + delivered) * usd.alarm,
        functions=runs * SECONDS * GIGABYTES * usd.gigabyte_second,
        logs=runs * LOG_KILOBYTES / 1e6 * usd.log_gigabyte,
        keys=usd.key,
        findings=(mentioned + load.changes) * usd.finding_event if settings.security_hub else 0.0,
    )
