"""Facts about one IAM role: that it is there, and who may assume it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Resource
from rules.frozen import dataclass
from rules.permissions.document import PolicyDocument, PolicyType, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws

GONE = "NoSuchEntity"
"""How IAM answers for a role, user, group or policy that does not exist."""

ROLE = "arn:{partition}:iam::{account}:role/*"


@dataclass(frozen=True)
class Role:
    """
    An IAM role and its trust policy (IAM API, GetRole).

    `path` is "/", "/service-role/", "/aws-service-role/lex.amazonaws.com/" …; the name of the resource has none.
    """

    resource: Resource
    tags: Mapping[str, str]
    path: str
    trust: PolicyDocument


@reads(Action("iam:GetRole", ROLE))
def role(aws: Aws, name: str) -> Role | None:
    """
    Return the role of this account with that name (without its path), None when there is no such role.

    Raises MalformedPolicyError for a trust policy that cannot be understood.
    """
    try:
        answer = aws.client("iam").get_role(RoleName=name)["Role"]
    except ClientError as error:
        if error_code(error) == GONE:
            return None
        raise
    return Role(
        resource=Resource("AWS::IAM::Role", answer["RoleId"], answer["RoleName"], answer["Arn"]),
        tags=tags_of(answer),
        path=answer["Path"],
        trust=parse(answer["AssumeRolePolicyDocument"], PolicyType.TRUST),
    )


def role_name(arn: str) -> str:
    """Return the name in a role's ARN: what follows its path."""
    return arn.rpartition("/")[2]


def tags_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of an IAM answer; IAM leaves the list out where there are none."""
    return {tag["Key"]: tag["Value"] for tag in answer.get("Tags", ())}
