"""Facts about service roles of Amazon Bedrock: what agents, knowledge bases, flows, logging and jobs work with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rules.engine.collector import reads
from rules.facts import iam_account
from rules.facts.iam_principals import Principal
from rules.frozen import dataclass
from rules.permissions.caller import Trust, everybody
from rules.permissions.document import Effect, PolicyType, parse
from rules.permissions.resource_policy import entries, grants
from rules.permissions.trust_policy import ASSUMING, service_may_assume

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource, Unreadable
    from rules.permissions.document import PolicyDocument
    from rules.permissions.document import Principal as Entry

SERVICES = ("bedrock.amazonaws.com", "bedrock-agentcore.amazonaws.com", "bedrock-mantle.amazonaws.com")
"""The names under which Amazon Bedrock assumes roles."""

SERVICE_LINKED = ":role/aws-service-role/"


@dataclass(frozen=True)
class ServiceRole:
    """
    A role that Amazon Bedrock may assume, with its trust policy and everything that decides what it may do.

    AWS alone writes the trust policies of service-linked roles: they are left out.
    """

    resource: Resource
    tags: Mapping[str, str]
    trust: PolicyDocument
    principal: Principal


@reads(uses=(iam_account.trusting_roles,))
def service_roles(aws: Aws) -> tuple[ServiceRole | Unreadable, ...]:
    """
    Return every role that Amazon Bedrock may assume, in whatever Region, once.

    Trust policies tell of all Regions what the resources of one Region could not, and nothing works with a role that
    does not trust the service.
    """

    def read(principal: Principal | Unreadable, text: str) -> ServiceRole | Unreadable | None:
        trust = parse(text, PolicyType.TRUST)
        if not _is_for_bedrock(trust, Trust(aws.account_id, aws.partition), aws.region):
            return None
        if not isinstance(principal, Principal):
            return principal
        return ServiceRole(principal.resource, principal.tags, trust, principal)

    found: list[ServiceRole | Unreadable | None] = [
        aws.read_one(role.resource, partial(read, role, text))
        for role, text in iam_account.trusting_roles(aws)
        if SERVICE_LINKED not in (role.resource.arn or "")
    ]
    return tuple(fact for fact in found if fact is not None)


def _is_for_bedrock(document: PolicyDocument, trust: Trust, region: str) -> bool:
    """Say whether a trust policy names the service, or is for everybody and lets it in."""
    allowing = [statement for statement in document.statements if statement.effect is Effect.ALLOW]
    if not any(_names_service(entry) or _is_open(entry) for statement in allowing for entry in entries(statement)):
        return False
    # Those who may assume the role by it take a closer look.
    granted = [grant.principal for grant in grants(document, trust, ASSUMING)]
    if any(map(_names_service, granted)):
        return True
    return any(map(_is_open, granted)) and any(
        service_may_assume(document, service, trust, region) for service in SERVICES
    )


def _names_service(entry: Entry | None) -> bool:
    return entry is not None and entry.type == "Service" and entry.value in (*SERVICES, "*")


def _is_open(entry: Entry | None) -> bool:
    return entry is None or everybody(entry)
