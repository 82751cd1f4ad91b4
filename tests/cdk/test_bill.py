import dataclasses
from typing import Any

import pytest

from cdk.bill import Load, bill, levers
from cdk.managed.chosen import managed_choice
from cdk.prices import Prices, prices
from cdk.settings import Settings
from rules.engine.catalogue import all_rules
from rules.engine.resource import ACCOUNT_TYPE
from rules.engine.rule import Rule
from tests.cdk.conftest import Synthesise

REGIONAL: type[Rule[Any]] = next(
    rule for rule in all_rules() if not rule.is_global and set(rule.reports) != {ACCOUNT_TYPE}
)
IAM: type[Rule[Any]] = next(rule for rule in all_rules() if rule.is_global)
ACCOUNT: type[Rule[Any]] = next(rule for rule in all_rules() if set(rule.reports) == {ACCOUNT_TYPE})
ONE = Settings(rules=(REGIONAL,))
USD = prices()


def test_a_small_account_pays_for_evaluations_and_alarms() -> None:
    found = bill(ONE, Load(otherwise=20))

    assert found.evaluations == pytest.approx(0.60)
    assert found.functions < 0.01
    assert found.total == pytest.approx(sum(dataclasses.astuple(found)))


def test_a_rule_on_the_account_makes_one_evaluation() -> None:
    assert bill(Settings(rules=(ACCOUNT,)), Load(otherwise=20)).evaluations == pytest.approx(0.03)


def test_a_rule_with_nothing_to_judge_says_so_once() -> None:
    assert bill(ONE, Load({REGIONAL.id: 0})).evaluations == pytest.approx(0.03)


def test_changes_are_evaluated_recorded_and_run() -> None:
    quiet, busy = bill(ONE, Load()), bill(ONE, Load(changes=1000))

    assert busy.evaluations - quiet.evaluations == pytest.approx(1.00)
    assert busy.changes == pytest.approx(3.00)
    assert busy.functions > quiet.functions


@pytest.mark.parametrize(
    ("count", "cost"),
    [
        pytest.param(75_000, 75.0, id="first tier"),
        pytest.param(300_000, 100 + 160.0, id="second tier"),
        pytest.param(600_000, 100 + 320 + 50.0, id="third tier"),
    ],
)
def test_many_evaluations_cost_less_each(count: int, cost: float) -> None:
    assert USD.evaluations(count) == pytest.approx(cost)


def test_accounts_multiply_and_iam_is_judged_once_an_account() -> None:
    settings = Settings(rules=(REGIONAL, IAM))
    home, other = bill(settings, Load()).total, bill(ONE, Load()).total

    assert bill(settings, Load(), accounts=3, regions=4).total == pytest.approx(3 * (home + 3 * other))


def test_each_accounts_tiers_begin_anew() -> None:
    load = Load({REGIONAL.id: 10_000})

    assert bill(ONE, load, accounts=2).evaluations == pytest.approx(2 * bill(ONE, load).evaluations)


def test_levers_say_what_the_bill_would_lose() -> None:
    settings = Settings(rules=(REGIONAL, IAM), managed=managed_choice({}))
    load = Load({IAM.id: 5_000})
    whole = bill(settings, load, regions=2).total
    found = {lever.what: lever.saves for lever in levers(settings, load, regions=2)}
    without = dataclasses.replace(settings, rules=(REGIONAL,))

    assert found[f'rules.exclude = ["{IAM.id}"]'] == pytest.approx(whole - bill(without, load, regions=2).total)
    assert found["one Region less"] == pytest.approx(whole - bill(settings, load, regions=1).total)
    assert found["securityHub = false"] > 0
    assert any(what.startswith("managedRules.exclude") for what in found)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_prices_are_dated_and_positive() -> None:
    assert len(USD.as_of.split("-")) == 2
    numbers = [getattr(USD, field.name) for field in dataclasses.fields(Prices)]
    assert all(number > 0 for number in numbers if isinstance(number, float))
    assert USD.evaluation_tiers[-1][0] == float("inf")


@pytest.mark.slow
@pytest.mark.parametrize("security_hub", [True, False])
def test_the_alarms_are_those_of_the_stack(synthesise: Synthesise, *, security_hub: bool) -> None:
    settings = dataclasses.replace(ONE, security_hub=security_hub)
    [template] = synthesise(settings).values()
    kinds = [resource["Type"] for resource in template["Resources"].values()]

    assert bill(settings, Load()).alarms == pytest.approx(USD.alarm * kinds.count("AWS::CloudWatch::Alarm"))
    assert bill(settings, Load()).keys == pytest.approx(USD.key * kinds.count("AWS::KMS::Key"))
