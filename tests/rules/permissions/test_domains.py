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


def test_domains_are_called_what_people_call_them() -> None:
    assert [(domain.name, domain.resource) for domain in DOMAINS] == [
        ("model invocation", "model"),
        ("retrieval", "knowledge base"),
        ("endpoint invocation", "endpoint"),
        ("guardrail application", "guardrail"),
    ]


@pytest.mark.parametrize(
    ("domain", "forms"),
    [
        pytest.param(
            MODEL_INVOCATION,
            {
                "foundation model": "bedrock:us-east-1::foundation-model/other.model-v1:0",
                "inference profile": "bedrock:us-east-1:{}:inference-profile/us.other.model-v1:0",
                "application inference profile": "bedrock:us-east-1:{}:application-inference-profile/0therpr0file",
                "provisioned model": "bedrock:us-east-1:{}:provisioned-model/0thermodel00",
                "custom model deployment": "bedrock:us-east-1:{}:custom-model-deployment/0thermodel00",
                "custom model": "bedrock:us-east-1:{}:custom-model/other.model-v1:0/0thermodel00",
                "imported model": "bedrock:us-east-1:{}:imported-model/0thermodel00",
                "prompt router": "bedrock:us-east-1:{}:prompt-router/0therr0uter0",
                "default prompt router": "bedrock:us-east-1:{}:default-prompt-router/other.model:1",
                "marketplace endpoint": "bedrock:us-east-1:{}:marketplace/model-endpoint/all-access",
                "project": "bedrock-mantle:us-east-1:{}:project/0therpr0ject",
            },
            id="models",
        ),
        pytest.param(
            RETRIEVAL,
            {"knowledge base": "bedrock:us-east-1:{}:knowledge-base/0THERBASE0"},
            id="knowledge bases",
        ),
        pytest.param(
            ENDPOINT_INVOCATION, {"endpoint": "sagemaker:us-east-1:{}:endpoint/any-other-endpoint"}, id="endpoints"
        ),
        pytest.param(
            GUARDRAIL_APPLICATION,
            {
                "guardrail": "bedrock:us-east-1:{}:guardrail/0therguardra",
                "guardrail profile": "bedrock:us-east-1:{}:guardrail-profile/us.other.v1:0",
            },
            id="guardrails",
        ),
    ],
)
def test_forms_are_called_and_look_like_those_of_the_reference(domain: Domain, forms: dict[str, str]) -> None:
    assert {form.name: form.arn("aws", "us-east-1", ACCOUNT, form.example) for form in domain.forms} == {
        name: f"arn:aws:{rest.format(ACCOUNT)}" for name, rest in forms.items()
    }


SHAPES: list[tuple[str, str, bool]] = [
    ("foundation model", "anthropic.claude_3-v2:0", True),
    ("foundation model", "Anthropic", True),
    ("foundation model", "anthropic/claude", False),
    ("foundation model", "", False),
    ("provisioned model", "abc123", True),
    ("provisioned model", "Abc123", False),
    ("provisioned model", "abc-123", False),
    ("custom model", "a_b.C-1:18k/abc123", True),
    ("custom model", "a/abc123", True),
    ("custom model", "a:x/abc123", False),
    ("custom model", "abc123", False),
    ("custom model", "a/ABC", False),
    ("marketplace endpoint", "all-access", True),
    ("marketplace endpoint", "some-access", False),
    ("project", "My_project-1", True),
    ("project", "my.project", False),
]


@pytest.mark.parametrize(("name", "identifier", "fits"), SHAPES, ids=[f"{name} {text}" for name, text, _ in SHAPES])
def test_ids_have_the_characters_of_the_reference(name: str, identifier: str, *, fits: bool) -> None:
    (form,) = (form for form in MODEL_INVOCATION.forms if form.name == name)
    arn = form.arn("aws-cn", "cn-north-1", ACCOUNT, identifier)

    assert (shape_pattern(form.shape("aws-cn")).fullmatch(arn) is not None) is fits
    assert shape_pattern(form.shape("aws")).fullmatch(arn) is None
    assert shape_pattern(form.shape("aws-cn")).fullmatch(arn.replace(ACCOUNT, "12345")) is None or not form.in_account


@pytest.mark.parametrize(
    ("name", "segment", "taken"),
    [
        ("foundation model", "foundation-model", True),
        ("foundation model", "foundation", False),
        ("foundation model", "0", False),
        ("custom model", "custom-model", True),
        ("custom model", "0", True),
        ("custom model", "18k", True),
        ("custom model", "agent", False),
        ("marketplace endpoint", "marketplace", True),
        ("marketplace endpoint", "model-endpoint", False),
    ],
)
def test_a_form_takes_segments_of_its_own(name: str, segment: str, *, taken: bool) -> None:
    (form,) = (form for form in MODEL_INVOCATION.forms if form.name == name)

    assert form.takes_segment(segment) is taken


def test_a_domain_knows_its_services_and_names() -> None:
    assert MODEL_INVOCATION.services == ("bedrock", "bedrock-mantle")
    assert MODEL_INVOCATION.initials == frozenset("*?bB")
    assert ENDPOINT_INVOCATION.initials == frozenset("*?sS")
    assert RETRIEVAL.names == (
        "bedrock:retrieve",
        "bedrock:getdocumentcontent",
        "bedrock:retrieveandgenerate",
        "bedrock:agenticretrievestream",
    )
    mantle = MODEL_INVOCATION.forms_of["bedrock-mantle:CreateInference"]
    assert [form.name for form in mantle] == ["project"]
    assert len(MODEL_INVOCATION.forms_of["bedrock:InvokeModel"]) == 10


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
