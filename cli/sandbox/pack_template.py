"""Conformance pack templates: parameters, conditions and intrinsic functions, as AWS CloudFormation resolves them.

Only what a pack may hold (https://docs.aws.amazon.com/config/latest/developerguide/custom-conformance-pack.html).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

MAX_PARAMETERS: Final = 60
RULE_TYPE: Final = "AWS::Config::ConfigRule"
REMEDIATION_TYPE: Final = "AWS::Config::RemediationConfiguration"
_SUBSTITUTED: Final = re.compile(r"\$\{(!?)([^}]+)\}")
_NO_VALUE: Final = object()


class TemplateError(ValueError):
    """A template that AWS Config refuses; the message says why."""


@dataclass(frozen=True)
class PackTemplate:
    """A template with its parameters given: the resolved properties of its resources by logical id."""

    rules: Mapping[str, dict[str, Any]]
    remediations: Mapping[str, dict[str, Any]]


def resolved(body: str, given: Mapping[str, str], pseudo: Mapping[str, str]) -> PackTemplate:
    """Return the template `body` with the parameters `given` and the pseudo parameters (`AWS::Region` …).

    Raises:
        TemplateError: It is no template, has too many parameters, misses a parameter's value, or holds something
            that a conformance pack may not hold.

    """
    template = _parsed(body)
    declared = template.get("Parameters") or {}
    if len(declared) > MAX_PARAMETERS:
        raise TemplateError(f"Number of parameters {len(declared)} exceeds the limit of {MAX_PARAMETERS}.")
    values = _parameter_values(declared, given)
    resolver = _Resolver({**values, **pseudo}, template.get("Conditions") or {})
    rules: dict[str, dict[str, Any]] = {}
    remediations: dict[str, dict[str, Any]] = {}
    for logical_id, resource in template["Resources"].items():
        kind = resource.get("Type")
        if kind not in (RULE_TYPE, REMEDIATION_TYPE):
            raise TemplateError(f"Template validation error: {logical_id} has the unsupported type {kind}.")
        if "Condition" in resource and not resolver.condition(resource["Condition"]):
            continue
        properties = resolver.value(resource.get("Properties") or {})
        (rules if kind == RULE_TYPE else remediations)[logical_id] = properties
    return PackTemplate(rules, remediations)


def _parsed(body: str) -> dict[str, Any]:
    try:
        template = yaml.load(body, _Loader)  # noqa: S506 - a safe loader with CloudFormation's tags
    except yaml.YAMLError as error:
        raise TemplateError(f"Template format error: {error}") from error
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    return template


def _parameter_values(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values = {}
    for name, described in declared.items():
        value = given.get(name, described.get("Default"))
        if value is None:
            raise TemplateError(f"Parameters: [{name}] must have values")
        text = text_of(value)
        allowed = [text_of(each) for each in described.get("AllowedValues", [])]
        if allowed and text not in allowed:
            raise TemplateError(f"Parameter {name} must be one of AllowedValues")
        pattern = described.get("AllowedPattern")
        if pattern and not re.fullmatch(pattern, text):
            raise TemplateError(f"Parameter {name} must match pattern {pattern}")
        is_list = described.get("Type") in ("CommaDelimitedList", "List<String>")
        values[name] = [part.strip() for part in text.split(",")] if is_list else text
    return values


class _Resolver:
    def __init__(self, values: Mapping[str, Any], conditions: Mapping[str, Any]) -> None:
        self._values = values
        self._conditions = conditions
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._reference,
            "Fn::Sub": self._substituted,
            "Fn::If": self._chosen,
            "Fn::Join": lambda given: text_of(given[0]).join(text_of(part) for part in self.value(given[1])),
            "Fn::Select": lambda given: self.value(given[1])[int(self.value(given[0]))],
            "Fn::Split": lambda given: text_of(self.value(given[1])).split(given[0]),
            "Fn::Equals": lambda given: text_of(self.value(given[0])) == text_of(self.value(given[1])),
            "Fn::Not": lambda given: not self.value(given[0]),
            "Fn::And": lambda given: all(self.value(each) for each in given),
            "Fn::Or": lambda given: any(self.value(each) for each in given),
            "Condition": self.condition,
        }

    def value(self, node: Any) -> Any:
        """Return `node` with all functions resolved and members without a value left out."""
        if isinstance(node, dict):
            if len(node) == 1:
                name, given = next(iter(node.items()))
                if name in self._functions:
                    return self._functions[name](given)
                if str(name).startswith("Fn::"):
                    raise TemplateError(f"Template validation error: the function {name} is not supported.")
            found = {key: self.value(each) for key, each in node.items()}
            return {key: each for key, each in found.items() if each is not _NO_VALUE}
        if isinstance(node, list):
            return [each for each in map(self.value, node) if each is not _NO_VALUE]
        return node

    def condition(self, name: str) -> bool:
        """Return whether the condition `name` holds."""
        if name not in self._conditions:
            raise TemplateError(f"Template validation error: Unresolved condition {name}.")
        return bool(self.value(self._conditions[name]))

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name not in self._values:
            raise TemplateError(f"Template format error: Unresolved resource dependencies [{name}] in the template.")
        return self._values[name]

    def _chosen(self, given: list[Any]) -> Any:
        name, if_true, if_false = given
        return self.value(if_true if self.condition(name) else if_false)

    def _substituted(self, given: Any) -> str:
        text, extra = (given, {}) if isinstance(given, str) else (given[0], self.value(given[1]))

        def replaced(match: re.Match[str]) -> str:
            literal, name = match.groups()
            return f"${{{name}}}" if literal else text_of(extra[name] if name in extra else self._reference(name))

        return _SUBSTITUTED.sub(replaced, text)


class _Loader(yaml.SafeLoader):
    """Reads YAML and JSON with CloudFormation's short forms, timestamps staying text."""


def _short_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type]  # the remaining kind of node


def _plain_text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _short_form)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _plain_text)


def text_of(value: object) -> str:
    """Return a scalar as CloudFormation hands it on: everything is text, booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)
