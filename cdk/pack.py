"""
The conformance pack, as a template that AWS Config takes.

AWS's own sample packs know `Ref`, `Fn::If`, `Fn::Equals`, `Fn::Not`, conditions and `AWS::NoValue`, and no other
function. Only the pack that stands alone goes beyond them: it names functions by `Fn::Sub`, because nobody is there
to hand it their ARNs. The others have the ARNs as literals, or as parameters that the stack fills.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from cdk.managed import templates
from cdk.remediation.offer import offered
from rules.engine.documentation import Documentation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cdk.settings import Settings
    from rules.engine.parameters import Parameter
    from rules.engine.rule import Rule

Template = dict[str, Any]

RULE = "AWS::Config::ConfigRule"

GLOBAL_RULES = "GlobalRules"
"""The condition of rules on IAM, which are the same in every Region."""

FREQUENCY = "TwentyFour_Hours"
"""Of the periodic pass: every evaluation is billed, and change-triggered rules do not wait for it."""

INLINE_BYTES = 51_200
"""Largest template that PutConformancePack takes in its request; a larger one goes through Amazon S3."""
S3_BYTES = 300 * 1024
MOST_PARAMETERS = 60
MOST_RULES = 130
"""Quota "AWS Config rules per conformance pack" (AWS Config Developer Guide, "Service Limits")."""
LONGEST_NAME = 36
"""AWS Config appends `-conformance-pack-<id>`, and GetComplianceDetailsByConfigRule takes 64 characters."""
LONGEST_DESCRIPTION = 256
LONGEST_INPUT = 1024
LONGEST_IDENTIFIER = 256
MOST_TYPES = 100
MOST_ALLOWED_LISTED = 12

HEADER = """\
# Generated from the rules by: ai-config-rules generate
# A template for AWS Config PutConformancePack. It expects a Lambda function per rule, named
# <FunctionNamePrefix>-<rule> and invocable by config.amazonaws.com, in the same account and Region;
# `make deploy` creates them, and this pack with them.
# What is larger than 51,200 bytes, AWS Config takes from Amazon S3 only:
#   aws configservice put-conformance-pack --conformance-pack-name ai-config \\
#     --template-s3-uri s3://<bucket>/conformance-pack.yaml
"""


class PackError(Exception):
    """The pack breaks a limit of AWS Config; the message is one line that names rule and limit."""


@dataclass(frozen=True)
class Place:
    """Where functions are: `Place("123456789012", "eu-central-1", "aws")`."""

    account: str
    region: str
    partition: str


def standalone_pack(settings: Settings) -> Template:
    """Return the pack for any account and Region, with a parameter for everything that people tune."""
    parameters: Template = {
        "FunctionNamePrefix": {
            "Type": "String",
            "Default": settings.prefix,
            "Description": "What the names of the rules' Lambda functions begin with.",
        }
    }
    conditions: Template = {}
    if any(rule.is_global for rule in settings.rules):
        parameters["IncludeGlobalRules"] = {
            "Type": "String",
            "Default": "true",
            "AllowedValues": ["true", "false"],
            "Description": "Whether IAM is judged here: true in one Region, false in the others.",
        }
        conditions[GLOBAL_RULES] = {"Fn::Equals": [{"Ref": "IncludeGlobalRules"}, "true"]}
    for rule in settings.rules:
        for parameter in _tunable(settings, rule):
            _share(parameters, parameter)
            if parameter.default is None:
                conditions[_is_set(parameter)] = {"Fn::Not": [{"Fn::Equals": ["", {"Ref": parameter.pack_parameter}]}]}

    def inputs(rule: type[Rule[Any]]) -> Template:
        tunable = {parameter.name: _reference(parameter) for parameter in _tunable(settings, rule)}
        every = settings.parameters_of(rule) | tunable
        return {each.name: every[each.name] for each in rule.parameters() if each.name in every}

    def function(rule: type[Rule[Any]]) -> Template:
        arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${FunctionNamePrefix}"
        return {"Fn::Sub": f"{arn}-{rule.id}"}

    resources = _resources(settings.rules, function, inputs)
    for rule in settings.rules:
        if rule.is_global:
            resources[logical_id(rule)] = {"Condition": GLOBAL_RULES} | resources[logical_id(rule)]
    managed = templates.standalone(settings.managed)
    parameters |= managed.parameters
    conditions |= managed.conditions
    resources |= managed.resources
    return {"Parameters": parameters} | ({"Conditions": conditions} if conditions else {}) | {"Resources": resources}


def literal_pack(settings: Settings, place: Place) -> Template:
    """Return the pack for one account and Region, with nothing left to fill in."""

    def function(rule: type[Rule[Any]]) -> str:
        name = settings.function_name(rule)
        return f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:{name}"

    resources = _resources(settings.rules_in(place.region), function, settings.parameters_of)
    return {"Resources": _remediable(settings, resources | templates.literal(settings.managed, place.region))}


def deployed_pack(settings: Settings, region: str | None) -> Template:
    """Return the pack as a stack for `region` carries it: the settings as literals, a parameter per function's ARN."""
    rules = settings.rules_in(region)
    return {
        "Parameters": {arn_parameter(rule): {"Type": "String"} for rule in rules},
        "Resources": _remediable(
            settings,
            _resources(rules, lambda rule: {"Ref": arn_parameter(rule)}, settings.parameters_of)
            | templates.literal(settings.managed, region),
        ),
    }


def logical_id(rule: type[Rule[Any]]) -> str:
    """Return the name of a rule inside templates: bedrock-log-group-protected -> BedrockLogGroupProtected."""
    return "".join(part.capitalize() for part in rule.id.split("-"))


def arn_parameter(rule: type[Rule[Any]]) -> str:
    """Return the name of the deployed pack's parameter that holds the ARN of a rule's function."""
    return f"{logical_id(rule)}FunctionArn"


def as_json(pack: Template) -> str:
    """Return the pack as the shortest text that AWS Config takes."""
    return json.dumps(pack, separators=(",", ":"))


def as_yaml(pack: Template) -> str:
    """Return the pack for reading: YAML under a heading that says what it is, an empty line between rules."""
    sections = []
    for section, entries in pack.items():
        blocks = [_block({name: entry}) for name, entry in entries.items()]
        sections.append(f"{section}:\n" + ("\n" if section == "Resources" else "").join(blocks))
    return "\n".join([HEADER, *sections])


def check_limits(pack: Template) -> None:
    """Raise PackError for the first limit of AWS Config that the pack breaks."""
    _at_most(len(as_json(pack).encode()), S3_BYTES, "the pack", "bytes")
    _at_most(len(pack.get("Parameters", {})), MOST_PARAMETERS, "the pack", "parameters")
    _at_most(len(pack["Resources"]), MOST_RULES, "the pack", "rules")
    for name in [*pack.get("Parameters", {}), *pack.get("Conditions", {}), *pack["Resources"]]:
        if not re.fullmatch(r"[A-Za-z0-9]{1,255}", name):
            raise PackError(f"{name!r} is not a CloudFormation name: 1 to 255 letters and digits are wanted")
    for resource in pack["Resources"].values():
        if resource["Type"] == RULE:
            _check_rule(resource["Properties"], pack.get("Parameters", {}))


def _check_rule(properties: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    name, description = properties["ConfigRuleName"], properties["Description"]
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise PackError(f"{name!r} is not a rule name: lower-case letters, digits and hyphens are wanted")
    _at_most(len(name), LONGEST_NAME, f"the name {name}", "characters")
    _at_most(len(description), LONGEST_DESCRIPTION, f"the description of {name}", "characters")
    if not description.isascii():
        raise PackError(f"the description of {name} has characters that CloudFormation turns into question marks")
    inputs = {key: _by_default(value, parameters) for key, value in properties.get("InputParameters", {}).items()}
    _at_most(len(json.dumps(inputs)), LONGEST_INPUT, f"InputParameters of {name}", "characters")
    types = properties.get("Scope", {}).get("ComplianceResourceTypes", [])
    _at_most(len(types), MOST_TYPES, f"the scope of {name}", "resource types")
    identifier = properties["Source"]["SourceIdentifier"]
    if isinstance(identifier, str):
        _at_most(len(identifier), LONGEST_IDENTIFIER, f"SourceIdentifier of {name}", "characters")


def _at_most(count: int, limit: int, subject: str, unit: str) -> None:
    if count > limit:
        raise PackError(f"{subject} has {count:,} {unit}, at most {limit:,} fit")


def _by_default(value: Any, parameters: Mapping[str, Any]) -> str:
    """Return the text of an input when nobody fills the pack's parameters."""
    while isinstance(value, dict):
        value = value["Fn::If"][1] if "Fn::If" in value else parameters[value["Ref"]]["Default"]
    return str(value)


def _resources(
    rules: Sequence[type[Rule[Any]]],
    function: Callable[[type[Rule[Any]]], object],
    inputs: Callable[[type[Rule[Any]]], Mapping[str, object]],
) -> Template:
    return {logical_id(rule): _config_rule(rule, function(rule), inputs(rule)) for rule in rules}


def _remediable(settings: Settings, resources: Template) -> Template:
    """Return the resources of a pack with the remediations of its rules."""
    names = [resource["Properties"]["ConfigRuleName"] for resource in resources.values()]
    return resources | offered(settings.remediation, settings.prefix, names)


def _config_rule(rule: type[Rule[Any]], function: object, inputs: Mapping[str, object]) -> Template:
    properties: Template = {
        "ConfigRuleName": rule.id,
        "Description": Documentation.of(rule).description,
        "Source": {
            "Owner": "CUSTOM_LAMBDA",
            "SourceIdentifier": function,
            "SourceDetails": _triggers(rule),
        },
    }
    if inputs:
        properties["InputParameters"] = dict(inputs)
    if rule.resource_types:
        properties["Scope"] = {"ComplianceResourceTypes": list(rule.resource_types)}
    return {"Type": RULE, "Properties": properties}


def _triggers(rule: type[Rule[Any]]) -> list[Template]:
    """Return every message that invokes a rule; a change too large for one message is announced by another type."""
    changes = ("ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification")
    triggers = [{"EventSource": "aws.config", "MessageType": change} for change in changes if rule.resource_types]
    scheduled = {"MessageType": "ScheduledNotification", "MaximumExecutionFrequency": FREQUENCY}
    return [*triggers, {"EventSource": "aws.config"} | scheduled]


def _tunable(settings: Settings, rule: type[Rule[Any]]) -> list[Parameter]:
    """Return a rule's parameters that the pack leaves open: those meant for it and not fixed by the settings."""
    fixed = settings.parameters.get(rule.id, {})
    return [each for each in rule.parameters() if each.pack_parameter and each.name not in fixed]


def _share(parameters: Template, parameter: Parameter) -> None:
    """Add the pack's parameter for a rule's; rules that share one have to mean the same by it."""
    name = str(parameter.pack_parameter)
    allowed = parameter.allowed if len(parameter.allowed.split(",")) <= MOST_ALLOWED_LISTED else "see the rule"
    wanted = {
        "Type": "String",
        "Default": parameter.default or "",
        "Description": f"{parameter.description} Allowed: {allowed}.",
    }
    if parameters.setdefault(name, wanted) != wanted:
        raise PackError(f"rules give the pack's parameter {name} different defaults, descriptions or values")


def _reference(parameter: Parameter) -> Template:
    reference = {"Ref": parameter.pack_parameter}
    if parameter.default is None:
        return {"Fn::If": [_is_set(parameter), reference, {"Ref": "AWS::NoValue"}]}
    return reference


def _is_set(parameter: Parameter) -> str:
    return f"{parameter.pack_parameter}IsSet"


class _Readable(yaml.SafeDumper):
    """YAML with lists indented under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - yaml calls it
        """Indent lists, which yaml would not."""
        del indentless
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:
        """Write equal parts out each time: AWS Config's reader is not known to follow aliases."""
        del data
        return True


def _block(entry: Template) -> str:
    text = yaml.dump(entry, Dumper=_Readable, sort_keys=False, width=110, allow_unicode=False)
    return "".join(f"  {line}\n" for line in text.splitlines())
