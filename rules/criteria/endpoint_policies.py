"""When the policy of a VPC endpoint keeps outsiders, and models that are not wanted, out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rules.criteria.least_privilege import Terms, access_defects
from rules.engine.resource import Resource
from rules.facts.iam_principals import Principal
from rules.permissions.access import effective_access
from rules.permissions.caller import everybody
from rules.permissions.document import Effect, PolicyDocument
from rules.permissions.domains import MODEL_INVOCATION
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies
from rules.permissions.resource_policy import Guarded, outsiders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.permissions.document import Statement
    from rules.permissions.resource_policy import Trust

INVOCATION_THROUGH = {
    "bedrock": replace(MODEL_INVOCATION, actions=("bedrock:CreateModelInvocationJob",)),
    "bedrock-runtime": replace(
        MODEL_INVOCATION, actions=("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
    ),
    "bedrock-mantle": replace(MODEL_INVOCATION, actions=("bedrock-mantle:CreateInference",)),
}
"""The part of model invocation that each endpoint service takes."""


def is_default(policy: PolicyDocument) -> bool:
    """Say whether a policy lets everybody do everything, as the one does that an endpoint gets without asking."""
    if len(policy.statements) != 1:
        return False
    (only,) = policy.statements
    return (
        only.effect is Effect.ALLOW
        and any(map(everybody, only.principals or ()))
        and "*" in (only.actions or ())
        and "*" in (only.resources or ())
        and not only.conditions
    )


def admission_defects(policy: PolicyDocument, trust: Trust) -> Iterator[str]:
    """Return how outsiders get through the endpoint, as finished sentences."""
    return (outsider.sentence for outsider in outsiders(policy, trust, guarded=Guarded.ENDPOINT))


def model_defects(policy: PolicyDocument, trust: Trust, service: str, allowed_models: tuple[str, ...]) -> Iterator[str]:
    """Return which statements let models through that are not allowed, as finished sentences."""
    domain = INVOCATION_THROUGH.get(service)
    if domain is None:
        return
    statements = tuple(simple for statement in policy.statements if (simple := _for_everybody(statement)))
    document = PolicyDocument(policy.version, policy.id, statements)
    arn = f"arn:{trust.partition}:iam::{trust.account_id}:role/anybody"
    policies = PrincipalPolicies(arn, (Policy("endpoint policy", PolicyKind.INLINE, document),))
    anybody = Principal(Resource("AWS::IAM::Role", arn, "anybody", arn), {}, policies)
    terms = Terms(domain, allowed_models, allow_wildcard_actions=True)
    for defect in access_defects(anybody, effective_access(policies, domain), terms):
        handle = defect.statement.handle
        yield f"{handle[0].upper()}{handle[1:]} {defect.reason}"


def _for_everybody(statement: Statement) -> Statement | None:
    """
    Return what a statement means for some principal: an Allow under conditions on models only, a sure Deny.

    A Deny that is not for everybody, or depends on the request, leaves a way through.
    """
    if statement.effect is Effect.ALLOW:
        pins = tuple(condition for condition in statement.conditions if condition.key.lower() in MODEL_INVOCATION.pins)
        return replace(statement, conditions=pins)
    sure = any(map(everybody, statement.principals or ())) and not statement.conditions
    return statement if sure else None
