"""
The labelled set: variables as functions have them, invented, and whether they hold a credential.

Values are stored backwards, so that nobody's secret scanner takes them for leaks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

PARTS = ("tuned", "held_out")
"""The detector was made with the first part in view; the second was written before it, and nothing is tuned on it."""


@dataclass(frozen=True)
class Labelled:
    """A variable with its label; `kind` says what sort of credential it holds, or what sort of harmless value it is."""

    name: str
    value: str
    secret: bool
    kind: str

    def __repr__(self) -> str:
        return f"Labelled({self.name!r}, {'secret' if self.secret else 'harmless'}: {self.kind!r})"


def labelled(part: str) -> list[Labelled]:
    """Return the variables of one part."""
    lines = Path(__file__).with_name(f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Labelled(one["name"], one["backwards"][::-1], one["label"] == "secret", one["kind"])
        for one in map(json.loads, lines)
    ]
