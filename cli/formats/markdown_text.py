"""Text from the account in Markdown: shown as it is, whatever GitHub would make of it."""

from __future__ import annotations

import re
from itertools import groupby

from rules.engine.verdict import printable

PLAIN_WORD = re.compile(
    r"""["'(]*[^\W_](?:[^\W_]|['%/](?=[^\W_])|-(?=[^\W\d_])|[.,](?=[0-9]))*[%)"']*[.,;:…?)]*"""
    r"""|\(\+[0-9]+|-"""
)
"""A word of a sentence: nothing that Markdown, HTML, or GitHub's mentions, links and references are made of."""

HEXADECIMAL = re.compile(r"[0-9a-f]{7}")
"""GitHub makes a link of seven hexadecimal digits and more, as they may be a commit."""

HARMLESS = frozenset(" -/,")
"""What is neither a letter nor a digit, and means nothing inside a line."""


def code(text: str) -> str:
    """
    Return text as inline code, safe in a table as well.

    Numeric references are never markup (https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references),
    and GitHub makes neither mentions nor links of what is code.
    """
    return f"<code>{''.join(_literal(character) for character in printable(text))}</code>"


def prose(text: str) -> str:
    """Return a sentence with every word that could be more than a word as code."""
    words = printable(text).split()
    runs = groupby(words, key=_is_plain)
    return " ".join(" ".join(run) if plain else code(" ".join(run)) for plain, run in runs)


def _is_plain(word: str) -> bool:
    return bool(PLAIN_WORD.fullmatch(word)) and not HEXADECIMAL.search(word)


def _literal(character: str) -> str:
    return character if character.isalnum() or character in HARMLESS else f"&#{ord(character)};"
