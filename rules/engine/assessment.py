"""Judging: every fact of a rule becomes a verdict, once; the terminal and AWS Lambda share this path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, CollectionError, error_code, error_message
from rules.engine.resource import Resource, Unreadable
from rules.engine.verdict import Verdict, not_applicable, out_of_scope
from rules.frozen import dataclass
from rules.permissions.refusals import MalformedPolicyError, UndecidedError

if TYPE_CHECKING:
    from rules.engine.aws import Aws
    from rules.engine.rule import ChangeRule, Fact, Rule


@dataclass(frozen=True)
class Judged:
    """A resource with its verdict."""

    resource: Resource
    verdict: Verdict


@dataclass(frozen=True)
class Assessment:
    """
    What one rule found in one pass.

    `judged` is to be reported, at least one evaluation unless everything was unreadable; `out_of_scope` was looked
    at but is only reported where an earlier evaluation has to go; `unreadable` keeps its last evaluation.
    """

    judged: tuple[Judged, ...]
    out_of_scope: tuple[Judged, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


def assess(rule: Rule[Any], aws: Aws) -> Assessment:
    """
    Return what `rule` finds in the account; nothing to judge is one NOT_APPLICABLE on the account.

    Raises CollectionError when the facts cannot be listed: then nothing is known, and nothing may be said.
    """
    try:
        facts = tuple(rule.facts(aws))
    except (*READ_ERRORS, *SHAPE_ERRORS) as error:
        raise CollectionError(rule.id, error_code(error), error_message(error)) from error
    judged: dict[tuple[str, str], Judged] = {}
    left_out: list[Judged] = []
    unreadable: list[Unreadable] = []
    for fact in facts:
        if isinstance(fact, Unreadable):
            unreadable.append(fact)
            continue
        one = _judged(rule, fact)
        if isinstance(one, Unreadable):
            unreadable.append(one)
        elif not one.verdict.in_scope:
            left_out.append(one)
        elif judged.setdefault((fact.resource.type, fact.resource.id), one) is not one:
            raise CollectionError(rule.id, "DuplicateFact", f"{fact.resource.name} was collected twice")
    if not judged and not unreadable:
        nothing = Judged(aws.account, not_applicable(rule.nothing_to_judge))
        return Assessment((nothing,), tuple(left_out))
    return Assessment(tuple(judged.values()), tuple(left_out), tuple(unreadable))


def assess_change(rule: ChangeRule[Any], aws: Aws, resource: Resource) -> Assessment:
    """Return what `rule` says of one changed resource, read again from its service."""
    try:
        fact = rule.fact(aws, resource)
    except (*READ_ERRORS, *SHAPE_ERRORS) as error:
        fact = Unreadable(resource, error_code(error), error_message(error))
    if fact is None:
        gone = out_of_scope("The resource no longer exists, or is not one that this rule is about.")
        return Assessment((Judged(resource, gone),))
    if not isinstance(fact, Unreadable) and not _is_about(fact, resource):
        fact = Unreadable(resource, "UnexpectedAnswer", f"it is described as {fact.resource.id}, which is another one")
    one = fact if isinstance(fact, Unreadable) else _judged(rule, fact)
    if isinstance(one, Unreadable):
        return Assessment((), unreadable=(one,))
    return Assessment((Judged(resource, one.verdict),))


def _is_about(fact: Fact, resource: Resource) -> bool:
    """Say whether a fact is about the resource that AWS Config names; other ids of the same ARN are its ways."""
    found = fact.resource
    return (found.type, found.id) == (resource.type, resource.id) or (found.arn or "") == resource.arn


def _judged(rule: Rule[Any], fact: Fact) -> Judged | Unreadable:
    """Return a fact with its verdict; what the rule cannot judge is unreadable, and hides no other resource."""
    try:
        return Judged(fact.resource, verdict_on(rule, fact))
    except (MalformedPolicyError, UndecidedError, *SHAPE_ERRORS) as error:
        return Unreadable(fact.resource, error_code(error), error_message(error))


def verdict_on(rule: Rule[Any], fact: Fact) -> Verdict:
    """Return the rule's verdict on one fact, or the exemption that the fact's tags give it."""
    verdict = rule.judge(fact)
    if verdict.in_scope and rule.exempt_tag is not None and rule.exempt_tag.on(fact.tags):
        return not_applicable(f"Exempt by the tag {rule.exempt_tag}.")
    return verdict
