"""The proposed policy: what it keeps, and that the engine itself finds it specific."""

from typing import Any

import pytest
from hypothesis import given

from rules.permissions.access import effective_access
from rules.permissions.conditions import Truth
from rules.permissions.context import RequestContext
from rules.permissions.decision import decide
from rules.permissions.document import parse
from rules.permissions.domains import ENDPOINT_INVOCATION, MODEL_INVOCATION, RETRIEVAL, Domain
from rules.permissions.layers import Surroundings
from rules.permissions.narrowing import Use, narrowed_policy
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies
from tests.fuzz.budget import examples
from tests.rules.permissions.oracle.generated import subjects
from tests.rules.permissions.oracle.simulator import Subject
from tests.rules.permissions.principals import (
    ACCOUNT,
    ENDPOINT,
    INVOKE,
    KNOWLEDGE_BASE,
    MODEL_A,
    MODEL_B,
    MODELS,
    PROFILE,
    Block,
    allow,
    boundary,
    deny,
    policy,
    principal,
    statement,
)

STREAM, BATCH = "bedrock:InvokeModelWithResponseStream", "bedrock:CreateModelInvocationJob"
EVERY_MODEL = "arn:aws:bedrock:*::foundation-model/*"
APPLICATION_PROFILE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/abc"
ROUTER = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:prompt-router/abc123"
DEFAULT_ROUTER = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:default-prompt-router/anthropic.claude:1"
BEHIND = "arn:aws:bedrock:*::foundation-model/anthropic.claude-v2:1"
OFFICE = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
VPC = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}


def through(profile: str) -> Block:
    return {"StringLike": {"bedrock:InferenceProfileArn": profile}}


KEPT: list[tuple[str, Domain, PrincipalPolicies, list[Use], list[Block]]] = [
    (
        "named models of a wider Action entry",
        MODEL_INVOCATION,
        principal(allow("bedrock:Invoke*", [MODEL_A, MODEL_B])),
        [],
        [allow([INVOKE, STREAM], [MODEL_A, MODEL_B])],
    ),
    (
        "one model named in two Regions",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [MODEL_A, MODEL_A.replace("us-east-1", "us-west-2")])),
        [],
        [allow(INVOKE, [MODEL_A, MODEL_A.replace("us-east-1", "us-west-2")])],
    ),
    (
        "one model named in a Region and in all of them",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [MODEL_A, BEHIND])),
        [],
        [allow(INVOKE, BEHIND)],
    ),
    (
        "named model beside a wildcard",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [MODEL_A, f"{MODELS}/amazon.*"])),
        [],
        [allow(INVOKE, MODEL_A)],
    ),
    (
        "models in use, as far as they are allowed",
        MODEL_INVOCATION,
        principal(allow("bedrock:*", f"{MODELS}/anthropic.*")),
        [Use(INVOKE, MODEL_A), Use(STREAM, MODEL_A), Use(INVOKE, MODEL_B)],
        [allow([INVOKE, STREAM], MODEL_A)],
    ),
    (
        "Regions left open beside a name",
        MODEL_INVOCATION,
        principal(allow("*", "arn:aws:bedrock:*::foundation-model/anthropic.claude-v2:1")),
        [],
        [allow([INVOKE, STREAM, BATCH], "arn:aws:bedrock:*::foundation-model/anthropic.claude-v2:1")],
    ),
    (
        "the name from the boundary, the Region from the policy",
        MODEL_INVOCATION,
        principal(
            allow(INVOKE, f"{MODELS}/*"),
            limit=boundary(allow("*", "arn:aws:bedrock:*::foundation-model/amazon.titan-text-lite-v1")),
        ),
        [],
        [allow(INVOKE, MODEL_B)],
    ),
    (
        "the name from the boundary, the rest from a policy that is no ARN of six parts",
        MODEL_INVOCATION,
        principal(
            allow(INVOKE, "arn:aws:bedrock:us-east-1*"),
            limit=boundary(allow("*", "arn:aws:bedrock:*::foundation-model/amazon.titan-text-lite-v1")),
        ),
        [],
        [allow(INVOKE, MODEL_B)],
    ),
    (
        "the name from what a denial leaves out",
        MODEL_INVOCATION,
        principal(allow(INVOKE, f"{MODELS}/*"), statement("Deny", Action="*", NotResource=MODEL_B)),
        [],
        [allow(INVOKE, MODEL_B)],
    ),
    (
        "conditions stay",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [MODEL_A, EVERY_MODEL], VPC), allow(INVOKE, MODEL_B)),
        [],
        [allow(INVOKE, MODEL_A, VPC), allow(INVOKE, MODEL_B)],
    ),
    (
        "a grant without conditions is preferred",
        MODEL_INVOCATION,
        principal(allow(INVOKE, EVERY_MODEL, VPC), allow(INVOKE, EVERY_MODEL)),
        [Use(INVOKE, MODEL_A)],
        [allow(INVOKE, MODEL_A)],
    ),
    (
        "grants under two conditions are both kept",
        MODEL_INVOCATION,
        principal(allow(INVOKE, EVERY_MODEL, VPC), allow(INVOKE, EVERY_MODEL, OFFICE)),
        [Use(INVOKE, MODEL_A)],
        [allow(INVOKE, MODEL_A, VPC), allow(INVOKE, MODEL_A, OFFICE)],
    ),
    (
        "text of the older version that looks like a variable",
        MODEL_INVOCATION,
        principal(
            policies=[policy(allow(INVOKE, MODEL_A, {"StringLike": {"aws:UserAgent": "${x}"}}), version="2008-10-17")]
        ),
        [],
        [allow(INVOKE, MODEL_A, {"StringLike": {"aws:UserAgent": "${$}{x}"}})],
    ),
    (
        "inference profile with the model behind it",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [PROFILE, EVERY_MODEL])),
        [],
        [
            allow(INVOKE, PROFILE),
            allow(INVOKE, "arn:aws:bedrock:*::foundation-model/anthropic.claude-v2:1", through(PROFILE)),
        ],
    ),
    (
        "inference profile with models of one provider in one Region",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [PROFILE, f"{MODELS}/anthropic.*"])),
        [],
        [allow(INVOKE, PROFILE), allow(INVOKE, MODEL_A, through(PROFILE))],
    ),
    (
        "inference profile whose model is not allowed",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [PROFILE, f"{MODELS}/amazon.*"])),
        [],
        [allow(INVOKE, PROFILE), allow(INVOKE, f"{MODELS}/amazon.*", through(PROFILE))],
    ),
    (
        "application inference profile in use",
        MODEL_INVOCATION,
        principal(allow("*", "*", {"StringLike": {"bedrock:InferenceProfileArn": "*"}})),
        [Use(INVOKE, APPLICATION_PROFILE)],
        [
            allow(INVOKE, APPLICATION_PROFILE, {"StringLike": {"bedrock:InferenceProfileArn": "*"}}),
            allow(
                INVOKE,
                EVERY_MODEL,
                {
                    "StringLike": {"bedrock:InferenceProfileArn": "*"},
                    "ArnLike": {"bedrock:InferenceProfileArn": APPLICATION_PROFILE},
                },
            ),
        ],
    ),
    (
        "a grant of another action does not count",
        MODEL_INVOCATION,
        principal(allow(INVOKE, EVERY_MODEL, VPC), allow(STREAM, EVERY_MODEL)),
        [Use(INVOKE, MODEL_A)],
        [allow(INVOKE, MODEL_A, VPC)],
    ),
    (
        "the name from the boundary, Regions with a wildcard from the policy",
        MODEL_INVOCATION,
        principal(
            allow(INVOKE, "arn:aws:bedrock:us-*::foundation-model/anthropic.claude-v2:*"),
            limit=boundary(allow("*", BEHIND)),
        ),
        [],
        [allow(INVOKE, "arn:aws:bedrock:us-*::foundation-model/anthropic.claude-v2:1")],
    ),
    (
        "inference profile beside a named model",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [PROFILE, MODEL_A])),
        [],
        [allow(INVOKE, [PROFILE, MODEL_A])],
    ),
    (
        "models behind a profile that are granted twice over",
        MODEL_INVOCATION,
        principal(allow(INVOKE, PROFILE), allow(INVOKE, [f"{MODELS}/anthropic.*", EVERY_MODEL], VPC)),
        [],
        [allow(INVOKE, PROFILE), allow(INVOKE, BEHIND, {**VPC, **through(PROFILE)})],
    ),
    (
        "models behind a profile under a condition on another key",
        MODEL_INVOCATION,
        principal(allow(INVOKE, PROFILE), allow(INVOKE, EVERY_MODEL, {"StringLike": {"aws:UserAgent": "app*"}})),
        [],
        [
            allow(INVOKE, PROFILE),
            allow(
                INVOKE,
                BEHIND,
                {"StringLike": {"aws:UserAgent": "app*", "bedrock:InferenceProfileArn": PROFILE}},
            ),
        ],
    ),
    (
        "models behind a prompt router",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [ROUTER, EVERY_MODEL])),
        [],
        [
            allow(INVOKE, ROUTER),
            allow(INVOKE, EVERY_MODEL, {"StringLike": {"bedrock:PromptRouterArn": ROUTER}}),
        ],
    ),
    (
        "models behind a default prompt router",
        MODEL_INVOCATION,
        principal(allow(INVOKE, [DEFAULT_ROUTER, EVERY_MODEL])),
        [],
        [
            allow(INVOKE, DEFAULT_ROUTER),
            allow(INVOKE, EVERY_MODEL, {"StringLike": {"bedrock:PromptRouterArn": DEFAULT_ROUTER}}),
        ],
    ),
    (
        "models behind a profile under two conditions",
        MODEL_INVOCATION,
        principal(allow(INVOKE, PROFILE), allow(INVOKE, EVERY_MODEL, VPC), allow(INVOKE, EVERY_MODEL, OFFICE)),
        [Use(INVOKE, PROFILE)],
        [
            allow(INVOKE, PROFILE),
            allow(INVOKE, BEHIND, {**VPC, **through(PROFILE)}),
            allow(INVOKE, BEHIND, {**OFFICE, **through(PROFILE)}),
        ],
    ),
    (
        "models that are pinned already",
        MODEL_INVOCATION,
        principal(allow(INVOKE, APPLICATION_PROFILE), allow(INVOKE, EVERY_MODEL, through(APPLICATION_PROFILE))),
        [],
        [allow(INVOKE, APPLICATION_PROFILE), allow(INVOKE, EVERY_MODEL, through(APPLICATION_PROFILE))],
    ),
    (
        "knowledge base alone",
        RETRIEVAL,
        principal(allow("bedrock:Retrieve*", KNOWLEDGE_BASE)),
        [],
        [allow("bedrock:Retrieve", KNOWLEDGE_BASE)],
    ),
    (
        "knowledge base with generation",
        RETRIEVAL,
        principal(allow("bedrock:*", [KNOWLEDGE_BASE, "*"])),
        [],
        [
            allow(["bedrock:Retrieve", "bedrock:GetDocumentContent"], KNOWLEDGE_BASE),
            allow(["bedrock:RetrieveAndGenerate", "bedrock:AgenticRetrieveStream"], "*"),
        ],
    ),
    (
        "endpoint in use",
        ENDPOINT_INVOCATION,
        principal(allow("sagemaker:*")),
        [Use("sagemaker:InvokeEndpoint", ENDPOINT)],
        [allow("sagemaker:InvokeEndpoint", ENDPOINT)],
    ),
]


@pytest.mark.parametrize(("domain", "who", "used", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in KEPT])
def test_the_proposal_keeps_names_and_uses(
    domain: Domain, who: PrincipalPolicies, used: list[Use], wanted: list[Block]
) -> None:
    proposal = narrowed_policy(who, domain, used=used)

    assert proposal is not None
    assert [{k: v for k, v in each.items() if k != "Sid"} for each in proposal["Statement"]] == wanted
    assert effective_access(replaced(who, proposal), domain).specific


def test_the_proposal_is_a_document_with_numbered_statements() -> None:
    proposal = narrowed_policy(principal(allow(INVOKE, [PROFILE, EVERY_MODEL])), MODEL_INVOCATION)

    assert proposal is not None
    assert proposal["Version"] == "2012-10-17"
    assert [each["Sid"] for each in proposal["Statement"]] == ["ModelInvocation1", "ModelInvocation2"]


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(principal(), id="no policy"),
        pytest.param(principal(allow("*")), id="nothing named and nothing in use"),
        pytest.param(principal(allow(INVOKE, MODEL_A), deny("*")), id="named but denied"),
        pytest.param(
            principal(
                allow(INVOKE, f"{MODELS}/${{aws:PrincipalTag/model}}"),
                limit=boundary(allow(INVOKE, MODEL_A)),
            ),
            id="named in the boundary, but granted by a variable without a value",
        ),
    ],
)
def test_without_anything_to_keep_there_is_no_proposal(who: PrincipalPolicies) -> None:
    assert narrowed_policy(who, MODEL_INVOCATION) is None


def replaced(who: PrincipalPolicies, proposal: dict[str, Any]) -> PrincipalPolicies:
    """Return the principal with the proposal in place of its policies."""
    return PrincipalPolicies(who.arn, (Policy("proposal", PolicyKind.INLINE, parse(proposal)),), who.boundary)


@pytest.mark.slow
@pytest.mark.repeats
@examples(100)
@given(subjects())
def test_a_proposal_is_specific_and_allows_nothing_new(subject: Subject) -> None:
    documents = [{**document, "Statement": listed(document["Statement"])} for document in subject.policies]
    who = PrincipalPolicies(
        subject.arn,
        tuple(Policy("own", PolicyKind.INLINE, parse(document)) for document in documents),
        None if subject.boundary is None else Policy("limit", PolicyKind.BOUNDARY, parse(subject.boundary)),
    )
    known = {key: value if isinstance(value, str) else tuple(value) for key, value in subject.context.items()}
    surroundings = Surroundings(context=RequestContext(known, complete=True))
    allowed = {request for request in subject.requests if decide(who, *request, surroundings).truth is Truth.TRUE}
    proposal = narrowed_policy(who, MODEL_INVOCATION, used=[Use(*request) for request in sorted(allowed)])
    if proposal is None:
        return
    denials = [{**each, "Statement": [s for s in each["Statement"] if s["Effect"] == "Deny"]} for each in documents]
    narrow = PrincipalPolicies(
        who.arn,
        tuple(Policy("own", PolicyKind.INLINE, parse(document)) for document in (proposal, *denials)),
        who.boundary,
    )

    now_allowed = {
        request for request in subject.requests if decide(narrow, *request, surroundings).truth is Truth.TRUE
    }

    assert effective_access(narrow, MODEL_INVOCATION).specific
    assert now_allowed <= allowed
    assert {each for each in allowed if each.action in MODEL_INVOCATION.actions} <= now_allowed


def listed(statements: Any) -> list[Block]:
    return [statements] if isinstance(statements, dict) else statements
