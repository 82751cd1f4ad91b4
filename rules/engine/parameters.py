"""
Rule parameters: annotated fields of a rule, read from the strings that AWS Config sends.

A field such as

    min_retention_days: Annotated[int, Between(1, 3653), "Fewest days that log events are kept."] = 90

is the Config parameter `minRetentionDays`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from rules.engine.errors import ParameterError
from rules.engine.verdict import shortened
from rules.frozen import dataclass

BOOLEANS = {"true": True, "false": False}
LONGEST_SHOWN = 200
"""Characters of a refused text that a message quotes."""


@dataclass(frozen=True)
class Between:
    """Bounds of a number, both included."""

    least: float
    most: float


@dataclass(frozen=True)
class Matching:
    """A regular expression that every text (or every text of a list) matches as a whole, and its name for readers."""

    pattern: str
    name: str


@dataclass(frozen=True)
class InPack:
    """
    The parameter is one of the conformance pack's parameters.

    `name` is the pack parameter; rules that give the same name share it. Without a name the parameter is the
    rule's own, named after rule and field.
    """

    name: str = ""


@dataclass(frozen=True)
class Tag:
    """A tag to look for, written `key=value` (or `key` for any value)."""

    key: str
    value: str | None

    def on(self, tags: Mapping[str, str]) -> bool:
        """Say whether `tags` carries this tag; keys and values compare exactly, as AWS tags do."""
        return self.key in tags and self.value in (None, tags[self.key])

    def __str__(self) -> str:
        return self.key if self.value is None else f"{self.key}={self.value}"


IN_WORDS: dict[Any, str] = {
    bool: "true, false",
    int: "whole numbers",
    float: "numbers",
    str: "texts",
    Tag: "key=value, or key",
}

AccountIds = Annotated[
    tuple[str, ...],
    Matching(r"\d{12}", "12-digit account ids"),
    InPack("TrustedAccounts"),
    "Other AWS accounts that may be let in, besides the account itself.",
]
OrganizationIds = Annotated[
    tuple[str, ...],
    Matching(r"o-[a-z0-9]{10,32}", "organization ids such as o-a1b2c3d4e5"),
    InPack("TrustedOrgIds"),
    "AWS Organizations whose principals may be let in.",
]


@dataclass(frozen=True)
class Parameter:
    """
    What one parameter is called, what it takes and what it is without being set.

    `default` is the text that AWS Config would carry, None where the parameter is simply not set;
    `allowed` says the values in words; `pack_parameter` names the conformance pack's parameter that feeds it, or
    is None where the pack carries the default as a literal.
    """

    name: str
    field: str
    kind: str
    default: str | None
    allowed: str
    description: str
    pack_parameter: str | None


def parameters(rule: type[Any]) -> tuple[Parameter, ...]:
    """Return the parameters of a rule class, in the order of its fields; raises TypeError for an unusable field."""
    hints = get_type_hints(rule, include_extras=True)
    found = []
    for field in fields(rule):
        kind, notes = _taken_apart(hints[field.name])
        description = next((note for note in notes if isinstance(note, str)), "")
        if field.default is MISSING or not description:
            raise TypeError(f"{rule.__name__}.{field.name} needs a default and a description")
        in_pack = next((note for note in notes if isinstance(note, InPack)), None)
        name = camel_case(field.name)
        own_name = rule.__name__ + name[0].upper() + name[1:]
        found.append(
            Parameter(
                name=name,
                field=field.name,
                kind=_kind_name(kind),
                default=written(field.default),
                allowed=_allowed(kind, notes),
                description=description,
                pack_parameter=None if in_pack is None else in_pack.name or own_name,
            )
        )
    return tuple(found)


def configured(rule: type[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the constructor arguments of `rule` for the parameters that AWS Config (or a reader) gave.

    Values are texts; JSON booleans and numbers are taken as if they were written out. An empty text means that
    the parameter is not set. Raises ParameterError for an unknown name or a value that the parameter does not
    take, naming what is allowed.
    """
    hints = get_type_hints(rule, include_extras=True)
    by_name = {camel_case(field.name): field.name for field in fields(rule)}
    arguments: dict[str, Any] = {}
    for name, value in given.items():
        if name not in by_name:
            raise ParameterError(f"unknown parameter {shown_name(name)}; allowed: {', '.join(by_name) or 'none'}")
        text = (value if isinstance(value, str) else json.dumps(value)).strip()
        if not text:
            continue
        kind, notes = _taken_apart(hints[by_name[name]])
        try:
            arguments[by_name[name]] = _parsed(text, kind, notes)
        except _RefusedError:
            raise ParameterError(
                f"parameter {name}={shortened(text, LONGEST_SHOWN)!r}; allowed: {_allowed(kind, notes)}"
            ) from None
    return arguments


def shown_name(name: object) -> str:
    """Return a name that nobody knows as a message quotes it."""
    return repr(shortened(str(name), LONGEST_SHOWN))


def camel_case(field: str) -> str:
    """Return the Config parameter name of a field: min_retention_days -> minRetentionDays."""
    first, *rest = field.split("_")
    return first + "".join(word.capitalize() for word in rest)


def written(value: object) -> str | None:
    """Return a parameter's value as AWS Config carries it, None for one that is not set."""
    if value is None or value in ((), ""):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(str(item) for item in value)
    return str(value)


class _RefusedError(Exception):
    pass


def _taken_apart(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    notes: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *extra = get_args(hint)
        notes = tuple(extra)
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (option for option in get_args(hint) if option is not type(None))
    return hint, notes


def _parsed(text: str, kind: Any, notes: tuple[Any, ...]) -> Any:
    if get_origin(kind) is tuple:
        item_kind = get_args(kind)[0]
        items = tuple(_parsed(item.strip(), item_kind, notes) for item in text.split(",") if item.strip())
        if not items:
            raise _RefusedError
        return items
    if get_origin(kind) is Literal:
        for choice in get_args(kind):
            if text.lower() == str(choice).lower():
                return choice
        raise _RefusedError
    value = _scalar(text, kind)
    for note in notes:
        if isinstance(note, Between) and not note.least <= value <= note.most:
            raise _RefusedError
        if isinstance(note, Matching) and not re.fullmatch(note.pattern, text):
            raise _RefusedError
    return value


def _scalar(text: str, kind: Any) -> Any:
    if kind is bool:
        if text.lower() not in BOOLEANS:
            raise _RefusedError
        return BOOLEANS[text.lower()]
    if kind in (int, float):
        # int() and float() also take forms that nobody means, such as 1_0, nan and Arabic-Indic digits.
        if not re.fullmatch(r"[+-]?[0-9]{1,15}" if kind is int else r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", text):
            raise _RefusedError
        return kind(text)
    if kind is Tag:
        key, equals, value = text.partition("=")
        if not key.strip():
            raise _RefusedError
        return Tag(key.strip(), value.strip() if equals else None)
    if kind is str:
        return text
    raise TypeError(f"parameters of type {kind!r} are not supported")


def _kind_name(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "list"
    if get_origin(kind) is Literal:
        return "choice"
    return {bool: "boolean", int: "integer", float: "number", Tag: "tag"}.get(kind, "text")


def _allowed(kind: Any, notes: tuple[Any, ...]) -> str:
    if get_origin(kind) is tuple:
        return f"a comma-separated list of {_allowed(get_args(kind)[0], notes)}"
    if get_origin(kind) is Literal:
        return ", ".join(str(choice) for choice in get_args(kind))
    for note in notes:
        if isinstance(note, Matching):
            return note.name
        if isinstance(note, Between):
            return f"{IN_WORDS[kind]} from {note.least:g} to {note.most:g}"
    return IN_WORDS[kind]
