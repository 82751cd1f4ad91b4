from threading import Barrier, Thread

import pytest

from cli.sandbox import ACCOUNT_ID, Account
from cli.sandbox.company.aurelia import REGIONS
from tests.properties.companies import Company, evaluations, gone
from tests.properties.elsewhere import OTHER_ACCOUNT, Elsewhere
from tests.properties.functions import Function, Storing, config_of
from tests.properties.orders import Shuffled
from tests.properties.recorded import Recording
from tests.properties.stage import HOME, Stage, rule_of


class Meeting(Storing):
    """Runs that wait for each other before they store anything."""

    def __init__(self, barrier: Barrier) -> None:
        super().__init__()
        self._barrier = barrier

    def before(self, number: int) -> None:
        if number == 0:
            self._barrier.wait(timeout=60)


def test_the_same_event_twice_stores_the_same(stage: Stage) -> None:
    for function in stage.functions:
        event = function.scheduled(stage.at(0))
        barrier = Barrier(2)
        runs = [
            Thread(
                target=function.invoke,
                args=(event, stage.company.recording),
                kwargs={"storing": Meeting(barrier)},
            )
            for _ in range(2)
        ]
        for run in runs:
            run.start()
        for run in runs:
            run.join()

        assert (function.rule.id, function.stored) == (function.rule.id, stage.judged(function))
        assert function.invoke(event, stage.company.recording) is None
        assert (function.rule.id, function.stored) == (function.rule.id, stage.judged(function))


def test_a_change_is_judged_as_the_daily_pass_judges_it_however_late_and_often_it_comes(stage: Stage) -> None:
    late = 0
    for function in stage.functions:
        assert function.invoke(function.scheduled(stage.at(1)), stage.company.recording) is None
        daily = function.stored
        for resource in stage.changing(function):
            event = function.changed(resource, stage.at(0))
            for _ in range(2):
                assert function.invoke(event, stage.company.recording) is None
            late += 1
        assert (function.rule.id, function.stored) == (function.rule.id, daily)
    assert late > 0


@pytest.mark.parametrize("status", ["OK", "ResourceDeleted"])
def test_news_of_what_is_not_there_any_more_is_no_verdict(stage: Stage, status: str) -> None:
    told = 0
    for function in stage.functions:
        for resource in map(gone, stage.changing(function)):
            assert function.invoke(function.changed(resource, stage.at(0), status), stage.company.recording) is None
            assert function.stored[resource.type, resource.id][0] == "NOT_APPLICABLE"
            told += 1
    assert told > 0


def test_late_news_of_a_deletion_clears_nothing_that_was_made_anew(stage: Stage) -> None:
    for function in stage.functions:
        assert function.invoke(function.scheduled(stage.at(1)), stage.company.recording) is None
        daily = function.stored
        for resource in stage.changing(function):
            event = function.changed(resource, stage.at(0), "ResourceDeleted")
            assert function.invoke(event, stage.company.recording) is None
        assert (function.rule.id, function.stored) == (function.rule.id, daily)


def test_a_pass_that_ends_after_a_later_one_brings_no_old_verdict_back(stage: Stage) -> None:
    overtaken = 0
    for function in stage.functions:
        old = stage.company.twins, Shuffled(0, stage.company.scions[0])
        assert function.invoke(function.scheduled(stage.at(1)), stage.company.recording) is None
        newer = {key: said for key, said in function.stored.items() if said[0] != "NOT_APPLICABLE"}

        # What it read was true before the later pass began.
        function.invoke(function.scheduled(stage.at(0)), old[0], service=old[1])

        assert {key: function.stored[key] for key in newer} == newer
        overtaken += len(newer)
    assert overtaken > 0


def test_what_a_change_brought_while_a_pass_was_reading_stands(stage: Stage, empty: Recording) -> None:
    for function in stage.functions:
        made_since = stage.changing(function)
        for resource in made_since:
            assert function.invoke(function.changed(resource, stage.at(1)), stage.company.recording) is None
        stored = {key: said for key, said in function.stored.items() if said[0] != "NOT_APPLICABLE"}

        # The pass began before, and saw an empty account.
        assert function.invoke(function.scheduled(stage.at(0)), empty) is None

        assert {key: function.stored[key] for key in stored} == stored


def test_a_warm_function_remembers_nothing_of_another_account_or_region(
    stage: Stage, company: Company, account: Account
) -> None:
    elsewhere = Elsewhere(company.twins)
    assumed = (
        account.session(HOME)
        .client("sts")
        .assume_role(RoleArn=f"arn:aws:iam::{OTHER_ACCOUNT}:role/r", RoleSessionName="test")
    )
    key = assumed["Credentials"]["AccessKeyId"]
    config = config_of(account.session(HOME, key))
    for here in stage.functions:
        there = Function(config, OTHER_ACCOUNT, rule_of(here), account)
        wanted = {here: stage.judged(here), there: stage.judged(here, elsewhere)}
        for minutes in range(2):
            for function, answers in ((here, company.recording), (there, elsewhere)):
                assert function.invoke(function.scheduled(stage.at(minutes)), answers) is None
                assert (function.rule.id, function.stored) == (function.rule.id, wanted[function])
        assert ACCOUNT_ID not in str(there.stored), here.rule.id


def test_a_region_is_judged_alike_whichever_was_judged_before(company: Company) -> None:
    first = {region: evaluations(company.recording, region) for region in REGIONS}
    again = {region: evaluations(company.recording, region) for region in reversed(REGIONS)}

    assert again == first
