import json
from dataclasses import replace
from typing import Any

import pytest

from rules.criteria.enforcement import enforcement_defect, unguarded
from rules.engine.resource import Resource
from rules.facts.bedrock_enforcement import EnforcedGuardrail
from rules.facts.iam_principals import Principal
from rules.permissions.context import RequestContext
from rules.permissions.document import PolicyType, parse
from rules.permissions.layers import Surroundings
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies

KEY = "bedrock:GuardrailIdentifier"
GUARDRAIL = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"
INVOKE = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
ENFORCED = EnforcedGuardrail("abc", "1", ("ALL",), (), selective=False)


def allow(*actions: str, **condition: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": MODEL}
    return statement | ({"Condition": condition} if condition else {})


def deny(**condition: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": INVOKE, "Resource": "*", "Condition": condition}


def policy(*statements: dict[str, Any], kind: PolicyKind = PolicyKind.INLINE) -> Policy:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return Policy("policy", kind, parse(json.dumps(document), PolicyType.IDENTITY))


def role(name: str, *statements: dict[str, Any], path: str = "", boundary: Policy | None = None) -> Principal:
    arn = f"arn:aws:iam::123456789012:role/{path}{name}"
    policies = PrincipalPolicies(arn, (policy(*statements),), boundary)
    return Principal(Resource("AWS::IAM::Role", f"AROA{name.upper()}", name, arn), {}, policies)


FREE = role("free", allow(*INVOKE))


@pytest.mark.parametrize(
    ("enforced", "defect"),
    [
        pytest.param(ENFORCED, None, id="all models"),
        pytest.param(
            replace(ENFORCED, included_models=("ALL", "amazon.nova-pro-v1:0")), None, id="all models and one by name"
        ),
        pytest.param(
            replace(ENFORCED, excluded_models=("a.b", "c.d")),
            "The enforced guardrail abc leaves out a.b and c.d.",
            id="two models left out",
        ),
        pytest.param(
            replace(ENFORCED, included_models=("a.b",)),
            "The enforced guardrail abc holds for a.b only.",
            id="one model",
        ),
        pytest.param(
            replace(ENFORCED, version="DRAFT"),
            "The enforced guardrail abc is enforced in version DRAFT; a numbered one is wanted.",
            id="draft",
        ),
    ],
)
def test_finds_ways_around_an_enforced_guardrail(enforced: EnforcedGuardrail, defect: str | None) -> None:
    assert enforcement_defect(enforced, require_comprehensive=False) == defect


def test_wants_a_guardrail_to_look_at_everything_only_where_that_is_asked() -> None:
    selective = replace(ENFORCED, selective=True)

    assert enforcement_defect(selective, require_comprehensive=False) is None
    assert enforcement_defect(ENFORCED, require_comprehensive=True) is None
    assert (
        enforcement_defect(selective, require_comprehensive=True)
        == "The enforced guardrail abc looks only at what callers mark."
    )


@pytest.mark.parametrize(
    ("principal", "free"),
    [
        pytest.param(FREE, True, id="no condition"),
        pytest.param(role("a", allow(*INVOKE, StringEquals={KEY: f"{GUARDRAIL}:1"})), False, id="Allow names one"),
        pytest.param(role("a", allow(*INVOKE, Null={KEY: "false"})), False, id="Allow wants any"),
        pytest.param(role("a", allow(*INVOKE), deny(Null={KEY: "true"})), False, id="Deny of none"),
        pytest.param(role("a", allow(*INVOKE), deny(Null={KEY.lower(): "true"})), False, id="key in other letters"),
        pytest.param(
            role("a", allow(*INVOKE), deny(ArnNotLike={KEY: f"{GUARDRAIL}*"})), False, id="Deny of others by ARN"
        ),
        pytest.param(
            role("a", allow(*INVOKE), deny(StringNotEquals={KEY: GUARDRAIL}, Bool={"aws:SecureTransport": "true"})),
            True,
            id="Deny that another condition weakens",
        ),
        pytest.param(role("a", allow(*INVOKE, StringEqualsIfExists={KEY: GUARDRAIL})), True, id="Allow of none or one"),
        pytest.param(
            role("a", allow(*INVOKE), deny(StringEquals={KEY: GUARDRAIL})), True, id="Deny the wrong way round"
        ),
        pytest.param(
            role("a", allow(*INVOKE, StringEquals={KEY: GUARDRAIL}), allow("bedrock:InvokeModel")),
            True,
            id="a second statement without the condition",
        ),
        pytest.param(
            role("a", allow("bedrock:CreateModelInvocationJob"), deny(Null={KEY: "true"})), True, id="batch inference"
        ),
        pytest.param(role("a", allow("s3:GetObject")), False, id="may not invoke"),
        pytest.param(
            role("a", allow(*INVOKE), path="aws-service-role/bedrock.amazonaws.com/"), False, id="service-linked role"
        ),
    ],
)
def test_looks_for_ways_around_guardrails_in_policies(principal: Principal, free: bool) -> None:
    assert unguarded([principal]) == ([f"role {principal.resource.name}"] if free else [])


def test_a_boundary_may_demand_the_guardrail() -> None:
    boundary = policy(allow(*INVOKE, StringLike={KEY: f"{GUARDRAIL}:*"}), kind=PolicyKind.BOUNDARY)

    assert unguarded([role("bound", allow(*INVOKE), boundary=boundary), FREE]) == ["role free"]


def test_a_policy_of_the_organization_may_demand_the_guardrail() -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    demand = policy(everything, deny(Null={KEY: "true"}), kind=PolicyKind.SERVICE_CONTROL)
    context = RequestContext({"aws:PrincipalOrgID": "o-a1b2c3d4e5"})

    assert unguarded([replace(FREE, surroundings=Surroundings(((demand,),), context=context))]) == []
