"""AWS Config: evaluations of custom rules, and what is asked of them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from cli.sandbox.calls import Call
from cli.sandbox.constraints import check
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Moto, Result, amendment, operation
from cli.sandbox.services.config_rules import ConfigAccount, config_of, each_rule

Evaluation = dict[str, Any]

TOKENS: Final = "result tokens"
PENDING: Final = "pending evaluations"
CHANGES: Final = "changes of compliance"
_PUT: Final = ("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE")
_COUNTED: Final = 25
# `AWS::::Account` has two as well, `AWS::Account` is refused.
_SEPARATORS: Final = 2


@amendment("config", "PutEvaluations", reason="Moto stores no evaluations and takes the call in TestMode only.")
def put_evaluations(call: Call, _: Moto) -> Result:
    """Store the evaluations of the rule that the result token stands for; in test mode only look at them."""
    check(call.service, call.operation, call.params)
    account, evaluations = config_of(call), call.params.get("Evaluations", [])
    token = account.table(TOKENS).get(call.params["ResultToken"])
    if not call.params.get("TestMode"):
        if token is None:
            raise AwsError("InvalidResultTokenException", "The resultToken provided is invalid")
        account.rule(token["rule"])
    _check_evaluations(evaluations, call.ordered("refuse-type"))
    failing = call.ordered("fail-evaluation")
    failed = [each for each in evaluations if each["ComplianceResourceId"] in failing]
    if not call.params.get("TestMode") and token is not None:
        results = account.results(token["rule"])
        for evaluation in evaluations:
            if evaluation not in failed:
                key = (evaluation["ComplianceResourceType"], evaluation["ComplianceResourceId"])
                before, results[key] = results.get(key), _result(evaluation, token, call.now)
                note_change(account, before, results[key])
    return {"FailedEvaluations": failed}


def note_change(account: ConfigAccount, before: Evaluation | None, after: Evaluation) -> None:
    """Note what AWS Config sends an event of: another compliance than before, or a first one that is a verdict."""
    if after["ComplianceType"] == (before or {"ComplianceType": "NOT_APPLICABLE"})["ComplianceType"]:
        return
    changes: list[tuple[Evaluation | None, Evaluation]] = account.table(CHANGES).setdefault("waiting", [])
    changes.append((before, after))


@operation("config", "GetComplianceDetailsByConfigRule", page_size=10)
def get_compliance_details_by_config_rule(call: Call) -> Result:
    """Return a rule's evaluation results."""
    account = config_of(call)
    rule = account.rule(call.params["ConfigRuleName"])
    return {"EvaluationResults": list(_of_types(account.results(rule["ConfigRuleName"]).values(), call))}


@operation("config", "GetComplianceDetailsByResource", page_size=10)
def get_compliance_details_by_resource(call: Call) -> Result:
    """Return what all rules say of one resource."""
    key = (call.params.get("ResourceType", ""), call.params.get("ResourceId", ""))
    account = config_of(call)
    found = [results[key] for name in sorted(account.rules) if key in (results := account.results(name))]
    return {"EvaluationResults": list(_of_types(found, call))}


@operation("config", "DescribeComplianceByConfigRule", page_size=25)
def describe_compliance_by_config_rule(call: Call) -> Result:
    """Return whether each rule is complied with, and by how many resources not."""
    account = config_of(call)
    described = [
        {"ConfigRuleName": rule["ConfigRuleName"], "Compliance": _compliance(account, rule["ConfigRuleName"])}
        for rule in each_rule(account, call.params.get("ConfigRuleNames"))
    ]
    wanted = call.params.get("ComplianceTypes")
    return {
        "ComplianceByConfigRules": [
            each for each in described if not wanted or each["Compliance"]["ComplianceType"] in wanted
        ]
    }


@operation("config", "GetComplianceSummaryByConfigRule")
def get_compliance_summary_by_config_rule(call: Call) -> Result:
    """Return how many rules are complied with and how many not."""
    account = config_of(call)
    types = [rule_compliance(account, name) for name in account.rules]
    return {
        "ComplianceSummary": {
            "CompliantResourceCount": _count(types.count("COMPLIANT"), _COUNTED),
            "NonCompliantResourceCount": _count(types.count("NON_COMPLIANT"), _COUNTED),
            "ComplianceSummaryTimestamp": call.now,
        }
    }


@operation("config", "StartConfigRulesEvaluation")
def start_config_rules_evaluation(call: Call) -> Result:
    """Note that the rules are to be invoked: who plays AWS Lambda takes them from the pending ones."""
    account = config_of(call)
    for rule in each_rule(account, call.params.get("ConfigRuleNames")):
        account.table(PENDING)[rule["ConfigRuleName"]] = call.now
    return {}


@operation("config", "DeleteEvaluationResults")
def delete_evaluation_results(call: Call) -> Result:
    """Forget a rule's evaluation results."""
    account = config_of(call)
    account.results(account.rule(call.params["ConfigRuleName"])["ConfigRuleName"]).clear()
    return {}


@operation("config", "DescribeConfigRuleEvaluationStatus", page_size=25)
def describe_config_rule_evaluation_status(call: Call) -> Result:
    """Return the status of rules; AWS says nothing here about custom Lambda rules but their identity."""
    account = config_of(call)
    return {
        "ConfigRulesEvaluationStatus": [
            {
                "ConfigRuleName": rule["ConfigRuleName"],
                "ConfigRuleArn": rule["ConfigRuleArn"],
                "ConfigRuleId": rule["ConfigRuleId"],
                "FirstActivatedTime": account.table("activated")[rule["ConfigRuleName"]],
                "FirstEvaluationStarted": bool(account.results(rule["ConfigRuleName"])),
            }
            for rule in each_rule(account, call.params.get("ConfigRuleNames"))
        ]
    }


def rule_compliance(account: ConfigAccount, rule_name: str) -> str:
    """Return COMPLIANT, NON_COMPLIANT, or INSUFFICIENT_DATA for a rule that judged nothing."""
    types = {result["ComplianceType"] for result in account.results(rule_name).values()}
    return next((each for each in ("NON_COMPLIANT", "COMPLIANT") if each in types), "INSUFFICIENT_DATA")


def _compliance(account: ConfigAccount, rule_name: str) -> Evaluation:
    compliance = rule_compliance(account, rule_name)
    if compliance != "NON_COMPLIANT":
        return {"ComplianceType": compliance}
    offenders = [each for each in account.results(rule_name).values() if each["ComplianceType"] == compliance]
    return {"ComplianceType": compliance, "ComplianceContributorCount": _count(len(offenders), _COUNTED)}


def _count(count: int, cap: int) -> dict[str, object]:
    return {"CappedCount": min(count, cap), "CapExceeded": count > cap}


def _of_types(results: Iterable[Evaluation], call: Call) -> Iterator[Evaluation]:
    wanted = call.params.get("ComplianceTypes")
    return (result for result in results if not wanted or result["ComplianceType"] in wanted)


def _check_evaluations(evaluations: list[Evaluation], refused: set[str]) -> None:
    for evaluation in evaluations:
        resource_type, compliance = evaluation["ComplianceResourceType"], evaluation["ComplianceType"]
        if resource_type in refused or resource_type.count("::") != _SEPARATORS:
            raise AwsError(
                "InvalidParameterValueException",
                f"The resource type {resource_type} is invalid. Only the following values are permitted: "
                "[AWS::::Account, AWS::EC2::Instance, AWS::S3::Bucket]",
            )
        if compliance not in _PUT:
            raise AwsError(
                "InvalidParameterValueException",
                f"The compliance type {compliance} is invalid. Only the following values are permitted: "
                f"[{', '.join(_PUT)}]",
            )


def _result(evaluation: Evaluation, token: Mapping[str, Any], now: datetime) -> Evaluation:
    annotation = {"Annotation": evaluation["Annotation"]} if evaluation.get("Annotation") else {}
    return {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": token["rule"],
                "ResourceType": evaluation["ComplianceResourceType"],
                "ResourceId": evaluation["ComplianceResourceId"],
                "EvaluationMode": "DETECTIVE",
            },
            "OrderingTimestamp": evaluation["OrderingTimestamp"],
        },
        "ComplianceType": evaluation["ComplianceType"],
        "ResultRecordedTime": now,
        "ConfigRuleInvokedTime": token["invoked"],
        **annotation,
    }
