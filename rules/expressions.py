"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Expression:
    """
    A regular expression; its methods are those of `re.Pattern`.

    A handler has dozens of them behind it, which would all be compiled in every cold start; most events need a few.
    """

    def __init__(self, source: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._source, self._flags = source, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._source, self._flags)

    def match(self, text: str, position: int = 0) -> re.Match[str] | None:
        """Return the match that begins at a position."""
        return self._compiled.match(text, position)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the match that is all of a text."""
        return self._compiled.fullmatch(text)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match."""
        return self._compiled.search(text)

    def finditer(self, text: str, begin: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Return all matches between two positions."""
        return self._compiled.finditer(text, begin, end)

    def findall(self, text: str) -> list[Any]:
        """Return the texts of all matches."""
        return self._compiled.findall(text)

    def split(self, text: str) -> list[Any]:
        """Return what is between the matches, and their groups."""
        return self._compiled.split(text)

    def sub(self, replacement: str, text: str) -> str:
        """Return a text with a replacement in the place of each match."""
        return self._compiled.sub(replacement, text)
