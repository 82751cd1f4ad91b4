from collections.abc import Iterator
from contextlib import ExitStack

import boto3
import pytest

from cli.sandbox import Account
from rules.delivery import security_hub
from rules.engine import surroundings
from rules.engine.aws import Aws
from tests.rules.delivery.deployed import Deployed, environment
from tests.rules.delivery.events import at
from tests.rules.delivery.stubs import Stubs


@pytest.fixture
def deployed(account: Account, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Return the embedded account with a pack of two rules in it, and the functions' environment."""
    monkeypatch.setattr(security_hub, "WAITS", (0.0, 0.0, 0.0))
    found = Deployed(account)
    environment(monkeypatch, found)
    return found


@pytest.fixture
def hour_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it the hour after the events of `tests.rules.delivery.events`, whenever the tests run."""
    monkeypatch.setattr(surroundings, "clock", lambda: at(60))


@pytest.fixture(scope="module")
def here() -> Aws:
    """Return a Region of an account at the time of the events, which nothing answers for but stubs."""
    return Aws(boto3.Session("testing", "testing"), account_id="123456789012", region="us-east-1", now=at(0))


@pytest.fixture
def stubs(here: Aws) -> Iterator[Stubs]:
    """Return what answers for every service there; every answer has to be asked for."""
    with ExitStack() as stack:
        stubs = Stubs(here, stack)
        yield stubs
        for stub in stubs.of.values():
            stub.assert_no_pending_responses()
