"""Whether the deployment can be relied on: what is known of it, and what is wrong. Nothing here speaks to AWS."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rules.delivery.pack import DEPLOYED
from rules.engine.verdict import listed, printable, shortened
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    AWS's own rules that cannot evaluate with their last error. `reported` is when AWS Config last stored an evaluation
    of a rule, by the rule's function, None for never. `recording` is None where no rule needs a recorder, `unrecorded`
    are types that it leaves out although rules wait for their changes. `stuck` are queues whose events nothing takes.
    `drift` are sentences on what is not as it was deployed, `unknown` on what could not be looked at.
    """

    now: datetime
    pack: tuple[str, str] = ("CREATE_COMPLETE", "")
    absent: tuple[str, ...] = ()
    managed_errors: tuple[str, ...] = ()
    functions: tuple[FunctionHealth, ...] = ()
    reported: Mapping[str, datetime | None] = field(default_factory=dict)
    recording: bool | None = None
    recorder_error: str = ""
    unrecorded: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    failures: int = 0
    unknown: tuple[str, ...] = ()


def problems(health: Health) -> tuple[str, ...]:
    """Return a sentence for each thing that is wrong, none when verdicts are fresh and complete."""
    return (*health.unknown, *_of_the_pack(health), *_of_functions(health), *health.drift, *_around(health))


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
    silent = [one for one in health.functions if _is_silent(one, health)]
    if idle := [one.name for one in silent if not one.runs]:
        yield (
            f"Nothing has invoked {_count(idle, 'function')} in the last 48 hours, twice the period of a daily "
            f"pass: {_names(idle)}."
        )
    if mute := [one.name for one in silent if one.runs]:
        yield (
            f"AWS Config has stored no evaluation of {_count(mute, 'function')} in the last 48 hours, although it ran: "
            f"{_names(mute)}."
        )
    failing = [one.name for one in health.functions if _is_failing(one)]
    if failing:
        yield f"Every run of {_count(failing, 'function')} failed in the last 48 hours: {_names(failing)}."


def _around(health: Health) -> Iterator[str]:
    if health.recording is False:
        yield "The configuration recorder is off, so that rules do not hear of changes before their daily pass."
    if health.unrecorded:
        yield (
            f"The configuration recorder leaves out {_count(health.unrecorded, 'type')} whose changes rules wait for: "
            f"{_names(health.unrecorded)}. Record them, or set alerts.unrecordedTypes = false."
        )
    if health.recorder_error:
        yield f"The configuration recorder fails: {_within(health.recorder_error)}."
    if health.stuck:
        yield f"Nothing takes the events that wait in {_count(health.stuck, 'queue')}: {_names(health.stuck)}."
    if health.failures:
        events = f"{health.failures} event{'' if health.failures == 1 else 's'}"
        yield f"{events} that no attempt could deal with: see the queue of failures."


def _is_failing(function: FunctionHealth) -> bool:
    return function.state is not None and function.runs > 0 and function.errors >= function.runs


def _is_silent(function: FunctionHealth, health: Health) -> bool:
    """
    Say whether nothing has come of a function for two days.

    Runs prove nothing of a rule's function: whoever may invoke it has it run, and AWS Config stores nothing of that.
    """
    if function.name not in health.reported:
        return _is_due(function, health.now) and not function.runs
    last = health.reported[function.name]
    if function.state is None or _is_failing(function):
        return False
    return _is_due(function, health.now) if last is None else health.now - last >= SILENCE


def _is_due(function: FunctionHealth, now: datetime) -> bool:
    return function.state is not None and (function.since is None or now - function.since >= SILENCE)


def _count(names: Sequence[str], noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def _names(names: Sequence[str]) -> str:
    return listed(names, most=20, longest=LONGEST_REASON)


def _within(reason: str) -> str:
    """Return what AWS says as part of a sentence."""
    return shortened(printable(reason), LONGEST_REASON).rstrip(". ")
