"""When the role of something that calls models may do that, and nothing else of Amazon Bedrock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.criteria.least_privilege import Defect, Terms, access_defects, granted, written_action
from rules.engine.verdict import listed
from rules.permissions.access import Access, effective_access
from rules.permissions.actions import WideAction, administrator_grant, other_actions
from rules.permissions.domains import GUARDRAIL_APPLICATION, MODEL_INVOCATION, RETRIEVAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules.facts.iam_principals import Principal

BESIDE_INVOCATION = (RETRIEVAL, GUARDRAIL_APPLICATION)
"""What a caller of models may do besides, on named resources."""

SERVICES = ("bedrock", "bedrock-mantle")


def role_defects(
    role: Principal, access: Access, *, allowed_models: tuple[str, ...], allowed_actions: tuple[str, ...]
) -> tuple[Defect, ...]:
    """
    Return one defect for each statement that lets the role do more than call models, gravest first.

    `access` is the role's access to models; `allowed_actions` are patterns of further actions that it may have.
    """
    found = (
        *administrator_defects(role),
        *access_defects(role, access, Terms(MODEL_INVOCATION, allowed_models)),
        *(
            defect
            for domain in BESIDE_INVOCATION
            for defect in access_defects(
                role, effective_access(role.policies, domain, role.surroundings), Terms(domain)
            )
        ),
        *_others(other_actions(role.policies, SERVICES, _permitted(allowed_actions), role.surroundings)),
    )
    first: dict[tuple[int, int], Defect] = {}
    for defect in found:
        first.setdefault((id(defect.policy), defect.statement.index), defect)
    return tuple(first.values())


def administrator_defects(role: Principal) -> Iterator[Defect]:
    """Yield the statement that makes the role like an administrator, if there is one."""
    grant = administrator_grant(role.policies, role.surroundings)
    if grant is not None:
        reason = granted(grant, f"administration of {grant.over}", "name actions and resources")
        yield Defect(grant.policy, grant.statement, reason, grant.conditional)


def _permitted(allowed_actions: tuple[str, ...]) -> tuple[str, ...]:
    of_domains = (pattern for domain in (MODEL_INVOCATION, *BESIDE_INVOCATION) for pattern in domain.family)
    return (*of_domains, *allowed_actions)


def _others(grants: Iterable[WideAction]) -> Iterator[Defect]:
    by_statement: dict[tuple[int, int], list[WideAction]] = {}
    for grant in grants:
        by_statement.setdefault((id(grant.policy), grant.statement.index), []).append(grant)
    for same in by_statement.values():
        what = listed(dict.fromkeys(written_action(grant) for grant in same))
        reason = granted(same[0], what, "remove it", ", more than calling models")
        yield Defect(same[0].policy, same[0].statement, reason, same[0].conditional)
