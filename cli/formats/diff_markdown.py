"""Differences for a pull request or the monthly review, as GitHub shows Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.formats.diff_wording import TITLES, gap_subject, headline, name_of, place, sentences, summary
from cli.formats.markdown_text import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.differences import Change, Differences, Gap
    from cli.report_file import StoredReport
    from cli.terminal import Look

MARK = "<!-- ai-config-rules diff -->"
"""The first line, by which a workflow finds the comment that it wrote before."""

LONGEST_COMMENT = 65_536
"""GitHub's limit on a comment, in characters; bytes are counted here, which are never fewer."""

ROOM_FOR_NOTE = 512


def render(found: Differences, old: StoredReport, new: StoredReport, look: Look) -> str:
    """Return a comment of at most 65,536 characters that ends by saying how much did not fit."""
    del look
    lines = [MARK, "## AI on AWS: what changed", "", f"**{summary(found)}**", "", f"{headline(old, new)}.", ""]
    room = LONGEST_COMMENT - ROOM_FOR_NOTE - sum(_size(line) for line in lines)
    left_out = 0
    for heading, rows in _sections(found):
        head = [f"### {heading}", "", "| Rule | Resource | Found |", "| --- | --- | --- |"]
        room -= sum(_size(line) for line in head) + 1
        taken: list[str] = []
        for row in rows:
            if _size(row) > room:
                break
            room -= _size(row)
            taken.append(row)
        left_out += len(rows) - len(taken)
        lines += [*head, *taken, ""] if taken else []
    if left_out:
        lines += ["> [!WARNING]", f"> {left_out:,} changes did not fit; the other formats have everything.", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _sections(found: Differences) -> Iterator[tuple[str, list[str]]]:
    for kind, title in TITLES.items():
        changes = found.of(kind)
        if changes:
            yield f"{title}: {len(changes):,}", [_row(change) for change in changes]
    if found.gaps:
        yield f"No longer evaluated: {len(found.gaps):,}", [_gap_row(gap) for gap in found.gaps]


def _row(change: Change) -> str:
    one = change.one
    what = f"{code(name_of(one))}<br>{code(one.resource_type)}, {prose(place(one.where))}"
    said = "<br>".join(prose(sentence) for sentence in sentences(change))
    return f"| **{one.severity.name}** {code(one.rule_id)} | {what} | {said} |"


def _gap_row(gap: Gap) -> str:
    return f"| {code(gap.rule_id)} | {prose(gap_subject(gap))}<br>{prose(place(gap.where))} | {prose(gap.reason)} |"


def _size(line: str) -> int:
    return len(line.encode("utf-8", "surrogatepass")) + 1
