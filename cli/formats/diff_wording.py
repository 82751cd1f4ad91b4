"""What the readable formats of differences say alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.differences import ANY_REGION, Kind
from cli.formats.wording import counted
from rules.engine.verdict import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.differences import Change, Differences, Gap
    from cli.report_file import Judged, StoredReport, Where

LONGEST_NAME = 200

TITLES = {
    Kind.APPEARED: "Appeared",
    Kind.FIXED: "Fixed",
    Kind.CHANGED: "Changed",
    Kind.ACCEPTED: "Accepted",
}


def headline(old: StoredReport, new: StoredReport) -> str:
    """Return which runs are compared."""
    return f"From {old.started_at:%Y-%m-%d %H:%M} to {new.started_at:%Y-%m-%d %H:%M} UTC"


def summary(found: Differences) -> str:
    """Return how it came out: "2 appeared, 1 fixed, 0 changed, 0 accepted, 12 unchanged. 1 no longer evaluated."."""
    figures = [f"{len(found.of(kind)):,} {title.lower()}" for kind, title in TITLES.items()]
    gaps = f" {len(found.gaps):,} no longer evaluated." if found.gaps else ""
    errors = f" {counted(found.errors, 'error')} in the newer report." if found.errors else ""
    return f"{', '.join(figures)}, {found.unchanged:,} unchanged.{gaps}{errors}"


def several_places(changes: Iterable[Change], gaps: Iterable[Gap]) -> bool:
    """Say whether what changed is in more than one account and Region."""
    return len({*(change.one.where for change in changes), *(gap.where for gap in gaps)}) > 1


def place(where: Where) -> str:
    """Return an account and Region, or the account alone for rules on IAM."""
    text = where.account_id if where.region == ANY_REGION else f"{where.account_id} {where.region}"
    return printable(text)


def name_of(one: Judged) -> str:
    """Return a resource's name on one line."""
    return shortened(printable(one.resource_name), LONGEST_NAME)


def sentences(change: Change) -> tuple[str, ...]:
    """Return what there is to say of a change, each on one line: for one that changed what was said before and now."""
    one = change.one
    now = printable(one.annotation)
    match change.kind:
        case Kind.CHANGED if change.old is not None:
            return (f"Before: {printable(change.old.annotation)}", f"Now: {now}")
        case Kind.FIXED if change.new is None and change.old is not None:
            return (f"The resource is gone. Before: {printable(change.old.annotation)}",)
        case Kind.ACCEPTED if one.accepted is not None:
            by = one.accepted
            return (now, printable(f"Accepted by {by.owner} until {by.expires.isoformat()}: {by.reason}"))
        case Kind.APPEARED if change.old is not None and change.old.accepted is not None:
            return (now, "It was accepted before.")
        case _:
            return (now,)


def gap_subject(gap: Gap) -> str:
    """Return what is no longer evaluated: a resource's id, or the whole rule, with the violations that were known."""
    subject = "the whole rule" if gap.resource_id is None else shortened(printable(gap.resource_id), LONGEST_NAME)
    return f"{subject} ({counted(gap.violations, 'violation')} before)" if gap.violations else subject
