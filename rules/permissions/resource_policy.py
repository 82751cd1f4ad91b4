"""Who a resource's own policy lets in, and what it demands of them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from rules.frozen import dataclass
from rules.permissions.caller import Caller, Guarded, Trust, covers, everybody, touches
from rules.permissions.callers import Callers
from rules.permissions.conditions import Truth, judge
from rules.permissions.constants import ANY_TEXT
from rules.permissions.context import RequestContext
from rules.permissions.document import Effect, Principal, shown
from rules.permissions.languages import SEPARATOR, Language, Part
from rules.permissions.patterns import Glob, action_glob, resource_extent, wildcards
from rules.permissions.searches import Patience, find_text, may_meet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules.permissions.document import PolicyDocument, Statement, Version

__all__ = [
    "Caller",
    "Grant",
    "Guarded",
    "Outsider",
    "OutsiderKind",
    "Trust",
    "entries",
    "gets_in",
    "grants",
    "outsiders",
    "requires_tls",
]


class OutsiderKind(Enum):
    """Who gets in from outside."""

    EVERYBODY = "everybody"
    ACCOUNT = "an account, principal or organization that is not trusted"
    CANONICAL_USER = "a canonical user, whose account the policy does not tell"
    FEDERATED = "an identity provider that is not the account's own"
    SERVICE = "an AWS service, on behalf of accounts that are not trusted"


@dataclass(frozen=True)
class Outsider:
    """
    A grant through which a principal outside the trusted accounts and organizations may get in.

    `reason` is the rest of a sentence that starts with the statement: "lets in everybody".
    """

    statement: str
    principal: str
    kind: OutsiderKind
    reason: str

    @property
    def sentence(self) -> str:
        """A finished sentence, such as: Statement "PublicRead" lets in everybody."""
        return f"{self.statement[0].upper()}{self.statement[1:]} {self.reason}."


@dataclass(frozen=True)
class Grant:
    """
    One principal that an Allow statement names, with the outsiders that come in under that name, if any.

    `principal` is None for a NotPrincipal element, which allows everybody but those it names.
    """

    statement: str
    principal: Principal | None
    outsider: Outsider | None


def outsiders(
    document: PolicyDocument,
    trust: Trust,
    actions: Iterable[str] | None = None,
    *,
    resources: Iterable[str] | None = None,
    guarded: Guarded = Guarded.RESOURCE,
) -> tuple[Outsider, ...]:
    """
    Return every grant through which somebody outside the trusted accounts and organizations may get in.

    Only grants that reach one of the `actions` (names or patterns; None: any) on one of the `resources` (ARNs or
    patterns; None: any) count. A condition confines only when no outsider can meet it; a Deny closes only what it
    closes for every request. Whatever depends on anything but who asks, lets in. A service principal is an
    outsider (of the kind SERVICE) unless it is confined to acting for trusted accounts or organizations.
    Raises UndecidedError for a policy that tells apart too many of them.
    """
    found = grants(document, trust, actions, resources=resources, guarded=guarded)
    return tuple(grant.outsider for grant in found if grant.outsider is not None)


def grants(
    document: PolicyDocument,
    trust: Trust,
    actions: Iterable[str] | None = None,
    *,
    resources: Iterable[str] | None = None,
    guarded: Guarded = Guarded.RESOURCE,
) -> tuple[Grant, ...]:
    """
    Return whom the Allow statements let in, insiders too; see `outsiders` for the arguments.

    Raises UndecidedError for a policy that tells apart too many of them.
    """
    patience = Patience(times=3)
    question = _Question(document, actions, resources, patience)
    callers = Callers(document, trust, guarded, patience)
    found = []
    for statement in question.allowing:
        for entry in entries(statement):
            candidates = callers.everybody() if entry is None else callers.of(entry)
            caller = next((one for one in candidates if question.lets_in(statement, one)), None)
            outsider = None if caller is None else _outsider(statement, entry, caller)
            found.append(Grant(statement.handle, entry, outsider))
    return tuple(found)


def entries(statement: Statement) -> tuple[Principal | None, ...]:
    """Return the entries of a statement's Principal element; None for everybody but those of its NotPrincipal one."""
    return (None,) if statement.principals is None else statement.principals


def gets_in(
    document: PolicyDocument, caller: Caller, actions: Iterable[str], resources: Iterable[str] | None = None
) -> bool:
    """
    Say whether the policy may let a caller do one of the actions on one of the resources (None: any).

    Somebody relies on that, so that a question which takes too long is no yes: raises UndecidedError.
    """
    question = _Question(document, actions, resources, Patience(), exact=True)
    return any(
        question.lets_in(statement, caller)
        for statement in question.allowing
        if statement.principals is None or any(covers(entry, caller) for entry in statement.principals)
    )


def requires_tls(document: PolicyDocument, resource_arns: Iterable[str], actions: Iterable[str] = ("s3:*",)) -> bool:
    """
    Say whether the policy denies everybody every one of the actions on every one of the resources without TLS.

    Several statements may do so together. A Deny that is narrowed to some principals or by other conditions does
    not count, and neither does one on s3:TlsVersion alone, a key that a plain HTTP request does not carry. Source:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    plain_http = RequestContext({"aws:SecureTransport": "false"}, absent=frozenset({"s3:TlsVersion"}))
    denied = tuple(
        language
        for statement in document.statements
        if statement.effect is Effect.DENY
        and any(map(everybody, statement.principals or ()))
        and judge(statement.conditions, plain_http, document.version) is Truth.TRUE
        for language in _certain(statement, document.version)
    )
    return not may_meet(_SHAPE, ((_asked(actions, resource_arns),),), denied)


class _Question:
    """Whether a policy lets callers do one of some actions on one of some resources."""

    def __init__(
        self,
        document: PolicyDocument,
        actions: Iterable[str] | None,
        resources: Iterable[str] | None,
        patience: Patience,
        *,
        exact: bool = False,
    ) -> None:
        self._version = document.version
        self._patience = patience
        self._exact = exact
        self._effort = STEPS_PER_STATEMENT * len(document.statements)
        self._asked = _asked(actions, resources)
        self._denying = [statement for statement in document.statements if statement.effect is Effect.DENY]
        self.allowing = [
            statement
            for statement in document.statements
            if statement.effect is Effect.ALLOW and self._leaves(statement, ())
        ]

    def lets_in(self, statement: Statement, caller: Caller) -> bool:
        """Say whether an Allow statement, which is about a caller, may let it in."""
        self._patience.endure(self._effort)
        if any(covers(entry, caller) for entry in statement.not_principals or ()):
            return False
        if judge(statement.conditions, caller.context, self._version) is Truth.FALSE:
            return False
        denied = tuple(
            language
            for denial in self._denying
            if self._denies(denial, caller)
            for language in _certain(denial, self._version)
        )
        return not denied or self._leaves(statement, denied)

    def _denies(self, denial: Statement, caller: Caller) -> bool:
        """Say whether a Deny statement surely meets a caller."""
        if denial.principals is not None:
            meant = any(covers(entry, caller) for entry in denial.principals)
        else:
            meant = not any(touches(entry, caller) for entry in denial.not_principals or ())
        return meant and judge(denial.conditions, caller.context, self._version) is Truth.TRUE

    def _leaves(self, statement: Statement, denied: tuple[Language, ...]) -> bool:
        """Say whether a statement allows some action on some resource that is asked for and not denied."""
        required = (_possible(statement, self._version), (self._asked,))
        if self._exact:
            return find_text(_SHAPE, required, denied, self._patience) is not None
        return may_meet(_SHAPE, required, denied, self._patience)


STEPS_PER_STATEMENT: Final = 10
"""What asking about a caller costs for each statement, beside the steps of searches."""

_SHAPE: Final = (*ANY_TEXT, SEPARATOR, *ANY_TEXT)


def _asked(actions: Iterable[str] | None, resources: Iterable[str] | None) -> Language:
    return (
        Part(tuple(map(action_glob, ("*",) if actions is None else actions))),
        Part(tuple(map(wildcards, ("*",) if resources is None else resources))),
    )


def _possible(statement: Statement, version: Version) -> tuple[Language, ...]:
    """Return the actions on resources that a statement may be about."""
    return tuple(_languages(statement, version, possible=True))


def _certain(statement: Statement, version: Version) -> tuple[Language, ...]:
    """Return the actions on resources that a statement is surely about."""
    return tuple(_languages(statement, version, possible=False))


def _languages(statement: Statement, version: Version, *, possible: bool) -> Iterator[Language]:
    if statement.actions is not None:
        actions = Part(tuple(map(action_glob, statement.actions)))
    else:
        actions = Part(tuple(map(action_glob, statement.not_actions or ())), excluded=True)
    if statement.not_resources is not None:
        # What is surely excluded is the least; what may be excluded is the most.
        excluded = _extents(statement.not_resources, version, possible=not possible)
        yield (actions, Part(excluded, excluded=True))
        return
    # The statements of a role's trust policy name no resource: they are about the role.
    resources = _extents(statement.resources or ("*",), version, possible=possible)
    if resources:
        yield (actions, Part(resources))


def _extents(texts: Iterable[str], version: Version, *, possible: bool) -> tuple[Glob, ...]:
    extents = (resource_extent(text, version) for text in texts)
    globs = (extent.possible if possible else extent.certain for extent in extents)
    return tuple(glob for glob in globs if glob is not None)


def _outsider(statement: Statement, entry: Principal | None, caller: Caller) -> Outsider:
    kind, who = _stranger(entry, caller)
    keys = dict.fromkeys(condition.key for condition in statement.conditions)
    if keys and kind is not OutsiderKind.SERVICE:
        who += f" under conditions on {shown(', '.join(keys))}"
    return Outsider(statement.handle, "NotPrincipal" if entry is None else entry.value, kind, f"lets in {who}")


def _stranger(entry: Principal | None, caller: Caller) -> tuple[OutsiderKind, str]:
    """Return who comes in under an entry of a Principal element, by kind and in words."""
    if caller.service is not None:
        exact = entry is not None and entry.type == "Service" and entry.value != "*"
        service = shown(caller.service) if exact else "AWS services"
        return OutsiderKind.SERVICE, f"{service} on behalf of {caller.name or 'any account'}"
    if entry is None:
        return OutsiderKind.EVERYBODY, "everybody whom its NotPrincipal does not name"
    if entry.type == "CanonicalUser":
        return OutsiderKind.CANONICAL_USER, f"the canonical user {shown(entry.value)}"
    if entry.type == "Federated":
        return OutsiderKind.FEDERATED, f"identities of {shown(entry.value)}"
    if caller.name is not None:
        return OutsiderKind.ACCOUNT, shown(caller.name)
    return OutsiderKind.EVERYBODY, "everybody"
