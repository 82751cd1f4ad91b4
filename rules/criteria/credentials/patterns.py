"""Regular expressions of credentials that a customer gives."""

from __future__ import annotations

import re
from typing import Final

from rules.engine.errors import ParameterError

MOST: Final = 20
LONGEST: Final = 256
"""Characters of one expression; longer ones do not fit the parameters of an AWS Config rule anyway."""


def patterns_in(text: str | None) -> tuple[str, ...]:
    """
    Return the regular expressions in a text, which whitespace divides, as commas belong to them; () for None.

    Raises ValueError, in one line, for one that does not compile or that is found in every text.
    """
    patterns = tuple((text or "").split())
    if len(patterns) > MOST:
        raise ValueError(f"{len(patterns)} expressions are given; allowed: {MOST}")
    for pattern in patterns:
        _check(pattern)
    return patterns


def refuse_unusable(text: str | None, *, parameter: str) -> None:
    """Raise ParameterError, which names the parameter, for expressions that `patterns_in` does not take."""
    try:
        patterns_in(text)
    except ValueError as error:
        raise ParameterError(f"parameter {parameter}: {error}") from None


def _check(pattern: str) -> None:
    if len(pattern) > LONGEST:
        raise ValueError(f"an expression has {len(pattern)} characters; allowed: {LONGEST}")
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{pattern!r} is no regular expression ({error}); allowed: those of Python's re") from None
    if compiled.search(""):
        raise ValueError(f"{pattern!r} is found in every text; allowed: expressions that need a character")
