"""AWS Config: rules.

Moto has rules too, but knows a list of managed rules that ends years ago, 150 rules per account (the quota is
1,000), no permission of functions, no evaluation modes and nothing that conformance packs own; so rules live here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from moto.config.models import config_backends

from cli.sandbox.calls import Call
from cli.sandbox.constraints import check
from cli.sandbox.errors import AwsError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Moto, Result, amendment, repage
from cli.sandbox.services.function_permissions import may_invoke
from cli.sandbox.tables import Tables

MAX_RULES: Final = 1000
PACKS: Final = "config-conforms.amazonaws.com"
_REASON: Final = "Moto's rules lack current managed rules, permission checks, evaluation modes and pack rules."
_SCHEDULED: Final = "ScheduledNotification"
_KEPT: Final = ("ConfigRuleName", "Description", "Scope", "Source", "InputParameters", "MaximumExecutionFrequency")


@dataclass(frozen=True)
class ConfigAccount:
    """AWS Config's memory of one account and Region."""

    account_id: str
    region: str
    partition: str
    tables: Tables

    def table(self, name: str) -> dict[str, Any]:
        """Return one of the tables of the operations here."""
        return self.tables.table(self.account_id, self.region, "config", name)

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        """The rules by name, as DescribeConfigRules shows them."""
        return self.table("rules")

    def results(self, rule_name: str) -> dict[tuple[str, str], dict[str, Any]]:
        """Return a rule's evaluation results by resource type and id."""
        results: dict[tuple[str, str], dict[str, Any]] = self.table("results").setdefault(rule_name, {})
        return results

    def rule(self, name: str) -> dict[str, Any]:
        """Return the rule `name`.

        Raises:
            AwsError: NoSuchConfigRuleException.

        """
        if name not in self.rules:
            raise AwsError(
                "NoSuchConfigRuleException",
                f"The ConfigRule '{name}' provided in the request is invalid. Please check the configRule name.",
            )
        return self.rules[name]

    def put_rule(self, rule: Mapping[str, Any], *, created_by: str = "") -> dict[str, Any]:
        """Create or update a rule and return it.

        Raises:
            AwsError: AWS Config would not take the rule: its function cannot be invoked, there is no recorder,
                its parameters are no JSON object of strings, and so on.

        """
        self._require_recorder()
        self._check_source(rule["Source"])
        _check_parameters(rule.get("InputParameters", "{}"))
        known = self._known(rule)
        if known is None and len(self.rules) >= MAX_RULES:
            raise AwsError(
                "MaxNumberOfConfigRulesExceededException",
                f"Failed to put config rule '{rule['ConfigRuleName']}' because the maximum number of config rules "
                f"{MAX_RULES} is reached.",
            )
        rule_id = known["ConfigRuleId"] if known else f"config-rule-{random_id(6)}"
        stored = {name: rule[name] for name in _KEPT if rule.get(name) is not None}
        stored |= {
            "ConfigRuleName": known["ConfigRuleName"] if known else rule["ConfigRuleName"],
            "ConfigRuleArn": f"arn:{self.partition}:config:{self.region}:{self.account_id}:config-rule/{rule_id}",
            "ConfigRuleId": rule_id,
            "Source": _source(rule["Source"]),
            "ConfigRuleState": "ACTIVE",
            "EvaluationModes": rule.get("EvaluationModes") or [{"Mode": "DETECTIVE"}],
        }
        if created_by:
            stored["CreatedBy"] = created_by
        self.rules[stored["ConfigRuleName"]] = stored
        self.table("activated").setdefault(stored["ConfigRuleName"], datetime.now(UTC))
        return stored

    def delete_rule(self, name: str) -> None:
        """Forget the rule `name` and its results."""
        for table in ("rules", "results", "activated"):
            self.table(table).pop(name, None)

    def _known(self, rule: Mapping[str, Any]) -> dict[str, Any] | None:
        keys = [(key, rule[key]) for key in ("ConfigRuleName", "ConfigRuleId", "ConfigRuleArn") if rule.get(key)]
        if not keys:
            raise _invalid("One or more identifiers needs to be provided. Provide Name or Id or Arn")
        known = next((stored for stored in self.rules.values() if (keys[0][0], stored[keys[0][0]]) == keys[0]), None)
        if known is None and "ConfigRuleName" not in rule:
            raise _invalid("One or more identifiers needs to be provided. Provide Name or Id or Arn")
        if known is None and len(keys) > 1:
            raise _invalid(
                "ConfigRule Arn and Id can not be specified when creating a new ConfigRule. ConfigRule Arn and Id "
                "are generated by the service. Please try the request again without specifying ConfigRule Arn or Id"
            )
        return known

    def _require_recorder(self) -> None:
        if not config_backends[self.account_id][self.region].recorders:
            raise AwsError(
                "NoAvailableConfigurationRecorderException",
                "Configuration recorder is not available to put config rule.",
            )

    def _check_source(self, source: Mapping[str, Any]) -> None:
        owner, details = source["Owner"], source.get("SourceDetails") or []
        if owner == "AWS" and details:
            raise _invalid("SourceDetails should be null/empty if the owner is AWS.")
        if owner != "CUSTOM_LAMBDA":
            return
        if not details:
            raise _invalid("SourceDetails should be provided if the owner is CUSTOM_LAMBDA")
        for detail in details:
            if detail.get("MaximumExecutionFrequency") and detail.get("MessageType") != _SCHEDULED:
                raise _invalid("A maximum execution frequency is not allowed for other messages than scheduled ones.")
        if not may_invoke(source["SourceIdentifier"], "config.amazonaws.com", self.account_id):
            raise AwsError(
                "InsufficientPermissionsException",
                f"The AWS Lambda function {source['SourceIdentifier']} cannot be invoked. Check the specified "
                "function ARN, and check the function's permissions.",
            )


def config_of(call: Call) -> ConfigAccount:
    """Return AWS Config's memory of the call's account and Region."""
    return ConfigAccount(call.account_id, call.region, call.partition, call.tables)


@amendment("config", "PutConfigRule", reason=_REASON)
def put_config_rule(call: Call, _: Moto) -> Result:
    """Create or update a rule; those of conformance packs belong to the pack."""
    check(call.service, call.operation, call.params)
    rule = call.params["ConfigRule"]
    if rule.get("ConfigRuleState", "ACTIVE") != "ACTIVE":
        raise _invalid(
            f"The ConfigRuleState {rule['ConfigRuleState']} is invalid.  Only the following values are permitted: "
            "ACTIVE"
        )
    if rule.get("CreatedBy"):
        raise _invalid(
            "AWS Config populates the CreatedBy field for ServiceLinkedConfigRule. Try again without populating "
            "the CreatedBy field"
        )
    account = config_of(call)
    _refuse_pack_rule(account.rules.get(rule.get("ConfigRuleName", "")))
    account.put_rule(rule)
    return {}


@amendment("config", "DescribeConfigRules", reason=_REASON)
def describe_config_rules(call: Call, _: Moto) -> Result:
    """Return the rules in the order of their names."""
    check(call.service, call.operation, call.params)
    account = config_of(call)
    names = call.params.get("ConfigRuleNames") or sorted(account.rules)
    mode = call.params.get("Filters", {}).get("EvaluationMode")
    rules = [account.rule(name) for name in names]
    return {"ConfigRules": [rule for rule in rules if not mode or {"Mode": mode} in rule["EvaluationModes"]]}


@amendment("config", "DeleteConfigRule", reason=_REASON)
def delete_config_rule(call: Call, _: Moto) -> Result:
    """Delete a rule with its results; those of conformance packs go with their pack."""
    account = config_of(call)
    _refuse_pack_rule(account.rule(call.params["ConfigRuleName"]))
    account.delete_rule(call.params["ConfigRuleName"])
    return {}


repage("config", "DescribeConfigRules", reason="Rules live in the embedded account.", page_size=25)


def each_rule(account: ConfigAccount, names: list[str] | None) -> Iterator[dict[str, Any]]:
    """Yield the named rules, or all of them in the order of their names."""
    for name in names or sorted(account.rules):
        yield account.rule(name)


def _refuse_pack_rule(rule: Mapping[str, Any] | None) -> None:
    if rule is not None and rule.get("CreatedBy") == PACKS:
        raise AwsError(
            "AccessDeniedException",
            "An AWS service owns ServiceLinkedConfigRule. You do not have permissions to take action on this rule.",
        )


def _source(source: Mapping[str, Any]) -> dict[str, Any]:
    details = [
        {"EventSource": "aws.config"}
        | ({"MaximumExecutionFrequency": "TwentyFour_Hours"} if detail.get("MessageType") == _SCHEDULED else {})
        | detail
        for detail in source.get("SourceDetails") or []
    ]
    return {**source, "SourceDetails": details} if details else dict(source)


def _check_parameters(text: str) -> None:
    try:
        parameters = json.loads(text)
    except json.JSONDecodeError:
        parameters = None
    if not isinstance(parameters, dict):
        raise _invalid(f"Invalid json {text} passed in the InputParameters field")
    for name, value in parameters.items():
        if not isinstance(value, str) or not value.strip():
            raise _invalid(f"Blank spaces are not acceptable for input parameter: {name}.")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)
