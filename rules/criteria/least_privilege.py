"""When a principal's access to models, endpoints or knowledge bases is no broader than what its policies name."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from rules.engine.parameters import Matching
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable, out_of_scope
from rules.frozen import dataclass
from rules.permissions.access import Access, BroadGrant, NamedResource, effective_access
from rules.permissions.document import PolicyType, parse, shown
from rules.permissions.principal import Policy, PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules.facts.iam_principals import Principal
    from rules.permissions.actions import AdministratorGrant, WideAction
    from rules.permissions.document import Statement
    from rules.permissions.domains import Domain

ARN_PARTS = 6

Written = Matching(r"[A-Za-z0-9._:/*?-]+", "ids, ARNs or patterns with * and ?")
"""What a text of `Terms.allowed` may hold."""

RegionWildcard = Annotated[bool, "Whether a statement may leave the Region open beside a resource that it names."]
WildcardActions = Annotated[
    bool, "Whether access may be granted through an action that allows more, such as bedrock:*."
]
ServiceLinked = Annotated[bool, "Whether service-linked roles, which only AWS can change, are NOT_APPLICABLE."]


@dataclass(frozen=True)
class Terms:
    """
    What a rule accepts in a domain.

    `allowed` are the resources that may be granted, named or by a wildcard that stays within them: ids, last parts
    of ARNs ("foundation-model/anthropic.*") or whole ARNs, with `*` and `?`. Without any, whatever a statement
    names may be granted. The system-defined inference profiles of an allowed model are allowed with it.
    """

    domain: Domain
    allowed: tuple[str, ...] = ()
    allow_region_wildcard: bool = True
    allow_wildcard_actions: bool = False


@dataclass(frozen=True)
class Defect:
    """A statement of a policy that grants too much, and why; `conditional` ones do so for some requests only."""

    policy: Policy
    statement: Statement
    reason: str
    conditional: bool = False

    @property
    def sentence(self) -> str:
        """The finished sentence: which policy and statement, and what it grants."""
        return f"{_capitalised(self.policy.handle)} {self.statement.handle} {self.reason}"


def judge_principal(principal: Principal, terms: Terms, *, ignore_service_linked: bool) -> Verdict:
    """Return whether a principal's effective access is within the terms."""
    policies = principal.policies
    access = effective_access(
        policies, terms.domain, principal.surroundings, allow_region_wildcard=terms.allow_region_wildcard
    )
    if not access.allowed:
        return out_of_scope(f"The {policies.kind} is not allowed any {terms.domain.name}.")
    if ignore_service_linked and policies.service_linked:
        return not_applicable("AWS owns this service-linked role and alone decides what it may do.")
    defects = access_defects(principal, access, terms)
    if defects:
        return non_compliant(*(defect.sentence for defect in defects))
    return compliant(limits(access, terms))


def access_defects(principal: Principal, access: Access, terms: Terms) -> tuple[Defect, ...]:
    """
    Return what has to change in policy statements, gravest first; nothing when all is within the terms.

    `access` is the principal's effective access in the domain of the terms.
    """
    broad, strangers = _beyond_allowed(principal, access, terms) if terms.allowed else (access.broad, ())
    wide = {} if terms.allow_wildcard_actions else _by_statement(access.wildcard_actions)
    found = [
        *(_broad_defect(same, wide.pop(_key(same[0]), []), terms) for same in _alike(broad)),
        *(_wide_defect(same, terms) for same in wide.values()),
        *(_stranger_defect(stranger, terms) for stranger in strangers),
    ]
    return tuple(sorted(found, key=lambda defect: defect.conditional))


def limits(access: Access, terms: Terms) -> str:
    """Return the sentence for access that is within the terms."""
    what = _capitalised(terms.domain.name)
    if terms.allowed:
        return f"{what} is limited to allowed {terms.domain.resource}s."
    if not access.named:
        return f"{what} is limited by conditions that name the {terms.domain.resource}."
    return f"{what} is limited to {listed(resource.name for resource in access.named)}."


def _beyond_allowed(
    principal: Principal, access: Access, terms: Terms
) -> tuple[tuple[BroadGrant, ...], tuple[NamedResource, ...]]:
    """Return what is left when everything allowed is denied, and grants that leave a Region open where none may."""
    around = replace(
        principal.surroundings,
        resource_control=(*principal.surroundings.resource_control, _denial(terms.allowed, terms.domain)),
    )
    rest = effective_access(principal.policies, terms.domain, around)
    # An action that takes no resource is judged by the scoped ones beside it, which may be denied here.
    broad = [grant for grant in rest.broad if grant.witness != "*" or grant in access.broad]
    if not terms.allow_region_wildcard:
        broad.extend(grant for grant in access.broad if _open_region(grant) and grant not in broad)
    return tuple(broad), rest.named


@lru_cache
def _denial(allowed: tuple[str, ...], domain: Domain) -> Policy:
    """Return a policy that denies what is allowed, so that only the rest shows."""
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": [arn for written in allowed for arn in _arns(written, domain)] or "arn:none",
    }
    document = parse({"Version": "2012-10-17", "Statement": deny}, PolicyType.RESOURCE)
    return Policy("allowed", PolicyKind.RESOURCE_CONTROL, document)


def _arns(written: str, domain: Domain) -> Iterator[str]:
    if written.startswith("arn:"):
        yield written
        return
    for form in domain.forms:
        start = f"arn:*:{form.service}:*:{'*' if form.in_account else ''}:"
        if written.startswith(form.prefix):
            yield start + written
        elif "/" not in written:
            yield start + form.prefix + written
            if form.type == "inference-profile":
                # Their ids are the model's behind a geography: us.anthropic.claude-…, global.amazon.nova-…
                yield f"{start}{form.prefix}*.{written}"


def _alike(grants: Iterable[BroadGrant]) -> Iterable[list[BroadGrant]]:
    """Return the grants of each statement that let the same actions through, widest entry first."""
    by_entry: dict[tuple[int, int, str, bool], BroadGrant] = {}
    for grant in sorted(grants, key=lambda grant: len(_last_part(grant.pattern).strip("*"))):
        entry = (*_key(grant), grant.pattern, grant.conditional)
        known = by_entry.get(entry, grant)
        by_entry[entry] = replace(known, actions=tuple(dict.fromkeys((*known.actions, *grant.actions))))
    alike: dict[tuple[int, int, tuple[str, ...], bool], list[BroadGrant]] = {}
    for grant in by_entry.values():
        alike.setdefault((*_key(grant), grant.actions, grant.conditional), []).append(grant)
    return alike.values()


def _by_statement(grants: Iterable[WideAction]) -> dict[tuple[int, int], list[WideAction]]:
    found: dict[tuple[int, int], list[WideAction]] = {}
    for grant in grants:
        found.setdefault(_key(grant), []).append(grant)
    return found


def _key(grant: BroadGrant | WideAction) -> tuple[int, int]:
    return id(grant.policy), grant.statement.index


def _broad_defect(grants: list[BroadGrant], wide: list[WideAction], terms: Terms) -> Defect:
    first, resource = grants[0], terms.domain.resource
    only_region = not terms.allow_region_wildcard and all(_open_region(grant) for grant in grants)
    patterns = listed((_shown(grant, whole=only_region) for grant in grants), most=2)
    what = f"{listed(first.actions, most=1)} on {patterns}"
    also = ""
    if wide:
        what += f" through {listed((shown(grant.pattern) for grant in wide), most=2)}"
        also = " and the actions"
    if first.witness == "*":
        wanted = f"allow {terms.domain.actions[0]} on the {resource} ARNs beside it"
    elif only_region:
        wanted = f"name the Region{also}"
    elif terms.allowed:
        wanted = f"name only allowed {resource}s{also}"
    else:
        wanted = f"name the {resource} ARNs{also}"
    return Defect(first.policy, first.statement, granted(first, what, wanted), first.conditional)


def _wide_defect(grants: list[WideAction], terms: Terms) -> Defect:
    first = grants[0]
    what = listed(map(written_action, grants), most=2)
    reason = granted(first, what, "name the actions", f", more than {terms.domain.name}")
    return Defect(first.policy, first.statement, reason, first.conditional)


def _stranger_defect(stranger: NamedResource, terms: Terms) -> Defect:
    reason = f"names {shown(stranger.name)}, which is not an allowed {terms.domain.resource}."
    return Defect(stranger.policy, stranger.statement, reason)


def granted(grant: BroadGrant | WideAction | AdministratorGrant, what: str, wanted: str, verdict: str = "") -> str:
    """Return the rest of a sentence about a grant; a policy that AWS wrote cannot be changed, only replaced."""
    condition = " under conditions" if grant.conditional else ""
    remedy = "replace this AWS-managed policy" if grant.policy.aws_managed else wanted
    return f"allows {what}{condition}{verdict}; {remedy}."


def written_action(grant: WideAction) -> str:
    """Return the Action entry of a grant as a sentence shows it."""
    return "all but its NotAction" if grant.pattern == "NotAction" else shown(grant.pattern)


def _shown(grant: BroadGrant, *, whole: bool) -> str:
    if grant.pattern == "NotResource":
        return "all but its NotResource"
    return shown(grant.pattern if whole else _last_part(grant.pattern))


def _last_part(pattern: str) -> str:
    """Return what says which resources a Resource entry means, without partition, Region and account."""
    parts = pattern.split(":", ARN_PARTS - 1)
    return parts[-1] if len(parts) == ARN_PARTS else pattern


def _open_region(grant: BroadGrant) -> bool:
    """Say whether a grant names a resource but leaves its Region open."""
    parts = grant.pattern.split(":", ARN_PARTS - 1)
    return len(parts) == ARN_PARTS and not re.search(r"[*?$]", parts[-1])


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]
