"""AWS Config: conformance packs.

Creation and deletion are over when the call returns, where AWS takes a minute in the background; what a pack's rules
run into shows up in the pack's status, as there.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from moto.core.utils import get_service_model
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from cli.sandbox.calls import Call
from cli.sandbox.constraints import check
from cli.sandbox.errors import AwsError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.pack_template import PackTemplate, TemplateError, resolved, text_of
from cli.sandbox.services.config_evaluations import rule_compliance
from cli.sandbox.services.config_remediations import forget_remediations, put_remediations, require_target
from cli.sandbox.services.config_rules import PACKS, ConfigAccount, config_of

MAX_PACKS: Final = 50
MAX_RULES_PER_PACK: Final = 130
_S3_TEMPLATE_LIMIT: Final = 307_200
_DESCRIBED: Final = (
    "ConformancePackName",
    "ConformancePackArn",
    "ConformancePackId",
    "DeliveryS3Bucket",
    "DeliveryS3KeyPrefix",
    "ConformancePackInputParameters",
    "LastUpdateRequestedTime",
    "TemplateSSMDocumentDetails",
    "Type",
)


@operation("config", "PutConformancePack")
def put_conformance_pack(call: Call) -> Result:
    """Create or update a pack with its rules; return its ARN."""
    return {"ConformancePackArn": put_pack(config_of(call), call.params)["ConformancePackArn"]}


@operation("config", "DescribeConformancePacks", page_size=20)
def describe_conformance_packs(call: Call) -> Result:
    """Return the packs in the order of their names."""
    packs = _each(config_of(call), call.params.get("ConformancePackNames"))
    return {"ConformancePackDetails": [{name: pack[name] for name in _DESCRIBED if name in pack} for pack in packs]}


@operation("config", "DescribeConformancePackStatus", page_size=20)
def describe_conformance_pack_status(call: Call) -> Result:
    """Return whether the packs were deployed, and why not."""
    packs = _each(config_of(call), call.params.get("ConformancePackNames"))
    return {
        "ConformancePackStatusDetails": [
            {
                "ConformancePackName": pack["ConformancePackName"],
                "ConformancePackId": pack["ConformancePackId"],
                "ConformancePackArn": pack["ConformancePackArn"],
                "ConformancePackState": pack["state"],
                "StackArn": pack["stack"],
                "LastUpdateRequestedTime": pack["LastUpdateRequestedTime"],
                "LastUpdateCompletedTime": pack["LastUpdateRequestedTime"],
                "Type": "CUSTOM",
            }
            | ({"ConformancePackStatusReason": pack["reason"]} if pack["reason"] else {})
            for pack in packs
        ]
    }


@operation("config", "DescribeConformancePackCompliance")
def describe_conformance_pack_compliance(call: Call) -> Result:
    """Return whether each rule of a pack is complied with."""
    account = config_of(call)
    pack = _pack(account, call.params["ConformancePackName"])
    filters = call.params.get("Filters", {})
    rules = [
        {"ConfigRuleName": name, "ComplianceType": rule_compliance(account, name), "Controls": []}
        for name in _rule_names(pack, filters)
    ]
    wanted = filters.get("ComplianceType")
    return {
        "ConformancePackName": pack["ConformancePackName"],
        "ConformancePackRuleComplianceList": [rule for rule in rules if not wanted or rule["ComplianceType"] == wanted],
    }


@operation("config", "GetConformancePackComplianceSummary", page_size=20)
def get_conformance_pack_compliance_summary(call: Call) -> Result:
    """Return whether each pack is complied with."""
    account = config_of(call)
    return {
        "ConformancePackComplianceSummaryList": [
            {
                "ConformancePackName": pack["ConformancePackName"],
                "ConformancePackComplianceStatus": _pack_compliance(account, pack),
            }
            for pack in _each(account, call.params["ConformancePackNames"])
        ]
    }


@operation("config", "GetConformancePackComplianceDetails", page_size=10)
def get_conformance_pack_compliance_details(call: Call) -> Result:
    """Return the evaluation results of a pack's rules."""
    account = config_of(call)
    pack = _pack(account, call.params["ConformancePackName"])
    filters = call.params.get("Filters", {})
    return {
        "ConformancePackName": pack["ConformancePackName"],
        "ConformancePackRuleEvaluationResults": [
            result
            for name in _rule_names(pack, filters)
            for result in account.results(name).values()
            if _is_wanted(result, filters)
        ],
    }


@operation("config", "DeleteConformancePack")
def delete_conformance_pack(call: Call) -> Result:
    """Delete a pack with its rules."""
    account = config_of(call)
    delete_pack(account, _pack(account, call.params["ConformancePackName"])["ConformancePackName"])
    return {}


def put_pack(account: ConfigAccount, params: Mapping[str, Any]) -> dict[str, Any]:
    """Create or update a pack and return what is remembered of it, with its `state` and the `reason` of a failure.

    Raises:
        AwsError: ConformancePackTemplateValidationException, MaxNumberOfConformancePacksExceededException,
            InvalidParameterValueException.

    """
    name = params["ConformancePackName"]
    packs = account.table("packs")
    if name not in packs and len(packs) >= MAX_PACKS:
        raise AwsError("MaxNumberOfConformancePacksExceededException", f"There are {MAX_PACKS} packs already.")
    template = _template(account, params)
    before = packs.get(name)
    pack_id = before["ConformancePackId"] if before else f"conformance-pack-{random_id(9)}"
    verb = "UPDATE" if before else "CREATE"
    arn = f"arn:{account.partition}:%s:{account.region}:{account.account_id}:%s"
    pack = {
        "ConformancePackName": name,
        "ConformancePackArn": arn % ("config", f"conformance-pack/{name}/{pack_id}"),
        "ConformancePackId": pack_id,
        "LastUpdateRequestedTime": datetime.now(UTC),
        "Type": "CUSTOM",
        "rules": before["rules"] if before else {},
        "state": f"{verb}_COMPLETE",
        "reason": "",
        "stack": arn % ("cloudformation", f"stack/awsconfigconforms-{name}-{pack_id}/{random_id(8)}"),
    }
    pack |= {key: params[key] for key in _DESCRIBED if params.get(key) and key not in pack}
    packs[name] = pack
    try:
        for remediation in template.remediations.values():
            require_target(account, remediation["TargetId"])
        rules = _put_rules(account, template, pack_id)
        forget_remediations(account, [*pack["rules"].values(), *rules.values()])
        put_remediations(account, _remediations(template, rules))
    except AwsError as error:
        pack["state"], pack["reason"] = f"{verb}_FAILED", f"{error.message} (Error Code: {error.code})"
        return pack
    for gone in set(pack["rules"].values()) - set(rules.values()):
        account.delete_rule(gone)
    pack["rules"] = rules
    return pack


def delete_pack(account: ConfigAccount, name: str) -> None:
    """Forget a pack and its rules."""
    pack = account.table("packs").pop(name)
    forget_remediations(account, pack["rules"].values())
    for rule_name in pack["rules"].values():
        account.delete_rule(rule_name)


def _template(account: ConfigAccount, params: Mapping[str, Any]) -> PackTemplate:
    given = {
        each["ParameterName"]: each["ParameterValue"] for each in params.get("ConformancePackInputParameters") or ()
    }
    pseudo = {
        "AWS::AccountId": account.account_id,
        "AWS::Partition": account.partition,
        "AWS::Region": account.region,
        "AWS::URLSuffix": "amazonaws.com.cn" if account.partition == "aws-cn" else "amazonaws.com",
    }
    try:
        return resolved(_template_body(account, params), given, pseudo)
    except TemplateError as error:
        raise AwsError("ConformancePackTemplateValidationException", str(error)) from error


def _template_body(account: ConfigAccount, params: Mapping[str, Any]) -> str:
    sources = [params.get(key) for key in ("TemplateBody", "TemplateS3Uri", "TemplateSSMDocumentDetails")]
    if sum(source is not None for source in sources) != 1:
        raise AwsError("InvalidParameterValueException", "Exactly one source of the template has to be given.")
    body, uri, document = sources
    if body is not None:
        return str(body)
    if uri is not None:
        return _from_s3(account, str(uri))
    raise AwsError("InvalidParameterValueException", f"The embedded account reads no SSM document ({document}).")


def _from_s3(account: ConfigAccount, uri: str) -> str:
    place = urlsplit(uri)
    try:
        stored = s3_backends[account.account_id][account.partition].get_object(place.netloc, place.path.lstrip("/"))
    except S3ClientError:
        stored = None
    if place.scheme != "s3" or stored is None:
        raise AwsError("InvalidParameterValueException", f"The template {uri} cannot be read.")
    template: bytes = stored.value
    if len(template) > _S3_TEMPLATE_LIMIT:
        raise AwsError("ConformancePackTemplateValidationException", "The template is larger than 300 KB.")
    return template.decode()


def _put_rules(account: ConfigAccount, template: PackTemplate, pack_id: str) -> dict[str, str]:
    """Return the names of the pack's rules by logical id; none of them is left if one is refused."""
    if len(template.rules) > MAX_RULES_PER_PACK:
        raise AwsError("LimitExceededException", f"A conformance pack has at most {MAX_RULES_PER_PACK} rules.")
    before, names = dict(account.rules), {}
    try:
        for logical_id, properties in template.rules.items():
            name = f"{properties.get('ConfigRuleName', logical_id)}-{pack_id}"
            account.put_rule({**rule_of(properties), "ConfigRuleName": name}, created_by=PACKS)
            names[logical_id] = name
    except AwsError:
        account.rules.clear()
        account.rules.update(before)
        raise
    return names


def rule_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule that the properties of an AWS::Config::ConfigRule describe.

    Raises:
        AwsError: ValidationException, by the constraints of PutConfigRule.

    """
    rule = dict(properties)
    if isinstance(rule.get("InputParameters"), Mapping):
        values = {name: text_of(value) for name, value in rule["InputParameters"].items()}
        rule["InputParameters"] = json.dumps(values)
    operation_model = get_service_model("config").operation_model("PutConfigRule")
    check("config", operation_model, {"ConfigRule": {key: value for key, value in rule.items() if key != "Compliance"}})
    return rule


def _remediations(template: PackTemplate, rules: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the remediations under the full names of the pack's rules; templates name the rules without suffix."""
    full_names = {str(template.rules[logical_id].get("ConfigRuleName")): name for logical_id, name in rules.items()}
    for remediation in template.remediations.values():
        name = remediation["ConfigRuleName"]
        yield {**remediation, "ConfigRuleName": full_names.get(name, name)}


def _pack(account: ConfigAccount, name: str) -> dict[str, Any]:
    packs = account.table("packs")
    if name not in packs:
        raise AwsError("NoSuchConformancePackException", f"The conformance pack {name} does not exist.")
    pack: dict[str, Any] = packs[name]
    return pack


def _each(account: ConfigAccount, names: list[str] | None) -> list[dict[str, Any]]:
    return [_pack(account, name) for name in names or sorted(account.table("packs"))]


def _rule_names(pack: Mapping[str, Any], filters: Mapping[str, Any]) -> list[str]:
    names = sorted(pack["rules"].values())
    wanted = filters.get("ConfigRuleNames")
    if wanted and set(wanted) - set(names):
        raise AwsError("NoSuchConfigRuleInConformancePackException", f"The pack has no rules {wanted}.")
    return [name for name in names if not wanted or name in wanted]


def _pack_compliance(account: ConfigAccount, pack: Mapping[str, Any]) -> str:
    found = {rule_compliance(account, name) for name in pack["rules"].values()}
    return next((each for each in ("NON_COMPLIANT", "COMPLIANT") if each in found), "INSUFFICIENT_DATA")


def _is_wanted(result: Mapping[str, Any], filters: Mapping[str, Any]) -> bool:
    resource = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    return (
        result["ComplianceType"] != "NOT_APPLICABLE"
        and filters.get("ComplianceType") in (None, result["ComplianceType"])
        and filters.get("ResourceType") in (None, resource["ResourceType"])
        and (not filters.get("ResourceIds") or resource["ResourceId"] in filters["ResourceIds"])
    )
