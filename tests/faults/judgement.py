"""Whether a run under a fault ended as it may: the faultless run and the earlier evaluations are what it is held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.resource import ACCOUNT_TYPE
from tests.faults.kinds import Allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tests.faults.kinds import Kind
    from tests.faults.stage import Key, Outcome, Said


def wrong(
    kind: Kind,
    earlier: Mapping[Key, Said],
    faultless: Outcome,
    outcome: Outcome,
    *,
    asked: Iterable[str] = (),
    secrets: Iterable[str] = (),
) -> list[str]:
    """
    Return what is wrong with `outcome`, a sentence each; nothing when it is as it may be.

    `asked` are the identifiers that the struck call had for parameters, `secrets` what no message may carry.
    """
    allowed, names = kind.allowed, tuple(asked)
    found = [
        f"{_named(key)} has {_said(said)} instead of {_said(want)}."
        for key, said, want in _changed(earlier, faultless.stored, outcome.stored)
        if not _may_be(allowed, key, said, want, names, failed=outcome.failure is not None)
    ]
    if allowed is Allowed.SUCCESS and outcome.failure is not None:
        found.append(f"It failed although the fault ended: {outcome.failure}")
    elif allowed is Allowed.SUCCESS and outcome.stored != faultless.stored:
        found.append("It stored something else although the fault ended.")
    elif allowed is Allowed.FAILURE and outcome.failure is None:
        found.append("It did not fail.")
    found.extend(
        f"{_named(key)} is named as unreadable and has {_said(outcome.stored.get(key))}."
        for key in sorted(outcome.unreadable)
        if outcome.stored.get(key) != earlier.get(key)
    )
    told = f"{outcome.failure}\n{outcome.said}"
    found.extend("A message carries a secret." for secret in secrets if secret in told)
    return found


def _changed(
    earlier: Mapping[Key, Said], wanted: Mapping[Key, Said], stored: Mapping[Key, Said]
) -> Iterator[tuple[Key, Said | None, Said | None]]:
    """Yield every evaluation that neither was there before nor is that of the faultless run, with the latter."""
    for key in sorted({*earlier, *wanted, *stored}):
        said, want = stored.get(key), wanted.get(key)
        if said not in (earlier.get(key), want):
            yield key, said, want


def _may_be(
    allowed: Allowed, key: Key, said: Said | None, want: Said | None, asked: Sequence[str], *, failed: bool
) -> bool:
    """
    Say whether an evaluation that the faultless run does not give may follow from the fault.

    A violation stays one when less of it can be seen, as long as the run fails. What is gone or absent may withhold a
    verdict. A duty that something fulfilled which is gone or absent is open: a resource may be NON_COMPLIANT if it says
    what is gone or if it was asked for a part of itself, the account in any case. COMPLIANT never follows.
    """
    if said is None:
        return False
    same = want is not None and said[0] == want[0]
    tolerant = allowed in (Allowed.DELETION, Allowed.ABSENCE)
    if said[0] == "NOT_APPLICABLE":
        return same or tolerant
    if said[0] == "NON_COMPLIANT":
        told = key[0] == ACCOUNT_TYPE or any(name in said[1] for name in asked)
        own_part = allowed is Allowed.DELETION and any(name in (key[1], key[1].rpartition("/")[2]) for name in asked)
        return (same and failed) or (tolerant and (same or told or own_part))
    return same and allowed is Allowed.ABSENCE


def _named(key: Key) -> str:
    return f"{key[0]} {key[1]}"


def _said(said: Said | None) -> str:
    return "nothing" if said is None else f"{said[0]} ({said[1]})"
