import pytest

from cdk.bill import monthly_bill


def test_a_small_account_pays_for_evaluations_and_alarms() -> None:
    bill = monthly_bill(rules=9, resources=20)

    assert bill.evaluations == pytest.approx(5.40)
    assert bill.alarms == pytest.approx(1.00)
    assert bill.functions < 0.05
    assert bill.total == pytest.approx(6.42, abs=0.01)


def test_changes_are_evaluated_recorded_and_run() -> None:
    quiet, busy = monthly_bill(rules=9, resources=20), monthly_bill(rules=9, resources=20, changes=1000)

    assert busy.evaluations - quiet.evaluations == pytest.approx(1.00)
    assert busy.changes == pytest.approx(3.00)
    assert busy.functions > quiet.functions


def test_rules_that_aws_runs_cost_their_evaluations_and_nothing_else() -> None:
    without, with_keys = monthly_bill(rules=9, resources=20), monthly_bill(rules=9, resources=20, managed=100)

    assert with_keys.evaluations - without.evaluations == pytest.approx(3.00)
    assert with_keys.total - without.total == pytest.approx(3.00)


@pytest.mark.parametrize(
    ("resources", "evaluations"),
    [
        pytest.param(2_500, 75.0, id="first tier"),
        pytest.param(10_000, 100 + 160.0, id="second tier"),
        pytest.param(20_000, 100 + 320 + 50.0, id="third tier"),
    ],
)
def test_many_evaluations_cost_less_each(resources: int, evaluations: float) -> None:
    assert monthly_bill(rules=1, resources=resources).evaluations == pytest.approx(evaluations)
