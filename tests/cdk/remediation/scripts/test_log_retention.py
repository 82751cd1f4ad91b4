from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cdk.remediation.scripts.log_retention import EventsWouldExpireError, inspect, loses
from cli.sandbox import Account
from tests.cdk.remediation.test_set_log_retention import age

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EVENT: dict[str, Any] = {"LogGroupName": "/bedrock", "RetentionInDays": 30, "ExpireOlderEvents": False}


@pytest.mark.parametrize(
    ("kept", "wanted", "age", "lost"),
    [
        pytest.param(0, 30, 30, False, id="as old as the retention"),
        pytest.param(0, 30, 31, True, id="a day older"),
        pytest.param(90, 365, 400, False, id="kept longer than before"),
        pytest.param(365, 90, 400, True, id="kept shorter than before"),
        pytest.param(365, 90, 60, False, id="kept shorter than before, and younger than either"),
    ],
)
def test_what_a_retention_deletes(kept: int, wanted: int, age: int, lost: bool) -> None:
    made = NOW - timedelta(days=age)

    assert loses({"creationTime": int(made.timestamp() * 1000)}, kept, wanted, NOW) is lost


@pytest.fixture
def logs(account: Account) -> Any:
    client = account.session().client("logs")
    client.create_log_group(logGroupName="/bedrock")
    return client


def test_tells_what_the_retention_is(logs: Any) -> None:
    assert inspect(EVENT, {}) == {"IsRight": False, "RetentionInDays": 0}
    logs.put_retention_policy(logGroupName="/bedrock", retentionInDays=30)
    assert inspect(EVENT, {}) == {"IsRight": True, "RetentionInDays": 30}


@pytest.mark.parametrize(
    ("given", "refused"), [(False, True), ("false", True), ("", True), (True, False), ("True", False)]
)
def test_only_a_clear_yes_lets_log_events_expire(account: Account, logs: Any, given: object, refused: bool) -> None:
    logs.put_retention_policy(logGroupName="/bedrock", retentionInDays=60)
    event = EVENT | {"RetentionInDays": 1, "ExpireOlderEvents": given}
    age(90, "/bedrock")

    if refused:
        with pytest.raises(EventsWouldExpireError, match="Log events are kept for 60 days"):
            inspect(event, {})
    else:
        assert inspect(event, {}) == {"IsRight": False, "RetentionInDays": 60}
    assert account.calls
