"""The policies of one principal, brought to bear: which statements may allow, which surely deny."""

from collections.abc import Callable, Iterable, Sequence

from rules.frozen import dataclass
from rules.permissions.conditions import Truth, judge
from rules.permissions.context import NOTHING_KNOWN, RequestContext
from rules.permissions.document import Effect, PolicyDocument, Principal, Statement, Version
from rules.permissions.languages import Part
from rules.permissions.patterns import resource_extent
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies


@dataclass(frozen=True, slots=True, eq=False)
class LiveStatement:
    """
    A statement as it stands for one principal.

    `truth` is that of its conditions; `possible` are the resources that it may match, `certain` those that it
    matches whatever the policy variables stand for. `written` are the Resource entries behind the globs of
    `possible`, in the same order.
    """

    policy: Policy
    statement: Statement
    truth: Truth
    possible: Part
    certain: Part
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """
    What decides a request: every one of `allows` must allow it, none of `denies` may deny it.

    The first of `allows` is the identity-based policies, then the boundary and each level of service control
    policies where there are such. Statements that certainly do not apply are left out; `denies` keeps those
    that depend on the request. Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """

    allows: tuple[tuple[LiveStatement, ...], ...]
    denies: tuple[LiveStatement, ...]

    @property
    def identity(self) -> tuple[LiveStatement, ...]:
        """The identity-based statements that allow."""
        return self.allows[0]

    @property
    def limits(self) -> tuple[tuple[LiveStatement, ...], ...]:
        """The layers that must allow too: boundary and service control policies."""
        return self.allows[1:]

    @property
    def certain_denies(self) -> tuple[LiveStatement, ...]:
        """The denials that hold for every request."""
        return tuple(live for live in self.denies if live.truth is Truth.TRUE)


Chooser = Callable[[PolicyDocument], Iterable[Statement]]
"""Picks the statements of a document that matter for a question."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What stands around a principal's own policies.

    `service_control` has a group of policies for each level from the root to the account, and each level must
    allow; they do not apply to service-linked roles nor to a management account, which is for the caller to know.
    `resource_control` only denies. `context` is what is known of the requests in question.
    """

    service_control: tuple[tuple[Policy, ...], ...] = ()
    resource_control: tuple[Policy, ...] = ()
    context: RequestContext = NOTHING_KNOWN


ALONE = Surroundings()


def all_statements(document: PolicyDocument) -> Sequence[Statement]:
    """Return every statement: the chooser that leaves nothing out."""
    return document.statements


def layers(
    principal: PrincipalPolicies, surroundings: Surroundings = ALONE, choose: Chooser = all_statements
) -> Layers:
    """Return what decides the requests of a principal, as far as the chosen statements go."""
    groups: list[tuple[Policy, ...]] = [principal.policies]
    if principal.boundary is not None:
        groups.append((principal.boundary,))
    groups.extend(surroundings.service_control)
    contexts: list[RequestContext] = []

    def context() -> RequestContext:
        if not contexts:
            contexts.append(principal.request_context(surroundings.context))
        return contexts[0]

    allows: list[tuple[LiveStatement, ...]] = []
    denies: list[LiveStatement] = []
    for policies in (*groups, surroundings.resource_control):
        allowing: list[LiveStatement] = []
        for policy in policies:
            for statement in choose(policy.document):
                live = _live(policy, statement, context)
                if live is not None:
                    (allowing if statement.effect is Effect.ALLOW else denies).append(live)
        allows.append(tuple(allowing))
    return Layers(tuple(allows[:-1]), tuple(denies))


_EVERYBODY = frozenset({Principal("*", "*"), Principal("AWS", "*")})


def _live(policy: Policy, statement: Statement, context: Callable[[], RequestContext]) -> LiveStatement | None:
    if policy.kind is PolicyKind.RESOURCE_CONTROL and _EVERYBODY.isdisjoint(statement.principals or ()):
        return None
    document = policy.document
    known: _Extents | None = document.analyses.get(statement.index)
    if known is None:
        variable = any("${" in pattern for pattern in statement.resources or statement.not_resources or ())
        known = _extents(statement, document.version, context() if variable else NOTHING_KNOWN)
        if not variable:
            document.analyses[statement.index] = known
    truth = Truth.TRUE
    if statement.conditions:
        truth = judge(statement.conditions, context(), document.version)
        if truth is Truth.FALSE:
            return None
    return LiveStatement(policy, statement, truth, *known)


_Extents = tuple[Part, Part, tuple[str, ...]]
"""What a statement possibly and certainly matches, and the entries behind the possible."""


def _extents(statement: Statement, version: Version, context: RequestContext) -> _Extents:
    if statement.resources is not None:
        pairs = [(pattern, resource_extent(pattern, version, context)) for pattern in statement.resources]
        return (
            Part(tuple(extent.possible for _, extent in pairs if extent.possible is not None)),
            Part(tuple(extent.certain for _, extent in pairs if extent.certain is not None)),
            tuple(pattern for pattern, extent in pairs if extent.possible is not None),
        )
    extents = [resource_extent(pattern, version, context) for pattern in statement.not_resources or ()]
    narrow = tuple(extent.certain for extent in extents if extent.certain is not None)
    # What a variable without a value excludes is not documented, so all that it could exclude is uncertain.
    outer = tuple(extent.outer for extent in extents)
    return Part(narrow, excluded=True), Part(outer, excluded=True), ()
