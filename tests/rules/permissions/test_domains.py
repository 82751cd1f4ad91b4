"""Effective access to knowledge bases, endpoints and guardrails, and what the domains are made of."""

import json
from pathlib import Path

import policy_sentry
import pytest

from rules.permissions.access import NO_ACCESS, effective_access
from rules.permissions.domains import (
    ENDPOINT_INVOCATION,
    GUARDRAIL_APPLICATION,
    MODEL_INVOCATION,
    RETRIEVAL,
    Domain,
)
from rules.permissions.principal import PrincipalPolicies
from rules.permissions.shapes import shape_pattern
from tests.rules.permissions.principals import ACCOUNT, ENDPOINT, KNOWLEDGE_BASE, allow, boundary, deny, principal

DOMAINS = (MODEL_INVOCATION, RETRIEVAL, ENDPOINT_INVOCATION, GUARDRAIL_APPLICATION)
BASES = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base"
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abc"

SPECIFIC: list[tuple[str, Domain, PrincipalPolicies, str]] = [
    ("knowledge base", RETRIEVAL, principal(allow("bedrock:Retrieve", KNOWLEDGE_BASE)), "knowledge-base/KB12345678"),
    (
        "knowledge base with the documented way to generate",
        RETRIEVAL,
        principal(allow("bedrock:Retrieve", KNOWLEDGE_BASE), allow("bedrock:RetrieveAndGenerate")),
        "knowledge-base/KB12345678",
    ),
    (
        "retrieval actions with a star",
        RETRIEVAL,
        principal(allow(["bedrock:Retrieve*", "bedrock:GetDocumentContent"], KNOWLEDGE_BASE)),
        "knowledge-base/KB12345678",
    ),
    (
        "everything under a boundary",
        RETRIEVAL,
        principal(allow("bedrock:Retrieve"), limit=boundary(allow("bedrock:*", KNOWLEDGE_BASE))),
        "knowledge-base/KB12345678",
    ),
    (
        "endpoint",
        ENDPOINT_INVOCATION,
        principal(allow(["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync"], ENDPOINT)),
        "endpoint/churn",
    ),
    (
        "endpoint with its inference components",
        ENDPOINT_INVOCATION,
        principal(allow("sagemaker:InvokeEndpoint*", [ENDPOINT, "arn:aws:sagemaker:*:*:inference-component/*"])),
        "endpoint/churn",
    ),
    ("guardrail", GUARDRAIL_APPLICATION, principal(allow("bedrock:ApplyGuardrail", GUARDRAIL)), "guardrail/abc"),
]


@pytest.mark.parametrize(("domain", "who", "named"), [pytest.param(*case[1:], id=case[0]) for case in SPECIFIC])
def test_a_named_resource_is_specific(domain: Domain, who: PrincipalPolicies, named: str) -> None:
    access = effective_access(who, domain)

    assert access.allowed
    assert access.specific
    assert [resource.name for resource in access.named] == [named]


BROAD: list[tuple[str, Domain, PrincipalPolicies, list[str], list[str]]] = [
    (
        "every knowledge base",
        RETRIEVAL,
        principal(allow("bedrock:Retrieve", f"{BASES}/*")),
        [f"{BASES}/0THERBASE0"],
        [],
    ),
    (
        "documents of every knowledge base",
        RETRIEVAL,
        principal(allow("bedrock:GetDocumentContent")),
        [f"{BASES}/0THERBASE0"],
        [],
    ),
    ("generation alone", RETRIEVAL, principal(allow("bedrock:RetrieveAndGenerate")), ["*"], []),
    ("agentic retrieval alone", RETRIEVAL, principal(allow("bedrock:AgenticRetrieveStream")), ["*"], []),
    (
        "wider Action entry",
        RETRIEVAL,
        principal(allow("bedrock:*Retrieve*", [KNOWLEDGE_BASE])),
        [],
        ["bedrock:*Retrieve*"],
    ),
    (
        "every endpoint",
        ENDPOINT_INVOCATION,
        principal(allow("sagemaker:InvokeEndpoint")),
        [f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/any-other-endpoint"],
        [],
    ),
    (
        "endpoints of one beginning",
        ENDPOINT_INVOCATION,
        principal(allow("sagemaker:*", f"{ENDPOINT}-*")),
        [f"{ENDPOINT}-other"],
        ["sagemaker:*"],
    ),
]


@pytest.mark.parametrize(
    ("domain", "who", "witnesses", "wide"), [pytest.param(*case[1:], id=case[0]) for case in BROAD]
)
def test_a_wider_grant_is_broad(domain: Domain, who: PrincipalPolicies, witnesses: list[str], wide: list[str]) -> None:
    access = effective_access(who, domain)

    assert [grant.witness for grant in access.broad] == witnesses
    assert [grant.pattern for grant in access.wildcard_actions] == wide


NOTHING: list[tuple[str, Domain, PrincipalPolicies]] = [
    (
        "generation on a knowledge base takes none",
        RETRIEVAL,
        principal(allow("bedrock:RetrieveAndGenerate", f"{BASES}/*")),
    ),
    ("generation that is denied", RETRIEVAL, principal(allow("bedrock:RetrieveAndGenerate"), deny("bedrock:Retr*"))),
    (
        "generation outside the boundary",
        RETRIEVAL,
        principal(allow("bedrock:RetrieveAndGenerate"), limit=boundary(allow("bedrock:Retrieve*", KNOWLEDGE_BASE))),
    ),
    ("models only", RETRIEVAL, principal(allow("bedrock:InvokeModel"))),
    ("inference components only", ENDPOINT_INVOCATION, principal(allow("sagemaker:*", f"{ENDPOINT}:variant/*"))),
    ("endpoint configurations", ENDPOINT_INVOCATION, principal(allow("sagemaker:Create*"))),
]


@pytest.mark.parametrize(("domain", "who"), [pytest.param(*case[1:], id=case[0]) for case in NOTHING])
def test_a_grant_without_effect_is_no_access(domain: Domain, who: PrincipalPolicies) -> None:
    assert effective_access(who, domain) == NO_ACCESS


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_the_example_of_each_form_has_its_shape(domain: Domain) -> None:
    for form in domain.forms:
        arn = form.arn("aws", "us-east-1", ACCOUNT, form.example)

        assert shape_pattern(form.shape("aws")).fullmatch(arn), arn


NOT_YET_LISTED = {"bedrock:GetDocumentContent", "bedrock:AgenticRetrieveStream"}
"""Newer than policy-sentry's copy of the Service Authorization Reference."""


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_the_actions_and_forms_are_in_the_service_authorization_reference(domain: Domain) -> None:
    reference = json.loads((Path(policy_sentry.__file__).parent / "shared/data/iam-definition.json").read_text())
    actions = {*domain.actions, *domain.unscoped_actions} - NOT_YET_LISTED

    for action in actions:
        service, _, name = action.partition(":")
        assert name in reference[service]["privileges"]
    for form in domain.forms:
        arns = [resource["arn"] for resource in reference[form.service]["resources"].values()]
        assert any(f":{form.prefix}" in arn for arn in arns), form.name
