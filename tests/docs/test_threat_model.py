"""The page of threats has policies to copy; this holds them to IAM's actions and to the names that the stack gives."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from cdk.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "threat-model.md").read_text(encoding="utf-8")
POLICIES = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]
STATEMENTS = [statement for policy in POLICIES for statement in policy["Statement"]]
PREFIX = Settings(rules=()).prefix

LARGEST = 5120
"""Characters of a service control policy (AWS Organizations User Guide, "Quotas for AWS Organizations")."""


def resources_of(action: str) -> list[str]:
    """Return the ARN patterns that IAM knows for an action, ["*"] for one without; none for an unknown action."""
    service, _, name = action.partition(":")
    known: dict[str, list[dict[str, Any]]] = get_action_data(service, name) or {}
    formats = [entry["resource_arn_format"] for entry in known.get(service, [])]
    return [re.sub(r"\$\{[^}]+\}", "*", each) for each in formats]


def overlap(one: str, other: str) -> bool:
    return fnmatchcase(one, other) or fnmatchcase(other, one)


def test_there_are_policies() -> None:
    assert [statement["Effect"] for statement in STATEMENTS] == ["Deny"] * len(STATEMENTS)
    assert len(POLICIES) == 3


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy["Statement"][0]["Sid"])
def test_a_policy_fits(policy: dict[str, Any]) -> None:
    assert len(json.dumps(policy, separators=(",", ":"))) <= LARGEST


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement["Sid"])
def test_iam_knows_each_action_on_one_of_the_resources(statement: dict[str, Any]) -> None:
    actions = statement["Action"]
    resources = statement["Resource"]
    if actions == "*":
        assert resources == "*"
        return
    for action in actions:
        known = resources_of(action)
        assert known, f"IAM knows no action {action}"
        if resources != "*":
            fitting = [each for each in resources for one in known if one != "*" and overlap(each, one)]
            assert fitting, f"{action} is not granted on {resources}"


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement["Sid"])
def test_resources_bear_the_default_prefix(statement: dict[str, Any]) -> None:
    for resource in statement["Resource"] if statement["Resource"] != "*" else ():
        assert re.search(rf"[/:](StackSet-)?{PREFIX}[-/]", resource)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement["Sid"])
def test_everybody_is_bound_but_named_roles(statement: dict[str, Any]) -> None:
    exempt = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]

    for role in [exempt] if isinstance(exempt, str) else exempt:
        assert re.fullmatch(r"arn:aws:iam::\*:role/[a-zA-Z][a-zA-Z0-9-]{4,}\*?", role)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?!aws:)[a-z0-9]+:[A-Z][A-Za-z]+)`", PAGE))))
def test_iam_knows_each_action_that_the_text_names(name: str) -> None:
    assert resources_of(name)
