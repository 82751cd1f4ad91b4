"""Our decisions beside the simulator's: where they differ, and whether a documented difference explains it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from rules.permissions.access import Access, effective_access
from rules.permissions.conditions import Truth
from rules.permissions.context import RequestContext
from rules.permissions.decision import covers_action, decide_within
from rules.permissions.document import Version, parse
from rules.permissions.domains import ENDPOINT_INVOCATION, MODEL_INVOCATION, RETRIEVAL, Domain
from rules.permissions.layers import Layers, Surroundings, layers
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies
from tests.rules.permissions.oracle.simulator import Document, Request, Subject, ask

DOMAINS = (MODEL_INVOCATION, RETRIEVAL, ENDPOINT_INVOCATION)


@dataclass(frozen=True)
class Difference:
    """One request that the two sides decide differently, or a promise of effective_access that is broken."""

    subject: Subject
    request: Request
    words: str


@dataclass
class Report:
    """The count of requests and subjects compared, and the differences: those explained by kind, and the rest."""

    subjects: int = 0
    requests: int = 0
    allowed: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    @property
    def agreement(self) -> float:
        """The share of requests that no unexplained difference spoils."""
        return 1 - len(self.differences) / max(self.requests, 1)


def compare(subjects: Sequence[Subject]) -> Report:
    """Return how our decisions on all requests of the subjects compare with the simulator's."""
    prepared = [_prepared(subject) for subject in subjects]
    report = Report()
    for case, answers in zip(prepared, ask([case.subject for case in prepared]), strict=True):
        report.subjects += 1
        report.requests += len(answers)
        report.allowed += sum(answers)
        for difference in _differences(case, answers):
            reasons = set(oddities(case.subject, difference.request.action))
            report.explained.update(reasons)
            if not reasons:
                report.differences.append(difference)
    return report


@dataclass(frozen=True)
class _Case:
    subject: Subject
    examples: int
    layers: Layers
    accesses: tuple[tuple[Domain, Access], ...]


def _prepared(subject: Subject) -> _Case:
    """Return the subject with what our side makes of it; the examples of our answer become requests too."""
    principal = PrincipalPolicies(
        subject.arn,
        tuple(_policy(document, PolicyKind.INLINE) for document in subject.policies),
        None if subject.boundary is None else _policy(subject.boundary, PolicyKind.BOUNDARY),
    )
    known = {key: value if isinstance(value, str) else tuple(value) for key, value in subject.context.items()}
    context = principal.request_context(RequestContext(known, complete=True))
    surroundings = Surroundings(
        tuple(
            tuple(_policy(document, PolicyKind.SERVICE_CONTROL) for document in level)
            for level in subject.service_control
        ),
        context=context,
    )
    accesses = tuple((domain, effective_access(principal, domain, surroundings)) for domain in DOMAINS)
    examples = tuple(chain.from_iterable(_examples(access) for _, access in accesses))
    asked = replace(subject, requests=(*_comparable(subject), *examples), context=dict(context.values))
    return _Case(asked, len(examples), layers(principal, surroundings), accesses)


def _comparable(subject: Subject) -> Iterator[Request]:
    """Return the requests for which both sides read the same context: actions without a resource lack its keys."""
    lacking = any(key.lower().startswith("bedrock:") for key in subject.context)
    return (request for request in subject.requests if not (lacking and request.resource == "*"))


def _examples(access: Access) -> Iterator[Request]:
    for grant in access.broad:
        yield Request(grant.actions[0], grant.witness)
    for named in access.named:
        yield from (Request(action, named.example) for action in named.actions)
    for wide in access.wildcard_actions:
        if wide.resource != "*":
            yield Request(wide.action, wide.resource)


def _policy(document: Document, kind: PolicyKind) -> Policy:
    return Policy("generated", kind, parse(document))


def _differences(case: _Case, answers: Sequence[bool]) -> Iterator[Difference]:
    truths = {True: Truth.TRUE, False: Truth.FALSE}
    for request, allowed in zip(case.subject.requests, answers, strict=True):
        ours = decide_within(case.layers, *request).truth
        if ours is not truths[allowed]:
            yield Difference(case.subject, request, f"decided {ours.name}, the simulator {truths[allowed].name}")
        for domain, access in case.accesses:
            broken = _broken(domain, access, request) if allowed else None
            if broken is not None:
                yield Difference(case.subject, request, broken)
    for request, allowed in zip(case.subject.requests[-case.examples :], answers[-case.examples :], strict=True):
        if case.examples and not allowed:
            yield Difference(case.subject, request, "an example of effective access is denied")


def _broken(domain: Domain, access: Access, request: Request) -> str | None:
    """Return the promise of effective_access that an allowed request breaks."""
    if request.action not in (*domain.actions, *domain.unscoped_actions):
        return None
    if not access.allowed:
        return "allowed, but no access is found"
    if access.broad or request.resource == "*":
        return None
    named = {resource.name for resource in access.named}
    return None if request.resource.split(":", 5)[5] in named else "allowed, but neither named nor broad"


def oddities(subject: Subject, action: str) -> Iterator[str]:
    """Return the documented reasons for which the simulator reads statements on an action otherwise."""
    documents = [*subject.policies, *(document for level in subject.service_control for document in level)]
    if subject.boundary is not None:
        documents.append(subject.boundary)
    for document in documents:
        parsed = parse(document)
        for statement in parsed.statements:
            if not covers_action(statement, action.lower()):
                continue
            values = chain.from_iterable(condition.values for condition in statement.conditions)
            if parsed.version is Version.V2008 and any("${" in value for value in values):
                yield "policy variable in version 2008-10-17"
            excluded = statement.not_resources or ()
            for entry in (*(statement.resources or ()), *excluded):
                yield from _oddities(entry, parsed.version, excluded=entry in excluded)


def _oddities(entry: str, version: Version, *, excluded: bool) -> Iterator[str]:
    parts = entry.split(":", 5)
    if "${" in entry and version is Version.V2008:
        yield "policy variable in version 2008-10-17"
    if "${aws:" in entry and excluded:
        yield "variable without a value in NotResource"
    if len(parts) < _ARN_PARTS and entry != "*" and (excluded or not re.fullmatch(r"[^*?]*\*", entry)):
        yield "ARN of fewer than six parts"
    if len(parts) == _ARN_PARTS and re.match(r"[^/:]*[*?][^/:]*[/:]", parts[5]):
        yield "wildcard in the resource type"


_ARN_PARTS = 6
