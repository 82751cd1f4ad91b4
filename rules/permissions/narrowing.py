"""The smallest policy that keeps what is named or in use, to replace the grants of a domain."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from rules.permissions.access import effective_access
from rules.permissions.conditions import Truth
from rules.permissions.decision import covers_action, decide_within
from rules.permissions.document import Condition, Effect, Version
from rules.permissions.domains import ArnForm, Domain
from rules.permissions.languages import Part
from rules.permissions.layers import ALONE, Layers, LiveStatement, Surroundings, layers
from rules.permissions.patterns import resource_extent, wildcards
from rules.permissions.principal import PrincipalPolicies
from rules.permissions.question import pinned
from rules.permissions.relevance import relevant_statements
from rules.permissions.searches import covers, may_meet


class Use(NamedTuple):
    """A request that was really made, as logs tell it: an action of the domain and the ARN of the resource."""

    action: str
    resource: str


def narrowed_policy(
    principal: PrincipalPolicies, domain: Domain, surroundings: Surroundings = ALONE, used: Iterable[Use] = ()
) -> dict[str, Any] | None:
    """
    Return a policy document that can replace what the identity-based policies grant in a domain.

    It keeps the resources that are named and within reach, and of `used` those that are allowed, each for the
    actions that it is allowed for and under the conditions that it is allowed under. An inference profile keeps
    the models behind it by the condition key bedrock:InferenceProfileArn, as AWS shows:
    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    Nothing is allowed that was not, as far as `used` tells what really was, and judged by effective_access the
    document is specific. None when there is nothing to keep. Boundary, service control policies and denials are
    expected to stay.
    """
    found = layers(principal, surroundings, lambda document: relevant_statements(document, domain))
    keeping = _Keeping(principal, domain, found)
    for named in effective_access(principal, domain, surroundings).named:
        for action in named.actions:
            keeping.keep_named(action, named.pattern, named.name, named.example)
    for action, resource in used:
        keeping.keep_used(action, resource)
    return keeping.document()


Block = tuple[Condition, ...]
"""The conditions that a grant is kept under."""


class _Keeping:
    """The grants kept so far: for each resource and its conditions the actions, in the order of their coming."""

    def __init__(self, principal: PrincipalPolicies, domain: Domain, found: Layers) -> None:
        self._partition = principal.partition
        self._domain = domain
        self._found = found
        self._kept: dict[tuple[str, Block], list[str]] = {}

    def keep_named(self, action: str, pattern: str, name: str, example: str) -> None:
        """Keep a named resource in every Region and account that an identity-based statement surely grants it in."""
        form = next(form for form in self._domain.forms_of[action] if name.startswith(form.prefix))
        granting = self._granting(action)
        naming = (written for live in granting for written in live.written if written.endswith(f":{name}"))
        kept: list[str] = []
        # The widest first, so that what they hold is not said again.
        for candidate in sorted({pattern: None, **dict.fromkeys(naming)}, key=_is_literal):
            covering = [live for live in granting if self._covers(live, form, candidate)]
            if covering and not any(wildcards(wider).matches(candidate) for wider in kept):
                self._keep(action, candidate, covering)
                kept.append(candidate)
        for candidate in () if kept else (*_placed(granting, form, name), example):
            covering = [live for live in granting if self._covers(live, form, candidate)]
            if covering:
                self._keep(action, candidate, covering)
                return

    def keep_used(self, action: str, resource: str) -> None:
        """Keep a resource in use, if it may be allowed at all."""
        if decide_within(self._found, action, resource).truth is not Truth.FALSE:
            self._keep(action, resource, self._matching(action, resource))

    def document(self) -> dict[str, Any] | None:
        """Return the document that grants what is kept, None when that is nothing."""
        if not self._kept:
            return None
        for action in self._domain.unscoped_actions:
            if decide_within(self._found, action, "*").truth is not Truth.FALSE:
                self._add(action, "*", self._matching(action, "*"))
        merged: dict[tuple[tuple[str, ...], Block], list[str]] = {}
        for (resource, block), actions in self._kept.items():
            merged.setdefault((tuple(actions), block), []).append(resource)
        title = self._domain.name.title().replace(" ", "")
        statements = [
            _statement(f"{title}{number}", actions, resources, block)
            for number, ((actions, block), resources) in enumerate(merged.items(), 1)
        ]
        return {"Version": Version.V2012.value, "Statement": statements}

    def _granting(self, action: str) -> list[LiveStatement]:
        """Return the identity-based statements on an action, those without conditions first."""
        granting = (live for live in self._found.identity if covers_action(live.statement, action.lower()))
        return sorted(granting, key=lambda live: live.truth is Truth.DEPENDS)

    def _matching(self, action: str, resource: str) -> list[LiveStatement]:
        return [live for live in self._granting(action) if live.possible.matches(resource)]

    def _covers(self, live: LiveStatement, form: ArnForm, resource: str) -> bool:
        shape = form.shape(self._partition)
        whole = (Part((resource_extent(resource, Version.V2012).outer,)),)
        return may_meet(shape, ((whole,),)) and covers(shape, ((live.certain,),), whole)

    def _keep(self, action: str, resource: str, granting: Sequence[LiveStatement]) -> None:
        self._add(action, resource, granting)
        kind, _, identifier = resource.split(":", 5)[-1].partition("/")
        model = identifier.partition(".")[2] if kind == "inference-profile" else ""
        for key, types in self._domain.pins.items():
            if kind in types:
                self._keep_models_behind(action, key, resource, model)

    def _keep_models_behind(self, action: str, key: str, resource: str, model: str) -> None:
        """
        Keep the foundation models that a profile or router reaches, for requests through it only.

        The id of a system-defined inference profile is a geography, a dot and the id of its model; others tell of none.
        """
        form = next(form for form in self._domain.forms if form.type == "foundation-model")
        everywhere = form.arn(self._partition, "*", "", "*")
        for live in self._granting(action):
            for wide in (everywhere, *live.written):
                if f":{form.prefix}" not in wide or not wide.endswith("*") or not self._covers(live, form, wide):
                    continue
                narrow = wide.rpartition("/")[0] + f"/{model}"
                kept = narrow if model and self._covers(live, form, narrow) else wide
                self._add(action, kept, [live], () if pinned(live, self._domain) else ((key, resource),))
                if live.truth is Truth.TRUE:
                    return
                break

    def _add(
        self, action: str, resource: str, granting: Sequence[LiveStatement], pins: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Add a resource under the conditions of the first statement that has none, or else of each of them."""
        free = granting[0].truth is Truth.TRUE
        for live in granting[:1] if free else granting:
            block = _conditions(live)
            for key, value in pins:
                block = _pinning(block, key, value)
            actions = self._kept.setdefault((resource, block), [])
            if action not in actions:
                actions.append(action)


def _placed(granting: Iterable[LiveStatement], form: ArnForm, name: str) -> Iterator[str]:
    """Return the resource with the Region and account of each entry that may grant it."""
    for live in granting:
        for written in live.written:
            parts = written.split(":", 5)
            if len(parts) == _ARN_PARTS:
                yield ":".join((*parts[:2], form.service, *parts[3:5], name))


def _is_literal(arn: str) -> bool:
    return "*" not in arn and "?" not in arn


def _conditions(live: LiveStatement) -> Block:
    if live.policy.document.version is Version.V2012:
        return live.statement.conditions
    # The older version has no variables: what looks like one is text, and must stay text.
    return tuple(
        replace(condition, values=tuple(value.replace("${", "${$}{") for value in condition.values))
        for condition in live.statement.conditions
    )


def _pinning(block: Block, key: str, resource: str) -> Block:
    taken = {condition.operator.lower() for condition in block if condition.key.lower() == key}
    operator = "ArnLike" if "stringlike" in taken else "StringLike"
    return (*block, Condition(operator, _SPELLED.get(key, key), (resource,)))


_SPELLED: Final = {
    "bedrock:inferenceprofilearn": "bedrock:InferenceProfileArn",
    "bedrock:promptrouterarn": "bedrock:PromptRouterArn",
}


def _statement(sid: str, actions: Sequence[str], resources: Sequence[str], block: Block) -> dict[str, Any]:
    condition: dict[str, dict[str, Any]] = {}
    for each in block:
        condition.setdefault(each.operator, {})[each.key] = _one_or_list(each.values)
    return {
        "Sid": sid,
        "Effect": Effect.ALLOW.value,
        "Action": _one_or_list(actions),
        "Resource": _one_or_list(resources),
        **({"Condition": condition} if condition else {}),
    }


def _one_or_list(texts: Sequence[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else list(texts)


_ARN_PARTS: Final = 6
