"""Messages of a queue: each is understood or refused on its own, and what is made of it can be sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given
from hypothesis import strategies as st

from rules.delivery.alert import LONGEST_SUBJECT, violations
from rules.delivery.finding import LONGEST_ID, finding_id, finding_of
from rules.delivery.forwarder import change_in
from rules.engine.errors import EventError
from tests.fuzz.budget import examples
from tests.fuzz.limits import at_most
from tests.fuzz.odd_values import as_text, changed

if TYPE_CHECKING:
    from rules.delivery.compliance_change import ComplianceChange

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
LARGEST_MESSAGE: Final = 256 * 1024
"""Bytes that Amazon SNS and SQS take at most."""


def result(compliance: str) -> dict[str, Any]:
    """Return a result as AWS Config tells it."""
    return {
        "evaluationResultIdentifier": {"orderingTimestamp": "2026-11-23T10:15:30.125Z"},
        "complianceType": compliance,
        "resultRecordedTime": "2026-11-23T10:15:31.125Z",
        "configRuleInvokedTime": "2026-11-23T10:15:30.525Z",
        "annotation": "It is bad; good is wanted.",
    }


EVENT: Final = {
    "version": "0",
    "detail-type": "Config Rules Compliance Change",
    "source": "aws.config",
    "account": "123456789012",
    "region": "us-east-1",
    "detail": {
        "resourceId": "AROAEXAMPLE",
        "awsRegion": "us-east-1",
        "awsAccountId": "123456789012",
        "configRuleName": "bedrock-invoke-least-privilege-conformance-pack-abc123xyz",
        "configRuleARN": "arn:aws:config:us-east-1:123456789012:config-rule/config-rule-abc123",
        "messageType": "ComplianceChangeNotification",
        "newEvaluationResult": result("NON_COMPLIANT"),
        "oldEvaluationResult": result("COMPLIANT"),
        "notificationCreationTime": "2026-11-23T10:15:32.125Z",
        "resourceType": "AWS::IAM::Role",
    },
}


@given(st.data())
@examples(400)
def test_a_changed_message_is_understood_or_refused_alone(data: st.DataObject) -> None:
    body = data.draw(as_text(data.draw(changed(EVENT))))
    try:
        with at_most(5):
            change = change_in({"messageId": "m", "body": body}, NOW)
    except EventError as error:
        refusal = str(error)
    else:
        if change is not None:
            require_fit_to_send(change)
        return
    assert refusal.isprintable()
    assert len(refusal) <= 1_000


def require_fit_to_send(change: ComplianceChange) -> None:
    """Require the finding and the message about a change to be what AWS takes."""
    assert len(finding_id(change)) <= LONGEST_ID
    for at in (None, NOW):
        sent = json.dumps(finding_of(change, at=at), ensure_ascii=False).encode()
        assert len(sent) <= LARGEST_MESSAGE
    message = violations([change])
    assert message.subject.isprintable()
    assert message.subject.isascii()
    assert len(message.subject) <= LONGEST_SUBJECT
    assert len(message.text.encode()) <= LARGEST_MESSAGE
