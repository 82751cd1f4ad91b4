"""Writing a first baseline from a report, for people to review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.catalogue import all_rules
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cli.report import Acceptance
    from cli.report_file import Judged

HEAD = """\
# Known violations that somebody accepts until a day; `ai-config-rules check --baseline` takes this file.
# Review each entry: the owner answers for it, the reason says why, and after the last day it is a violation again.
"""

SHORT_ESCAPE = 0xFFFF
SURROGATES = range(0xD800, 0xE000)


class UnwritableError(Exception):
    """A text of the report cannot be in a TOML file; the message says which."""


def as_toml(violations: Iterable[Judged], acceptance: Acceptance) -> str:
    """
    Return a baseline that accepts these violations, each with what the report said of it in a comment.

    Rules on IAM are accepted in the account, as another run may judge them in another Region. Raises UnwritableError.
    """
    everywhere = {rule.id for rule in all_rules() if rule.is_global}
    return HEAD + "".join(
        "\n" + "\n".join(_entry(one, acceptance, everywhere=one.rule_id in everywhere)) + "\n" for one in violations
    )


def _entry(one: Judged, acceptance: Acceptance, *, everywhere: bool) -> Iterator[str]:
    yield f"# {one.severity.name} {printable(one.resource_name)}: {printable(one.annotation)}"
    yield "[[accepted]]"
    yield f"rule = {_quoted(one.rule_id)}"
    yield f"resourceType = {_quoted(one.resource_type)}"
    yield f"resource = {_quoted(one.resource_id)}"
    yield f"account = {_quoted(one.where.account_id)}"
    if not everywhere:
        yield f"region = {_quoted(one.where.region)}"
    yield f"owner = {_quoted(acceptance.owner)}"
    yield f"reason = {_quoted(acceptance.reason)}"
    yield f"expires = {acceptance.expires.isoformat()}"


def _quoted(text: str) -> str:
    """Return a basic string of TOML (https://toml.io/en/v1.0.0#string), with escapes for all that is not printable."""
    return f'"{"".join(_escaped(character) for character in text)}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    point = ord(character)
    if point in SURROGATES:
        raise UnwritableError(f"a resource id has half a surrogate pair, U+{point:04X}, which TOML has no way to write")
    return f"\\u{point:04X}" if point <= SHORT_ESCAPE else f"\\U{point:08X}"
