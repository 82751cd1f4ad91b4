from itertools import cycle

import pytest

from cli.sandbox import Fault
from rules.engine import reporting
from rules.engine.reporting import ACCEPTED_TYPES
from tests.properties.functions import KilledError, Storing
from tests.properties.orders import Shuffled
from tests.properties.stage import Stage

SMALL_BATCH = 7
"""Evaluations per call, so that the company's rules need several."""


class Killed(Storing):
    """The process ends before or after a call."""

    def __init__(self, number: int, *, stored: bool) -> None:
        super().__init__()
        self._number = number
        self._stored = stored

    def before(self, number: int) -> None:
        if number == self._number and not self._stored:
            raise KilledError

    def after(self, number: int) -> None:
        if number == self._number and self._stored:
            raise KilledError


def test_the_second_run_stores_the_same(stage: Stage) -> None:
    for function in stage.functions:
        for minutes in (0, 1):
            assert function.invoke(function.scheduled(stage.at(minutes)), stage.company.recording) is None
            assert (function.rule.id, function.stored) == (function.rule.id, stage.judged(function))
            moment = stage.at(minutes).replace(microsecond=stage.at(minutes).microsecond // 1000 * 1000)
            assert set(function.orderings.values()) == {moment}
            assert minutes == 0 or function.changes() == 0, function.rule.id
            function.changes()


def test_a_run_repairs_what_a_crash_left_behind(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "BATCH", SMALL_BATCH)
    ways = cycle(["throttled", "lost", "killed before", "killed after"])
    crashes = 0
    for function in stage.functions:
        # What was before is another account's state, with other verdicts on other resources.
        scions = stage.company.scions[0]
        function.invoke(function.scheduled(stage.at(0)), stage.company.twins, service=Shuffled(0, scions))
        before = function.rows
        earlier, counted = function.stored, Storing()
        assert function.invoke(function.scheduled(stage.at(1)), stage.company.recording, storing=counted) is None
        wanted = function.stored
        for number in sorted({0, counted.calls // 2, counted.calls - 1}):
            way = next(ways)
            function.begin_with(before)
            storing = Killed(number, stored=way == "killed after") if way.startswith("killed") else Storing()
            if way in ("throttled", "lost"):
                kind = "throttle" if way == "throttled" else "close"
                stage.account.faults.add(Fault(kind, "config:PutEvaluations", after=number))
            stage.refill()
            failure = function.invoke(function.scheduled(stage.at(1)), stage.company.recording, storing=storing)
            stage.account.faults.clear()

            assert failure is not None, (function.rule.id, way, number)
            assert all(said in (earlier.get(key), wanted.get(key)) for key, said in function.stored.items())

            assert function.invoke(function.scheduled(stage.at(2)), stage.company.recording) is None
            assert (function.rule.id, way, function.stored) == (function.rule.id, way, wanted)
            crashes += 1
    assert crashes > len(stage.functions)


def test_what_aws_config_does_not_store_fails_the_run_and_is_stored_by_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "BATCH", SMALL_BATCH)
    for function in stage.functions:
        wanted = stage.judged(function)
        refused = min(key[1] for key in wanted)
        stage.account.faults.fail_evaluation(refused)

        failure = function.invoke(function.scheduled(stage.at(0)), stage.company.recording)

        assert "did not store" in str(failure)
        assert refused in str(failure)
        assert function.stored == {key: said for key, said in wanted.items() if key[1] != refused}
        stage.account.faults.clear()
        assert function.invoke(function.scheduled(stage.at(1)), stage.company.recording) is None
        assert function.stored == wanted


def test_types_that_aws_config_refuses_leave_the_same_account_in_any_order(stage: Stage) -> None:
    stood_in = 0
    for function in stage.functions:
        uncertain = [kind for kind in function.rule.reports if kind not in ACCEPTED_TYPES]
        for kind in uncertain:
            stage.account.faults.refuse_resource_type(kind)
        found = []
        for seed in range(3):
            event = function.scheduled(stage.at(seed))
            assert function.invoke(event, stage.company.twins, service=Shuffled(seed)) is None
            found.append(function.stored)
            stood_in += any("takes no evaluations" in said for _, said in function.stored.values())
        assert found[1:] == found[:-1]
        stage.account.faults.clear()
    assert stood_in > 0
