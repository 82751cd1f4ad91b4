"""What AWS Config itself knows of the deployed pack: its state, its rules and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action
from rules.engine.errors import READ_ERRORS, error_code, error_message
from rules.engine.verdict import Compliance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rules.engine.aws import Aws

STATE_ACTION = Action("config:DescribeConformancePackStatus")
RULES_ACTION = Action(
    "config:DescribeConformancePackCompliance", "arn:{partition}:config:{region}:{account}:conformance-pack/*"
)
RESULTS_ACTION = Action(
    "config:GetComplianceDetailsByConfigRule", "arn:{partition}:config:{region}:{account}:config-rule/*"
)

DEPLOYED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
PAGE = 100


class PackStateError(Exception):
    """AWS Config does not say what the pack's rules found; the message is a sentence."""


class Pack:
    """The conformance pack of that name."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.name = name
        self._client = aws.client("config")

    def state(self) -> tuple[str, str]:
        """Return the pack's state and the reason for it, empty where AWS gives none; raises PackStateError."""
        try:
            answer = self._client.describe_conformance_pack_status(ConformancePackNames=[self.name])
            (found,) = answer["ConformancePackStatusDetails"]
        except READ_ERRORS as error:
            raise self._failed(error) from error
        return found["ConformancePackState"], found.get("ConformancePackStatusReason", "")

    def rule_names(self) -> list[str]:
        """Return the full names of the pack's rules; raises PackStateError when it is not deployed completely."""
        state, reason = self.state()
        if state not in DEPLOYED:
            raise PackStateError(f"The conformance pack {self.name} is {state}{f': {reason}' if reason else ''}.")
        names: list[str] = []
        given: dict[str, Any] = {"ConformancePackName": self.name}
        try:
            while True:
                # botocore has no paginator for this operation.
                answer = self._client.describe_conformance_pack_compliance(**given)
                names += [one["ConfigRuleName"] for one in answer["ConformancePackRuleComplianceList"]]
                if not answer.get("NextToken"):
                    return names
                given["NextToken"] = answer["NextToken"]
        except READ_ERRORS as error:
            raise self._failed(error) from error

    def results(self, rule_name: str, compliance: Compliance) -> Iterator[dict[str, Any]]:
        """Yield every EvaluationResult of a rule that is of this compliance; raises PackStateError."""
        pages = self._client.get_paginator("get_compliance_details_by_config_rule").paginate(
            ConfigRuleName=rule_name, ComplianceTypes=[compliance.value], PaginationConfig={"PageSize": PAGE}
        )
        try:
            for page in pages:
                yield from page["EvaluationResults"]
        except READ_ERRORS as error:
            raise self._failed(error) from error

    def last_report(self, rule_name: str, since: datetime) -> datetime | None:
        """
        Return when AWS Config last stored an evaluation of a rule, None for never; raises PackStateError.

        A pass renews every result that it reports, so that reading ends at the first one from after `since`.
        """
        pages = self._client.get_paginator("get_compliance_details_by_config_rule").paginate(
            ConfigRuleName=rule_name,
            ComplianceTypes=[each.value for each in Compliance],
            PaginationConfig={"PageSize": PAGE},
        )
        newest: datetime | None = None
        try:
            for page in pages:
                times = [one["ConfigRuleInvokedTime"] for one in page["EvaluationResults"]]
                newest = max([*times, *([newest] if newest else [])], default=None)
                if newest is not None and newest > since:
                    break
        except READ_ERRORS as error:
            raise self._failed(error) from error
        return newest

    def _failed(self, error: Exception) -> PackStateError:
        return PackStateError(f"The conformance pack {self.name}: {error_code(error)}: {error_message(error)}")
