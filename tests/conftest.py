"""What every test has: example credentials, no network beyond loopback, and an embedded account on demand."""

import gc
import os
import socket
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from cli.sandbox import CREDENTIALS, REGION, Account, EmbeddedAccount, embedded_account

TESTS = Path(__file__).parent
AT_LENGTH = frozenset({"benchmarks", "faults", "fuzz", "mutation", "properties"})
"""Folders whose tests try thousands of cases on lines that other tests cover (see `pytest_runtest_protocol`)."""


class NetworkError(AssertionError):
    """A test tried to reach something beyond this machine."""


EMBEDDED = frozenset({"account", "endpoint", "server"})
"""Fixtures that open the embedded account, which costs each test a tenth of a second or more."""


# AWS's service models are millions of objects that stay; to look through them all again and again for garbage takes
# a third of the time.
gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish() -> None:
    """Keep the garbage collection off what all tests share."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Record no lines for mutants while a test runs at length: others run the same lines, and notice sooner."""
    measuring = getattr(item.config.pluginmanager.get_plugin("_cov"), "cov_controller", None)
    if item.get_closest_marker("repeats") is None or measuring is None or not measuring.started:
        return (yield)
    measuring.pause()
    try:
        return (yield)
    finally:
        measuring.resume()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what needs the embedded account out of the fast loop, which is for tables; mark what is at length."""
    for item in items:
        if TESTS in item.path.parents and not AT_LENGTH.isdisjoint(item.path.relative_to(TESTS).parts):
            item.add_marker("repeats")
        if isinstance(item, pytest.Function) and not EMBEDDED.isdisjoint(item.fixturenames):
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def example_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give AWS clients example credentials and a Region, and nothing of the machine's own settings."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    settings = {
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Refuse connections to anything but this machine's loopback and Unix sockets."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded_connect(self: socket.socket, address: object) -> None:
        _require_local(self, address)
        return connect(self, address)  # type: ignore[arg-type]  # what the caller gave

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        _require_local(self, address)
        return connect_ex(self, address)  # type: ignore[arg-type]  # what the caller gave

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield


@pytest.fixture
def account() -> Iterator[Account]:
    """Return an empty embedded account in the place of AWS, for every boto3 client of the test."""
    with embedded_account() as opened:
        yield opened


@pytest.fixture(scope="session")
def endpoint() -> Iterator[EmbeddedAccount]:
    """Return the embedded account's HTTP endpoint; what is in it stays from test to test (see `server`)."""
    with EmbeddedAccount() as served:
        yield served


@pytest.fixture
def server(endpoint: EmbeddedAccount) -> EmbeddedAccount:
    """Return an empty embedded account behind HTTP on loopback."""
    endpoint.reset()
    return endpoint


def _require_local(sock: socket.socket, address: object) -> None:
    if sock.family == socket.AF_UNIX:
        return
    host = str(address[0]) if isinstance(address, tuple) else str(address)
    if host not in ("localhost", "127.0.0.1", "::1"):
        raise NetworkError(f"A test tried to connect to {host}.")
