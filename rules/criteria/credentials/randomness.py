"""How random a text is: passwords that machines make have no words in them."""

from __future__ import annotations

import re
from collections import Counter
from math import log2
from typing import Final

from rules.expressions import Expression

LEAST_LENGTH: Final = 16
LEAST_ENTROPY: Final = 3.0
"""Bits per character: random hexadecimal texts of 16 and more digits have it, words and numbers seldom do."""

LONGEST_PIECE: Final = 3.0
"""Mean length of the pieces between changes of case and kind, from which on a text is made of words."""

FEWEST_VOWELS: Final = 0.25
"""Share of vowels in letters of one case, from which on they may be words: in random letters it is 0.19."""

_TOKEN: Final = Expression(r"[A-Za-z0-9+/=_.~!@#$%^&*()-]+", re.ASCII)
_UUID: Final = Expression(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PIECE: Final = Expression(r"[A-Z]+[a-z]*|[a-z]+|[0-9]+", re.ASCII)
_VOWEL: Final = Expression(r"[aeiouAEIOU]")


def entropy(text: str) -> float:
    """Return Shannon's entropy of a text in bits per character; 0.0 for an empty one."""
    return -sum(count / len(text) * log2(count / len(text)) for count in Counter(text).values())


def is_uuid(text: str) -> bool:
    """Say whether a text is a UUID: as often a name as a secret."""
    return _UUID.fullmatch(text) is not None


def is_random(text: str) -> bool:
    """Say whether a text looks as if a machine had made it up: long, of many characters, and without words."""
    if len(text) < LEAST_LENGTH or not _TOKEN.fullmatch(text) or entropy(text) < LEAST_ENTROPY or text.isdigit():
        return False
    if text.isalpha() and (text.islower() or text.isupper()):
        return len(_VOWEL.findall(text)) < FEWEST_VOWELS * len(text)
    return _mean_piece(text) < LONGEST_PIECE


def _mean_piece(text: str) -> float:
    """Return the mean length of the runs of letters of one case and of digits; a capital may begin small letters."""
    pieces = _PIECE.findall(text)
    return sum(map(len, pieces)) / len(pieces) if pieces else 0.0
