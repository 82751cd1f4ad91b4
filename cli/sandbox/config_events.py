"""The events that AWS Config sends to the function of a custom rule, with result tokens that PutEvaluations takes.

Shapes: https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from moto.utilities.utils import get_partition

from cli.sandbox.services.config_evaluations import CHANGES, PENDING, TOKENS
from cli.sandbox.services.config_rules import ConfigAccount
from cli.sandbox.tables import Tables

Event = dict[str, Any]

COMPLIANCE_CHANGE: Final = "Config Rules Compliance Change"
_ITEM_VERSION: Final = "1.3"
_MOST_ENTRIES: Final = 10


@dataclass(frozen=True)
class ChangedResource:
    """A resource whose configuration AWS Config recorded.

    `configuration` and `supplementary` are the item's own; `status` is one of ResourceDiscovered, OK,
    ResourceDeleted, ResourceNotRecorded and their like.
    """

    resource_type: str
    resource_id: str
    resource_name: str = ""
    arn: str = ""
    status: str = "OK"
    configuration: Mapping[str, Any] | None = None
    supplementary: Mapping[str, Any] | None = None
    tags: Mapping[str, str] | None = None
    region: str = ""


class ConfigEvents:
    """Mints events for the rules of one account and Region."""

    def __init__(self, tables: Tables, account_id: str, region: str) -> None:
        self._account = ConfigAccount(account_id, region, str(get_partition(region)), tables)

    def scheduled(self, rule_name: str) -> Event:
        """Return the event of a periodic evaluation of the rule.

        Raises:
            AwsError: NoSuchConfigRuleException.

        """
        now = _iso(datetime.now(UTC))
        return self._event(
            rule_name,
            {
                "awsAccountId": self._account.account_id,
                "notificationCreationTime": now,
                "messageType": "ScheduledNotification",
                "recordVersion": "1.0",
            },
        )

    def changed(self, rule_name: str, resource: ChangedResource, *, left_scope: bool = False) -> Event:
        """Return the event of a configuration change of `resource`."""
        now = _iso(datetime.now(UTC))
        item = {
            **self._summary(resource, now),
            "relatedEvents": [],
            "relationships": [],
            "tags": dict(resource.tags or {}),
            "configuration": None if resource.configuration is None else dict(resource.configuration),
            "supplementaryConfiguration": dict(resource.supplementary or {}),
        }
        invoking = {
            "configurationItemDiff": None,
            "configurationItem": item,
            "notificationCreationTime": now,
            "messageType": "ConfigurationItemChangeNotification",
            "recordVersion": "1.3",
        }
        return self._event(rule_name, invoking, left_scope=left_scope)

    def oversized(self, rule_name: str, resource: ChangedResource, *, timed: bool = False) -> Event:
        """Return the event of a configuration change that is too large to be sent.

        The documentation's example has no `notificationCreationTime` and no `recordVersion`; `timed` adds them.
        """
        now = _iso(datetime.now(UTC))
        invoking = {
            "configurationItemSummary": {"changeType": "UPDATE", **self._summary(resource, now)},
            "s3DeliverySummary": {"s3BucketLocation": None, "errorCode": None, "errorMessage": None},
            "messageType": "OversizedConfigurationItemChangeNotification",
        }
        if timed:
            invoking |= {"notificationCreationTime": now, "recordVersion": "1.0"}
        return self._event(rule_name, invoking)

    def pending(self) -> list[Event]:
        """Return a scheduled event for each rule that StartConfigRulesEvaluation named, and forget the request."""
        waiting = self._account.table(PENDING)
        names = [name for name in waiting if name in self._account.rules]
        waiting.clear()
        return [self.scheduled(name) for name in names]

    def announce(self) -> int:
        """
        Send EventBridge an event for each change of compliance that it has not heard of; return how many.

        Shape: that of notifications
        (https://docs.aws.amazon.com/config/latest/developerguide/example-config-rule-compliance-notification.html).
        """
        # Moto's events take a second to import, which only who listens to them pays.
        from moto.events.models import events_backends  # noqa: PLC0415

        backend = events_backends[self._account.account_id][self._account.region]
        entries = [
            {
                "Source": "aws.config",
                "DetailType": COMPLIANCE_CHANGE,
                "Detail": json.dumps(detail),
            }
            for detail in self.compliance_changes()
        ]
        for start in range(0, len(entries), _MOST_ENTRIES):
            backend.put_events(entries[start : start + _MOST_ENTRIES])
        return len(entries)

    def compliance_changes(self) -> list[dict[str, Any]]:
        """Return the details of the events that `announce` sends, which then has none of them to send."""
        changes: list[Any] = self._account.table(CHANGES).pop("waiting", [])
        return [self._compliance_change(before, after) for before, after in changes]

    def _compliance_change(self, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
        qualifier = after["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
        rule = self._account.rule(qualifier["ConfigRuleName"])
        return {
            "resourceId": qualifier["ResourceId"],
            "awsRegion": self._account.region,
            "awsAccountId": self._account.account_id,
            "configRuleName": qualifier["ConfigRuleName"],
            "recordVersion": "1.0",
            "configRuleARN": rule["ConfigRuleArn"],
            "messageType": "ComplianceChangeNotification",
            "newEvaluationResult": _evaluation_result(after),
            **({"oldEvaluationResult": _evaluation_result(before)} if before else {}),
            "notificationCreationTime": _iso(datetime.now(UTC)),
            "resourceType": qualifier["ResourceType"],
        }

    def _event(self, rule_name: str, invoking: Mapping[str, Any], *, left_scope: bool = False) -> Event:
        account, rule = self._account, self._account.rule(rule_name)
        token = secrets.token_urlsafe(32)
        account.table(TOKENS)[token] = {"rule": rule_name, "invoked": datetime.now(UTC)}
        role = "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        return {
            "version": "1.0",
            "invokingEvent": json.dumps(invoking),
            "ruleParameters": rule.get("InputParameters", "{}"),
            "resultToken": token,
            "eventLeftScope": left_scope,
            "executionRoleArn": f"arn:{account.partition}:iam::{account.account_id}:role/{role}",
            "configRuleArn": rule["ConfigRuleArn"],
            "configRuleName": rule_name,
            "configRuleId": rule["ConfigRuleId"],
            "accountId": account.account_id,
        }

    def _summary(self, resource: ChangedResource, now: str) -> dict[str, Any]:
        return {
            "configurationItemVersion": _ITEM_VERSION,
            "configurationItemCaptureTime": now,
            "configurationStateId": int(datetime.now(UTC).timestamp() * 1000),
            "awsAccountId": self._account.account_id,
            "configurationItemStatus": resource.status,
            "resourceType": resource.resource_type,
            "resourceId": resource.resource_id,
            "resourceName": resource.resource_name or None,
            "ARN": resource.arn or None,
            "awsRegion": resource.region or self._account.region,
            "availabilityZone": "Not Applicable",
            "configurationStateMd5Hash": "",
            "resourceCreationTime": now,
        }


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _evaluation_result(result: Mapping[str, Any]) -> dict[str, Any]:
    qualifier = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    ordering: datetime = result["EvaluationResultIdentifier"]["OrderingTimestamp"]
    return {
        "evaluationResultIdentifier": {
            "evaluationResultQualifier": {
                "configRuleName": qualifier["ConfigRuleName"],
                "resourceType": qualifier["ResourceType"],
                "resourceId": qualifier["ResourceId"],
                "evaluationMode": qualifier["EvaluationMode"],
            },
            "orderingTimestamp": _iso(ordering),
        },
        "complianceType": result["ComplianceType"],
        "resultRecordedTime": _iso(result["ResultRecordedTime"]),
        "configRuleInvokedTime": _iso(result["ConfigRuleInvokedTime"]),
        **({"annotation": result["Annotation"]} if "Annotation" in result else {}),
    }
