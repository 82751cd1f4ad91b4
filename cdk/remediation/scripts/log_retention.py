"""
What a change of a log group's retention would do to the log events that it has.

A retention deletes what is older, so one that would delete anything is refused unless that is asked for.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3  # noqa: TID251 - a script of a runbook is no rule


class EventsWouldExpireError(Exception):
    """The retention would delete log events, which nobody asked for."""


def inspect(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """
    Return whether the retention is right, and what it is now (0 for events that never expire).

    Raises LookupError when there is no such log group, EventsWouldExpireError unless `ExpireOlderEvents` is set.
    """
    group = found(event["LogGroupName"])
    wanted, kept = int(event["RetentionInDays"]), int(group.get("retentionInDays", 0))
    now = datetime.now(UTC)  # noqa: TID251 - the script is called by Automation, which hands it no time
    may_lose = str(event["ExpireOlderEvents"]).lower() == "true"
    if kept != wanted and not may_lose and loses(group, kept, wanted, now):
        state = f"kept for {kept} days" if kept else "never deleted"
        message = (
            f"Log events are {state}, and a retention of {wanted} days would delete older ones; "
            "start again with ExpireOlderEvents to have that."
        )
        raise EventsWouldExpireError(message)
    return {"IsRight": kept == wanted, "RetentionInDays": kept}


def found(name: str) -> Mapping[str, Any]:
    """Return the log group of exactly this name."""
    pages = boto3.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    groups = (group for page in pages for group in page["logGroups"])
    group: Mapping[str, Any] | None = next((each for each in groups if each["logGroupName"] == name), None)
    if group is None:
        message = f"There is no log group {name}."
        raise LookupError(message)
    return group


def loses(group: Mapping[str, Any], kept: int, wanted: int, now: datetime) -> bool:
    """Say whether a log group may hold events that a retention deletes and the present one does not."""
    if kept and wanted > kept:
        return False
    made = datetime.fromtimestamp(group["creationTime"] / 1000, UTC)
    return made + timedelta(days=wanted) < now
