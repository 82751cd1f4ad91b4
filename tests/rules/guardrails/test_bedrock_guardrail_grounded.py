from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.bedrock_guardrails import GroundingFilter, Guardrail, GuardrailVersion, Handling
from rules.guardrails.bedrock_guardrail_grounded import BedrockGuardrailGrounded

ON = Handling("BLOCK", enabled=True)
FILTERS = {"GROUNDING": GroundingFilter("GROUNDING", 0.8, ON), "RELEVANCE": GroundingFilter("RELEVANCE", 0.7, ON)}
DRAFT = GuardrailVersion("DRAFT", {}, "CLASSIC", {}, FILTERS)
ARN = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"
GUARDRAIL = Guardrail(
    Resource("AWS::Bedrock::Guardrail", ARN, "chat", ARN), {"rag": "true", "stage": "test"}, None, (DRAFT,)
)


def of(*versions: GuardrailVersion) -> Guardrail:
    return replace(GUARDRAIL, versions=versions)


@pytest.mark.parametrize(
    ("guardrail", "verdict"),
    [
        pytest.param(
            GUARDRAIL, compliant("The contextual grounding filters of DRAFT block."), id="both thresholds high enough"
        ),
        pytest.param(
            of(replace(DRAFT, grounding={})),
            non_compliant("In DRAFT, responses are not filtered for GROUNDING and RELEVANCE."),
            id="no filters",
        ),
        pytest.param(
            of(
                DRAFT,
                replace(DRAFT, version="4", grounding={**FILTERS, "GROUNDING": GroundingFilter("GROUNDING", 0.5, ON)}),
            ),
            non_compliant("In version 4, the threshold of GROUNDING is 0.5; 0.7 is wanted."),
            id="draft is good, the newest version is not",
        ),
        pytest.param(
            of(
                replace(
                    DRAFT,
                    grounding={
                        **FILTERS,
                        "RELEVANCE": GroundingFilter("RELEVANCE", 0.9, Handling("NONE", enabled=True)),
                    },
                )
            ),
            non_compliant("In DRAFT, the action on responses is NONE for RELEVANCE; BLOCK is wanted."),
            id="only reported",
        ),
        pytest.param(
            replace(of(replace(DRAFT, grounding={})), tags={"rag": "false"}),
            out_of_scope("The guardrail does not have the tag rag=true."),
            id="tag with another value",
        ),
        pytest.param(
            replace(GUARDRAIL, tags={}), out_of_scope("The guardrail does not have the tag rag=true."), id="no tag"
        ),
    ],
)
def test_judges_the_grounding_filters(guardrail: Guardrail, verdict: Verdict) -> None:
    assert BedrockGuardrailGrounded().judge(guardrail) == verdict


@pytest.mark.parametrize(
    ("given", "guardrail", "good"),
    [
        pytest.param({"minGrounding": "0.85"}, GUARDRAIL, False, id="higher grounding wanted"),
        pytest.param({"minRelevance": "0.71"}, GUARDRAIL, False, id="higher relevance wanted"),
        pytest.param(
            {"minRelevance": "0"},
            of(replace(DRAFT, grounding={"GROUNDING": FILTERS["GROUNDING"]})),
            True,
            id="no relevance wanted",
        ),
        pytest.param(
            {"onlyTagged": "stage"}, of(replace(DRAFT, grounding={})), False, id="another tag marks retrieval"
        ),
    ],
)
def test_follows_its_parameters(given: dict[str, str], guardrail: Guardrail, good: bool) -> None:
    verdict = BedrockGuardrailGrounded.configured(given).judge(guardrail)

    assert verdict.compliance == ("COMPLIANT" if good else "NON_COMPLIANT")


@pytest.mark.parametrize("given", [{"minGrounding": "1"}, {"minRelevance": "-0.1"}, {"onlyTagged": "=true"}])
def test_refuses_parameters_that_mean_nothing(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        BedrockGuardrailGrounded.configured(given)


def test_exempts_a_guardrail_with_the_tag() -> None:
    rule = BedrockGuardrailGrounded.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, of(replace(DRAFT, grounding={}))) == not_applicable("Exempt by the tag stage=test.")
