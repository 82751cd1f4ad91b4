"""Which resource a fact or an evaluation is about, in AWS Config's terms."""

from rules.frozen import dataclass

ACCOUNT_TYPE = "AWS::::Account"
"""The type under which AWS Config takes evaluations of a whole account ("AWS::Account" is refused)."""


@dataclass(frozen=True)
class Resource:
    """
    The identity of one resource.

    `type` and `id` are what AWS Config calls it (an IAM role's id is its unique id, AROA…);
    `arn` is None where AWS gives the resource none.
    """

    type: str
    id: str
    name: str
    arn: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """
    A resource that is there but could not be read: neither good nor bad.

    Its last evaluation stays as it is, and the run fails naming it. `code` is the AWS error code,
    or the name of the exception where no answer came.
    """

    resource: Resource
    code: str
    message: str


def account_resource(account_id: str, partition: str) -> Resource:
    """Return the account itself as a resource; its ARN is that of the account's root."""
    return Resource(ACCOUNT_TYPE, account_id, account_id, f"arn:{partition}:iam::{account_id}:root")
