from collections.abc import Mapping

import pytest

from cli.sandbox.company.aurelia import REGIONS
from tests.properties.companies import Company, Evaluations, differences, evaluations
from tests.properties.pages import Paged


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_size_of_pages_changes_no_evaluation(
    company: Company, whole: Mapping[str, Evaluations], region: str, size: int
) -> None:
    assert differences(whole[region], evaluations(company.twins, region, Paged(size))) == []


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("seed", range(2))
def test_pages_without_items_change_no_evaluation(
    company: Company, whole: Mapping[str, Evaluations], region: str, seed: int
) -> None:
    assert differences(whole[region], evaluations(company.twins, region, Paged(2, seed))) == []
