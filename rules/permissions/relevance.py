"""Which statements of a document speak of a domain, worked out once for each document."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from rules.permissions.document import PolicyDocument, Statement
from rules.permissions.domains import Domain
from rules.permissions.languages import Part
from rules.permissions.patterns import action_glob
from rules.permissions.searches import covers
from rules.permissions.shapes import Characters, Shape, shape_pattern

ACTION_SHAPE: Final[Shape] = (
    Characters(frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")),
    ":",
    Characters(frozenset("abcdefghijklmnopqrstuvwxyz0123456789")),
)
"""Action names, in lower case."""


def relevant_statements(document: PolicyDocument, domain: Domain) -> Sequence[Statement]:
    """Return the statements that match an action of the domain, in their order."""
    matched = _matched_positions(document, domain)
    return [document.statement(position) for position in matched] if matched else ()


def matched_actions(document: PolicyDocument, domain: Domain) -> Mapping[int, int]:
    """
    Return, for the index of each statement that matches an action of the domain, which it matches.

    Bit 0 stands for the first of `domain.actions`; the unscoped actions follow.
    """
    key = (matched_actions, domain)
    known: Mapping[int, int] | None = document.analyses.get(key)
    if known is None:
        positions = _matched_positions(document, domain)
        known = {document.statement(position).index: bits for position, bits in positions.items()}
        document.analyses[key] = known
    return known


def _matched_positions(document: PolicyDocument, domain: Domain) -> Mapping[int, int]:
    known: Mapping[int, int] | None = document.analyses.get(domain)
    if known is None:
        elements = enumerate(document.action_elements())
        known = {position: bits for position, element in elements if (bits := _element_bits(*element, domain))}
        document.analyses[domain] = known
    return known


def _element_bits(actions: tuple[str, ...] | None, not_actions: tuple[str, ...] | None, domain: Domain) -> int:
    bits = 0
    initials = domain.initials
    for pattern in actions or not_actions or ():
        if pattern[:1] in initials and _speaks_of(pattern.partition(":")[0], domain):
            bits |= _pattern_bits(pattern, domain)
    return bits if actions is not None else ~bits & (1 << len(domain.names)) - 1


@lru_cache(4_096)
def _speaks_of(service: str, domain: Domain) -> bool:
    """Return whether what stands before the colon can match a service of the domain."""
    return service.lower() in domain.services or "*" in service or "?" in service


@lru_cache(65_536)
def _pattern_bits(pattern: str, domain: Domain) -> int:
    matches = action_glob(pattern).matches
    return sum(1 << bit for bit, name in enumerate(domain.names) if matches(name))


@lru_cache(4_096)
def goes_beyond(pattern: str, domain: Domain) -> bool:
    """Return whether an Action entry matches an action of the domain and can match others than the domain's own."""
    if not _pattern_bits(pattern, domain):
        return False
    whole = action_glob(pattern)
    if whole.literal is not None:
        return not domain.family_part.matches(whole.literal)
    for example in (whole.filled("other", "x"), "other:other"):
        if whole.matches(example) and _is_action(example) and not domain.family_part.matches(example):
            return True
    return not covers(ACTION_SHAPE, ((domain.family_part,),), (Part((whole,)),))


_is_action: Final = shape_pattern(ACTION_SHAPE).fullmatch
