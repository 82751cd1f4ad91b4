"""Changes of a JSON value that was right: what is left out, renamed, of another kind, huge, deep or doubled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

DEEPER_THAN_PYTHON: Final = 100_000
"""Brackets within each other; the JSON reader gives up at about a thousand."""
TEXTS: Final = (
    *("", " ", "null", "{}", "[]", "TESTMODE", "ResourceDeleted", "\ud800", "\x00", "\x1b[2J", "a\nb", "\u202egood"),
    *("=1+1", "<script>", "0" * 5_000, "x" * 100_000),
)
VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    2**70,
    0.5,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [None],
    {"a": {}},
)


def odd_values() -> st.SearchStrategy[Any]:
    """Return what nobody expects in the place of a value."""
    return st.one_of(
        st.sampled_from(TEXTS),
        st.sampled_from(VALUES),
        st.text(max_size=20),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)),
    )


@st.composite
def changed(draw: st.DrawFn, right: Any, most: int = 3) -> Any:
    """Return a JSON value with one to `most` changes, each somewhere within it."""
    value = right
    for _ in range(draw(st.integers(1, most))):
        paths = [path for path in places(value) if path]
        if not paths:
            return value
        path = draw(st.sampled_from(paths))
        match draw(st.sampled_from(("left out", "other", "other", "other", "renamed", "wrapped", "written out"))):
            case "left out":
                value = _with(value, path, None, gone=True)
            case "other":
                value = _with(value, path, draw(odd_values()))
            case "renamed" if isinstance(path[-1], str):
                old = _at(value, path)
                value = _with(value, path, None, gone=True)
                value = _with(value, (*path[:-1], draw(st.sampled_from((path[-1].upper(), path[-1] + " ", "")))), old)
            case "wrapped":
                value = _with(value, path, draw(st.sampled_from(([_at(value, path)], {"value": _at(value, path)}))))
            case _:
                value = _with(value, path, json.dumps(_at(value, path)))
    return value


@st.composite
def as_text(draw: st.DrawFn, value: Any) -> str:
    """Return a JSON text of a value: as it is, cut off, with a key twice, too deep, or in another form."""
    text = json.dumps(value)
    forms = {
        "cut off": lambda: text[: draw(st.integers(0, len(text)))],
        "a key twice": lambda: text.replace('": ', '": "twice", "' + text[2:].partition('"')[0] + '": ', 1),
        "lists too deep": lambda: "[" * DEEPER_THAN_PYTHON,
        "objects too deep": lambda: '{"a":' * DEEPER_THAN_PYTHON,
        "a byte order mark": lambda: "\ufeff" + text,
        "spaces": lambda: " \n\t" + text + "\r\n",
        "two in a row": lambda: text + text,
    }
    form = draw(st.sampled_from((*["plain"] * len(forms), *forms)))
    return forms[form]() if form in forms else text


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every part of a JSON value, the whole one first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(value: Any, path: Path, other: Any, *, gone: bool = False) -> Any:
    """Return the value with another part at `path`, or without that part; the value itself stays as it is."""
    step, *rest = path
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if rest:
        copy[step] = _with(copy[step], tuple(rest), other, gone=gone)
    elif gone:
        del copy[step]
    else:
        copy[step] = other
    return copy
