from dataclasses import replace
from typing import get_args

import botocore.session
import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_guardrails import Guardrail, GuardrailVersion, Handling, PiiEntity, PiiFilter
from rules.guardrails.bedrock_guardrail_pii_filtered import BedrockGuardrailPiiFiltered

BLOCKING = Handling("BLOCK", enabled=True)
MASKING = Handling("ANONYMIZE", enabled=True)
REPORTING = Handling("NONE", enabled=True)
ENTITIES = ("CREDIT_DEBIT_CARD_NUMBER", "EMAIL", "PHONE", "US_SOCIAL_SECURITY_NUMBER")
FILTERS = {entity: PiiFilter(entity, BLOCKING, MASKING) for entity in ENTITIES}
DRAFT = GuardrailVersion("DRAFT", {}, "CLASSIC", FILTERS, {})
ARN = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"
GUARDRAIL = Guardrail(Resource("AWS::Bedrock::Guardrail", ARN, "chat", ARN), {"stage": "test"}, None, (DRAFT,))


def of(*versions: GuardrailVersion) -> Guardrail:
    return replace(GUARDRAIL, versions=versions)


def with_email(found: PiiFilter) -> Guardrail:
    return of(replace(DRAFT, pii={**FILTERS, "EMAIL": found}))


@pytest.mark.parametrize(
    ("guardrail", "verdict"),
    [
        pytest.param(GUARDRAIL, compliant("The sensitive information filters of DRAFT act."), id="blocked and masked"),
        pytest.param(
            of(replace(DRAFT, pii={})),
            non_compliant(
                "In DRAFT, prompts are not filtered for CREDIT_DEBIT_CARD_NUMBER, EMAIL, PHONE and 1 more.",
                "In DRAFT, responses are not filtered for CREDIT_DEBIT_CARD_NUMBER, EMAIL, PHONE and 1 more.",
            ),
            id="no filters",
        ),
        pytest.param(
            of(DRAFT, replace(DRAFT, version="2", pii={name: FILTERS[name] for name in ENTITIES[1:]})),
            non_compliant(
                "In version 2, prompts are not filtered for CREDIT_DEBIT_CARD_NUMBER.",
                "In version 2, responses are not filtered for CREDIT_DEBIT_CARD_NUMBER.",
            ),
            id="draft is good, the newest version is not",
        ),
        pytest.param(
            with_email(PiiFilter("EMAIL", BLOCKING, REPORTING)),
            non_compliant("In DRAFT, the action on responses is NONE for EMAIL; BLOCK or ANONYMIZE is wanted."),
            id="responses only reported",
        ),
        pytest.param(
            with_email(PiiFilter("EMAIL", Handling("BLOCK", enabled=False), BLOCKING)),
            non_compliant("In DRAFT, the filter of prompts is disabled for EMAIL."),
            id="disabled on prompts",
        ),
    ],
)
def test_judges_the_filters_of_personal_information(guardrail: Guardrail, verdict: Verdict) -> None:
    assert BedrockGuardrailPiiFiltered().judge(guardrail) == verdict


@pytest.mark.parametrize(
    ("given", "guardrail", "good"),
    [
        pytest.param({"allowedActions": "block"}, GUARDRAIL, False, id="masking is not enough"),
        pytest.param(
            {"directions": "output"},
            with_email(PiiFilter("EMAIL", REPORTING, MASKING)),
            True,
            id="prompts do not matter",
        ),
        pytest.param(
            {"directions": "input"},
            with_email(PiiFilter("EMAIL", BLOCKING, REPORTING)),
            True,
            id="responses do not matter",
        ),
        pytest.param({"entities": "EMAIL,PHONE,NAME"}, GUARDRAIL, False, id="names wanted too"),
        pytest.param({"entities": "EMAIL"}, GUARDRAIL, True, id="only addresses wanted"),
    ],
)
def test_follows_its_parameters(given: dict[str, str], guardrail: Guardrail, good: bool) -> None:
    verdict = BedrockGuardrailPiiFiltered.configured(given).judge(guardrail)

    assert verdict.compliance == ("COMPLIANT" if good else "NON_COMPLIANT")


@pytest.mark.parametrize("given", [{"entities": "EMAILS"}, {"allowedActions": "none"}, {"directions": "both"}])
def test_refuses_parameters_that_mean_nothing(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        BedrockGuardrailPiiFiltered.configured(given)


def test_knows_every_kind_of_personal_information_that_bedrock_knows() -> None:
    model = botocore.session.get_session().get_service_model("bedrock")

    assert set(get_args(PiiEntity)) == set(model.shape_for("GuardrailPiiEntityType").enum)


def test_exempts_a_guardrail_with_the_tag() -> None:
    rule = BedrockGuardrailPiiFiltered.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, of(replace(DRAFT, pii={}))) == not_applicable("Exempt by the tag stage=test.")
