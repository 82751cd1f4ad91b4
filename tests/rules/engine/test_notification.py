import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rules.engine.errors import EventError
from rules.engine.notification import CHANGE, OVERSIZED, SCHEDULED, changed_resource, checked, now_of
from rules.engine.resource import Resource

TIME = "2026-11-23T10:15:30.125Z"
ITEM = {
    "resourceType": "AWS::S3::Bucket",
    "resourceId": "a",
    "resourceName": None,
    "ARN": "arn:aws:s3:::a",
    "configurationItemStatus": "OK",
    "configurationItemCaptureTime": TIME,
}
ONLY = "only AWS Config may invoke this function"
NO_NOTIFICATION = "the event's invokingEvent is not a notification of AWS Config"
DEEP = "[" * 100_000


def event(notification: object = None, **changes: Any) -> dict[str, Any]:
    scheduled = {"messageType": SCHEDULED, "notificationCreationTime": TIME}
    return {
        "invokingEvent": json.dumps(notification or scheduled),
        "resultToken": "token",
        "accountId": "123456789012",
        "configRuleName": "boxes",
    } | changes


def change(**changes: Any) -> dict[str, Any]:
    return event({"messageType": CHANGE, "configurationItem": ITEM | changes})


def test_an_event_has_defaults_for_what_config_may_leave_out() -> None:
    taken, notification = checked(event())

    assert (taken["ruleParameters"], taken["executionRoleArn"], taken["eventLeftScope"]) == ("{}", "", False)
    assert now_of(notification) == datetime(2026, 11, 23, 10, 15, 30, 125_000, tzinfo=UTC)


def test_an_oversized_notification_is_the_change_that_it_stands_for() -> None:
    taken, notification = checked(event({"messageType": OVERSIZED, "configurationItemSummary": ITEM}))

    assert json.loads(taken["invokingEvent"]) == notification == {"messageType": CHANGE, "configurationItem": ITEM}
    assert changed_resource(notification) == Resource("AWS::S3::Bucket", "a", "a", "arn:aws:s3:::a")
    assert now_of(notification) is None


REFUSED = [
    ("no object", [], f"the event is no object; {ONLY}"),
    ("no token", event(resultToken=None), f"the event has no resultToken; {ONLY}"),
    ("a token of another kind", event(resultToken=["t"]), "the event has something else than a text as 'resultToken'"),
    ("an account of another kind", event(accountId=1234), "the event has something else than a text as 'accountId'"),
    ("no rule", event(configRuleName=""), "the event has no 'configRuleName'"),
    ("a notification that is an object already", event(invokingEvent={"messageType": SCHEDULED}), None),
    ("a notification that is nested too deeply", event(invokingEvent=DEEP), NO_NOTIFICATION),
    ("a notification that is a number", event(invokingEvent="1"), NO_NOTIFICATION),
    ("a number too long to be read", event(invokingEvent="9" * 5_000), NO_NOTIFICATION),
    ("no message type", event({"recordVersion": "1.0"}), NO_NOTIFICATION),
    ("a scheduled notification without a time", event({"messageType": SCHEDULED}), None),
    (
        "a time that is none",
        event({"messageType": SCHEDULED, "notificationCreationTime": "now\n"}),
        "the notification has no time as 'notificationCreationTime': now ",
    ),
    ("parameters that are a list", event(ruleParameters="[]"), "the event's ruleParameters is no JSON object"),
    ("parameters that are no text", event(ruleParameters={"a": 1}), "the event's ruleParameters is no JSON object"),
    ("parameters nested too deeply", event(ruleParameters=DEEP), "the event's ruleParameters is no JSON object"),
    ("a scope that is a text", event(eventLeftScope="false"), "the event's eventLeftScope is neither true nor false"),
    ("an item that is a list", event({"messageType": CHANGE, "configurationItem": [1]}), None),
    ("an item without an id", change(resourceId=None), "the configuration item has no 'resourceId'"),
    ("an id of another kind", change(resourceId={}), None),
    (
        "half a character",
        change(resourceId="\ud800"),
        "the configuration item has half a surrogate pair in 'resourceId'",
    ),
    ("an item without a status", change(configurationItemStatus=None), None),
    ("a status of another kind", change(configurationItemStatus=["OK"]), None),
    ("an item without a time", change(configurationItemCaptureTime=""), None),
]


@pytest.mark.parametrize(("given", "message"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
def test_refuses_what_config_does_not_send_in_one_line(given: Any, message: str | None) -> None:
    with pytest.raises(EventError) as refused:
        changed_resource(checked(given)[1])

    assert message is None or str(refused.value) == message
    assert str(refused.value).isprintable()


def test_an_unknown_message_type_is_quoted_in_part() -> None:
    with pytest.raises(EventError) as refused:
        checked(event({"messageType": "x" * 1_000}))

    assert len(str(refused.value)) < 300
