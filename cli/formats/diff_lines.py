"""Differences for people: plain lines in a pipe, headings and colours on a terminal."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from cli.formats.diff_wording import (
    TITLES,
    gap_subject,
    headline,
    name_of,
    place,
    sentences,
    summary,
)
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.differences import Differences
    from cli.report_file import StoredReport
    from cli.terminal import Look


def render(found: Differences, old: StoredReport, new: StoredReport, look: Look) -> str:
    """Return the differences for a terminal of that look, or as plain lines where there is none."""
    if look.terminal:
        # Drawing on a terminal takes rich, which a pipe need not wait for.
        return cast("str", import_module("cli.formats.diff_screen").render(found, old, new, look))
    return "".join(f"{line}\n" for line in _lines(found, old, new))


def _lines(found: Differences, old: StoredReport, new: StoredReport) -> Iterator[str]:
    yield f"{headline(old, new)}."
    for kind, title in TITLES.items():
        for change in found.of(kind):
            one = change.one
            subject = f"{place(one.where)} {printable(one.resource_type)} {name_of(one)}"
            said = " ".join(sentences(change))
            yield f"{title.upper()} {one.severity.name} {printable(one.rule_id)} {subject}: {said}"
    for gap in found.gaps:
        subject = f"{printable(gap.rule_id)} {place(gap.where)} {gap_subject(gap)}"
        yield f"NO_LONGER_EVALUATED {subject}: {printable(gap.reason)}"
    yield summary(found)
