"""Facts about IAM roles and users with every policy that decides what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Resource
from rules.facts.iam import GONE, ROLE, tags_of
from rules.facts.iam_organization import surroundings
from rules.facts.iam_policies import (
    attached_policy,
    boundary_policy,
    group_policies,
    in_order,
    inline_policy,
    managed_document,
)
from rules.frozen import dataclass
from rules.permissions.layers import ALONE, Surroundings
from rules.permissions.principal import Policy, PrincipalPolicies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rules.engine.aws import Aws

USER = "arn:{partition}:iam::{account}:user/*"


@dataclass(frozen=True)
class Principal:
    """
    A role or a user with its policies: inline and attached ones, those of its groups, its permissions boundary.

    `resource` is an AWS::IAM::Role or AWS::IAM::User whose id is the unique id (AROA…, AIDA…). `surroundings` are
    the organization's policies, as far as they were given.
    """

    resource: Resource
    tags: Mapping[str, str]
    policies: PrincipalPolicies
    surroundings: Surroundings = ALONE

    @classmethod
    def of_role(
        cls, aws: Aws, role: Mapping[str, Any], policies: Iterable[Policy], boundary: Policy | None
    ) -> Principal:
        """Return the fact of a role as IAM describes it (IAM API, Role and RoleDetail)."""
        found = PrincipalPolicies(role["Arn"], in_order(policies), boundary)
        # An organization's policies do not bind service-linked roles.
        around = ALONE if found.service_linked else surroundings(aws)
        return cls(role_resource(role), tags_of(role), found, around)

    @classmethod
    def of_user(
        cls, aws: Aws, user: Mapping[str, Any], policies: Iterable[Policy], boundary: Policy | None
    ) -> Principal:
        """Return the fact of a user as IAM describes it (IAM API, User and UserDetail)."""
        resource, tags = user_resource(user), tags_of(user)
        # The tags of a role are left out here: a session may replace them.
        context = {"aws:userid": resource.id} | {f"aws:PrincipalTag/{key}": value for key, value in tags.items()}
        found = PrincipalPolicies(user["Arn"], in_order(policies), boundary, context)
        return cls(resource, tags, found, surroundings(aws))


@reads(
    Action("iam:GetRole", ROLE),
    Action("iam:GetRolePolicy", ROLE),
    Action("iam:ListAttachedRolePolicies", ROLE),
    Action("iam:ListRolePolicies", ROLE),
    uses=(managed_document, surroundings),
)
def role_principal(aws: Aws, name: str) -> Principal | None:
    """
    Return the role with that name (without its path), None when there is no such role.

    Raises MalformedPolicyError when one of its policies cannot be understood.
    """
    iam = aws.client("iam")
    role = _found(lambda: iam.get_role(RoleName=name)["Role"])
    if role is None:
        return None
    inline = [
        inline_policy(policy, iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
        for page in iam.get_paginator("list_role_policies").paginate(RoleName=name)
        for policy in page["PolicyNames"]
    ]
    attached = [
        attached_policy(policy["PolicyArn"], managed_document(aws, policy["PolicyArn"]))
        for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        for policy in page["AttachedPolicies"]
    ]
    return Principal.of_role(aws, role, [*inline, *attached], _boundary(aws, role))


@reads(
    Action("iam:GetUser", USER),
    Action("iam:GetUserPolicy", USER),
    Action("iam:ListAttachedUserPolicies", USER),
    Action("iam:ListGroupsForUser", USER),
    Action("iam:ListUserPolicies", USER),
    uses=(managed_document, group_policies, surroundings),
)
def user_principal(aws: Aws, name: str) -> Principal | None:
    """
    Return the user with that name (without its path), None when there is no such user.

    Raises MalformedPolicyError when one of its policies, or of its groups' policies, cannot be understood.
    """
    iam = aws.client("iam")
    user = _found(lambda: iam.get_user(UserName=name)["User"])
    if user is None:
        return None
    inline = [
        inline_policy(policy, iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"])
        for page in iam.get_paginator("list_user_policies").paginate(UserName=name)
        for policy in page["PolicyNames"]
    ]
    attached = [
        attached_policy(policy["PolicyArn"], managed_document(aws, policy["PolicyArn"]))
        for page in iam.get_paginator("list_attached_user_policies").paginate(UserName=name)
        for policy in page["AttachedPolicies"]
    ]
    of_groups = [
        policy
        for page in iam.get_paginator("list_groups_for_user").paginate(UserName=name)
        for group in page["Groups"]
        for policy in group_policies(aws, group["GroupName"])
    ]
    return Principal.of_user(aws, user, [*inline, *attached, *of_groups], _boundary(aws, user))


@reads(uses=(role_principal, user_principal))
def principal(aws: Aws, resource: Resource) -> Principal | None:
    """
    Return the role or user that AWS Config names, None when it is gone.

    A role that was deleted and made again under its name has another unique id, and is another resource.
    """
    read = role_principal if resource.type == "AWS::IAM::Role" else user_principal
    found = read(aws, resource.name)
    return found if found is not None and found.resource.id == resource.id else None


def role_resource(role: Mapping[str, Any]) -> Resource:
    """Return a role as a resource, from any IAM answer that describes it."""
    return Resource("AWS::IAM::Role", role["RoleId"], role["RoleName"], role["Arn"])


def user_resource(user: Mapping[str, Any]) -> Resource:
    """Return a user as a resource, from any IAM answer that describes it."""
    return Resource("AWS::IAM::User", user["UserId"], user["UserName"], user["Arn"])


def boundary_arn(entity: Mapping[str, Any]) -> str | None:
    """Return the ARN of a role's or user's permissions boundary, None where it has none."""
    boundary = entity.get("PermissionsBoundary")
    return str(boundary["PermissionsBoundaryArn"]) if boundary else None


def _boundary(aws: Aws, entity: Mapping[str, Any]) -> Policy | None:
    arn = boundary_arn(entity)
    return None if arn is None else boundary_policy(arn, managed_document(aws, arn))


def _found(read: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any] | None:
    try:
        return read()
    except ClientError as error:
        if error_code(error) == GONE:
            return None
        raise
