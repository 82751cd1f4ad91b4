import pytest

from tests.properties.companies import Company, differences
from tests.properties.judging import one_by_one, pools, together
from tests.properties.recorded import AtOnce, Service
from tests.properties.stage import HOME
from tests.properties.timing import Delayed, LastFirst


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
    company: Company, service: Service, readers: int, rules_at_once: int
) -> None:
    wanted = one_by_one(company.twins, HOME)

    with pools(readers, rules_at_once):
        assert differences(wanted, together(company.twins, HOME, service)) == []


def test_calls_that_wait_for_later_ones_were_under_way_together(company: Company) -> None:
    service = LastFirst()

    with pools(8, 4):
        together(company.twins, HOME, service)

    assert service.most > 1
