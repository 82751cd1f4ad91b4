"""Whom the policy of an AWS KMS key lets use it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rules.permissions.caller import Caller, names_account
from rules.permissions.context import RequestContext
from rules.permissions.document import Effect, PolicyDocument
from rules.permissions.resource_policy import gets_in

if TYPE_CHECKING:
    from rules.permissions.document import Statement


def lets_role(policy: PolicyDocument, role_arn: str, action: str) -> bool:
    """
    Say whether a key's policy itself may let a role of the key's account do something with the key.

    A statement for the whole account leaves it to the role's own policies, so that it says nothing of the role. Source:
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    account_id = role_arn.split(":")[4]
    known = {"aws:PrincipalArn": role_arn, "aws:PrincipalAccount": account_id, "kms:CallerAccount": account_id}
    caller = Caller(RequestContext(known), account_id, arn=role_arn)
    direct = PolicyDocument(policy.version, policy.id, tuple(map(_without_accounts, policy.statements)))
    return gets_in(direct, caller, (action,))


def _without_accounts(statement: Statement) -> Statement:
    if statement.principals is None or statement.effect is not Effect.ALLOW:
        return statement
    return replace(statement, principals=tuple(each for each in statement.principals if not names_account(each.value)))
