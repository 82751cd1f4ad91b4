"""How something grows with an account: the exponent of the power law through some measurements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def exponent(factors: Sequence[float], figures: Sequence[float]) -> float:
    """
    Return the slope of the straight line that is nearest to the logarithms of the figures over those of the factors.

    0 is what does not grow, 1 what grows as the account does, 2 what grows with its square. Needs positive figures.
    """
    across = [math.log(factor) for factor in factors]
    up = [math.log(figure) for figure in figures]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    products = sum((x - middle) * (y - height) for x, y in zip(across, up, strict=True))
    return products / sum((x - middle) ** 2 for x in across)


def last_step(factors: Sequence[float], figures: Sequence[float]) -> float:
    """Return the exponent between the two largest accounts, where what does not grow weighs least."""
    return exponent(factors[-2:], figures[-2:])
