"""Changes of an answer that its service model allows: what is optional left out, new enum values, extreme values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

UNHEARD_OF: Final = "UNHEARD_OF_VALUE"
"""A value that AWS may add to any enum tomorrow."""

LONG: Final = "x" * 5_000
HOSTILE: Final = "\x1b[2J\u202e=1+1|<script>\n"
NUMBERS: Final = (-1, 0, 1, 2**31 - 1, 2**63 - 1)
MOMENTS: Final = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
)
GONE: Final = object()
"""What stands for a member that is left out."""


@dataclass(frozen=True)
class Change:
    """
    One change of an answer: `value` at `path`, GONE for nothing there.

    `kind` says what it is: known or unheard-of for values of an enum, and left-out, empty, extreme, text, flipped,
    repeated or added.
    """

    path: Path
    kind: str
    value: Any

    def __str__(self) -> str:
        shown = "nothing" if self.value is GONE else repr(self.value)[:60]
        return f"{self.kind}: {'.'.join(map(str, self.path))} = {shown}"

    def of(self, answer: Any) -> Any:
        """Return the answer with this change; the answer itself stays as it is."""
        return _replaced(answer, self.path, self.value)


def changes(answer: Any, shape: Any) -> Iterator[Change]:
    """Yield every change of an answer of that shape, part by part, in the order of the answer."""
    yield from _of_value(answer, shape, ())


def _of_value(value: Any, shape: Any, path: Path) -> Iterator[Change]:
    if value is None:
        return
    kind = shape.type_name
    if kind == "structure":
        yield from _of_structure(value, shape, path)
    elif kind == "list":
        yield from _of_list(value, shape, path)
    elif kind == "map":
        yield Change(path, "empty", {})
        for key, inner in value.items():
            yield Change((*path, key), "left-out", GONE)
            yield from _of_value(inner, shape.value, (*path, key))
    else:
        for change, other in _others(shape):
            if other != value:
                yield Change(path, change, other)


def _of_structure(value: Any, shape: Any, path: Path) -> Iterator[Change]:
    required = set(shape.required_members)
    for name, member in shape.members.items():
        here = (*path, name)
        if value.get(name) is None:
            for sample in _samples(member):
                yield Change(here, "added", sample)
            continue
        yield Change(here, "left-out-required" if name in required else "left-out", GONE)
        yield from _of_value(value[name], member, here)


def _of_list(value: Any, shape: Any, path: Path) -> Iterator[Change]:
    if not value:
        for sample in _samples(shape.member):
            yield Change(path, "added", [sample])
        return
    yield Change(path, "empty", [])
    yield Change(path, "repeated", [*value, value[0]])
    for index, inner in enumerate(value):
        yield from _of_value(inner, shape.member, (*path, index))


def _others(shape: Any) -> Iterator[tuple[str, Any]]:
    """Yield values for a scalar, with the kind of change that each of them is."""
    match shape.type_name:
        case "string" if shape.enum:
            yield "unheard-of", UNHEARD_OF
            yield from (("known", value) for value in shape.enum)
        case "string":
            yield from (("text", text) for text in ("", LONG, HOSTILE))
        case "integer" | "long":
            yield from (("extreme", number) for number in NUMBERS)
        case "float" | "double":
            yield from (("extreme", float(number)) for number in NUMBERS)
        case "boolean":
            yield from (("flipped", value) for value in (True, False))
        case "timestamp":
            yield from (("extreme", moment) for moment in MOMENTS)
        case "blob":
            yield from (("text", blob) for blob in (b"", b"\xff\x00", LONG.encode()))


def _samples(shape: Any, depth: int = 0) -> Iterator[Any]:
    """Yield a sparse and a full value of a shape that the answer does not have."""
    if depth > 3:  # some shapes contain themselves
        return
    match shape.type_name:
        case "structure":
            yield {}
            yield {name: first for name, member in shape.members.items() for first in _first(member, depth)}
        case "list":
            yield _first(shape.member, depth)
        case "map":
            yield dict.fromkeys(("key",), *_first(shape.value, depth))
        case _:
            yield from (value for _, value in _others(shape))


def _first(shape: Any, depth: int) -> list[Any]:
    """Return the fullest sample of a shape in a list, or an empty one where it would have no end."""
    every = list(_samples(shape, depth + 1))
    return every[-1:] if shape.type_name == "structure" else every[:1]


def _replaced(whole: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    if isinstance(whole, list):
        copy: Any = list(whole)
        copy[step] = _replaced(whole[int(step)], tuple(rest), value)
        return copy
    copy = dict(whole)
    changed = _replaced(whole.get(step), tuple(rest), value)
    if changed is GONE:
        del copy[step]
    else:
        copy[step] = changed
    return copy
