"""
Credentials that are known by their format, whatever they are called.

Most formats are those of gitleaks (https://github.com/gitleaks/gitleaks, MIT, see gitleaks.LICENSE beside the data):
it is maintained, and its rules are data of a few kilobytes. detect-secrets, the library for Python, had its last
release in 2024, brings an HTTP client into the bundle, and knows no model provider but one.
"""

from __future__ import annotations

import json
import re
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rules.criteria.credentials.own_formats import OWN
from rules.criteria.credentials.randomness import entropy
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

GITLEAKS: Final = Path(__file__).with_name("gitleaks.json")

OWN_ENTROPY: Final = 2.5
"""Bits per character below which a text of the right form is a placeholder: "ghp_xxxxxxxx"."""


@dataclass(frozen=True)
class Format:
    """
    A format: `kind` is what annotations call it ("a GitHub token").

    A text without any of the `keywords`, compared in lower case, need not be searched; the credential, which is the
    first group of the pattern or all of it, has at least `entropy` bits per character.
    """

    kind: str
    pattern: str
    keywords: tuple[str, ...]
    entropy: float

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)

    def spans(self, text: str, lowered: str) -> Iterator[tuple[int, int]]:
        """Yield where the credentials of this format begin and end; `lowered` is the text in lower case."""
        if self.keywords and not any(keyword in lowered for keyword in self.keywords):
            return
        for match in self._compiled.finditer(text):
            credential = next((group for group in match.groups() if group), match.group())
            if entropy(credential) >= self.entropy:
                yield match.span()


@cache
def formats() -> tuple[Format, ...]:
    """Return every known format, our own first: they have the better words."""
    own = (Format(kind, pattern, keywords, OWN_ENTROPY) for kind, keywords, pattern in OWN)
    taken_over = (
        Format(one["kind"], one["pattern"], tuple(one["keywords"]), one["entropy"])
        for one in json.loads(GITLEAKS.read_text(encoding="utf-8"))
    )
    return (*own, *taken_over)


def known(text: str) -> tuple[str, ...]:
    """Return the kinds of the credentials that a text holds; one text is one credential, of the first format."""
    taken: list[tuple[int, int]] = []
    kinds: dict[str, None] = {}
    lowered = text.lower()
    for each in formats():
        for start, end in each.spans(text, lowered):
            if all(end <= other_start or start >= other_end for other_start, other_end in taken):
                taken.append((start, end))
                kinds[each.kind] = None
    return tuple(kinds)
