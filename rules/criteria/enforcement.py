"""When guardrails are unavoidable: enforced by the account, or demanded by the policies of whoever may invoke."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rules.engine.verdict import listed
from rules.facts.bedrock_enforcement import ALL_MODELS
from rules.permissions.access import effective_access
from rules.permissions.domains import MODEL_INVOCATION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.facts.bedrock_enforcement import EnforcedGuardrail
    from rules.facts.iam_principals import Principal

GUARDRAIL = "bedrock:GuardrailIdentifier"
"""The condition key that a request carries only when it names a guardrail."""


def enforcement_defect(enforced: EnforcedGuardrail, *, require_comprehensive: bool) -> str | None:
    """Return why an enforced guardrail leaves a way around it."""
    name = f"The enforced guardrail {enforced.guardrail}"
    if not enforced.version.isdecimal():
        return f"{name} is enforced in version {enforced.version}; a numbered one is wanted."
    if enforced.excluded_models:
        return f"{name} leaves out {listed(enforced.excluded_models)}."
    if not set(ALL_MODELS) <= set(enforced.included_models):
        return f"{name} holds for {listed(enforced.included_models)} only."
    if require_comprehensive and enforced.selective:
        return f"{name} looks only at what callers mark."
    return None


def unguarded(principals: Iterable[Principal]) -> list[str]:
    """Return the roles and users, "role app", that may invoke a model in a request that names no guardrail."""
    return [
        f"{principal.policies.kind} {principal.policies.name}"
        for principal in principals
        # AWS alone decides what its service-linked roles do.
        if not principal.policies.service_linked and _may_invoke_without(principal)
    ]


def _may_invoke_without(principal: Principal) -> bool:
    context = principal.surroundings.context
    without = replace(context, absent=context.absent | {GUARDRAIL})
    surroundings = replace(principal.surroundings, context=without)
    return effective_access(principal.policies, MODEL_INVOCATION, surroundings).allowed
