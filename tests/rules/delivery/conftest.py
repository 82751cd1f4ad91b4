import pytest

from cli.sandbox import Account
from rules.delivery import security_hub
from tests.rules.delivery.deployed import Deployed, environment


@pytest.fixture
def deployed(account: Account, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Return the embedded account with a pack of two rules in it, and the functions' environment."""
    monkeypatch.setattr(security_hub, "WAITS", (0.0, 0.0, 0.0))
    found = Deployed(account)
    environment(monkeypatch, found)
    return found
