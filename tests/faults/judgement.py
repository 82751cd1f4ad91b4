"""Whether a run under a fault ended as it may: the faultless run and the earlier evaluations are what it is held to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.engine.resource import ACCOUNT_TYPE
from tests.faults.kinds import Allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tests.faults.kinds import Kind
    from tests.faults.stage import Key, Outcome, Said

WORD = re.compile(r"[^\s,;()]+")
MORE = re.compile(r" and \d+ more")
LEFT_OUT = ("NOT_APPLICABLE", "The report does not speak of it.")
PARTS = re.compile(r"[/|]")
"""What the parts of an id are put together with; AWS Config names a data source `knowledge base|data source`."""
COUNTING = frozenset({"is", "are", "has", "have", "and", "more", "does", "do", "it", "its", "they", "their"})
"""Words that change with how many things a sentence is about."""


def wrong(
    kind: Kind,
    earlier: Mapping[Key, Said],
    faultless: Outcome,
    outcome: Outcome,
    *,
    asked: Sequence[Sequence[str]] = (),
    secrets: Iterable[str] = (),
    without: Mapping[Key, Said] | None = None,
) -> list[str]:
    """
    Return what is wrong with `outcome`, a sentence each; nothing when it is as it may be.

    `asked` are the texts that the struck call had for parameters, each in every form that says the same. `secrets` is
    what no message may carry, `without` what is stored in a world that never listed what is gone, None without one.
    """
    allowed = kind.allowed
    found = [
        f"{_named(key)} has {_said(said)} instead of {_said(want)}."
        for key, said, want in _changed(earlier, faultless.stored, outcome.stored)
        if not _may_be(allowed, key, said, want, asked, failed=outcome.failure is not None)
        and not (without is not None and said == without.get(key))
    ]
    if allowed is Allowed.SUCCESS and outcome.failure is not None:
        found.append(f"It failed although the fault ended: {outcome.failure}")
    elif allowed is Allowed.SUCCESS and outcome.stored != faultless.stored:
        found.append("It stored something else although the fault ended.")
    elif allowed is Allowed.FAILURE and outcome.failure is None:
        found.append("It did not fail.")
    if outcome.accident:
        found.append(f"It did not see the failure coming: {outcome.failure}")
    if outcome.whole and outcome.stored != earlier:
        found.append("It could read nothing, and stored something.")
    found.extend(
        f"{_named(key)} is named as unreadable and has {_said(outcome.stored.get(key))}."
        for key in sorted(outcome.unreadable)
        if outcome.stored.get(key) != earlier.get(key)
    )
    told = f"{outcome.failure}\n{outcome.said}"
    found.extend("A message carries a secret." for secret in secrets if secret in told)
    return found


def wrong_report(outcome: Outcome, report: Outcome, *, secrets: Iterable[str] = ()) -> list[str]:
    """
    Return what is wrong with the `report` of a run that ended in `outcome` as a function, a sentence each.

    Both share all code that judges, so that they have to say the same. What keeps its earlier evaluation in AWS Config
    is an error in a report, and what becomes NOT_APPLICABLE for having left may be left out of it.
    """
    found = []
    if (report.failure is None) != (outcome.failure is None):
        found.append(f"It says {report.failure} where the function says {outcome.failure}.")
    if report.accident:
        found.append(f"It did not see the failure coming: {report.failure}")
    if report.unreadable != outcome.unreadable or report.whole != outcome.whole:
        found.append(f"Its errors name {sorted(report.unreadable)} instead of {sorted(outcome.unreadable)}.")
    for key in sorted({*report.stored, *report.unreadable}):
        said, stored = report.stored.get(key), outcome.stored.get(key)
        if key in report.unreadable:
            if said is not None:
                found.append(f"{_named(key)} is in an error and has {_said(said)}.")
        elif said != stored and not (said == LEFT_OUT and stored is not None and stored[0] == "NOT_APPLICABLE"):
            found.append(f"{_named(key)} has {_said(said)} instead of {_said(stored)}.")
    told = f"{report.failure}\n{report.said}"
    found.extend("A message carries a secret." for secret in secrets if secret in told)
    return [f"In a report: {one}" for one in found]


def _changed(
    earlier: Mapping[Key, Said], wanted: Mapping[Key, Said], stored: Mapping[Key, Said]
) -> Iterator[tuple[Key, Said | None, Said | None]]:
    """Yield every evaluation that neither was there before nor is that of the faultless run, with the latter."""
    for key in sorted({*earlier, *wanted, *stored}):
        said, want = stored.get(key), wanted.get(key)
        if said not in (earlier.get(key), want):
            yield key, said, want


def _may_be(
    allowed: Allowed, key: Key, said: Said | None, want: Said | None, asked: Sequence[Sequence[str]], *, failed: bool
) -> bool:
    """
    Say whether an evaluation that the faultless run does not give may follow from the fault.

    A violation of which less could be seen stays one, as long as the run fails, and says nothing new. What is gone or
    absent may withhold a verdict. A duty that something fulfilled which is gone or absent is open: a resource may be
    NON_COMPLIANT if it says what is gone or if it was asked for a part of itself, the account in any case. COMPLIANT
    follows only where it says in full what is gone: the reader knows then what it does not speak of.
    """
    if said is None:
        return False
    same = want is not None and said[0] == want[0]
    gone, absent = allowed is Allowed.DELETION, allowed is Allowed.ABSENCE
    named = [any(_names(said[1], form) for form in forms) for forms in asked]
    own = any(form in (key[1], *PARTS.split(key[1])) for forms in asked for form in forms)
    told = key[0] == ACCOUNT_TYPE or any(named)
    if said[0] == "NOT_APPLICABLE":
        return same or absent or (gone and (own or told))
    if said[0] == "NON_COMPLIANT":
        less = want is not None and same and failed and _is_less(said[1], want[1])
        return less or (gone and (same or told or own)) or (absent and (same or told))
    return (same and absent) or (gone and bool(named) and all(named))


def _names(annotation: str, name: str) -> bool:
    """Say whether a name is in an annotation, and not just a part of another word."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", annotation) is not None


def _is_less(annotation: str, whole: str) -> bool:
    """
    Say whether an annotation has no word that the whole one lacks, besides numbers and what goes with them.

    A whole one that names some of many may have left out whatever the lesser one names.
    """
    if MORE.search(whole):
        return True
    words = {word.rstrip(".:").removesuffix("s") for word in WORD.findall(whole)}
    return all(
        word in COUNTING or word.isdigit() or word.rstrip(".:").removesuffix("s") in words
        for word in (one.lower() if one.lower() in COUNTING else one for one in WORD.findall(annotation))
    )


def _named(key: Key) -> str:
    return f"{key[0]} {key[1]}"


def _said(said: Said | None) -> str:
    return "nothing" if said is None else f"{said[0]} ({said[1]})"
