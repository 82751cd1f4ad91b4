"""When the filters of an Amazon Bedrock guardrail count as effective; each judgement is a finished sentence."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple

from rules.engine.verdict import listed
from rules.facts.bedrock_guardrails import DRAFT, Strength

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rules.facts.bedrock_guardrails import Guardrail, GuardrailVersion, Handling

Level = Literal["none", "low", "medium", "high"]
Direction = Literal["input", "output"]
TRAFFIC: dict[Direction, str] = {"input": "prompts", "output": "responses"}
PROMPT_ATTACK = "PROMPT_ATTACK"


class Fault(NamedTuple):
    """
    What is wrong with one filter.

    `sentence` has a place {} for the names of all filters that have the same fault; the gravest has the least `rank`.
    """

    rank: int
    sentence: str
    name: str


def defects(guardrail: Guardrail, faults: Callable[[GuardrailVersion], Iterable[Fault]]) -> list[str]:
    """
    Return what `faults` finds in the versions of a guardrail, gravest first.

    Filters with the same fault share a sentence, and so do versions in which the same is wrong.
    """
    versions: dict[Fault, list[str]] = defaultdict(list)
    for version in guardrail.versions:
        together: dict[tuple[int, str], list[str]] = defaultdict(list)
        for fault in faults(version):
            together[fault.rank, fault.sentence].append(fault.name)
        for (rank, sentence), names in together.items():
            versions[Fault(rank, sentence, listed(names))].append(version.version)
    return [
        f"In {_versions(numbers)}, {fault.sentence.format(fault.name)}."
        for fault, numbers in sorted(versions.items(), key=lambda item: item[0].rank)
    ]


def named(guardrail: Guardrail) -> str:
    """Return the versions that were judged: "DRAFT", or "DRAFT and version 3"."""
    return _versions([version.version for version in guardrail.versions])


def content_faults(
    version: GuardrailVersion, categories: Iterable[str], direction: Direction, least: Level, modalities: Iterable[str]
) -> Iterator[Fault]:
    """Yield what keeps the content filters of these categories from blocking in one direction; "none" asks nothing."""
    wanted, traffic = Strength[least.upper()], TRAFFIC[direction]
    if wanted is Strength.NONE:
        return
    for category in categories:
        found = version.content.get(category)
        if found is None:
            yield Fault(0, f"{traffic} are not filtered for {{}}", category)
            continue
        handling, strength, covered = (
            (found.input, found.input_strength, found.input_modalities)
            if direction == "input"
            else (found.output, found.output_strength, found.output_modalities)
        )
        if strength is Strength.NONE:
            yield Fault(0, f"{traffic} are not filtered for {{}}", category)
            continue
        yield from _idle(handling, ("BLOCK",), traffic, category)
        if strength < wanted:
            sentence = f"{traffic} are filtered for {{}} at {strength.name}; {wanted.name} is wanted"
            yield Fault(4, sentence, category)
        for modality in modalities:
            if modality.upper() not in covered:
                yield Fault(3, f"{modality} in {traffic} is not filtered for {{}}", category)


def pii_faults(
    version: GuardrailVersion, entities: Iterable[str], direction: Direction, actions: Iterable[str]
) -> Iterator[Fault]:
    """Yield what keeps personal information of these kinds from being blocked or masked in one direction."""
    wanted, traffic = tuple(action.upper() for action in actions), TRAFFIC[direction]
    for entity in entities:
        found = version.pii.get(entity)
        if found is None:
            yield Fault(0, f"{traffic} are not filtered for {{}}", entity)
        else:
            yield from _idle(found.input if direction == "input" else found.output, wanted, traffic, entity)


def grounding_faults(version: GuardrailVersion, kind: str, least: float) -> Iterator[Fault]:
    """Yield what keeps responses without enough grounding, or relevance, from being blocked; 0 asks nothing."""
    if not least:
        return
    found = version.grounding.get(kind)
    if found is None:
        yield Fault(0, "responses are not filtered for {}", kind)
        return
    yield from _idle(found.handling, ("BLOCK",), "responses", kind)
    if found.threshold < least:
        yield Fault(4, f"the threshold of {{}} is {found.threshold:g}; {least:g} is wanted", kind)


def _idle(handling: Handling, actions: tuple[str, ...], traffic: str, name: str) -> Iterator[Fault]:
    if not handling.enabled:
        yield Fault(1, f"the filter of {traffic} is disabled for {{}}", name)
    elif handling.action not in actions:
        wanted = " or ".join(actions)
        yield Fault(2, f"the action on {traffic} is {handling.action} for {{}}; {wanted} is wanted", name)


def _versions(numbers: Iterable[str]) -> str:
    return listed(number if number == DRAFT else f"version {number}" for number in numbers)
