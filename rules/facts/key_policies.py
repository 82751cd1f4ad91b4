"""Facts about the policies of AWS KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.permissions.document import PolicyType, parse

if TYPE_CHECKING:
    from rules.engine.aws import Aws
    from rules.permissions.document import PolicyDocument

OWN_KEY = "arn:{partition}:kms:*:{account}:key/*"


@reads(Action("kms:GetKeyPolicy", OWN_KEY))
def key_policy(aws: Aws, key_arn: str) -> PolicyDocument | None:
    """
    Return the policy of a key, None for a key that is gone and for one of another account, which nobody else reads.

    Raises MalformedPolicyError for a policy that cannot be understood.
    """
    region, account_id = key_arn.split(":")[3:5]
    if account_id != aws.account_id:
        return None
    try:
        # Every key has one policy, of this name (KMS API, GetKeyPolicy).
        answer = aws.client("kms", region).get_key_policy(KeyId=key_arn, PolicyName="default")
    except ClientError as error:
        if error_code(error) == "NotFoundException":
            return None
        raise
    return parse(answer["Policy"], PolicyType.RESOURCE)
