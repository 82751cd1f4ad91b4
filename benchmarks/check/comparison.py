"""Judging one account: `ai-config-rules check` with all rules beside Prowler's services for AI, on one endpoint."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.check.endpoint import Endpoint
from benchmarks.check.sides import Ours, Prowler
from benchmarks.check.toll import Terms
from benchmarks.growth.exponent import exponent
from benchmarks.table import Row, at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.check.sides import Run, Side
    from benchmarks.check.toll import Reading

NETWORK = 0.05
"""Seconds that a call to AWS takes from somewhere else."""

WANTED_AT_ONCE, WANTED_OVER_A_NETWORK, WANTED_CALLS = 10, 20, 20

ROUNDS = 2
"""How often each side runs without a network, in turns; the quicker run counts, as a busy machine only ever adds."""

SMALLER, LINEAR = 4, 1
"""By how much the smaller account is smaller, and the exponent that calls and time may grow with."""

LIMIT = 10
"""
Calls of each operation in a second, as AWS documents for most of Amazon Bedrock Agents
(https://docs.aws.amazon.com/general/latest/gr/bedrock.html).
"""


@dataclass(frozen=True)
class Measured:
    """A run of a side, and what it meant for the endpoint."""

    run: Run
    reading: Reading


@dataclass(frozen=True)
class Outcome:
    """
    All runs; of two, the first one is ours.

    `far_away` has a delay on every call, `throttled` the same and too few calls in a second; `small` is a run on a
    smaller account, as `at_once`.
    """

    at_once: tuple[Measured, Measured]
    far_away: tuple[Measured, Measured]
    throttled: Measured
    small: Measured


def rows(times: float, progress: Callable[[str], None]) -> Iterator[Row]:
    """
    Yield the rows of the comparison on a company that is so many times as large as the one of the benchmark.

    Raises ChildProcessError where a side fails, and CalledProcessError where the peer cannot be installed.
    """
    progress("Installing Prowler ...")
    sides: tuple[Side, Side] = (Ours(), Prowler())
    progress("Building the company ...")

    def measure(endpoint: Endpoint, side: Side, terms: Terms, words: str) -> Measured:
        progress(f"{side.name} judges {words} ...")
        endpoint.impose(terms)
        with TemporaryDirectory() as folder:
            run = side.run(endpoint.url, Path(folder))
        return Measured(run, endpoint.impose(Terms()))

    with Endpoint(times) as endpoint:
        rounds = [[measure(endpoint, side, Terms(), "the company") for side in sides] for _ in range(ROUNDS)]
        ours, peer = (min(runs, key=lambda measured: measured.run.seconds) for runs in zip(*rounds, strict=True))
        ours_far, peer_far = (measure(endpoint, side, Terms(NETWORK), "the company over a network") for side in sides)
        throttled = measure(endpoint, sides[0], Terms(NETWORK, LIMIT), "the company while calls are throttled")
    with Endpoint(times / SMALLER) as endpoint:
        small = measure(endpoint, sides[0], Terms(), "a company a quarter as large")
    yield from told(Outcome((ours, peer), (ours_far, peer_far), throttled, small))


def told(outcome: Outcome) -> Iterator[Row]:
    """Yield the rows that all runs together make."""
    yield from _comparison(outcome.at_once, outcome.far_away)
    yield from _said(outcome.at_once)
    yield from _growth(outcome.small, outcome.at_once[0])
    yield _patience(outcome.far_away[0], outcome.throttled)


def _comparison(at_once: Sequence[Measured], far_away: Sequence[Measured]) -> Iterator[Row]:
    ours, peer = at_once
    yield _time("`check`: time", at_once, WANTED_AT_ONCE)
    yield _time("`check`: time with 50 ms added to every call", far_away, WANTED_OVER_A_NETWORK)
    calls = [ours.reading.calls, peer.reading.calls]
    yield at_least("`check`: API calls", f"{calls[0]:,}", f"{calls[1]:,}", calls[1] / calls[0], WANTED_CALLS)
    yield Row("`check`: processor time of the program", "1", *_factor(peer.run.cpu / ours.run.cpu))
    yield Row("`check`: processor time of the endpoint", "1", *_factor(peer.reading.cpu / ours.reading.cpu))


def _said(at_once: Sequence[Measured]) -> Iterator[Row]:
    told = [", ".join(f"{count:,} {name}" for name, count in sorted(one.run.verdicts.items())) for one in at_once]
    per_call = [sum(measured.run.verdicts.values()) / measured.reading.calls for measured in at_once]
    yield Row("`check`: verdicts", told[0], told[1], "")
    hundred = [f"{100 * each:.0f}" for each in per_call]
    yield Row("`check`: verdicts for a hundred calls", hundred[0], hundred[1], _ratio(per_call))
    errors = [f"{measured.run.errors:,}" for measured in at_once]
    yield Row("`check`: errors", errors[0], errors[1], "")
    kinds = [len({name.partition(":")[0] for name in measured.reading.operations}) for measured in at_once]
    operations = [len(measured.reading.operations) for measured in at_once]
    asked = [f"{operations[side]} of {kinds[side]} services" for side in (0, 1)]
    yield Row("`check`: operations asked", asked[0], asked[1], "")


def _growth(small: Measured, large: Measured) -> Iterator[Row]:
    """Yield how calls and processor time grow with the account: with an exponent of 1 they grow as it does."""
    figures = {
        "API calls": (small.reading.calls, large.reading.calls),
        "processor time": (small.run.cpu, large.run.cpu),
    }
    for what, grown in figures.items():
        power = exponent((1, SMALLER), grown)
        met = power <= LINEAR
        yield Row(f"`check`: growth of {what} with the account", f"{power:.2f}", "", "", f"at most {LINEAR:g}", met)


def _patience(usual: Measured, throttled: Measured) -> Row:
    """Return whether a run that is throttled says what it says otherwise."""
    share = throttled.reading.throttled / throttled.reading.calls
    same = throttled.run.verdicts == usual.run.verdicts and throttled.run.errors == usual.run.errors
    what = f"`check` while AWS takes {LIMIT} calls of an operation in a second: verdicts that differ, errors"
    differing = Counter(usual.run.verdicts)
    differing.subtract(throttled.run.verdicts)
    figure = f"{sum(map(abs, differing.values()))}, {throttled.run.errors}"
    return Row(what, figure, f"{share:.0%} of calls throttled", "", "0, 0", same and not throttled.run.errors)


def _time(what: str, sides: Sequence[Measured], least: float) -> Row:
    ratio = sides[1].run.seconds / sides[0].run.seconds
    return at_least(what, "1", f"{ratio:.1f}", ratio, least)


def _factor(ratio: float) -> tuple[str, str]:
    return f"{ratio:.1f}", f"{ratio:.1f}"


def _ratio(sides: list[float]) -> str:
    return f"{sides[0] / sides[1]:.1f}" if sides[1] else ""
