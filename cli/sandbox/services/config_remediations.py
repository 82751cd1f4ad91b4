"""AWS Config: remediations, which run an Automation document for a resource that violates a rule."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from cli.sandbox.automation.execution import Execution
from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.config_rules import PACKS, ConfigAccount, config_of
from cli.sandbox.services.ssm_automation import begin, has_document

_RUNS: Final = "remediation executions"
_STATES: Final = {"InProgress": "IN_PROGRESS", "Success": "SUCCEEDED", "Failed": "FAILED"}
_STEP_STATES: Final = {"Success": "SUCCEEDED", "Failed": "FAILED"}


@operation("config", "PutRemediationConfigurations")
def put_remediation_configurations(call: Call) -> Result:
    """Keep a remediation for each rule named; the rules of packs get theirs from the packs."""
    account = config_of(call)
    for remediation in call.params["RemediationConfigurations"]:
        if account.rule(remediation["ConfigRuleName"]).get("CreatedBy") == PACKS:
            raise AwsError("InsufficientPermissionsException", "A conformance pack owns the rule.")
    put_remediations(account, call.params["RemediationConfigurations"])
    return {"FailedBatches": []}


@operation("config", "DescribeRemediationConfigurations")
def describe_remediation_configurations(call: Call) -> Result:
    """Return the remediations of the rules named; rules without one are left out."""
    kept = config_of(call).table("remediations")
    return {"RemediationConfigurations": [kept[name] for name in call.params["ConfigRuleNames"] if name in kept]}


@operation("config", "DeleteRemediationConfiguration")
def delete_remediation_configuration(call: Call) -> Result:
    """Forget the remediation of a rule."""
    kept, name = config_of(call).table("remediations"), call.params["ConfigRuleName"]
    if name not in kept:
        raise AwsError(
            "NoSuchRemediationConfigurationException", f"No remediation configuration exists for the rule {name}."
        )
    del kept[name]
    return {}


@operation("config", "StartRemediationExecution")
def start_remediation_execution(call: Call) -> Result:
    """Run the rule's document for each resource named, in the background."""
    account, rule = config_of(call), call.params["ConfigRuleName"]
    remediation = _remediation(account, rule)
    for key in call.params["ResourceKeys"]:
        parameters = {
            name: [key["resourceId"]] if "ResourceValue" in value else list(value["StaticValue"]["Values"])
            for name, value in remediation.get("Parameters", {}).items()
        }
        # AWS Config starts the run with its service-linked role, whatever the caller may pass.
        run = begin(replace(call, access_key_id=""), remediation["TargetId"], parameters)
        account.table(_RUNS).setdefault(rule, {})[key["resourceType"], key["resourceId"]] = run
    return {"FailedItems": []}


@operation("config", "DescribeRemediationExecutionStatus")
def describe_remediation_execution_status(call: Call) -> Result:
    """Return the last run for each resource, or for those that are named."""
    account, rule = config_of(call), call.params["ConfigRuleName"]
    _remediation(account, rule)
    wanted = [(key["resourceType"], key["resourceId"]) for key in call.params.get("ResourceKeys", ())]
    runs: dict[tuple[str, str], Execution] = account.table(_RUNS).get(rule, {})
    return {
        "RemediationExecutionStatuses": [
            _status(resource, run) for resource, run in runs.items() if not wanted or resource in wanted
        ]
    }


def put_remediations(account: ConfigAccount, remediations: Iterable[Mapping[str, Any]]) -> None:
    """Keep a remediation for each rule named.

    Raises:
        AwsError: NoSuchConfigRuleException, InvalidParameterValueException for a document that does not exist.

    """
    for remediation in remediations:
        name = account.rule(remediation["ConfigRuleName"])["ConfigRuleName"]
        require_target(account, remediation["TargetId"])
        arn = f"arn:{account.partition}:config:{account.region}:{account.account_id}:remediation-configuration/{name}"
        account.table("remediations")[name] = {**remediation, "Arn": arn}


def require_target(account: ConfigAccount, document: str) -> None:
    """Raise InvalidParameterValueException for a document that neither AWS nor the account has."""
    if not document.startswith("AWS") and not has_document(account.account_id, account.region, document):
        raise AwsError("InvalidParameterValueException", f"The SSM document {document} does not exist.")


def forget_remediations(account: ConfigAccount, rules: Iterable[str]) -> None:
    """Take the remediations off the rules named, where they have one."""
    for name in rules:
        account.table("remediations").pop(name, None)


def _remediation(account: ConfigAccount, rule: str) -> dict[str, Any]:
    kept: dict[str, dict[str, Any]] = account.table("remediations")
    if rule not in kept:
        raise AwsError(
            "NoSuchRemediationConfigurationException", f"No remediation configuration exists for the rule {rule}."
        )
    return kept[rule]


def _status(resource: tuple[str, str], run: Execution) -> dict[str, Any]:
    steps = [
        {
            "Name": step.name,
            "State": _STEP_STATES[step.status],
            "StartTime": step.started,
            "StopTime": step.ended,
            **({"ErrorMessage": step.failure} if step.failure else {}),
        }
        for step in run.steps
    ]
    return {
        "ResourceKey": {"resourceType": resource[0], "resourceId": resource[1]},
        "State": _STATES[run.status],
        "StepDetails": steps,
        "InvocationTime": run.started,
        "LastUpdatedTime": run.ended or run.started,
    }
