"""The prices of `prices.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Prices:
    """
    What AWS asks, in USD, in `region` in the month `as_of`.

    `evaluation_tiers` are (evaluations a month, price of one), the cheapest and last without an end.
    """

    as_of: str
    region: str
    evaluation_tiers: tuple[tuple[float, float], ...]
    configuration_item: float
    alarm: float
    log_gigabyte: float
    gigabyte_second: float
    key: float
    finding_event: float

    def evaluations(self, count: float) -> float:
        """Return what so many evaluations cost in a month, in one account and Region."""
        cost, left = 0.0, count
        for size, price in self.evaluation_tiers:
            cost += min(left, size) * price
            left = max(0.0, left - size)
        return cost


@cache
def prices() -> Prices:
    """Return the prices that this version knows."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Prices(
        as_of=table["asOf"],
        region=table["region"],
        evaluation_tiers=tuple((size, price) for size, price in table["evaluation"]["tiers"]),
        configuration_item=table["configurationItem"]["usd"],
        alarm=table["alarm"]["usd"],
        log_gigabyte=table["logGigabyte"]["usd"],
        gigabyte_second=table["gigabyteSecond"]["usd"],
        key=table["key"]["usd"],
        finding_event=table["findingEvent"]["usd"],
    )
