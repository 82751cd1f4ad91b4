"""The ARNs of IAM roles and users, which AWS Config and its events name by their unique ids only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rules.delivery.security_hub import told
from rules.engine.collector import Action
from rules.engine.errors import READ_ERRORS, error_code, error_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.delivery.compliance_change import ComplianceChange
    from rules.engine.aws import Aws

ACTIONS = frozenset({Action("iam:ListRoles"), Action("iam:ListUsers")})

LISTINGS = {
    "AWS::IAM::Role": ("list_roles", "Roles", "RoleId"),
    "AWS::IAM::User": ("list_users", "Users", "UserId"),
}


def named(aws: Aws, changes: Mapping[str, ComplianceChange]) -> dict[str, ComplianceChange]:
    """
    Return the changes with the ARN of each IAM principal that still exists.

    A finding or a message without a name is better than none: what cannot be listed keeps its id.
    """
    arns: dict[str, str] = {}
    for resource_type in LISTINGS:
        wanted = {change.resource_id for change in changes.values() if change.resource_type == resource_type}
        if wanted:
            try:
                arns |= _arns(aws, resource_type, wanted)
            except READ_ERRORS as error:
                told(unnamed=len(wanted), error=f"{error_code(error)}: {error_message(error)}")
    return {key: replace(change, arn=arns.get(change.resource_id)) for key, change in changes.items()}


def _arns(aws: Aws, resource_type: str, wanted: set[str]) -> dict[str, str]:
    operation, member, unique_id = LISTINGS[resource_type]
    found: dict[str, str] = {}
    for page in aws.client("iam").get_paginator(operation).paginate():
        found |= {one[unique_id]: one["Arn"] for one in page[member] if one[unique_id] in wanted}
        if len(found) == len(wanted):
            break
    return found
