"""Actions beyond the ones asked about: what wide Action entries grant besides, and who is like an administrator."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from string import ascii_letters, ascii_lowercase, digits, printable, whitespace
from typing import Final

from rules.frozen import dataclass
from rules.permissions.conditions import Truth
from rules.permissions.decision import decide_within
from rules.permissions.document import Statement
from rules.permissions.domains import Domain
from rules.permissions.languages import SEPARATOR, Language, Part
from rules.permissions.layers import ALONE, Layers, LiveStatement, Surroundings, layers
from rules.permissions.patterns import action_glob
from rules.permissions.principal import Policy, PrincipalPolicies
from rules.permissions.refusals import UndecidedError
from rules.permissions.relevance import ACTION_SHAPE, goes_beyond
from rules.permissions.searches import Patience, find_text, may_meet
from rules.permissions.shapes import Characters, Maybe, Shape, shape_pattern


@dataclass(frozen=True, slots=True)
class WideAction:
    """
    An Action entry that effectively grants an action beyond those that are wanted.

    `pattern` is the entry as written, or "NotAction" where a statement excludes actions. `action` is such an
    action, in lower case (the entry, where it took too long to find one), and `resource` one that it is granted
    on. `conditional` grants hold for some requests.
    """

    policy: Policy
    statement: Statement
    pattern: str
    action: str
    resource: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class AdministratorGrant:
    """A statement that makes a principal like an administrator; `over` says of what, such as "IAM"."""

    policy: Policy
    statement: Statement
    over: str
    conditional: bool


def wide_actions(
    principal: PrincipalPolicies,
    domain: Domain,
    surroundings: Surroundings,
    effective: Mapping[LiveStatement, str],
) -> tuple[WideAction, ...]:
    """
    Return the Action entries that grant actions of a domain and effectively more than those.

    `effective` has the statements that effectively grant something of the domain, each with a resource.
    """
    beyond = _Beyond(principal, surroundings, domain.family_part, ACTION_SHAPE, domain.services)
    return tuple(
        found
        for live, resource in effective.items()
        for written, part in _action_entries(live.statement)
        if (live.statement.actions is None or goes_beyond(written, domain))
        and (found := beyond.grant(live, written, part, resource)) is not None
    )


def other_actions(
    principal: PrincipalPolicies,
    services: Iterable[str],
    permitted: Iterable[str],
    surroundings: Surroundings = ALONE,
) -> tuple[WideAction, ...]:
    """
    Return the Action entries that effectively grant actions of services beyond the permitted ones.

    `services` are prefixes such as "bedrock", `permitted` patterns such as "bedrock:InvokeModel*".
    """
    wanted = Part(tuple(map(action_glob, permitted)))
    each = [
        _Beyond(principal, surroundings, wanted, (f"{service}:", *ACTION_SHAPE[-1:]), (service,))
        for service in services
    ]
    found: list[WideAction] = []
    for live in layers(principal, surroundings).identity:
        for written, part in _action_entries(live.statement):
            grants = (beyond.grant(live, written, part, _sample(live)) for beyond in each)
            found.extend(islice((grant for grant in grants if grant is not None), 1))
    return tuple(found)


def administrator_grant(principal: PrincipalPolicies, surroundings: Surroundings = ALONE) -> AdministratorGrant | None:
    """
    Return a statement that makes the principal like an administrator, None when there is none.

    That is a principal who may do actions that no statement names on resources that no statement names: of any
    service (`*` on `*`, AdministratorAccess, PowerUserAccess and every other such NotAction), or of IAM (`iam:*`
    on `*`), with which it can give itself everything else. Boundary, service control policies and certain
    denials are taken into account.
    """
    found = layers(principal, surroundings)
    for over, action, resource in (
        ("every service", "other-service:other", f"arn:{principal.partition}:other-service:::other/other"),
        ("IAM", "iam:other", f"arn:{principal.partition}:iam::{principal.account_id}:other/other"),
    ):
        decision = decide_within(found, action, resource)
        if decision.truth is not Truth.FALSE:
            live = decision.allows[0][0]
            return AdministratorGrant(live.policy, live.statement, over, decision.truth is Truth.DEPENDS)
    return None


_TEXT: Final = frozenset(printable) - frozenset(whitespace)
_WORD: Final = Characters(frozenset(ascii_lowercase))
_SERVICE: Final = Characters(frozenset(ascii_lowercase + digits + "-"))
_REGION: Final = Maybe((_WORD, "-", _WORD, Maybe(("-", _WORD)), "-", Characters(frozenset(digits), 1, 1)))
_ACCOUNT: Final = Maybe((Characters(frozenset(digits), 12, 12),))
_ARN: Final[Shape] = ("arn:aws", Maybe(("-", _SERVICE)), ":", _SERVICE, ":", _REGION, ":", _ACCOUNT, ":")
_TYPE: Final[Shape] = (Characters(frozenset(ascii_letters), 1, 1), Characters(_TEXT - {":", "/"}, 0))
_RESOURCES: Final[tuple[Shape, ...]] = (
    ("*",),
    (*_ARN, Characters(_TEXT - {":"})),
    (*_ARN, *_TYPE, "/", Characters(_TEXT - {"/"})),
    (*_ARN, *_TYPE, ":", Characters(_TEXT)),
)
"""
What a request names as its resource: "*" for an action that takes none, or an ARN of one of the usual formats.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""


@dataclass(frozen=True, eq=False)
class _Beyond:
    """The search for an action outside `permitted` that an entry effectively grants."""

    principal: PrincipalPolicies
    surroundings: Surroundings
    permitted: Part
    shape: Shape
    services: tuple[str, ...]

    @cached_property
    def layers(self) -> Layers:
        return layers(self.principal, self.surroundings)

    @cached_property
    def _patience(self) -> Patience:
        return Patience()

    def grant(self, live: LiveStatement, written: str, part: Part, resource: str) -> WideAction | None:
        """Return what an Action entry grants beyond, trying `resource` first."""
        try:
            for action, on in self._candidates(live, part, resource):
                truth = decide_within(self.layers, action, on).truth
                if truth is not Truth.FALSE:
                    return WideAction(live.policy, live.statement, written, action, on, truth is Truth.DEPENDS)
        except UndecidedError:
            return WideAction(live.policy, live.statement, written, written, resource, live.truth is Truth.DEPENDS)
        return None

    def _candidates(self, live: LiveStatement, part: Part, resource: str) -> Iterator[tuple[str, str]]:
        """Yield some actions that an entry may grant beyond; the last, found by search, is one if there is any."""
        if live.possible.matches(resource):
            fits = shape_pattern(self.shape).fullmatch
            for action in self._examples(part):
                if fits(action) and part.matches(action) and not self.permitted.matches(action):
                    yield action, resource
        # Most often no action is left at all, whatever the resource, and that is quickly told.
        limits = (((_action_part(each.statement),) for each in layer) for layer in self.layers.limits)
        if not may_meet(self.shape, (((part,),), *map(tuple, limits)), ((self.permitted,),), self._patience):
            return
        required = (((part, live.possible),), *(tuple(map(_possible, layer)) for layer in self.layers.limits))
        forbidden = ((self.permitted, _ANYTHING), *map(_certain, self.layers.certain_denies))
        for on in _RESOURCES:
            text = find_text((*self.shape, SEPARATOR, *on), required, forbidden, self._patience)
            if text is not None:
                found, _, its_resource = text.partition(SEPARATOR)
                yield found, its_resource
                return

    def _examples(self, part: Part) -> Iterator[str]:
        if not part.excluded:
            yield part.globs[0].filled("other", "x")
        yield from (f"{service}:other" for service in self.services)
        yield "other:other"


_ANYTHING: Final = Part((), excluded=True)


def _sample(live: LiveStatement) -> str:
    if live.possible.matches("*") or not live.possible.globs:
        return "*"
    return live.possible.globs[0].filled("other", "x")


def _action_part(statement: Statement) -> Part:
    patterns = statement.actions if statement.actions is not None else statement.not_actions or ()
    return Part(tuple(map(action_glob, patterns)), excluded=statement.actions is None)


def _possible(live: LiveStatement) -> Language:
    return (_action_part(live.statement), live.possible)


def _certain(live: LiveStatement) -> Language:
    return (_action_part(live.statement), live.certain)


def _action_entries(statement: Statement) -> Iterator[tuple[str, Part]]:
    """Return the entries of the Action element one by one, a NotAction element as a whole."""
    if statement.actions is None:
        yield "NotAction", _action_part(statement)
        return
    for written in statement.actions:
        yield written, Part((action_glob(written),))
