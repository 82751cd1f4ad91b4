"""Facts about Amazon GuardDuty: whether it watches, and what could tell somebody of its findings."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_usage, event_rules
from rules.facts.bedrock_alerts import unreadable_account
from rules.facts.listings import every, listed
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.facts.bedrock_usage import BedrockUsage
    from rules.facts.event_rules import EventRule

DETECTOR = "arn:{partition}:guardduty:{region}:{account}:detector/*"
HUB = "arn:{partition}:securityhub:{region}:{account}:hub/default"

GUARDDUTY_PRODUCT = "product-subscription/aws/guardduty"
NOT_SUBSCRIBED = frozenset({"InvalidAccessException", "ResourceNotFoundException"})
"""How AWS Security Hub CSPM answers an account that has not enabled it."""


@dataclass(frozen=True)
class Detector:
    """
    The detector of a Region (GuardDuty API, GetDetector).

    `features` are the states, ENABLED or DISABLED, of what the Region offers, by name (S3_DATA_EVENTS, AI_PROTECTION).
    `administrator` is the account that manages it and sees its findings, None where it is on its own.
    """

    detector_id: str
    enabled: bool
    features: Mapping[str, str]
    administrator: str | None


@dataclass(frozen=True)
class FindingResponse:
    """
    An account in a Region: how it uses Amazon Bedrock, its GuardDuty, and the rules that findings may match.

    `detector` is None while GuardDuty is off. `offered` tells whether the Region has GuardDuty; `in_security_hub`
    whether AWS Security Hub CSPM takes its findings in. `event_buses` is what the ARNs of event buses here begin with.
    """

    resource: Resource
    region: str
    usage: BedrockUsage
    offered: bool
    detector: Detector | None
    in_security_hub: bool
    event_buses: str
    event_rules: tuple[EventRule, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


@reads(
    Action("guardduty:GetAdministratorAccount"),
    Action("guardduty:GetDetector", DETECTOR),
    Action("guardduty:ListDetectors"),
)
def detectors(aws: Aws) -> tuple[Detector, ...] | None:
    """Return the detector of the Region, of which there is at most one; None where the Region has no GuardDuty."""
    client, ids = aws.client("guardduty"), listed(aws, "guardduty", "list_detectors", "DetectorIds")
    return None if ids is None else tuple(_detector(client, f"{detector_id}") for detector_id in ids)


@reads(Action("securityhub:ListEnabledProductsForImport", HUB))
def in_security_hub(aws: Aws) -> bool:
    """Return whether AWS Security Hub CSPM is enabled in the Region and takes in findings of GuardDuty."""
    try:
        products = every(aws, "securityhub", "list_enabled_products_for_import", "ProductSubscriptions")
    except ClientError as error:
        if error_code(error) in NOT_SUBSCRIBED:
            return False
        raise
    return any(f"{arn}".endswith(GUARDDUTY_PRODUCT) for arn in products)


@reads(uses=(bedrock_usage.usage, detectors, in_security_hub, event_rules.event_rules))
def finding_response(aws: Aws) -> tuple[FindingResponse | Unreadable, ...]:
    """Return the one fact of the account; it is an Unreadable when the targets of an EventBridge rule are."""
    usage, found, imported = bedrock_usage.usage(aws), detectors(aws), in_security_hub(aws)
    rules = event_rules.event_rules(aws)
    hidden = unreadable_account(aws, rules)
    if hidden:
        return (hidden,)
    return (
        FindingResponse(
            resource=aws.account,
            region=aws.region,
            usage=usage,
            offered=found is not None,
            detector=found[0] if found else None,
            in_security_hub=imported,
            event_buses=aws.arn("events", "event-bus/"),
            event_rules=tuple(rule for rule in rules if not isinstance(rule, Unreadable)),
        ),
    )


def _detector(client: Any, detector_id: str) -> Detector:
    described = client.get_detector(DetectorId=detector_id)
    manager = client.get_administrator_account(DetectorId=detector_id).get("Administrator") or {}
    managed = manager.get("RelationshipStatus", "").upper() == "ENABLED"
    return Detector(
        detector_id=detector_id,
        enabled=described["Status"] == "ENABLED",
        features={feature["Name"]: feature["Status"] for feature in described.get("Features", ())},
        administrator=manager["AccountId"] if managed else None,
    )
