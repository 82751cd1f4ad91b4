"""The event that AWS Config sends to a rule's function, checked before anything is read or reported because of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rules.engine.errors import EventError
from rules.engine.resource import Resource
from rules.engine.verdict import printable, shortened

CHANGE = "ConfigurationItemChangeNotification"
OVERSIZED = "OversizedConfigurationItemChangeNotification"
SCHEDULED = "ScheduledNotification"


def checked(event: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Return the event with its defaults, and its notification; an oversized one as the change that it stands for.

    An oversized notification carries only a summary of the configuration item, which identifies the resource.
    Raises EventError for an event without what AWS Config always sends
    (https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html).
    """
    if not isinstance(event, Mapping):
        raise EventError("the event is no object; only AWS Config may invoke this function")
    taken = dict(event)
    for key in ("invokingEvent", "resultToken", "accountId"):
        if not taken.get(key):
            raise EventError(f"the event has no {key}; only AWS Config may invoke this function")
    for key in ("invokingEvent", "resultToken", "accountId", "configRuleName"):
        _text(taken, key, "the event")
    taken["ruleParameters"] = taken.get("ruleParameters") or "{}"
    _object(taken["ruleParameters"], "the event's ruleParameters is no JSON object")
    taken.setdefault("executionRoleArn", "")
    if not isinstance(taken.setdefault("eventLeftScope", False), bool):
        raise EventError("the event's eventLeftScope is neither true nor false")
    notification = _object(taken["invokingEvent"], "the event's invokingEvent is not a notification of AWS Config")
    kind = notification.get("messageType")
    if kind is None:
        raise EventError("the event's invokingEvent is not a notification of AWS Config")
    if kind == OVERSIZED:
        notification["configurationItem"] = notification.pop("configurationItemSummary", None)
        notification["messageType"] = kind = CHANGE
        taken["invokingEvent"] = json.dumps(notification)
    if kind not in (CHANGE, SCHEDULED):
        shown = shortened(repr(kind), 100)
        raise EventError(f"messageType is {shown}; allowed: {CHANGE}, {OVERSIZED}, {SCHEDULED}")
    # rdklib dates evaluations by it; oversized notifications are documented without, and have that of their item.
    _moment(notification, "notificationCreationTime", "the notification", required=kind == SCHEDULED)
    return taken, notification


def now_of(notification: Mapping[str, Any]) -> datetime | None:
    """Return when AWS Config made a notification, None where it does not say; raises EventError."""
    return _moment(notification, "notificationCreationTime", "the notification", required=False)


def changed_resource(notification: Mapping[str, Any]) -> Resource:
    """Return the resource of the configuration item of a change; raises EventError for less than identifies it."""
    item = notification.get("configurationItem")
    if not item:
        raise EventError("the notification has no configuration item")
    where = "the configuration item"
    if not isinstance(item, Mapping):
        raise EventError(f"{where} is no object")
    resource_type, resource_id = _text(item, "resourceType", where), _text(item, "resourceId", where)
    name, arn = _optional(item, "resourceName", where), _optional(item, "ARN", where) or _optional(item, "arn", where)
    _text(item, "configurationItemStatus", where)
    _moment(item, "configurationItemCaptureTime", where, required=True)
    return Resource(resource_type, resource_id, name or resource_id, arn)


def _object(text: object, otherwise: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError) as error:
        raise EventError(otherwise) from error
    if not isinstance(found, dict):
        raise EventError(otherwise)
    return found


def _text(whole: Mapping[str, Any], key: str, where: str) -> str:
    value = _optional(whole, key, where)
    if not value:
        raise EventError(f"{where} has no {key!r}")
    return value


def _optional(whole: Mapping[str, Any], key: str, where: str) -> str | None:
    value = whole.get(key)
    if value is None or isinstance(value, str):
        if not _sendable(value or ""):
            raise EventError(f"{where} has half a surrogate pair in {key!r}")
        return value
    raise EventError(f"{where} has something else than a text as {key!r}")


def _sendable(text: str) -> bool:
    """Say whether a text can be sent: JSON may have half of a surrogate pair, which no encoding has."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _moment(whole: Mapping[str, Any], key: str, where: str, *, required: bool) -> datetime | None:
    text = _text(whole, key, where) if required else _optional(whole, key, where)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise EventError(f"{where} has no time as {key!r}: {shortened(printable(text), 40)}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
