"""A Region of the embedded account with the deployed stack, where functions run and are asked what they did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.rehearsal.lambda_service import LambdaService
from cli.rehearsal.warm_function import FunctionError
from cli.sandbox.config_events import ChangedResource
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.rehearsal.assets import Assets
    from cli.rehearsal.deployment import DeployedFunction
    from cli.sandbox import EmbeddedAccount
    from cli.sandbox.config_events import Event

CHANGES = 25
"""Resources of a rule that get a change event."""

RUNTIME_ACTIONS = frozenset(
    {
        *("logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"),
        *("sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes", "kms:Decrypt", "kms:GenerateDataKey"),
    }
)
"""What the Lambda service and Amazon SNS do with a function's role; the function's own code does none of it."""


@dataclass(frozen=True)
class FunctionRun:
    """
    What one function did in one Region.

    `used`, `denied` and `allowed` are IAM actions: those of its calls, those that its role refused, those that its
    role allows. `results` counts its evaluations by compliance; `disagreeing` are resources of which a change event
    says something else than the periodic pass. `pack` is what the conformance pack says of the rule.
    """

    rule_id: str
    region: str
    events: int
    calls: int
    results: Mapping[str, int]
    errors: tuple[str, ...]
    used: frozenset[str]
    denied: frozenset[str]
    allowed: frozenset[str]
    disagreeing: tuple[str, ...]
    pack: str | None

    @property
    def passed(self) -> bool:
        """Whether it ran without an error, within its permissions, in agreement with itself, and was reported."""
        return not (self.errors or self.denied or self.disagreeing) and self.pack is not None


class Stage:
    """A Region of the account with the deployed stack."""

    def __init__(self, account: EmbeddedAccount, region: str, assets: Assets) -> None:
        self.region = region
        self.account = account
        self.service = LambdaService(account, region, assets)
        self._session = account.session(region)
        self._rules = {f"{rule.module}.handler": rule for rule in all_rules()}
        self._config = self._session.client("config")
        rules = [
            rule
            for page in self._config.get_paginator("describe_config_rules").paginate()
            for rule in page["ConfigRules"]
        ]
        self.names = {
            rule["Source"]["SourceIdentifier"].rpartition(":")[2]: rule["ConfigRuleName"]
            for rule in rules
            if rule["Source"]["Owner"] == "CUSTOM_LAMBDA"
        }
        self.managed = tuple(
            sorted(rule["Source"]["SourceIdentifier"] for rule in rules if rule["Source"]["Owner"] == "AWS")
        )

    def run(self, function: DeployedFunction) -> FunctionRun:
        """Send the function what AWS Config would send it, and return what it did."""
        rule, name = self._rules[function.handler], self.names[function.name]
        events = self.account.config_events(self.region)
        errors: list[str] = []

        def send(event: Event) -> None:
            try:
                warm.invoke(event)
            except FunctionError as error:
                errors.append(str(error))

        with self.service.warm(function) as warm:
            send(events.scheduled(name))
            before = self.results(name)
            changes = [
                events.changed(name, ChangedResource(kind, resource_id, *self._name_of(kind, resource_id)))
                for kind, resource_id in sorted(before)
                if kind in rule.resource_types
            ][:CHANGES]
            for change in changes:
                send(change)
            calls, denied = warm.calls, warm.denied
        after = self.results(name)
        return FunctionRun(
            rule_id=rule.id,
            region=self.region,
            events=1 + len(changes),
            calls=len(calls),
            results=Counter(compliance for compliance, _ in after.values()),
            errors=tuple(errors),
            used=frozenset(call.action for call in calls),
            denied=denied,
            allowed=function.actions - RUNTIME_ACTIONS,
            disagreeing=tuple(f"{kind} {one}" for kind, one in sorted(before) if before[kind, one] != after[kind, one]),
            pack=self._compliance(name),
        )

    def results(self, rule_name: str) -> dict[tuple[str, str], tuple[str, str]]:
        """Return a rule's evaluation results: compliance and annotation by resource type and id."""
        pages = self._config.get_paginator("get_compliance_details_by_config_rule").paginate(ConfigRuleName=rule_name)
        return {
            (qualifier["ResourceType"], qualifier["ResourceId"]): (result["ComplianceType"], result["Annotation"])
            for page in pages
            for result in page["EvaluationResults"]
            for qualifier in [result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]]
        }

    def _name_of(self, resource_type: str, resource_id: str) -> tuple[str, str]:
        """Return name and ARN as a configuration item has them; only IAM's ids are neither."""
        if not resource_type.startswith("AWS::IAM::"):
            return resource_id.rpartition("/")[2], resource_id if resource_id.startswith("arn:") else ""
        kind = resource_type.removeprefix("AWS::IAM::")
        pages = self._session.client("iam").get_paginator("get_account_authorization_details").paginate(Filter=[kind])
        return next(
            (entry[f"{kind}Name"], entry["Arn"])
            for page in pages
            for entry in page[f"{kind}DetailList"]
            if entry[f"{kind}Id"] == resource_id
        )

    def _compliance(self, rule_name: str) -> str | None:
        """Return what the pack says of a rule: COMPLIANT, NON_COMPLIANT or INSUFFICIENT_DATA; None without a pack."""
        for pack in self._config.describe_conformance_packs()["ConformancePackDetails"]:
            answer = self._config.describe_conformance_pack_compliance(
                ConformancePackName=pack["ConformancePackName"], Filters={"ConfigRuleNames": [rule_name]}
            )
            for one in answer["ConformancePackRuleComplianceList"]:
                return str(one["ComplianceType"])
        return None
