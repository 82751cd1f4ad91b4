"""Values that somebody gave, in a file or in the CDK context, each with the place that a message has to name."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from rules.engine.verdict import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

CONTEXT = "ai-config:"
"""Context keys that begin like this are settings: `-c ai-config:prefix=audit`, `-c ai-config:rules.include=access`."""

LONGEST_SHOWN = 80
"""Characters by which a reader recognises a value."""
LONGEST_FAULT = 300
"""Characters of what a reader of files says about one."""


class SettingsError(Exception):
    """A setting is unknown or has a value that it does not take; one line names source, key and what is allowed."""


@dataclass(frozen=True)
class Given:
    """A value, the source that it was given in, and its dotted key there."""

    source: str
    key: str
    value: object

    def refused(self, allowed: str) -> SettingsError:
        """Return the error for a value that the key does not take."""
        return SettingsError(f"{self.source}: {_short(self.key)} = {_shown(self.value)}; allowed: {allowed}")

    def unknown(self, kind: str, name: str, known: Iterable[str]) -> SettingsError:
        """Return the error for a name that nothing has, with the nearest one that something has."""
        names = sorted(known)
        close = get_close_matches(name, names, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        allowed = ", ".join(names) or "none"
        return SettingsError(
            f"{self.source}: {_short(self.key)}: unknown {kind} {_shown(name)}{hint}; allowed: {allowed}"
        )

    def text(self, pattern: str, allowed: str) -> str:
        """Return a text that matches `pattern` as a whole; raises SettingsError."""
        if not isinstance(self.value, str) or not re.fullmatch(pattern, self.value):
            raise self.refused(allowed)
        return self.value

    def switch(self) -> bool:
        """Return a true or a false, which the context gives as texts; raises SettingsError."""
        switches: dict[object, bool] = {True: True, False: False, "true": True, "false": False}
        if not isinstance(self.value, (bool, str)) or self.value not in switches:
            raise self.refused("true, false")
        return switches[self.value]

    def texts(self, pattern: str, allowed: str) -> tuple[str, ...]:
        """
        Return a list of texts that match `pattern`; raises SettingsError.

        In the context, where everything is one text, they are separated by commas.
        """
        items = self.value.split(",") if isinstance(self.value, str) else self.value
        if not isinstance(items, list):
            raise self.refused(allowed)
        return tuple(Given(self.source, self.key, _stripped(item)).text(pattern, allowed) for item in items)


def in_file(file: Path) -> dict[str, Given]:
    """Return what a TOML file gives, by dotted key; raises SettingsError when it cannot be read."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file}: there is no such settings file") from None
    except (OSError, ValueError, RecursionError) as error:
        # A number of thousands of digits is a ValueError of its own, and lists may be nested too deeply.
        raise SettingsError(printable(f"{file}: {shortened(str(error), LONGEST_FAULT)}")) from None
    return {key: Given(file.name, key, value) for key, value in _flat(content)}


def in_context(context: Mapping[str, object]) -> dict[str, Given]:
    """Return what the CDK context gives, by dotted key; keys without our beginning are the CDK's own."""
    given: dict[str, Given] = {}
    for name, value in context.items():
        if name.startswith(CONTEXT):
            key = name.removeprefix(CONTEXT)
            nested = value if isinstance(value, dict) else None
            inner = _flat(nested, f"{key}.") if nested is not None else [(key, value)]
            given.update({path: Given("CDK context", path, found) for path, found in inner})
    return given


def _flat(table: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    """Yield the leaves of nested tables under dotted keys."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _stripped(item: object) -> object:
    return item.strip() if isinstance(item, str) else item


def _short(key: str) -> str:
    return shortened(printable(key), LONGEST_SHOWN)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."
