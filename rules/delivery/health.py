"""Whether the deployment can be relied on: what is known of it, and what is wrong. Nothing here speaks to AWS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rules.delivery.pack import DEPLOYED
from rules.engine.verdict import listed, printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SILENCE = timedelta(hours=48)
"""Twice the period of a rule's daily pass."""

LONGEST_REASON = 300


@dataclass(frozen=True)
class FunctionHealth:
    """
    One function that has to run every day.

    `state` is Lambda's, None where there is no such function. `runs` and `errors` are those of the last 48 hours.
    `since` is when it was first deployed, None where that is not known.
    """

    name: str
    state: str | None
    runs: int
    errors: int
    since: datetime | None


@dataclass(frozen=True)
class Health:
    """
    What is known of the deployment.

    `pack` has the state and its reason, `absent` the ids of rules that the pack should have, `managed_errors` those of
    AWS's own rules that cannot evaluate with their last error. `recording` is None where no rule needs a recorder.
    `unknown` are sentences on what could not be looked at.
    """

    now: datetime
    pack: tuple[str, str] = ("CREATE_COMPLETE", "")
    absent: tuple[str, ...] = ()
    managed_errors: tuple[str, ...] = ()
    functions: tuple[FunctionHealth, ...] = ()
    recording: bool | None = None
    recorder_error: str = ""
    failures: int = 0
    unknown: tuple[str, ...] = ()


def problems(health: Health) -> tuple[str, ...]:
    """Return a sentence for each thing that is wrong, none when verdicts are fresh and complete."""
    return (*health.unknown, *_of_the_pack(health), *_of_functions(health), *_around(health))


def _of_the_pack(health: Health) -> Iterator[str]:
    state, reason = health.pack
    if state not in DEPLOYED:
        yield f"The conformance pack is {state}{f': {_within(reason)}' if reason else ''}."
    if health.absent:
        yield f"AWS Config does not have {_count(health.absent, 'rule')} of the pack: {_names(health.absent)}."
    if health.managed_errors:
        count = _count(health.managed_errors, "managed rule")
        yield f"AWS Config reports errors of {count}: {_names(health.managed_errors)}."


def _of_functions(health: Health) -> Iterator[str]:
    gone = [one.name for one in health.functions if one.state is None]
    if gone:
        yield f"{_count(gone, 'function')} of the stack cannot be found: {_names(gone)}."
    broken = [one.name for one in health.functions if one.state == "Failed"]
    if broken:
        yield f"{_count(broken, 'function')} cannot be invoked, says AWS Lambda: {_names(broken)}."
    silent = [one.name for one in health.functions if _is_due(one, health.now) and not one.runs]
    if silent:
        yield (
            f"Nothing has invoked {_count(silent, 'function')} in the last 48 hours, twice the period of a daily "
            f"pass: {_names(silent)}."
        )
    failing = [one.name for one in health.functions if one.state is not None and one.runs and one.errors >= one.runs]
    if failing:
        yield f"Every run of {_count(failing, 'function')} failed in the last 48 hours: {_names(failing)}."


def _around(health: Health) -> Iterator[str]:
    if health.recording is False:
        yield "The configuration recorder is off, so that rules do not hear of changes before their daily pass."
    if health.recorder_error:
        yield f"The configuration recorder fails: {_within(health.recorder_error)}."
    if health.failures:
        events = f"{health.failures} event{'' if health.failures == 1 else 's'}"
        yield f"{events} that no attempt could deal with: see the queue of failures."


def _is_due(function: FunctionHealth, now: datetime) -> bool:
    return function.state is not None and (function.since is None or now - function.since >= SILENCE)


def _count(names: Sequence[str], noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def _names(names: Sequence[str]) -> str:
    return listed(names, most=20, longest=LONGEST_REASON)


def _within(reason: str) -> str:
    """Return what AWS says as part of a sentence."""
    return shortened(printable(reason), LONGEST_REASON).rstrip(". ")
