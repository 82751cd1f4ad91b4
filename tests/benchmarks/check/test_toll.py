from collections.abc import Iterator
from threading import Thread
from time import perf_counter

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmarks.check.toll import Terms, Toll
from cli.sandbox import CREDENTIALS, REGION, EmbeddedAccount
from cli.sandbox.account import session_at
from cli.sandbox.gateway import GATEWAY
from cli.sandbox.server import Server

pytestmark = pytest.mark.slow
ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@pytest.fixture
def toll() -> Toll:
    return Toll(GATEWAY)


@pytest.fixture
def session(server: EmbeddedAccount, toll: Toll) -> Iterator[boto3.session.Session]:
    """Return a session that reaches the account through the toll."""
    del server
    gate = Server(toll, 0)
    thread = Thread(target=gate.serve_forever)
    thread.start()
    yield session_at(gate.url, REGION, CREDENTIALS["AWS_ACCESS_KEY_ID"])
    gate.shutdown()
    gate.server_close()
    thread.join()


def test_counts_calls_by_operation(session: boto3.session.Session, toll: Toll) -> None:
    session.client("kms").create_key()
    session.client("iam").list_roles()
    session.client("iam").list_roles()
    keys = session.client("kms").list_keys()["Keys"]

    reading = toll.read()

    assert len(keys) == 1
    assert (reading.calls, reading.throttled) == (4, 0)
    assert reading.operations == {"iam:ListRoles": 2, "kms:CreateKey": 1, "kms:ListKeys": 1}
    assert reading.cpu > 0


def test_begins_to_count_with_new_terms(session: boto3.session.Session, toll: Toll) -> None:
    session.client("iam").list_roles()
    toll.impose(Terms())

    assert toll.read().calls == 0


def test_delays_every_call(session: boto3.session.Session, toll: Toll) -> None:
    iam = session.client("iam")
    toll.impose(Terms(delay=0.2))
    started = perf_counter()

    iam.list_roles()

    assert perf_counter() - started >= 0.2


def test_throttles_an_operation_that_is_asked_too_often(session: boto3.session.Session, toll: Toll) -> None:
    iam, kms = session.client("iam", config=ONCE), session.client("kms", config=ONCE)
    toll.impose(Terms(rate=1))
    iam.list_roles()

    with pytest.raises(ClientError, match="Throttling"):
        iam.list_roles()
    kms.list_keys()
    for _ in range(3):
        session.client("s3").list_buckets()

    assert toll.read().throttled == 1
