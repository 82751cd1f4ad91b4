"""What the role of a rule's function may do: the actions that the rule declares, and telling how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.engine.collector import Action

PLACEHOLDERS = {"{partition}": "${AWS::Partition}", "{region}": "${AWS::Region}", "{account}": "${AWS::AccountId}"}


def statements(actions: Iterable[Action]) -> list[dict[str, Any]]:
    """
    Return the policy statements that allow exactly `actions`, actions on equal resources in one statement.

    What an AWS service does on the function's behalf is allowed through that service only
    (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service).

    Resources are CloudFormation values, so that one template fits every account, Region and partition.
    """
    resources: dict[tuple[str, str], set[str]] = {}
    for action in actions:
        resources.setdefault((action.via, action.name), set()).add(action.resource)
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (via, name), places in sorted(resources.items()):
        together.setdefault((via, tuple(sorted(places))), []).append(name)
    return [
        allow(names, [_cloudformation(place) for place in places]) | _only_via(via)
        for (via, places), names in sorted(together.items())
    ]


def allow(actions: list[str], resources: list[object]) -> dict[str, Any]:
    """Return one statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def wildcards(actions: Iterable[Action]) -> dict[str, list[str]]:
    """
    Return each resource of `actions` that holds a wildcard, with the actions on it.

    Resources are written as cdk-nag names them: `arn:<AWS::Partition>:kms:*:*:key/*`.
    """
    found: dict[str, list[str]] = {}
    for action in sorted(actions):
        if "*" in action.resource:
            resource = action.resource
            for placeholder, pseudo_parameter in PLACEHOLDERS.items():
                resource = resource.replace(placeholder, pseudo_parameter.replace("${", "<").replace("}", ">"))
            found.setdefault(resource, []).append(action.name)
    return found


def _only_via(service: str) -> dict[str, Any]:
    if not service:
        return {}
    endpoint = {"Fn::Sub": f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"}
    return {"Condition": {"StringEquals": {"kms:ViaService": endpoint}}}


def _cloudformation(resource: str) -> object:
    text = resource
    for placeholder, pseudo_parameter in PLACEHOLDERS.items():
        text = text.replace(placeholder, pseudo_parameter)
    return text if text == resource else {"Fn::Sub": text}
