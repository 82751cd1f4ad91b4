"""What a principal may effectively do in a domain, and where that is broader than its policies name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from rules.frozen import dataclass
from rules.permissions.actions import WideAction, wide_actions
from rules.permissions.conditions import Truth
from rules.permissions.decision import decide_within
from rules.permissions.document import Statement
from rules.permissions.domains import ArnForm, Domain
from rules.permissions.layers import ALONE, Layers, LiveStatement, Surroundings, layers
from rules.permissions.principal import Policy, PrincipalPolicies
from rules.permissions.question import Entry, Found, Question, entries
from rules.permissions.relevance import matched_actions, relevant_statements


@dataclass(frozen=True, slots=True)
class BroadGrant:
    """
    A Resource entry that effectively lets a resource through which no statement names.

    `pattern` is the entry as written, or "NotResource" where a statement excludes resources. `witness` is such
    a resource for the first of `actions`: "*" when it takes none, the entry when it took too long to find one.
    `kind` says what it is, such as "foundation model". `conditional` grants hold for some requests only.
    """

    policy: Policy
    statement: Statement
    actions: tuple[str, ...]
    pattern: str
    kind: str
    witness: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class NamedResource:
    """
    A resource that is effectively allowed and named literally, such as "foundation-model/anthropic.claude-v2".

    `pattern` is the entry that names it, which may leave Region and account open; `example` is one such ARN.
    """

    name: str
    kind: str
    pattern: str
    example: str
    actions: tuple[str, ...]
    policy: Policy
    statement: Statement


@dataclass(frozen=True, slots=True)
class Grant:
    """A statement that effectively allows something, with a resource that it lets through ("*" for none)."""

    policy: Policy
    statement: Statement
    example: str


@dataclass(frozen=True, slots=True)
class Access:
    """
    What a principal may effectively do in a domain.

    `allowed` says whether anything at all, `grants` by which statements. Access is specific when `broad` and
    `wildcard_actions` are empty: then `named` holds every resource within reach.
    """

    allowed: bool = False
    grants: tuple[Grant, ...] = ()
    broad: tuple[BroadGrant, ...] = ()
    wildcard_actions: tuple[WideAction, ...] = ()
    named: tuple[NamedResource, ...] = ()

    @property
    def specific(self) -> bool:
        """Whether nothing is allowed beyond what the statements name literally."""
        return not self.broad and not self.wildcard_actions


NO_ACCESS: Final = Access()


def effective_access(
    principal: PrincipalPolicies,
    domain: Domain,
    surroundings: Surroundings = ALONE,
    *,
    allow_region_wildcard: bool = True,
) -> Access:
    """
    Return what the policies of a principal effectively allow in a domain.

    A grant is broad when a resource exists that it lets through every layer (boundary, service control policies,
    denials that hold for every request) and that no statement names in the last part of an ARN; such a resource
    is given. Whether one exists is decided exactly. Allow statements count when their conditions can hold, Deny
    statements when theirs always do. A condition that pins the resource, such as a literal
    bedrock:InferenceProfileArn, makes a grant specific. Without `allow_region_wildcard` the Region must be named
    too. Resource-based policies are not looked at.
    """
    if not any(relevant_statements(policy.document, domain) for policy in principal.policies):
        return NO_ACCESS
    found = layers(principal, surroundings, lambda document: relevant_statements(document, domain))
    if not all(found.allows):
        return NO_ACCESS
    broad: list[BroadGrant] = []
    named: dict[tuple[str, str], NamedResource] = {}
    effective: dict[LiveStatement, str] = {}
    for actions, question in _questions(principal, domain, found):
        for each in question.effective():
            effective.setdefault(each.entry.live, each.resource)
        for each in question.named():
            resource = _named(each, actions)
            named.setdefault((resource.kind, resource.name), resource)
        unnamed = question.unnamed(allow_region_wildcard=allow_region_wildcard)
        broad.extend(_broad(found, each.entry, actions, each.form.name, each.resource) for each in unnamed)
    scoped = bool(effective)
    for live, actions in _unscoped(domain, found).items():
        effective.setdefault(live, "*")
        if not scoped:
            # With a scoped action beside it, that is where the resource is named.
            broad.append(_broad(found, next(entries(live)), actions, domain.resource, "*"))
    if not effective:
        return NO_ACCESS
    wide = wide_actions(principal, domain, surroundings, effective)
    grants = tuple(Grant(live.policy, live.statement, example) for live, example in effective.items())
    return Access(allowed=True, grants=grants, broad=_merged(broad), wildcard_actions=wide, named=tuple(named.values()))


def _questions(
    principal: PrincipalPolicies, domain: Domain, found: Layers
) -> Iterator[tuple[tuple[str, ...], Question]]:
    """Return a question for each group of actions that the same statements speak of."""
    bits = _bits(domain, found)
    groups: dict[tuple[Layers, tuple[ArnForm, ...]], list[str]] = {}
    for bit, action in enumerate(domain.actions):
        matching = _matching(found, bits, bit)
        if all(matching.allows):
            groups.setdefault((matching, domain.forms_of[action]), []).append(action)
    for (matching, forms), actions in groups.items():
        question = Question(
            domain=domain,
            partition=principal.partition,
            account_id=principal.account_id,
            forms=forms,
            identity=matching.identity,
            limits=matching.limits,
            denies=matching.certain_denies,
        )
        yield tuple(actions), question


def _unscoped(domain: Domain, found: Layers) -> dict[LiveStatement, tuple[str, ...]]:
    """Return the statements that effectively grant actions which take no resource, with those actions."""
    granted: dict[LiveStatement, tuple[str, ...]] = {}
    bits = _bits(domain, found) if domain.unscoped_actions else {}
    for bit, action in enumerate(domain.unscoped_actions, len(domain.actions)):
        matching = _matching(found, bits, bit)
        on_any = [[live for live in layer if live.possible.matches("*")] for layer in matching.allows]
        if all(on_any) and not any(live.certain.matches("*") for live in matching.certain_denies):
            for live in on_any[0]:
                granted[live] = (*granted.get(live, ()), action)
    return granted


def _bits(domain: Domain, found: Layers) -> dict[LiveStatement, int]:
    """Return which actions of the domain each statement matches, as matched_actions counts them."""
    return {
        live: matched_actions(live.policy.document, domain)[live.statement.index]
        for layer in (*found.allows, found.denies)
        for live in layer
    }


def _matching(found: Layers, bits: Mapping[LiveStatement, int], bit: int) -> Layers:
    """Return the layers with only the statements that match one action of the domain."""
    return Layers(
        tuple(tuple(live for live in layer if bits[live] >> bit & 1) for layer in found.allows),
        tuple(live for live in found.denies if bits[live] >> bit & 1),
    )


def _named(found: Found, actions: tuple[str, ...]) -> NamedResource:
    live = found.entry.live
    name = found.named or ""
    written, example = found.entry.written, found.resource
    return NamedResource(name, found.form.name, written, example, actions, live.policy, live.statement)


def _broad(found: Layers, entry: Entry, actions: tuple[str, ...], kind: str, witness: str) -> BroadGrant:
    policy, statement = entry.live.policy, entry.live.statement
    conditional = decide_within(found, actions[0], witness).truth is Truth.DEPENDS
    return BroadGrant(policy, statement, actions, entry.written, kind, witness, conditional)


def _merged(grants: Iterable[BroadGrant]) -> tuple[BroadGrant, ...]:
    """Return one grant for each Resource entry, with all actions and the first witness."""
    merged: dict[tuple[int, int, str], BroadGrant] = {}
    for grant in grants:
        key = (id(grant.policy), grant.statement.index, grant.pattern)
        known = merged.get(key, grant)
        more = tuple(action for action in grant.actions if action not in known.actions)
        merged[key] = replace(known, actions=known.actions + more)
    return tuple(merged.values())
