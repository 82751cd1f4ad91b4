"""When a value holds a credential; what it is, never the value, is said (docs/secret-detection.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rules.criteria.credentials import decoding
from rules.criteria.credentials.connection_strings import KIND, has_password
from rules.criteria.credentials.harmless import is_harmless
from rules.criteria.credentials.known_formats import known
from rules.criteria.credentials.named_values import Class, class_of, named
from rules.criteria.credentials.randomness import is_random

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEEPEST: Final = 4
"""Encodings within encodings that are opened: base64 of JSON of base64 and so on."""

OF_EXTRA_PATTERNS: Final = "a text that extraPatterns describes"


def credentials_in_variable(name: str, value: str, extra: Iterable[str] = ()) -> tuple[str, ...]:
    """
    Return the kinds of credentials that a variable's value holds, such as "an AWS access key".

    `extra` are further regular expressions to look for. The value, what is encoded in it and its fields are held
    against known formats first; the name counts where there is none.
    """
    patterns = tuple(re.compile(pattern) for pattern in extra)
    kinds = dict.fromkeys(_found(name, value.strip(), DEEPEST))
    if any(pattern.search(text) for pattern in patterns for text in _texts(value.strip(), DEEPEST)):
        kinds[OF_EXTRA_PATTERNS] = None
    return tuple(kinds)


def credentials_in_text(text: str) -> tuple[str, ...]:
    """Return the kinds of credentials that a script or another text holds, such as "an AWS access key"."""
    return tuple(dict.fromkeys(_found("", text.strip(), DEEPEST)))


def _found(name: str, value: str, depth: int) -> Iterator[str]:
    if not value or depth == 0:
        return
    kinds = [*known(value), *_authentications(value)]
    if has_password(value):
        kinds.append(KIND)
    if decoding.has_private_jwk(value) or decoding.is_private_key(value):
        kinds.append("a private key")
    if not kinds:
        kinds = list(_inside(name, value, depth))
    if not kinds and name and (kind := named(name, value)):
        kinds.append(kind)
    yield from kinds


def _authentications(value: str) -> Iterator[str]:
    if decoding.basic(value):
        yield "a user name with a password"
    if any(is_random(token) and not is_harmless(token) for token in decoding.bearers(value)):
        yield "a bearer token"


def _inside(name: str, value: str, depth: int) -> Iterator[str]:
    """Yield what is in a value's fields, in its assignments, or in what it is the encoding of."""
    if (fields := decoding.fields(name, value)) is not None:
        for inner_name, inner in fields:
            yield from _found(inner_name, inner, depth - 1)
        return
    for inner_name, sign, inner in decoding.assignments(value):
        yield from _assigned(inner_name, sign, inner)
    for inner in _opened(value):
        yield from _found(name, inner, depth - 1)


def _assigned(name: str, sign: str, value: str) -> Iterator[str]:
    """Yield what an assignment in a text assigns; in prose, a colon and any word may follow the word "password"."""
    kind = named(name, value)
    prose = sign == ":" and class_of(name) is Class.PASSWORD and value.rstrip(".!?").isalpha()
    if kind is not None and value != name and not prose:
        yield kind


def _opened(value: str) -> Iterator[str]:
    for inner in (decoding.decoded(value), decoding.unquoted(value)):
        if inner is not None:
            yield inner.strip()


def _texts(value: str, depth: int) -> Iterator[str]:
    """Yield a value and all that is encoded in it."""
    yield value
    if depth == 0:
        return
    inside = [inner for _, inner in decoding.fields("", value) or ()]
    for inner in (*inside, *_opened(value)):
        yield from _texts(inner, depth - 1)
