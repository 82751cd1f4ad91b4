"""
What a deployment on a real account settles that documentation leaves open.

Each question has an answer of this account, as observed now; an answer is no judgement, and "not known yet" is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.deployed.reader import PATIENCE
from rules.engine.errors import error_code, error_message
from rules.engine.reporting import ACCEPTED_TYPES
from rules.engine.resource import ACCOUNT_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import boto3

    from cli.deployed.readings import DeployedRule, Deployment
    from rules.engine.rule import Rule

NOT_YET = "Not known yet"


@dataclass(frozen=True)
class Answer:
    """A question that documentation leaves open, and what this account says; `settled` is whether it is an answer."""

    question: str
    settled: bool
    sentence: str


def answers(session: boto3.session.Session, deployment: Deployment, rules: Sequence[type[Rule[Any]]]) -> list[Answer]:
    """Return the answers that this account has; a call that is refused leaves its question open, with the reason."""
    questions = _Questions(session, deployment, {rule.id: rule for rule in rules})
    asked = {
        "Does AWS Config take evaluations of types that it does not record?": questions.types,
        "Can the results of the rule with the longest name be read?": questions.names,
        "Do rules of a conformance pack reach Security Hub without the forwarder?": questions.native_findings,
        "Do the forwarder's findings arrive in Security Hub?": questions.forwarded_findings,
    }
    found = []
    for question, ask in asked.items():
        try:
            settled, sentence = ask()
        except (ClientError, BotoCoreError) as error:
            settled, sentence = False, f"Could not be asked: {error_code(error)}: {error_message(error)}."
        found.append(Answer(question, settled, sentence))
    return found


@dataclass(frozen=True)
class _Questions:
    session: boto3.session.Session
    deployment: Deployment
    rules: dict[str, type[Rule[Any]]]

    def _client(self, service: str) -> Any:
        return self.session.client(service, region_name=self.deployment.region, config=PATIENCE)

    def _custom(self) -> list[DeployedRule]:
        return [rule for rule in self.deployment.rules if rule.custom and rule.rule_id in self.rules]

    def types(self) -> tuple[bool, str]:
        """Compare the types that rules report with those that AWS Config shows results of."""
        taken: set[str] = set()
        refused: set[str] = set()
        for rule in self._custom():
            doubtful = set(self.rules[rule.rule_id].reports) - ACCEPTED_TYPES
            if not doubtful or rule.evaluated is None:
                continue
            shown = self._types_shown(rule.name)
            taken |= doubtful & shown
            # On the account is where evaluations go whose type was refused; nothing to judge says NOT_APPLICABLE there.
            if ACCOUNT_TYPE in shown and not doubtful & shown and rule.compliance in ("COMPLIANT", "NON_COMPLIANT"):
                refused |= doubtful
        refused -= taken
        if not taken and not refused:
            return False, f"{NOT_YET}: no rule has judged a resource of such a type here."
        parts = []
        if taken:
            parts.append(f"taken: {', '.join(sorted(taken))}")
        if refused:
            parts.append(f"reported on the account instead: {', '.join(sorted(refused))}")
        return True, f"{'; '.join(parts)}."[:1].upper() + f"{'; '.join(parts)}."[1:]

    def _types_shown(self, rule_name: str) -> set[str]:
        pages = (
            self._client("config")
            .get_paginator("get_compliance_details_by_config_rule")
            .paginate(ConfigRuleName=rule_name, PaginationConfig={"PageSize": 100})
        )
        return {
            result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceType"]
            for page in pages
            for result in page["EvaluationResults"]
        }

    def names(self) -> tuple[bool, str]:
        """Read the results of the rule whose name is longest once AWS Config has added the pack's suffix."""
        if not self.deployment.rules:
            return False, f"{NOT_YET}: the pack has no rules."
        longest = max((rule.name for rule in self.deployment.rules), key=len)
        length = f"{longest} has {len(longest)} characters"
        try:
            self._client("config").get_compliance_details_by_config_rule(ConfigRuleName=longest, Limit=1)
        except ClientError as error:
            return True, f"No: {length}; {error_code(error)}: {error_message(error)}."
        return True, f"Yes: {length}, and its results can be read."

    def native_findings(self) -> tuple[bool, str]:
        """Look for findings of AWS Config itself whose generator is one of the pack's rules."""
        violated = [rule.name for rule in self._custom() if rule.violations]
        if not violated:
            return False, f"{NOT_YET}: no rule has violations that a finding could come of."
        arns = {
            rule["ConfigRuleArn"]
            for name in violated[:20]
            for rule in self._client("config").describe_config_rules(ConfigRuleNames=[name])["ConfigRules"]
        }
        filters = {
            "GeneratorId": [{"Value": arn, "Comparison": "EQUALS"} for arn in sorted(arns)],
            "ProductName": [{"Value": "Config", "Comparison": "EQUALS"}],
        }
        count = self._findings(filters)
        if count is None:
            return False, f"{NOT_YET}: Security Hub is not enabled here."
        if count:
            return True, "Yes: Security Hub has findings of AWS Config's own for them."
        return (
            True,
            f"No finding of AWS Config's own for {len(arns)} rules with violations; some minutes may be missing.",
        )

    def forwarded_findings(self) -> tuple[bool, str]:
        """Look for findings that the forwarder imported."""
        count = self._findings({"GeneratorId": [{"Value": "ai-config-rules", "Comparison": "PREFIX"}]})
        if count is None:
            return False, f"{NOT_YET}: Security Hub is not enabled here."
        if count:
            return True, "Yes."
        violated = any(rule.violations for rule in self._custom())
        return violated, "No, although rules have violations." if violated else f"{NOT_YET}: no rule has violations."

    def _findings(self, filters: dict[str, Any]) -> int | None:
        """Return 1 when there is such a finding, 0 when not, None where Security Hub is off."""
        if self.deployment.hub is None or not self.deployment.hub.enabled:
            return None
        return len(self._client("securityhub").get_findings(Filters=filters, MaxResults=1)["Findings"])
