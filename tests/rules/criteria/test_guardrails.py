from collections.abc import Iterator
from dataclasses import replace

import pytest

from rules.criteria.guardrails import Fault, content_faults, defects, grounding_faults, named, pii_faults
from rules.engine.resource import Resource
from rules.facts.bedrock_guardrails import (
    ContentFilter,
    GroundingFilter,
    Guardrail,
    GuardrailVersion,
    Handling,
    PiiFilter,
    Strength,
)

ON = Handling("BLOCK", enabled=True)
OFF = Handling("BLOCK", enabled=False)
REPORTING = Handling("NONE", enabled=True)
MASKING = Handling("ANONYMIZE", enabled=True)
TEXT = frozenset({"TEXT"})
HATE = ContentFilter("HATE", ON, Strength.MEDIUM, TEXT, ON, Strength.MEDIUM, TEXT)
VERSION = GuardrailVersion("DRAFT", {"HATE": HATE}, "CLASSIC", {}, {})
ARN = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"
GUARDRAIL = Guardrail(Resource("AWS::Bedrock::Guardrail", ARN, "chat", ARN), {}, None, (VERSION,))


@pytest.mark.parametrize(
    ("found", "sentences"),
    [
        pytest.param(HATE, [], id="as strong as wanted"),
        pytest.param(replace(HATE, input_strength=Strength.HIGH), [], id="stronger than wanted"),
        pytest.param(None, ["prompts are not filtered for {}"], id="no filter"),
        pytest.param(
            replace(HATE, input_strength=Strength.NONE), ["prompts are not filtered for {}"], id="strength NONE"
        ),
        pytest.param(
            replace(HATE, input_strength=Strength.LOW),
            ["prompts are filtered for {} at LOW; MEDIUM is wanted"],
            id="weaker than wanted",
        ),
        pytest.param(replace(HATE, input=OFF), ["the filter of prompts is disabled for {}"], id="disabled"),
        pytest.param(
            replace(HATE, input=REPORTING),
            ["the action on prompts is NONE for {}; BLOCK is wanted"],
            id="only reported",
        ),
        pytest.param(
            replace(HATE, input_modalities=frozenset({"IMAGE"})),
            ["text in prompts is not filtered for {}"],
            id="of another modality",
        ),
        pytest.param(
            replace(HATE, input=REPORTING, input_strength=Strength.LOW),
            [
                "the action on prompts is NONE for {}; BLOCK is wanted",
                "prompts are filtered for {} at LOW; MEDIUM is wanted",
            ],
            id="only reported, and weak",
        ),
        pytest.param(
            replace(HATE, output=OFF, output_strength=Strength.NONE, output_modalities=frozenset()),
            [],
            id="the other direction does not matter",
        ),
    ],
)
def test_finds_what_keeps_a_content_filter_from_blocking_prompts(
    found: ContentFilter | None, sentences: list[str]
) -> None:
    version = replace(VERSION, content={"HATE": found} if found else {})

    faults = list(content_faults(version, ("HATE",), "input", "medium", ("text",)))

    assert [fault.sentence for fault in faults] == sentences
    assert {fault.name for fault in faults} <= {"HATE"}


@pytest.mark.parametrize(
    ("found", "sentences"),
    [
        pytest.param(HATE, [], id="as strong as wanted"),
        pytest.param(
            replace(HATE, output_strength=Strength.LOW),
            ["responses are filtered for {} at LOW; MEDIUM is wanted"],
            id="weaker than wanted",
        ),
        pytest.param(replace(HATE, output=OFF), ["the filter of responses is disabled for {}"], id="disabled"),
        pytest.param(
            replace(HATE, output_modalities=frozenset()), ["text in responses is not filtered for {}"], id="no modality"
        ),
        pytest.param(replace(HATE, input=OFF, input_strength=Strength.NONE), [], id="the other direction"),
    ],
)
def test_finds_what_keeps_a_content_filter_from_blocking_responses(found: ContentFilter, sentences: list[str]) -> None:
    version = replace(VERSION, content={"HATE": found})

    faults = content_faults(version, ("HATE",), "output", "medium", ("text",))

    assert [fault.sentence for fault in faults] == sentences


def test_asks_nothing_of_a_direction_that_needs_no_filter() -> None:
    assert list(content_faults(replace(VERSION, content={}), ("HATE",), "input", "none", ("text",))) == []


@pytest.mark.parametrize(
    ("found", "actions", "sentences"),
    [
        pytest.param(PiiFilter("EMAIL", ON, ON), ("block", "anonymize"), [], id="blocked"),
        pytest.param(PiiFilter("EMAIL", MASKING, MASKING), ("block", "anonymize"), [], id="masked"),
        pytest.param(
            PiiFilter("EMAIL", MASKING, MASKING),
            ("block",),
            ["the action on responses is ANONYMIZE for {}; BLOCK is wanted"],
            id="masked where blocking is wanted",
        ),
        pytest.param(
            PiiFilter("EMAIL", ON, REPORTING),
            ("block", "anonymize"),
            ["the action on responses is NONE for {}; BLOCK or ANONYMIZE is wanted"],
            id="only reported",
        ),
        pytest.param(
            PiiFilter("EMAIL", ON, OFF), ("block",), ["the filter of responses is disabled for {}"], id="disabled"
        ),
        pytest.param(None, ("block",), ["responses are not filtered for {}"], id="no filter"),
        pytest.param(PiiFilter("EMAIL", OFF, ON), ("block",), [], id="the other direction does not matter"),
    ],
)
def test_finds_what_lets_personal_information_into_responses(
    found: PiiFilter | None, actions: tuple[str, ...], sentences: list[str]
) -> None:
    version = replace(VERSION, pii={"EMAIL": found} if found else {})

    assert [fault.sentence for fault in pii_faults(version, ("EMAIL",), "output", actions)] == sentences


@pytest.mark.parametrize(
    ("found", "least", "sentences"),
    [
        pytest.param(GroundingFilter("GROUNDING", 0.7, ON), 0.7, [], id="at the threshold"),
        pytest.param(GroundingFilter("GROUNDING", 0.9, ON), 0.7, [], id="above the threshold"),
        pytest.param(
            GroundingFilter("GROUNDING", 0.65, ON),
            0.7,
            ["the threshold of {} is 0.65; 0.7 is wanted"],
            id="below the threshold",
        ),
        pytest.param(
            GroundingFilter("GROUNDING", 0.9, REPORTING),
            0.7,
            ["the action on responses is NONE for {}; BLOCK is wanted"],
            id="only reported",
        ),
        pytest.param(
            GroundingFilter("GROUNDING", 0.9, OFF), 0.7, ["the filter of responses is disabled for {}"], id="disabled"
        ),
        pytest.param(None, 0.7, ["responses are not filtered for {}"], id="no filter"),
        pytest.param(None, 0, [], id="no filter, and none is wanted"),
    ],
)
def test_finds_what_lets_ungrounded_responses_through(
    found: GroundingFilter | None, least: float, sentences: list[str]
) -> None:
    version = replace(VERSION, grounding={"GROUNDING": found} if found else {})

    assert [fault.sentence for fault in grounding_faults(version, "GROUNDING", least)] == sentences


def test_says_the_same_fault_of_filters_and_versions_once_and_the_gravest_first() -> None:
    def faults(version: GuardrailVersion) -> Iterator[Fault]:
        yield Fault(4, "prompts are filtered for {} at LOW; HIGH is wanted", "HATE")
        yield Fault(0, "responses are not filtered for {}", "INSULTS")
        yield Fault(0, "responses are not filtered for {}", "SEXUAL")
        if version.version == "7":
            yield Fault(2, "the action on prompts is NONE for {}; BLOCK is wanted", "HATE")

    guardrail = replace(GUARDRAIL, versions=(VERSION, replace(VERSION, version="7")))

    assert defects(guardrail, faults) == [
        "In DRAFT and version 7, responses are not filtered for INSULTS and SEXUAL.",
        "In version 7, the action on prompts is NONE for HATE; BLOCK is wanted.",
        "In DRAFT and version 7, prompts are filtered for HATE at LOW; HIGH is wanted.",
    ]


def test_a_filter_of_strength_none_is_said_together_with_one_that_is_missing() -> None:
    version = replace(VERSION, content={"HATE": replace(HATE, input_strength=Strength.NONE)})

    found = defects(
        replace(GUARDRAIL, versions=(version,)),
        lambda one: content_faults(one, ("HATE", "INSULTS"), "input", "medium", ("text",)),
    )

    assert found == ["In DRAFT, prompts are not filtered for HATE and INSULTS."]


def test_names_the_versions() -> None:
    assert named(GUARDRAIL) == "DRAFT"
    assert named(replace(GUARDRAIL, versions=(VERSION, replace(VERSION, version="7")))) == "DRAFT and version 7"
