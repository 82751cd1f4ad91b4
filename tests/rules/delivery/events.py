"""Events and results of AWS Config, in the shapes that it sends."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

BEGIN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
RULE = "bedrock-log-group-protected"
OTHER_RULE = "bedrock-model-cmk-encrypted"


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def result(compliance: str, minutes: float, annotation: str, **resource: str) -> dict[str, Any]:
    return {
        "evaluationResultIdentifier": {
            "evaluationResultQualifier": {**resource, "evaluationMode": "DETECTIVE"},
            "orderingTimestamp": iso(at(minutes)),
        },
        "complianceType": compliance,
        "resultRecordedTime": iso(at(minutes)),
        "configRuleInvokedTime": iso(at(minutes)),
        "annotation": annotation,
    }


def event(
    compliance: str = "NON_COMPLIANT",
    *,
    minutes: float = 0,
    old: str | None = None,
    rule: str = f"{RULE}-conformance-pack-qayjyopmd",
    resource_type: str = "AWS::Logs::LogGroup",
    resource_id: str = "prompts",
    annotation: str = "Retention is 30 days, at least 90 are wanted.",
    region: str = "us-east-1",
    partition: str = "aws",
) -> dict[str, Any]:
    resource = {"configRuleName": rule, "resourceType": resource_type, "resourceId": resource_id}
    pack_rule = "config-rule/aws-service-rule/config-conforms.amazonaws.com/config-rule-axgui2"
    return {
        "version": "0",
        "id": "f0eae78e-0ccc-4079-a509-206fca99c4fc",
        "detail-type": "Config Rules Compliance Change",
        "source": "aws.config",
        "account": "123456789012",
        "time": "2026-11-23T10:00:05Z",
        "region": region,
        "resources": [],
        "detail": {
            **resource,
            "awsRegion": region,
            "awsAccountId": "123456789012",
            "recordVersion": "1.0",
            "configRuleARN": f"arn:{partition}:config:{region}:123456789012:{pack_rule}",
            "messageType": "ComplianceChangeNotification",
            "newEvaluationResult": result(compliance, minutes, annotation, **resource),
            **({"oldEvaluationResult": result(old, minutes - 60, "Before.", **resource)} if old else {}),
            "notificationCreationTime": iso(at(minutes)),
        },
    }


def without(event: dict[str, Any], *path: str) -> dict[str, Any]:
    """Return the event without one of its members."""
    copy: dict[str, Any] = json.loads(json.dumps(event))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return copy


def record(body: object, message_id: str = "m") -> dict[str, str]:
    return {"messageId": message_id, "body": body if isinstance(body, str) else json.dumps(body)}
