from collections.abc import Iterator, Mapping

import pytest

from cli.sandbox import Account
from cli.sandbox.company.aurelia import REGIONS
from tests.faults.patience import impatient
from tests.properties import companies
from tests.properties.companies import Company, Evaluations, evaluations
from tests.properties.recorded import Recording
from tests.properties.stage import Stage


@pytest.fixture(scope="session")
def company() -> Company:
    """Return the mixed company, on record."""
    return companies.company()


@pytest.fixture(scope="session")
def whole(company: Company) -> Mapping[str, Evaluations]:
    """Return what the rules say of the mixed company's twins in each Region, served as AWS serves by default."""
    return {region: evaluations(company.twins, region) for region in REGIONS}


@pytest.fixture(scope="session")
def empty() -> Recording:
    """Return an empty account, on record."""
    return companies.company("empty").recording


@pytest.fixture
def stage(company: Company, empty: Recording, account: Account) -> Iterator[Stage]:
    """Return the functions of all rules; both companies are recorded before the account is opened for them."""
    del empty
    with impatient() as refill:
        yield Stage(account, company, refill)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what needs a company out of the fast loop: building it takes seconds."""
    for item in items:
        if isinstance(item, pytest.Function) and "company" in item.fixturenames:
            item.add_marker("slow")
