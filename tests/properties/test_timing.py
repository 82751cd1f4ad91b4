import pytest

import cli.judging
import rules.engine.aws
from cli.account import Calls, OpenAccount
from cli.judging import judge
from cli.sandbox.company.aurelia import REGIONS
from tests.properties.companies import Company, Evaluations, Said, differences, evaluations, opened, rules_in
from tests.properties.recorded import AtOnce, Service
from tests.properties.timing import Delayed, LastFirst

HOME = REGIONS[0]


def together(company: Company, service: Service) -> Evaluations:
    """Return what a terminal reports: rules side by side, on one reading of the account."""
    report = judge(list(rules_in(HOME)), OpenAccount(opened(company.twins, HOME, service), Calls()))
    found = {
        (one.rule.id, one.resource.type, one.resource.id): Said(
            one.verdict.compliance.value, one.verdict.annotation, in_scope=True
        )
        for one in report.evaluations
    }
    return found | {
        (one.rule.id, one.resource.type, one.resource.id) if one.resource else (one.rule.id, "", ""): Said(
            one.code, one.message
        )
        for one in report.failures
    }


def one_by_one(company: Company) -> Evaluations:
    every = evaluations(company.twins, HOME)
    return {key: said for key, said in every.items() if said.in_scope or said.compliance != "NOT_APPLICABLE"}


@pytest.mark.parametrize(
    ("readers", "rules_at_once"),
    [
        pytest.param(1, 1, id="one rule, one reader"),
        pytest.param(2, 4, id="four rules with two readers each"),
        pytest.param(8, 16, id="sixteen rules with eight readers each"),
    ],
)
@pytest.mark.parametrize("service", [AtOnce(), Delayed(0), LastFirst()], ids=["at once", "late", "the last first"])
def test_the_timing_of_threads_changes_no_evaluation(
    company: Company, monkeypatch: pytest.MonkeyPatch, service: Service, readers: int, rules_at_once: int
) -> None:
    monkeypatch.setattr(rules.engine.aws, "WORKERS", readers)
    monkeypatch.setattr(cli.judging, "RULES_AT_ONCE", rules_at_once)

    assert differences(one_by_one(company), together(company, service)) == []


def test_calls_that_wait_for_later_ones_were_under_way_together(company: Company) -> None:
    service = LastFirst()

    together(company, service)

    assert service.most > 1
