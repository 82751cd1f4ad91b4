from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_guardrails import ContentFilter, Guardrail, GuardrailVersion, Handling, Strength
from rules.guardrails.bedrock_guardrail_content_filtered import BedrockGuardrailContentFiltered

ON = Handling("BLOCK", enabled=True)
REPORTING = Handling("NONE", enabled=True)
TEXT = frozenset({"TEXT"})
CATEGORIES = ("HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT")
FILTERS = {
    category: ContentFilter(category, ON, Strength.MEDIUM, TEXT, ON, Strength.MEDIUM, TEXT) for category in CATEGORIES
}
ATTACKS = ContentFilter("PROMPT_ATTACK", ON, Strength.HIGH, TEXT, ON, Strength.NONE, TEXT)
DRAFT = GuardrailVersion("DRAFT", {**FILTERS, "PROMPT_ATTACK": ATTACKS}, "CLASSIC", {}, {})
ARN = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"
GUARDRAIL = Guardrail(Resource("AWS::Bedrock::Guardrail", ARN, "chat", ARN), {"stage": "test"}, None, (DRAFT,))


def with_filter(version: GuardrailVersion, found: ContentFilter) -> GuardrailVersion:
    return replace(version, content={**version.content, found.category: found})


def of(*versions: GuardrailVersion) -> Guardrail:
    return replace(GUARDRAIL, versions=versions)


@pytest.mark.parametrize(
    ("guardrail", "verdict"),
    [
        pytest.param(GUARDRAIL, compliant("The content filters of DRAFT block."), id="draft only"),
        pytest.param(
            of(DRAFT, replace(DRAFT, version="3")),
            compliant("The content filters of DRAFT and version 3 block."),
            id="draft and version",
        ),
        pytest.param(
            of(replace(DRAFT, content={})),
            non_compliant(
                "In DRAFT, prompts are not filtered for PROMPT_ATTACK, HATE, INSULTS and 3 more.",
                "In DRAFT, responses are not filtered for HATE, INSULTS, SEXUAL and 2 more.",
            ),
            id="no filters",
        ),
        pytest.param(
            of(DRAFT, replace(DRAFT, version="3", content=FILTERS)),
            non_compliant("In version 3, prompts are not filtered for PROMPT_ATTACK."),
            id="draft is good, the newest version is not",
        ),
        pytest.param(
            of(with_filter(DRAFT, replace(ATTACKS, input_strength=Strength.MEDIUM))),
            non_compliant("In DRAFT, prompts are filtered for PROMPT_ATTACK at MEDIUM; HIGH is wanted."),
            id="prompt attacks filtered too weakly",
        ),
        pytest.param(
            of(with_filter(DRAFT, replace(FILTERS["HATE"], output_strength=Strength.NONE))),
            non_compliant("In DRAFT, responses are not filtered for HATE."),
            id="filter of prompts only",
        ),
        pytest.param(
            of(with_filter(DRAFT, replace(FILTERS["HATE"], output=REPORTING))),
            non_compliant("In DRAFT, the action on responses is NONE for HATE; BLOCK is wanted."),
            id="responses only reported",
        ),
    ],
)
def test_judges_the_content_filters(guardrail: Guardrail, verdict: Verdict) -> None:
    assert BedrockGuardrailContentFiltered().judge(guardrail) == verdict


@pytest.mark.parametrize(
    ("given", "guardrail", "good"),
    [
        pytest.param({"minInput": "high"}, GUARDRAIL, False, id="stronger filters of prompts wanted"),
        pytest.param({"minOutput": "high"}, GUARDRAIL, False, id="stronger filters of responses wanted"),
        pytest.param({"minOutput": "low"}, GUARDRAIL, True, id="weaker filters of responses wanted"),
        pytest.param(
            {"minPromptAttack": "none"},
            of(replace(DRAFT, content=FILTERS)),
            True,
            id="no filter of prompt attacks wanted",
        ),
        pytest.param(
            {"categories": "HATE", "minPromptAttack": "none"},
            of(replace(DRAFT, content={"HATE": FILTERS["HATE"]})),
            True,
            id="one category wanted",
        ),
        pytest.param({"modalities": "text,image"}, GUARDRAIL, False, id="images wanted"),
        pytest.param({"requireStandardTier": "true"}, GUARDRAIL, False, id="STANDARD tier wanted, CLASSIC there"),
        pytest.param(
            {"requireStandardTier": "true"},
            of(replace(DRAFT, content_tier="STANDARD")),
            True,
            id="STANDARD tier wanted and there",
        ),
    ],
)
def test_follows_its_parameters(given: dict[str, str], guardrail: Guardrail, good: bool) -> None:
    verdict = BedrockGuardrailContentFiltered.configured(given).judge(guardrail)

    assert verdict.compliance == ("COMPLIANT" if good else "NON_COMPLIANT")


def test_says_which_tier_there_is() -> None:
    rule = BedrockGuardrailContentFiltered.configured({"requireStandardTier": "true"})

    assert rule.judge(GUARDRAIL) == non_compliant("In DRAFT, the content filters' tier is CLASSIC; STANDARD is wanted.")


@pytest.mark.parametrize("given", [{"minInput": "strong"}, {"categories": "PROMPT_ATTACK"}, {"modalities": "sound"}])
def test_refuses_parameters_that_mean_nothing(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        BedrockGuardrailContentFiltered.configured(given)


def test_exempts_a_guardrail_with_the_tag() -> None:
    rule = BedrockGuardrailContentFiltered.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, of(replace(DRAFT, content={}))) == not_applicable("Exempt by the tag stage=test.")
