"""
What a deployed stack costs a month, roughly and without any free tier.

Not counted, because an account that uses AWS Config pays it anyway: configuration items of its own resources.
Deleting the stack writes one more configuration item per evaluated resource and rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

AS_OF = "November 2026, us-east-1"
EVALUATION_TIERS = ((100_000, 0.001), (400_000, 0.0008), (math.inf, 0.0005))
"""How many evaluations a month cost how many USD each (AWS Config pricing; conformance packs have the same tiers)."""
CONFIGURATION_ITEM = 0.003
ALARM = 0.10
GIGABYTE_SECOND = 0.0000133334
"""On arm64; requests, at 0.20 USD a million, do not show."""
LOG_GIGABYTE = 0.50

DAYS = 30
GIGABYTES = 0.5
SECONDS = 10
"""Of one run, reading a few hundred resources."""
LOG_KILOBYTES = 2
"""Of one run."""


@dataclass(frozen=True)
class Bill:
    """USD a month, by what they are paid for."""

    evaluations: float
    changes: float
    alarms: float
    functions: float
    logs: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.evaluations + self.changes + self.alarms + self.functions + self.logs


def monthly_bill(*, rules: int, resources: int, changes: int = 0, managed: int = 0) -> Bill:
    """
    Return the bill of one account and Region.

    `resources` are in scope of a rule on average, `changes` are resources that change a month, each with one rule
    that answers it and one change of compliance that AWS Config records. `managed` are evaluations a day of rules
    that AWS runs itself: one per resource of a periodic rule, and nothing but the evaluation is paid.
    """
    runs = rules * DAYS + changes
    return Bill(
        evaluations=_tiered((rules * resources + managed) * DAYS + changes),
        changes=changes * CONFIGURATION_ITEM,
        alarms=(rules + 1) * ALARM,
        functions=runs * SECONDS * GIGABYTES * GIGABYTE_SECOND,
        logs=runs * LOG_KILOBYTES / 1e6 * LOG_GIGABYTE,
    )


def _tiered(evaluations: int) -> float:
    left: float = evaluations
    cost = 0.0
    for size, price in EVALUATION_TIERS:
        cost += min(left, size) * price
        left = max(0.0, left - size)
    return cost
