from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.logs.models import logs_backends

from cdk.remediation.set_log_retention import set_log_retention
from cli.sandbox import ACCOUNT_ID, REGION, Account
from tests.cdk.remediation.deployed import actions, outcome, run

GROUP = "/bedrock/invocations"
SET_LOG_RETENTION = set_log_retention(365)

pytestmark = pytest.mark.slow


@pytest.fixture
def logs(account: Account) -> Any:
    client = account.session().client("logs")
    client.create_log_group(logGroupName=f"{GROUP}-more")
    client.create_log_group(logGroupName=GROUP)
    return client


def age(days: int, name: str = GROUP) -> None:
    """Make a log group as old as that."""
    made = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)
    logs_backends[ACCOUNT_ID][REGION].groups[name].creation_time = made


def retention(logs: Any, name: str = GROUP) -> Any:
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next(each.get("retentionInDays") for each in groups if each["logGroupName"] == name)


def test_a_retention_is_set_on_this_group_alone(account: Account, logs: Any) -> None:
    done = run(account, SET_LOG_RETENTION, LogGroupName=GROUP)

    assert outcome(done) == ("Success", "CHANGED")
    assert done.outputs == {"Inspect.RetentionInDays": 0}
    assert (retention(logs), retention(logs, f"{GROUP}-more")) == (365, None)
    assert actions(account, done) == {action.name for action in SET_LOG_RETENTION.permissions}


def test_a_retention_that_is_right_is_left_alone(account: Account, logs: Any) -> None:
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=90)

    done = run(account, SET_LOG_RETENTION, LogGroupName=GROUP, RetentionInDays="90")

    assert outcome(done) == ("Success", "NOTHING_TO_DO")
    assert actions(account, done) == {"logs:DescribeLogGroups"}


def test_a_dry_run_changes_nothing(account: Account, logs: Any) -> None:
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=30)

    done = run(account, SET_LOG_RETENTION, LogGroupName=GROUP, DryRun="true")

    assert done.variables["Outcome"] == (
        f"WOULD_CHANGE: The retention of {GROUP} would be set to 365 days; "
        "it is 30 now, where 0 means that log events never expire."
    )
    assert retention(logs) == 30


@pytest.mark.parametrize(
    ("kept", "days", "loses"),
    [
        pytest.param(0, 364, False, id="younger than the retention"),
        pytest.param(0, 366, True, id="older than the retention"),
        pytest.param(90, 4000, False, id="kept longer than before"),
        pytest.param(400, 366, True, id="kept shorter than before"),
        pytest.param(400, 100, False, id="kept shorter, but still young"),
    ],
)
def test_no_log_event_is_deleted_unless_that_is_asked_for(
    account: Account, logs: Any, kept: int, days: int, loses: bool
) -> None:
    if kept:
        logs.put_retention_policy(logGroupName=GROUP, retentionInDays=kept)
    age(days)

    done = run(account, SET_LOG_RETENTION, LogGroupName=GROUP)
    forced = run(account, SET_LOG_RETENTION, LogGroupName=GROUP, ExpireOlderEvents="true")

    assert outcome(done) == (("Failed", "UNFINISHED") if loses else ("Success", "CHANGED"))
    assert done.failure.startswith("Step Inspect fails: EventsWouldExpireError: Log events are ") is loses
    assert outcome(forced) == ("Success", "CHANGED" if loses else "NOTHING_TO_DO")


def test_a_log_group_that_does_not_exist_is_told(account: Account, logs: Any) -> None:
    logs.delete_log_group(logGroupName=GROUP)

    done = run(account, SET_LOG_RETENTION, LogGroupName=GROUP)

    assert done.failure == f"Step Inspect fails: LookupError: There is no log group {GROUP}."
    assert retention(logs, f"{GROUP}-more") is None


def test_a_refusal_is_told(account: Account, logs: Any) -> None:
    account.faults.deny("logs:PutRetentionPolicy")

    done = run(account, SET_LOG_RETENTION, LogGroupName=GROUP)

    assert done.failure.startswith("Step SetRetention fails: AccessDeniedException: ")
    assert retention(logs) is None


def test_a_change_that_does_not_last_is_told(account: Account, logs: Any) -> None:
    account.faults.deny("logs:DescribeLogGroups", after=1)

    done = run(account, SET_LOG_RETENTION, LogGroupName=GROUP)

    assert (outcome(done), done.ran[-1]) == (("Failed", "UNFINISHED"), "Verify")
    assert logs is not None
