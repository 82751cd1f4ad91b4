"""Who may assume a role, by its trust policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules.permissions.caller import Caller, Trust
from rules.permissions.constants import Constants, arn_shape, representatives
from rules.permissions.context import ContextValue, RequestContext
from rules.permissions.resource_policy import OutsiderKind, gets_in, outsiders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.permissions.document import PolicyDocument
    from rules.permissions.resource_policy import Outsider

ASSUME_ROLE: Final = "sts:AssumeRole"
ASSUMING: Final = (ASSUME_ROLE, "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
"""The actions that give somebody the credentials of a role."""


def service_may_assume(document: PolicyDocument, service: str, trust: Trust, region: str) -> bool:
    """
    Say whether a service may assume the role when it acts for the account in a Region.

    `service` is a principal such as "bedrock.amazonaws.com". Conditions on aws:SourceAccount and aws:SourceArn are
    held against resources of the account in that Region, of whatever kind; what depends on anything else may hold.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return any(
        gets_in(document, caller, (ASSUME_ROLE,)) for caller in service_callers(document, service, trust, region)
    )


def service_callers(document: PolicyDocument, service: str, trust: Trust, region: str) -> Iterator[Caller]:
    """
    Return the requests of a service that acts for the account in a Region, one for each kind of source.

    A source is a resource of the account that the policy's conditions on aws:SourceArn tell from others.
    """
    shape = arn_shape(trust.partition, trust.account_id, region)
    sources = representatives(shape, Constants(document).of("aws:sourcearn"))
    known: dict[str, ContextValue] = {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
        "aws:PrincipalServiceNamesList": (service,),
        "aws:SourceAccount": trust.account_id,
        "aws:ResourceAccount": trust.account_id,
    }
    absent = frozenset({"aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths"})
    for source in sources:
        context = RequestContext({**known, "aws:SourceArn": source}, absent=absent)
        yield Caller(context, trust.account_id, service=service)


def deputies(document: PolicyDocument, trust: Trust) -> tuple[Outsider, ...]:
    """
    Return the services that may assume the role on behalf of accounts that are not trusted.

    Such a service can be led to use the role for a stranger (the confused deputy problem), unless the service
    itself rules that out.
    """
    found = outsiders(document, trust, ASSUMING)
    return tuple(outsider for outsider in found if outsider.kind is OutsiderKind.SERVICE)


def strangers(document: PolicyDocument, trust: Trust) -> tuple[Outsider, ...]:
    """Return the principals and identities, other than services, outside the trusted accounts that may assume it."""
    found = outsiders(document, trust, ASSUMING)
    return tuple(outsider for outsider in found if outsider.kind is not OutsiderKind.SERVICE)
