"""Policy documents, parsed once into typed statements or refused with the reason."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from rules.frozen import dataclass
from rules.permissions.refusals import MalformedPolicyError


class Effect(StrEnum):
    """What a statement does to the requests that it matches."""

    ALLOW = "Allow"
    DENY = "Deny"


class PolicyType(StrEnum):
    """Where a document is used, which decides the elements that a statement must and must not have."""

    IDENTITY = "identity"  # also permission boundaries and service control policies
    RESOURCE = "resource"  # also VPC endpoint policies and resource control policies
    TRUST = "trust"  # a role's AssumeRolePolicyDocument, which names no resource


class Version(StrEnum):
    """The two versions of the policy language; the older one has no policy variables."""

    V2008 = "2008-10-17"
    V2012 = "2012-10-17"


@dataclass(frozen=True, slots=True)
class Principal:
    """One entry of a Principal element: `type` is "AWS", "Service", "Federated", "CanonicalUser" or "*"."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Condition:
    """
    One key of one operator of a Condition block, spelled as in the document.

    All conditions of a statement must hold; one of `values` suffices for each (none for negated operators).
    """

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One statement; of each pair (`actions`, `not_actions` …) the element that is absent is None.

    `index` counts from 1. Patterns are spelled as in the document.
    """

    sid: str | None
    index: int
    effect: Effect
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: tuple[Principal, ...] | None
    not_principals: tuple[Principal, ...] | None
    conditions: tuple[Condition, ...]

    @property
    def handle(self) -> str:
        """The words by which a reader finds the statement: `statement "AllowInvoke"` or `statement 2`."""
        return f'statement "{shown(self.sid)}"' if self.sid else f"statement {self.index}"


_Elements = tuple[
    str | None,
    int,
    Effect,
    tuple[str, ...] | None,
    tuple[str, ...] | None,
    tuple[str, ...] | None,
    tuple[str, ...] | None,
    tuple[Principal, ...] | None,
    tuple[Principal, ...] | None,
    tuple[tuple[str, str, tuple[str, ...]], ...],
]
"""The fields of a Statement, checked but not yet made into one: most are never asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class PolicyDocument:
    """
    A parsed document. Two parses are two identities.

    `analyses` is where this package keeps what it has worked out about a document that many principals share.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """

    version: Version
    id: str | None
    content: Sequence[Statement | _Elements] = field(repr=False)
    analyses: dict[object, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements in their order."""
        return tuple(map(self.statement, range(len(self.content))))

    def statement(self, position: int) -> Statement:
        """Return the statement at a position that counts from 0, always the same object."""
        content = self.content[position]
        if isinstance(content, Statement):
            return content
        key = (Statement, position)
        known: Statement | None = self.analyses.get(key)
        if known is None:
            conditions = tuple(Condition(*each) for each in content[-1])
            known = self.analyses[key] = Statement(*content[:-1], conditions)
        return known

    def action_elements(self) -> Iterator[tuple[tuple[str, ...] | None, tuple[str, ...] | None]]:
        """Yield the Action and the NotAction element of each statement, one of them None."""
        for content in self.content:
            if isinstance(content, Statement):
                yield content.actions, content.not_actions
            else:
                yield content[3:5]


def parse(document: object, policy_type: PolicyType = PolicyType.IDENTITY) -> PolicyDocument:
    """
    Return the parsed form of a policy document.

    `document` is JSON text (plain, or percent-encoded as the IAM API delivers it), the decoded object, or a
    list that holds exactly one decoded object. Raises MalformedPolicyError with a sentence that names the
    statement and the element at fault.
    """
    body = _decoded(document)
    _refuse_unknown_elements(body, _DOCUMENT_ELEMENTS, "The policy document")
    statements = body.get("Statement")
    if isinstance(statements, Mapping):
        statements = (statements,)
    if not isinstance(statements, (list, tuple)):
        raise MalformedPolicyError(
            "The policy document has no Statement element."
            if statements is None
            else f"The Statement element is {_kind(statements)}, not a statement or a list of statements."
        )
    layout_of = _layouts(policy_type)
    return PolicyDocument(
        version=_version(body.get("Version")),
        id=_optional_text(body, "Id", "The policy document"),
        content=[_statement(item, index, layout_of) for index, item in enumerate(statements, 1)],
    )


def shown(text: str, longest: int = 64) -> str:
    """Return text taken from a policy fit to stand in a sentence: printable and cut to `longest` characters."""
    clean = "".join(character if character.isprintable() else "?" for character in text[: longest + 1])
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


_DOCUMENT_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})
_STATEMENT_ELEMENTS: Final = frozenset(
    {
        *("Sid", "Effect", "Condition", "Action", "NotAction"),
        *("Resource", "NotResource", "Principal", "NotPrincipal"),
    }
)
_EFFECTS: Final = {effect.value: effect for effect in Effect}
_VERSIONS: Final = {version.value: version for version in Version}
_PRINCIPAL_TYPES: Final = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


def _decoded(document: object) -> Mapping[str, object]:
    if isinstance(document, str):
        text = document.strip()
        if not text.startswith(("{", "[")):
            text = unquote(text)
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            raise MalformedPolicyError(
                f"The policy document is not JSON: {error.msg} at character {error.pos}."
            ) from error
        except RecursionError as error:
            raise MalformedPolicyError("The policy document is nested too deeply.") from error
    if isinstance(document, Sequence) and not isinstance(document, (str, bytes)) and len(document) == 1:
        document = document[0]
    if not isinstance(document, Mapping):
        raise MalformedPolicyError(f"The policy document is {_kind(document)}, not an object.")
    return document


def _version(version: object) -> Version:
    if version is None:
        return Version.V2008
    known = _VERSIONS.get(version) if isinstance(version, str) else None
    if known is None:
        raise MalformedPolicyError(
            f"The policy document has Version {_quoted(version)}; IAM knows 2012-10-17 and 2008-10-17."
        )
    return known


def _statement(item: object, index: int, layout_of: Callable[[tuple[object, ...]], "_Layout"]) -> _Elements:
    if type(item) is not dict and not isinstance(item, Mapping):
        raise MalformedPolicyError(f"Statement {index} is {_kind(item)}, not an object.")
    action, resource, principal, fault = layout_of(tuple(item))
    if fault:
        raise MalformedPolicyError(f"Statement {index} {fault}")
    effect = item["Effect"]
    known_effect = _EFFECTS.get(effect) if type(effect) is str else None
    if known_effect is None:
        raise MalformedPolicyError(f"Statement {index} has Effect {_quoted(effect)}, which is neither Allow nor Deny.")
    sid = item.get("Sid")
    if sid is not None and not isinstance(sid, str):
        raise MalformedPolicyError(f"Statement {index} has {_kind(sid)} as Sid, not text.")
    conditions = _conditions(item["Condition"], index) if "Condition" in item else ()
    actions = _texts(item[action], action, index)
    resources = _texts(item[resource], resource, index) if resource else None
    if action == "Action" and resource == "Resource" and not principal:
        return sid, index, known_effect, actions, None, resources, None, None, None, conditions
    principals = _principals(item[principal], principal, index) if principal else None
    return (
        sid,
        index,
        known_effect,
        *((actions, None) if action == "Action" else (None, actions)),
        *((resources, None) if resource == "Resource" else (None, resources)),
        *((principals, None) if principal == "Principal" else (None, principals)),
        conditions,
    )


class _Layout(NamedTuple):
    """Which of each pair of elements a statement has ("" for none); `fault` says what is wrong with the choice."""

    action: str = ""
    resource: str = ""
    principal: str = ""
    fault: str = ""


@lru_cache
def _layouts(policy_type: PolicyType) -> "Callable[[tuple[object, ...]], _Layout]":
    """Return what tells the layout of a statement with these elements; few are in use, each is worked out once."""
    return lru_cache(1_024)(partial(_layout, policy_type))


def _layout(policy_type: PolicyType, elements: tuple[object, ...]) -> _Layout:
    unknown = [element for element in elements if element not in _STATEMENT_ELEMENTS]
    if unknown:
        return _Layout(fault=f"has an unknown element {_quoted(unknown[0])}.")
    if "Effect" not in elements:
        return _Layout(fault="has no Effect.")
    chosen: dict[str, str] = {}
    for name, refusing in (
        ("Action", ""),
        ("Resource", "a trust policy" if policy_type is PolicyType.TRUST else ""),
        ("Principal", "an identity-based policy" if policy_type is PolicyType.IDENTITY else ""),
    ):
        present = [each for each in (name, f"Not{name}") if each in elements]
        if refusing and present:
            return _Layout(fault=f"has a {present[0]}, which {refusing} cannot have.")
        if len(present) > 1:
            return _Layout(fault=f"has both {name} and Not{name}.")
        if not present and not refusing:
            return _Layout(fault=f"has neither {name} nor Not{name}.")
        chosen[name.lower()] = present[0] if present else ""
    return _Layout(**chosen)


_TEXT_ONLY: Final = {str}


def _texts(value: object, name: str, index: int) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple)):
        raise MalformedPolicyError(
            f"Statement {index} has a {name} that is {_kind(value)}, not text or a list of texts."
        )
    if set(map(type, value)) == _TEXT_ONLY:
        return tuple(value)
    if not value:
        raise MalformedPolicyError(f"Statement {index} has an empty {name} list.")
    for text in value:
        if not isinstance(text, str):
            raise MalformedPolicyError(f"Statement {index} has {_kind(text)} in its {name} list, not text.")
    return tuple(value)


def _principals(value: object, name: str, index: int) -> tuple[Principal, ...]:
    if value == "*":
        return (Principal("*", "*"),)
    if not isinstance(value, Mapping):
        raise MalformedPolicyError(f'Statement {index} has a {name} that is {_kind(value)}, neither "*" nor an object.')
    if not value:
        raise MalformedPolicyError(f"Statement {index} has an empty {name}.")
    for kind in value:
        if kind not in _PRINCIPAL_TYPES:
            raise MalformedPolicyError(f"Statement {index} has a {name} of the unknown type {_quoted(kind)}.")
    return tuple(
        Principal(kind, entry) for kind, entries in value.items() for entry in _texts(entries, f"{name}.{kind}", index)
    )


def _conditions(block: object, index: int) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    if type(block) is not dict and not isinstance(block, Mapping):
        raise MalformedPolicyError(f"Statement {index} has a Condition that is {_kind(block)}, not an object.")
    conditions = []
    for operator, keys in block.items():
        if type(operator) is not str or (type(keys) is not dict and not isinstance(keys, Mapping)):
            raise MalformedPolicyError(f"Statement {index} has a Condition operator {_quoted(operator)} without keys.")
        for key, values in keys.items():
            if not isinstance(key, str):
                raise MalformedPolicyError(f"Statement {index} has {_kind(key)} as a condition key.")
            texts = (values,) if isinstance(values, str) else _condition_values(values, key, index)
            conditions.append((operator, key, texts))
    return tuple(conditions)


def _condition_values(values: object, key: str, index: int) -> tuple[str, ...]:
    listed = values if isinstance(values, (list, tuple)) else (values,)
    if set(map(type, listed)) == _TEXT_ONLY:
        return tuple(listed)
    texts = []
    for value in listed:
        if isinstance(value, bool):
            texts.append("true" if value else "false")
        elif isinstance(value, (str, int, float)):
            texts.append(str(value))
        else:
            raise MalformedPolicyError(f"Statement {index} compares {_quoted(key)} with {_kind(value)}.")
    return tuple(texts)


def _optional_text(item: Mapping[str, object], name: str, where: str) -> str | None:
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedPolicyError(f"{where} has {_kind(value)} as {name}, not text.")
    return value


def _refuse_unknown_elements(item: Mapping[str, object], known: frozenset[str], where: str) -> None:
    if not known.issuperset(item):
        unknown = next(name for name in item if name not in known)
        raise MalformedPolicyError(f"{where} has an unknown element {_quoted(unknown)}.")


def _quoted(value: object) -> str:
    return f'"{shown(value)}"' if isinstance(value, str) else _kind(value)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds = ((bool, "a boolean"), (str, "text"), ((int, float), "a number"), (Mapping, "an object"))
    for types, words in kinds:
        if isinstance(value, types):
            return words
    return "a list" if isinstance(value, (list, tuple)) else "of an unknown type"
