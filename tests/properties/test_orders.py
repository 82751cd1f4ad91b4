from collections.abc import Mapping

import pytest

from cli.sandbox.company.aurelia import REGIONS
from tests.properties.companies import GRAFTS, Company, Evaluations, differences, evaluations
from tests.properties.orders import Shuffled


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("seed", range(1, 3))
def test_the_order_of_answers_changes_no_evaluation(
    company: Company, whole: Mapping[str, Evaluations], region: str, seed: int
) -> None:
    assert differences(whole[region], evaluations(company.twins, region, Shuffled(seed))) == []


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("graft", range(GRAFTS))
def test_the_order_of_longer_lists_changes_no_evaluation(company: Company, region: str, graft: int) -> None:
    scions = company.scions[graft]
    listed = evaluations(company.twins, region, Shuffled(0, scions))

    assert differences(listed, evaluations(company.twins, region, Shuffled(1, scions))) == []
