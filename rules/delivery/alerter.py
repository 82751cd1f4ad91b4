"""
The function that tells people of resources that have become NON_COMPLIANT.

EventBridge puts the events into a first-in-first-out queue, which drops an event that is delivered twice, and the
queue invokes the function with up to ten of them: one message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.delivery.alert import Message, violations, worth_telling
from rules.delivery.finding import finding_id
from rules.delivery.forwarder import change_in
from rules.delivery.principals import ACTIONS, named
from rules.delivery.security_hub import told
from rules.engine.duties import Severity
from rules.engine.errors import EventError
from rules.engine.surroundings import opened, variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules.delivery.compliance_change import ComplianceChange
    from rules.engine.aws import Aws


__all__ = ["ACTIONS", "handler", "publish", "tell"]


def handler(event: Mapping[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    """
    Return the messages that have to be tried again, as Lambda reads it (ReportBatchItemFailures).

    Raises ClientError when the topic takes nothing: all of them are tried again then.
    """
    del context
    failed = tell(event["Records"], opened(), variable("TOPIC_ARN"), Severity[variable("MINIMUM_SEVERITY")])
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}


def tell(records: Iterable[Mapping[str, Any]], aws: Aws, topic_arn: str, at_least: Severity) -> list[str]:
    """Publish what the messages of a queue say, together; return the ids of those that say nothing sensible."""
    changes: dict[str, ComplianceChange] = {}
    failed: list[str] = []
    for record in records:
        try:
            change = change_in(record, aws.now)
        except EventError as error:
            told(messageId=record["messageId"], error=str(error))
            failed.append(record["messageId"])
            continue
        if change is not None:
            changes[finding_id(change)] = change
    telling = worth_telling(changes.values(), at_least)
    telling = list(named(aws, {finding_id(change): change for change in telling}).values())
    if telling:
        publish(aws, topic_arn, violations(telling))
    told(changes=len(changes), told=len(telling), failed=len(failed))
    return failed


def publish(aws: Aws, topic_arn: str, message: Message) -> None:
    """Publish a message to the topic; raises ClientError."""
    aws.client("sns").publish(TopicArn=topic_arn, Subject=message.subject, Message=message.text)
