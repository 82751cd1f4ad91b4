"""Figures in docs/scale.md: what measurements print there, between marks of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"


def put(command: str, lines: Iterable[str]) -> None:
    """Write what `command` ("python -m benchmarks.calls") has measured into the document."""
    DOCUMENT.write_text(between(DOCUMENT.read_text(encoding="utf-8"), command, lines), encoding="utf-8")


def between(document: str, command: str, lines: Iterable[str]) -> str:
    """Return a document with these lines between the marks of a command; raises ValueError without them."""
    begin, end = f"<!-- made by {command} -->", f"<!-- end of {command} -->"
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the document lacks {begin} or {end}")
    return "\n".join([f"{before}{begin}", "", *lines, "", f"{end}{after}"])
