import pytest

from cli.sandbox import Account
from rules.delivery import security_hub
from rules.engine import surroundings
from tests.rules.delivery.deployed import Deployed, environment
from tests.rules.delivery.events import at


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
