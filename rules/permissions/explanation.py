"""The chain of statements behind an answer: what each allows, limits or denies, in sentences."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from rules.frozen import dataclass
from rules.permissions.access import Access, effective_access
from rules.permissions.conditions import Truth, judge
from rules.permissions.document import Effect, Statement, shown
from rules.permissions.domains import Domain
from rules.permissions.layers import ALONE, Surroundings
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies
from rules.permissions.relevance import matched_actions, relevant_statements


class Bearing(StrEnum):
    """What a statement does to the question."""

    GRANTS = "grants"
    GRANTS_BROADLY = "grants broadly"
    GRANTS_NOTHING = "grants nothing"
    LIMITS = "limits"
    DENIES = "denies"
    MAY_DENY = "may deny"
    NEVER_APPLIES = "never applies"


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of one policy and what it comes to; `sentence` says it to a reader."""

    policy: Policy
    statement: Statement
    bearing: Bearing
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with the statements that lead to it, in the order in which IAM weighs them."""

    access: Access
    steps: tuple[Step, ...]


def explain(
    principal: PrincipalPolicies,
    domain: Domain,
    surroundings: Surroundings = ALONE,
    *,
    allow_region_wildcard: bool = True,
) -> Explanation:
    """Return the effective access of a principal in a domain with every statement that bears on it."""
    access = effective_access(principal, domain, surroundings, allow_region_wildcard=allow_region_wildcard)
    policies = [*principal.policies]
    if principal.boundary is not None:
        policies.append(principal.boundary)
    for level in surroundings.service_control:
        policies.extend(level)
    policies.extend(surroundings.resource_control)
    context = principal.request_context(surroundings.context)
    steps = [
        _step(policy, statement, judge(statement.conditions, context, policy.document.version), domain, access)
        for policy in policies
        for statement in relevant_statements(policy.document, domain)
    ]
    return Explanation(access, tuple(steps))


def _step(policy: Policy, statement: Statement, truth: Truth, domain: Domain, access: Access) -> Step:
    bearing, end = _bearing(policy, statement, truth, access)
    verb = "denies" if statement.effect is Effect.DENY else "allows"
    if policy.kind in _LIMITS and statement.effect is Effect.ALLOW:
        verb = "lets through"
    actions = _listed(_actions(policy, statement, domain))
    sentence = f"{_capital(policy.handle)}, {statement.handle}, {verb} {actions} on {_resources(statement)}{end}."
    return Step(policy, statement, bearing, sentence)


def _bearing(policy: Policy, statement: Statement, truth: Truth, access: Access) -> tuple[Bearing, str]:
    """Return what the statement does, and the end of the sentence that says so."""
    if truth is Truth.FALSE:
        return Bearing.NEVER_APPLIES, ", but its conditions never hold for this principal"
    conditionally = " when its conditions hold" if truth is Truth.DEPENDS else ""
    if statement.effect is Effect.ALLOW:
        bearing, end = _allowing(policy, statement, access)
    elif truth is Truth.DEPENDS:
        bearing, end = Bearing.MAY_DENY, ", so other requests pass"
    else:
        bearing, end = Bearing.DENIES, ""
    return bearing, conditionally + end


def _allowing(policy: Policy, statement: Statement, access: Access) -> tuple[Bearing, str]:
    if policy.kind in _LIMITS:
        return Bearing.LIMITS, ""
    if not any(grant.statement is statement for grant in access.grants):
        return Bearing.GRANTS_NOTHING, ", but nothing of it gets past the other statements"
    witnesses = [grant.witness for grant in access.broad if grant.statement is statement]
    actions = [grant.action for grant in access.wildcard_actions if grant.statement is statement]
    reasons = []
    if witnesses:
        reasons.append(f"which includes {_listed(witnesses)} that nothing names")
    if actions:
        reasons.append(f"and with it other actions such as {_listed(actions)}")
    if reasons:
        return Bearing.GRANTS_BROADLY, "".join(f", {reason}" for reason in reasons)
    return Bearing.GRANTS, ""


_LIMITS = frozenset({PolicyKind.BOUNDARY, PolicyKind.SERVICE_CONTROL, PolicyKind.RESOURCE_CONTROL})
_MOST_LISTED = 3


def _actions(policy: Policy, statement: Statement, domain: Domain) -> Iterator[str]:
    bits = matched_actions(policy.document, domain)[statement.index]
    everything = (*domain.actions, *domain.unscoped_actions)
    return (action for bit, action in enumerate(everything) if bits >> bit & 1)


def _resources(statement: Statement) -> str:
    if statement.resources is not None:
        return _listed(statement.resources)
    return f"everything but {_listed(statement.not_resources or ())}"


def _listed(texts: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(texts))
    words = [shown(text, _LONGEST_LISTED) for text in distinct[:_MOST_LISTED]]
    if len(distinct) > _MOST_LISTED:
        return f"{', '.join(words)} and {len(distinct) - _MOST_LISTED} more"
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


_LONGEST_LISTED = 200


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
