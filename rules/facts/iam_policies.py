"""Facts about IAM policies: managed ones in their default version, and those of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.collector import Action, reads
from rules.permissions.document import PolicyDocument, parse, shown
from rules.permissions.principal import Policy, PolicyKind
from rules.permissions.refusals import MalformedPolicyError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.engine.aws import Aws

GROUP = "arn:{partition}:iam::{account}:group/*"
CUSTOMER_MANAGED = "arn:{partition}:iam::{account}:policy/*"
AWS_MANAGED = "arn:{partition}:iam::aws:policy/*"

_ORDER = {kind: position for position, kind in enumerate(PolicyKind)}


@reads(
    Action("iam:GetPolicy", CUSTOMER_MANAGED),
    Action("iam:GetPolicy", AWS_MANAGED),
    Action("iam:GetPolicyVersion", CUSTOMER_MANAGED),
    Action("iam:GetPolicyVersion", AWS_MANAGED),
)
def managed_document(aws: Aws, arn: str) -> PolicyDocument:
    """
    Return the default version of a managed policy (IAM API, GetPolicy and GetPolicyVersion).

    Raises MalformedPolicyError for a document that cannot be understood, and whatever the calls raise: a policy
    that a principal names is there, because IAM only deletes policies that nobody has.
    """
    iam = aws.client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    return parsed_managed(arn, answer["PolicyVersion"]["Document"])


@reads(
    Action("iam:GetGroupPolicy", GROUP),
    Action("iam:ListAttachedGroupPolicies", GROUP),
    Action("iam:ListGroupPolicies", GROUP),
    uses=(managed_document,),
)
def group_policies(aws: Aws, name: str) -> tuple[Policy, ...]:
    """Return the inline and the attached policies of a group (IAM API, GetGroupPolicy and others)."""
    iam = aws.client("iam")
    inline = [
        inline_policy(policy, iam.get_group_policy(GroupName=name, PolicyName=policy)["PolicyDocument"], group=name)
        for page in iam.get_paginator("list_group_policies").paginate(GroupName=name)
        for policy in page["PolicyNames"]
    ]
    attached = [
        attached_policy(policy["PolicyArn"], managed_document(aws, policy["PolicyArn"]), group=name)
        for page in iam.get_paginator("list_attached_group_policies").paginate(GroupName=name)
        for policy in page["AttachedPolicies"]
    ]
    return (*inline, *attached)


def inline_policy(name: str, document: object, *, group: str | None = None) -> Policy:
    """Return an inline policy, of a group where one is given; raises MalformedPolicyError naming it."""
    kind = PolicyKind.INLINE if group is None else PolicyKind.GROUP_INLINE
    of_group = "" if group is None else f' of group "{shown(group)}"'
    return Policy(name, kind, _parsed(document, f'Inline policy "{shown(name)}"{of_group}'), group=group)


def attached_policy(arn: str, document: PolicyDocument, *, group: str | None = None) -> Policy:
    """Return an attached managed policy, of a group where one is given."""
    kind = PolicyKind.ATTACHED if group is None else PolicyKind.GROUP_ATTACHED
    return Policy(policy_name(arn), kind, document, arn, group)


def boundary_policy(arn: str, document: PolicyDocument) -> Policy:
    """Return a permissions boundary."""
    return Policy(policy_name(arn), PolicyKind.BOUNDARY, document, arn)


def in_order(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """Return policies in one order, whichever API listed them: a principal's own before those of its groups."""
    return tuple(sorted(policies, key=lambda policy: (_ORDER[policy.kind], policy.group or "", policy.name)))


def policy_name(arn: str) -> str:
    """Return the name in a managed policy's ARN: what follows its path."""
    return arn.rpartition("/")[2]


def parsed_managed(arn: str, document: object) -> PolicyDocument:
    """Return the parsed document of a managed policy; raises MalformedPolicyError naming the policy."""
    return _parsed(document, f'Managed policy "{shown(policy_name(arn))}"')


def _parsed(document: object, policy: str) -> PolicyDocument:
    try:
        return parse(document)
    except MalformedPolicyError as error:
        raise MalformedPolicyError(f"{policy}: {error}") from error
