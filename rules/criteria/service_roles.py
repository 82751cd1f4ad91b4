"""When a role that Amazon Bedrock works with is safe to have; judgements return finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.facts.bedrock_roles import SERVICES
from rules.permissions.caller import Trust
from rules.permissions.resource_policy import OutsiderKind, outsiders
from rules.permissions.trust_policy import ASSUMING

if TYPE_CHECKING:
    from rules.facts.bedrock_roles import ServiceRole
    from rules.permissions.resource_policy import Outsider


def deputy_defects(role: ServiceRole, accounts: frozenset[str], org_ids: frozenset[str]) -> tuple[str, ...]:
    """
    Return how a stranger may get Amazon Bedrock to use the role: the confused deputy problem.

    Other services and accounts that the trust policy names are not looked at. Source:
    https://docs.aws.amazon.com/bedrock/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    _, partition, _, _, account_id, _ = f"{role.resource.arn}".split(":", 5)
    found = outsiders(role.trust, Trust(account_id, partition, accounts, org_ids), ASSUMING)
    through = (outsider for outsider in found if _is_through_bedrock(outsider))
    return tuple(dict.fromkeys(f"Trust policy {outsider.statement} {outsider.reason}." for outsider in through))


def _is_through_bedrock(outsider: Outsider) -> bool:
    if outsider.kind is OutsiderKind.SERVICE:
        return outsider.principal in (*SERVICES, "*", "NotPrincipal")
    return outsider.kind is OutsiderKind.EVERYBODY
