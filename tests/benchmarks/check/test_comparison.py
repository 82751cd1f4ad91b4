from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.check.comparison import Measured, Outcome, told
from benchmarks.check.sides import Run
from benchmarks.check.toll import Reading
from benchmarks.table import Row

OURS = Measured(
    Run(seconds=10.0, cpu=8.0, verdicts=Counter(COMPLIANT=100, NON_COMPLIANT=20), errors=0),
    Reading(calls=400, throttled=0, operations={"iam:ListRoles": 100, "s3:HeadBucket": 300}, cpu=4.0),
)
PEER = Measured(
    Run(seconds=120.0, cpu=40.0, verdicts=Counter(PASS=90, FAIL=30), errors=7),
    Reading(calls=4_000, throttled=0, operations={"iam:GetRole": 4_000}, cpu=20.0),
)
THROTTLED = " while AWS takes 10 calls of an operation in a second: verdicts that differ, errors"
OUTCOME = Outcome(
    at_once=(OURS, PEER),
    far_away=(OURS, replace(PEER, run=replace(PEER.run, seconds=150.0))),
    throttled=replace(OURS, reading=Reading(500, 100, {}, 4.0)),
    small=Measured(replace(OURS.run, cpu=4.0), replace(OURS.reading, calls=200)),
)


def row(outcome: Outcome, what: str) -> Row:
    return {one.what: one for one in told(outcome)}[f"`check`{what}"]


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        pytest.param(": time", ("1", "12.0", "12.0", True), id="time"),
        pytest.param(": time with 50 ms added to every call", ("1", "15.0", "15.0", False), id="over a network"),
        pytest.param(": API calls", ("400", "4,000", "10.0", False), id="calls"),
        pytest.param(": processor time of the program", ("1", "5.0", "5.0", None), id="time of the program"),
        pytest.param(": processor time of the endpoint", ("1", "5.0", "5.0", None), id="time of the endpoint"),
        pytest.param(": verdicts", ("100 COMPLIANT, 20 NON_COMPLIANT", "30 FAIL, 90 PASS", "", None), id="verdicts"),
        pytest.param(": verdicts for a hundred calls", ("30", "3", "10.0", None), id="verdicts for calls"),
        pytest.param(": errors", ("0", "7", "", None), id="errors"),
        pytest.param(": operations asked", ("2 of 2 services", "1 of 1 services", "", None), id="operations"),
        pytest.param(": growth of API calls with the account", ("0.50", "", "", True), id="growth of calls"),
        pytest.param(": growth of processor time with the account", ("0.50", "", "", True), id="growth of time"),
    ],
)
def test_tells_what_was_measured(what: str, wanted: tuple[str, str, str, bool | None]) -> None:
    one = row(OUTCOME, what)

    assert (one.ours, one.beside, one.ratio, one.met) == wanted


@pytest.mark.parametrize(
    ("run", "ours", "met"),
    [
        pytest.param(OURS.run, "0, 0", True, id="patient"),
        pytest.param(replace(OURS.run, errors=3), "0, 3", False, id="errors"),
        pytest.param(
            replace(OURS.run, verdicts=Counter(COMPLIANT=90, NON_COMPLIANT=25)), "15, 0", False, id="other verdicts"
        ),
    ],
)
def test_holds_a_run_that_is_throttled_against_one_that_is_not(run: Run, ours: str, met: bool) -> None:
    found = row(replace(OUTCOME, throttled=Measured(run, OUTCOME.throttled.reading)), THROTTLED)

    assert (found.ours, found.beside, found.met) == (ours, "20% of calls throttled", met)
