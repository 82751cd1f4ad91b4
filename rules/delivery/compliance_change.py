"""What AWS Config says when the compliance of a resource changes, of the rules of this pack only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rules.engine.catalogue import rule_by_id
from rules.engine.errors import SHAPE_ERRORS, EventError
from rules.engine.verdict import Compliance, printable, shortened
from rules.expressions import Expression
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.rule import Rule

DETAIL_TYPE = "Config Rules Compliance Change"
MESSAGE_TYPE = "ComplianceChangeNotification"

LONGEST_SHOWN = 200
"""Characters of what an odd event has that a message quotes."""

PACK_SUFFIX = Expression(r"-conformance-pack-[A-Za-z0-9]+$")
"""What a conformance pack appends to the names of its rules."""


@dataclass(frozen=True)
class ComplianceChange:
    """
    The compliance of one resource with one rule, and when AWS Config recorded it.

    `open_since` is when the result before this one was recorded, where that was NON_COMPLIANT. `arn` is the resource's,
    where somebody asked for it: AWS Config sends ids only.
    """

    rule: type[Rule[Any]]
    config_rule_name: str
    partition: str
    account_id: str
    region: str
    resource_type: str
    resource_id: str
    compliance: Compliance
    annotation: str
    recorded_at: datetime
    open_since: datetime | None = None
    arn: str | None = None

    @classmethod
    def of_event(cls, event: Mapping[str, Any]) -> ComplianceChange | None:
        """
        Return what an EventBridge event says, None when it is about a rule that is not of this pack.

        A result that is missing or of another kind than a rule puts (AWS Config withdraws results with
        INSUFFICIENT_DATA) counts as NOT_APPLICABLE: nothing is known to be wrong any more.
        Raises EventError for anything but a "Config Rules Compliance Change"
        (https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html).
        """
        if event.get("detail-type") != DETAIL_TYPE:
            given = shortened(repr(event.get("detail-type")), LONGEST_SHOWN)
            raise EventError(f"detail-type is {given}; allowed: {DETAIL_TYPE!r}")
        try:
            detail = event["detail"]
            rule = rule_of(detail["configRuleName"])
            if rule is None:
                return None
            new, old = detail.get("newEvaluationResult") or {}, detail.get("oldEvaluationResult") or {}
            recorded = new.get("resultRecordedTime") or detail["notificationCreationTime"]
            was_open = old.get("complianceType") == Compliance.NON_COMPLIANT.value
            return cls(
                rule=rule,
                config_rule_name=_text(detail["configRuleName"], 128),
                partition=detail["configRuleARN"].split(":")[1],
                account_id=_text(detail["awsAccountId"], 12),
                region=_text(detail["awsRegion"], 64),
                resource_type=_text(detail["resourceType"], 256),
                resource_id=_text(detail["resourceId"], 768),
                compliance=_compliance(new.get("complianceType")),
                annotation=printable(new.get("annotation") or "").strip(),
                recorded_at=moment(recorded),
                open_since=moment(old["resultRecordedTime"]) if was_open else None,
            )
        except SHAPE_ERRORS as error:
            what = shortened(printable(str(error)), LONGEST_SHOWN)
            raise EventError(f"the event lacks what AWS Config always sends: {type(error).__name__} {what}") from error

    @classmethod
    def of_result(
        cls, rule: type[Rule[Any]], result: Mapping[str, Any], *, partition: str, account_id: str, region: str
    ) -> ComplianceChange:
        """Return what an EvaluationResult of GetComplianceDetailsByConfigRule says; raises KeyError for less."""
        qualifier = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
        return cls(
            rule=rule,
            config_rule_name=qualifier["ConfigRuleName"],
            partition=partition,
            account_id=account_id,
            region=region,
            resource_type=qualifier["ResourceType"],
            resource_id=qualifier["ResourceId"],
            compliance=_compliance(result["ComplianceType"]),
            annotation=printable(result.get("Annotation") or "").strip(),
            recorded_at=result["ResultRecordedTime"],
        )

    @property
    def is_open(self) -> bool:
        """Whether something has to be put right."""
        return self.compliance is Compliance.NON_COMPLIANT


def rule_of(config_rule_name: str) -> type[Rule[Any]] | None:
    """Return the rule behind a name in AWS Config, with or without a conformance pack's suffix; None for others."""
    try:
        return rule_by_id(PACK_SUFFIX.sub("", config_rule_name))
    except KeyError:
        return None


def moment(text: str) -> datetime:
    """Return a time as AWS writes it in events and findings; raises ValueError for anything without a time zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return found


def _text(value: object, longest: int) -> str:
    """
    Return a text that can be sent on, of at most as many characters as AWS Config's API has there.

    Raises TypeError for anything else, ValueError for an empty or too long text and for half of a surrogate pair.
    """
    if not isinstance(value, str):
        raise TypeError("something else than a text")
    if not 0 < len(value.encode()) <= longest:
        raise ValueError(f"a text of none or more than {longest} bytes")
    return value


def _compliance(given: object) -> Compliance:
    known = {one.value: one for one in Compliance}
    return known.get(str(given), Compliance.NOT_APPLICABLE)
