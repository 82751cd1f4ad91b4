"""Passwords within URLs and connection strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rules.criteria.credentials.harmless import is_placeholder, is_reference
from rules.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND: Final = "a connection string with a password"

_AUTHORITY: Final = Expression(r"[^\s/?#\"'<>`\\]{1,2048}")
_ORACLE: Final = Expression(r"jdbc:oracle:thin:[^\s/@:]{1,128}/([^\s/@]{1,128})@", re.IGNORECASE)
_NETRC: Final = Expression(r"\blogin[ \t\n]{1,8}\S{1,128}[ \t\n]{1,8}password[ \t\n]{1,8}(\S{1,512})")
_CURL: Final = Expression(r"(?<!\S)(?:-u|--user)[ =]{1,2}[\"']?[^\s:\"'$]{1,128}:([^\s\"']{3,512})")


def has_password(text: str) -> bool:
    """Say whether a text has a URL or another connection string with a password of its own in it."""
    return any(not _stands_for_another(password) for password in _passwords(text))


def _passwords(text: str) -> Iterator[str]:
    """Yield what is between the user's name and the host of each URL (RFC 3986, 3.2.1), and the same of others."""
    position = text.find("://")
    while position >= 0:
        authority = _AUTHORITY.match(text, position + 3)
        user, at, _ = authority.group().rpartition("@") if authority else ("", "", "")
        _, colon, password = user.partition(":")
        if at and colon and password:
            yield password
        position = text.find("://", position + 3)
    for pattern in (_ORACLE, _NETRC, _CURL):
        yield from (match.group(1) for match in pattern.finditer(text))


def _stands_for_another(password: str) -> bool:
    return is_placeholder(password) or is_reference(password) or password.startswith(("$", "{", "%{", "<"))
