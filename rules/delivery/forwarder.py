"""
The function that turns compliance changes into AWS Security Hub findings.

EventBridge puts the events into a queue, which invokes the function with up to a hundred of them. What cannot be
imported goes back to the queue, message by message, and after a few attempts into the queue of failures.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rules.delivery.compliance_change import ComplianceChange, moment
from rules.delivery.finding import Finding, finding_id, finding_of, written
from rules.delivery.principals import ACTIONS as PRINCIPAL_ACTIONS
from rules.delivery.principals import named
from rules.delivery.security_hub import ACTIONS as HUB_ACTIONS
from rules.delivery.security_hub import SecurityHub, told
from rules.engine.errors import EventError
from rules.engine.surroundings import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from rules.engine.aws import Aws

ACTIONS = HUB_ACTIONS | PRINCIPAL_ACTIONS

CLOCKS_DIFFER = timedelta(minutes=15)
"""More than clocks of AWS differ: signatures are refused at a difference of as much."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    """
    Return the messages that have to be tried again, as Lambda reads it (ReportBatchItemFailures).

    Raises SecurityHubError when no message could be dealt with: all of them are tried again then.
    """
    del context
    return {"batchItemFailures": [{"itemIdentifier": one} for one in forward(event["Records"], opened())]}


def forward(records: Iterable[Mapping[str, Any]], aws: Aws) -> list[str]:
    """Import what the messages of a queue say; return the ids of those that have to be tried again."""
    newest: dict[str, ComplianceChange] = {}
    messages: dict[str, list[str]] = {}
    failed: list[str] = []
    for record in records:
        try:
            change = change_in(record, aws.now)
        except EventError as error:
            told(messageId=record["messageId"], error=str(error))
            failed.append(record["messageId"])
            continue
        if change is None:
            continue
        key = finding_id(change)
        messages.setdefault(key, []).append(record["messageId"])
        if key not in newest or change.recorded_at >= newest[key].recorded_at:
            newest[key] = change
    hub = SecurityHub(aws)
    findings = _wanted(named(aws, newest), hub.existing(newest))
    refused = hub.put(findings)
    for key, reason in refused.items():
        told(findingId=key, messageIds=messages[key], error=reason)
        failed.extend(messages[key])
    told(changes=len(newest), imported=len(findings) - len(refused), failed=len(failed))
    return failed


def change_in(record: Mapping[str, Any], now: datetime) -> ComplianceChange | None:
    """
    Return the compliance change in a message of a queue, None for one of other rules.

    Raises EventError for what is no event of AWS Config, and for a result that is recorded in time to come: taken at
    its word, it would outlast every true one until then.
    """
    try:
        event = json.loads(record["body"])
    except (ValueError, RecursionError) as error:
        raise EventError("the message is not JSON") from error
    if not isinstance(event, dict):
        raise EventError("the message is not an event")
    change = ComplianceChange.of_event(event)
    if change is not None and change.recorded_at > now + CLOCKS_DIFFER:
        raise EventError(
            f"the result was recorded at {written(change.recorded_at)}, and it is {written(now)}: not an event of "
            "AWS Config"
        )
    return change


def _wanted(newest: Mapping[str, ComplianceChange], existing: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Return the findings that say something new: a resource that was never NON_COMPLIANT needs none."""
    findings = []
    for key, change in newest.items():
        known = existing.get(key)
        if known is not None and moment(known["UpdatedAt"]) >= change.recorded_at:
            continue
        # AWS Security Hub may not show yet what was imported a moment ago, so that the event itself counts as well.
        was_open = change.open_since is not None or (known is not None and known["RecordState"] == "ACTIVE")
        if change.is_open or was_open:
            findings.append(finding_of(change, known))
    return findings
