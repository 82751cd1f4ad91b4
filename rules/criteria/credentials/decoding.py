"""What is inside a value: the fields of JSON, assignments in texts, and what is encoded."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from rules.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Iterator

_BASE64: Final = Expression(r"[A-Za-z0-9+/_-]{16,}={0,2}", re.ASCII)
_BASIC: Final = Expression(r"\bbasic[ \t]{1,8}([A-Za-z0-9+/_-]{6,1024}={0,2})", re.IGNORECASE | re.ASCII)
_BEARER: Final = Expression(r"\bbearer[ \t]{1,8}([A-Za-z0-9._~+/=-]{16,4096})", re.IGNORECASE | re.ASCII)
_ASSIGNMENT: Final = Expression(
    r"""(?<![A-Za-z0-9_.-])-{0,2}([A-Za-z_][A-Za-z0-9_.-]{0,80})"""
    r"""["'\\]{0,3}[ \t]{0,4}(=>|=|:)[ \t]{0,4}"""
    r"""("[^"\n]{0,4096}"|'[^'\n]{0,4096}'|[^\s"',;&]{1,4096})""",
    re.ASCII,
)
_OPTION: Final = Expression(r"(?<!\S)--([A-Za-z][A-Za-z0-9-]{1,40})[ \t]{1,4}([^\s-]\S{0,1024})", re.ASCII)
_DER_PRIVATE_KEY: Final = re.compile(rb"\x30\x82..\x02\x01\x00", re.DOTALL)
"""A long sequence that begins with version 0: PKCS #1 and #8 (RFC 8017, RFC 5208); certificates begin otherwise."""


class _Pairs(list[tuple[str, Any]]):
    """The fields of a JSON object, in their order."""


def fields(name: str, value: str) -> list[tuple[str, str]] | None:
    """
    Return the texts in a JSON value with their names, None for what is no JSON object, array or text.

    A field is called after the name of what it is in and its own: ("DB", {"password": "x"}) gives ("DB_password", "x").
    """
    if value[:1] not in ("{", "[", '"'):
        return None
    try:
        # Pairs, because of two fields of one name an object keeps the last only.
        document = json.loads(value, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    found: list[tuple[str, str]] = []
    waiting: list[tuple[str, Any]] = [(name, document)]
    while waiting:
        within, each = waiting.pop()
        if isinstance(each, _Pairs):
            waiting.extend((f"{within}_{key}", inner) for key, inner in reversed(each))
        elif isinstance(each, list):
            waiting.extend((within, inner) for inner in reversed(each))
        elif isinstance(each, str):
            found.append((within, each))
    return found


def has_private_jwk(value: str) -> bool:
    """Say whether a JSON text is, or has in it, a key with its private part (RFC 7517, RFC 7518)."""
    return '"kty"' in value and re.search(r'"(?:d|k)"\s{0,8}:\s{0,8}"[A-Za-z0-9_-]{16,}"', value) is not None


def assignments(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, sign and value of each assignment in a text: `NAME=value`, `name: value`, `--name value`."""
    for match in _ASSIGNMENT.finditer(text):
        name, sign, value = match.groups()
        yield name, sign, value[1:-1] if value[0] in "\"'" and value[-1] == value[0] else value
    for match in _OPTION.finditer(text):
        yield match.group(1), "=", match.group(2)


def basic(text: str) -> bool:
    """Say whether a text has an HTTP Basic authentication with user and password (RFC 7617)."""
    return any(":" in (_text(_opened(match.group(1))) or "") for match in _BASIC.finditer(text))


def bearers(text: str) -> Iterator[str]:
    """Yield the tokens of HTTP Bearer authentications in a text (RFC 6750)."""
    return (match.group(1) for match in _BEARER.finditer(text))


def decoded(value: str) -> str | None:
    """Return the text that a value is the base64 of, None where it is none, or not of a text."""
    return _text(_bytes(value))


def is_private_key(value: str) -> bool:
    """Say whether a value is the base64 of a private key without its PEM lines."""
    return _DER_PRIVATE_KEY.match(_bytes(value)) is not None


def unquoted(value: str) -> str | None:
    """Return a value without its percent-encoding, None where it has none."""
    plain = unquote(value) if "%" in value else value
    return plain if plain != value else None


def _text(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text and all(each.isprintable() or each in "\r\n\t" for each in text) else None


def _bytes(value: str) -> bytes:
    joined = "".join(value.split())
    return _opened(joined) if _BASE64.fullmatch(joined) else b""


def _opened(joined: str) -> bytes:
    joined = joined.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(joined + "=" * (-len(joined) % 4))
    except Base64Error:
        return b""
