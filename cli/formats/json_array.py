"""A JSON array with one object on each line, which tools that read line by line can cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def json_array(objects: Iterable[Mapping[str, Any]]) -> str:
    """Return the array in ASCII, so that no terminal acts on what names contain; it ends in a newline."""
    lines = ",\n".join(json.dumps(one) for one in objects)
    return f"[\n{lines}\n]\n" if lines else "[]\n"
