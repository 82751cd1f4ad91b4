"""Every role and user of an account, read from the account's authorization details."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.errors import UnexpectedAnswerError
from rules.facts.iam_organization import surroundings
from rules.facts.iam_policies import (
    attached_policy,
    boundary_policy,
    inline_policy,
    managed_document,
    parsed_managed,
)
from rules.facts.iam_principals import Principal, boundary_arn, role_resource, user_resource
from rules.permissions.document import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable
    from rules.permissions.document import PolicyDocument
    from rules.permissions.principal import Policy

DETAILS = Action("iam:GetAccountAuthorizationDetails")
PAGE_SIZE = 1000
"""The most that a page can have; IAM may send fewer."""


@reads(DETAILS)
def managed_policies(aws: Aws) -> Mapping[str, object]:
    """Return the default versions of the managed policies that IAM lists for the account, unparsed, by ARN."""
    return {
        policy["Arn"]: version["Document"]
        for policy in _details(aws, "Policies", "LocalManagedPolicy", "AWSManagedPolicy")
        for version in policy["PolicyVersionList"]
        if version["VersionId"] == policy["DefaultVersionId"]
    }


@reads(uses=(managed_policies, managed_document))
def default_version(aws: Aws, arn: str) -> PolicyDocument:
    """
    Return the default version of a managed policy; all that have it share one document.

    AWS does not say which of its own policies are listed, and a policy may be newer than the listing: what is
    missing there is read on its own. Raises MalformedPolicyError.
    """
    listed = managed_policies(aws)
    return parsed_managed(arn, listed[arn]) if arn in listed else managed_document(aws, arn)


@reads(DETAILS)
def groups(aws: Aws) -> Mapping[str, Mapping[str, Any]]:
    """Return the details of every group by its name."""
    return {group["GroupName"]: group for group in _details(aws, "GroupDetailList", "Group")}


@reads(uses=(groups, default_version))
def policies_of_group(aws: Aws, name: str) -> tuple[Policy, ...]:
    """Return the policies of a group; raises UnexpectedAnswerError for one that is not listed."""
    group = groups(aws).get(name)
    if group is None:
        raise UnexpectedAnswerError(f'the group "{shown(name)}" is not listed; it may just have been deleted')
    return _policies(aws, group, "GroupPolicyList", group=name)


@reads(DETAILS, uses=(default_version, managed_policies, surroundings))
def trusting_roles(aws: Aws) -> tuple[tuple[Principal | Unreadable, str], ...]:
    """
    Return every role of the account with its trust policy, which is JSON (IAM API, GetAccountAuthorizationDetails).

    A policy that cannot be understood makes the roles that have it unreadable, and no others.
    """
    managed_policies(aws)  # First, so that a listing that fails is not taken for roles that cannot be read.
    known: dict[str, str] = {}

    def read(role: Mapping[str, Any]) -> Principal:
        return Principal.of_role(aws, role, _policies(aws, role, "RolePolicyList"), _boundary(aws, role))

    def trust(role: Mapping[str, Any]) -> str:
        # Thousands of roles have a few trust policies between them.
        text = json.dumps(role.get("AssumeRolePolicyDocument"))
        return known.setdefault(text, text)

    details = _details(aws, "RoleDetailList", "Role")
    found = ((aws.read_one(role_resource(role), partial(read, role)), trust(role)) for role in details)
    return tuple((fact, text) for fact, text in found if fact is not None)


@reads(uses=(trusting_roles,))
def roles(aws: Aws) -> tuple[Principal | Unreadable, ...]:
    """Return every role of the account, as `trusting_roles` does."""
    return tuple(fact for fact, _ in trusting_roles(aws))


@reads(DETAILS, uses=(default_version, groups, managed_policies, policies_of_group, surroundings))
def users(aws: Aws) -> tuple[Principal | Unreadable, ...]:
    """
    Return every user of the account with the policies of its groups, as `roles` does.

    Groups are listed after the users, so that a user's group is missing only when it was deleted in between.
    """
    managed_policies(aws)  # First, as for roles.
    details = list(_details(aws, "UserDetailList", "User"))
    groups(aws)

    def read(user: Mapping[str, Any]) -> Principal:
        of_groups = (policy for name in user.get("GroupList", ()) for policy in policies_of_group(aws, name))
        return Principal.of_user(aws, user, [*_policies(aws, user, "UserPolicyList"), *of_groups], _boundary(aws, user))

    found = (aws.read_one(user_resource(user), partial(read, user)) for user in details)
    return tuple(fact for fact in found if fact is not None)


@reads(uses=(roles, users))
def principals(aws: Aws) -> tuple[Principal | Unreadable, ...]:
    """Return every role, then every user of the account."""
    return (*roles(aws), *users(aws))


def _details(aws: Aws, member: str, *kinds: str) -> Iterator[Mapping[str, Any]]:
    """Yield the details of some kinds, a page at a time: an account's details may be larger than the memory."""
    listing = aws.client("iam").get_paginator("get_account_authorization_details")
    for page in listing.paginate(Filter=list(kinds), PaginationConfig={"PageSize": PAGE_SIZE}):
        yield from page.get(member, ())


def _policies(aws: Aws, entity: Mapping[str, Any], inline: str, *, group: str | None = None) -> tuple[Policy, ...]:
    """Return the policies of a role, user or group, whose own ones are listed under `inline`."""
    arns = [policy["PolicyArn"] for policy in entity.get("AttachedManagedPolicies", ())]
    return (
        *(inline_policy(each["PolicyName"], each["PolicyDocument"], group=group) for each in entity.get(inline, ())),
        *(attached_policy(arn, default_version(aws, arn), group=group) for arn in arns),
    )


def _boundary(aws: Aws, entity: Mapping[str, Any]) -> Policy | None:
    arn = boundary_arn(entity)
    return None if arn is None else boundary_policy(arn, default_version(aws, arn))
