from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cli.sandbox import ACCOUNT_ID, REGION, Account, embedded_account
from rules.engine.aws import Aws


@pytest.fixture
def account() -> Iterator[Account]:
    """Return an empty embedded account."""
    with embedded_account() as account:
        yield account


@pytest.fixture
def aws(account: Account) -> Aws:
    """Return what collectors read the embedded account with."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=now)
