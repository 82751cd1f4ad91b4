import json
from dataclasses import replace
from typing import Any

import pytest

from rules.engine.errors import ParameterError
from rules.engine.resource import Resource, account_resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_enforcement import EnforcedGuardrail, GuardrailEnforcement
from rules.facts.bedrock_usage import BedrockUsage
from rules.facts.iam_principals import Principal
from rules.guardrails.bedrock_guardrail_enforced import BedrockGuardrailEnforced
from rules.permissions.document import PolicyType, parse
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies

KEY = "bedrock:GuardrailIdentifier"
GUARDRAIL = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"
INVOKE = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"


def allow(*actions: str, **condition: Any) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": MODEL}
    return statement | ({"Condition": condition} if condition else {})


def deny(**condition: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": INVOKE, "Resource": "*", "Condition": condition}


def role(name: str, *statements: dict[str, Any], path: str = "") -> Principal:
    document = parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), PolicyType.IDENTITY)
    arn = f"arn:aws:iam::123456789012:role/{path}{name}"
    policies = PrincipalPolicies(arn, (Policy("inline", PolicyKind.INLINE, document),))
    return Principal(Resource("AWS::IAM::Role", f"AROA{name.upper()}", name, arn), {}, policies)


FREE = role("free", allow(*INVOKE))
BOUND = role("bound", allow(*INVOKE), deny(StringNotLike={KEY: f"{GUARDRAIL}:*"}))
ENFORCED = EnforcedGuardrail("abc", "1", ("ALL",), (), selective=False)
ACCOUNT = GuardrailEnforcement(
    account_resource("123456789012", "aws"), BedrockUsage(invoked_models=("amazon.nova-pro-v1:0",)), (), ()
)
NO_WAY = "No role or user may invoke a model without a guardrail."
NONE_ENFORCED = "The account enforces no guardrail."
FREE_ONE = "Policies let these invoke models without a guardrail: role free."
ACCOUNT_ENFORCES = "The account enforces guardrail abc in version 1 on all models."


def of(*enforced: EnforcedGuardrail, principals: tuple[Principal, ...] = (FREE,)) -> GuardrailEnforcement:
    return replace(ACCOUNT, enforced=enforced, principals=principals)


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param(of(ENFORCED), compliant(ACCOUNT_ENFORCES), id="enforced on all models"),
        pytest.param(of(principals=(BOUND,)), compliant(NO_WAY), id="demanded by every policy"),
        pytest.param(of(principals=()), compliant(NO_WAY), id="nobody may invoke"),
        pytest.param(of(), non_compliant(NONE_ENFORCED, FREE_ONE), id="neither"),
        pytest.param(of(principals=(BOUND, FREE)), non_compliant(NONE_ENFORCED, FREE_ONE), id="one principal is free"),
        pytest.param(
            of(replace(ENFORCED, excluded_models=("amazon.nova-pro-v1:0",))),
            non_compliant("The enforced guardrail abc leaves out amazon.nova-pro-v1:0.", FREE_ONE),
            id="enforced, but not on one model",
        ),
        pytest.param(
            of(replace(ENFORCED, included_models=("amazon.nova-pro-v1:0",))),
            non_compliant("The enforced guardrail abc holds for amazon.nova-pro-v1:0 only.", FREE_ONE),
            id="enforced on one model only",
        ),
        pytest.param(
            of(replace(ENFORCED, version="DRAFT")),
            non_compliant(
                "The enforced guardrail abc is enforced in version DRAFT; a numbered one is wanted.", FREE_ONE
            ),
            id="enforced as a draft",
        ),
        pytest.param(
            of(replace(ENFORCED, guardrail="xyz", excluded_models=("amazon.nova-pro-v1:0",)), ENFORCED),
            compliant(ACCOUNT_ENFORCES),
            id="a second guardrail is enforced on all models",
        ),
        pytest.param(of(replace(ENFORCED, selective=True)), compliant(ACCOUNT_ENFORCES), id="what callers mark"),
        pytest.param(
            replace(of(), usage=BedrockUsage()),
            not_applicable("This account does not use Amazon Bedrock in this Region."),
            id="Amazon Bedrock is not used",
        ),
    ],
)
def test_judges_whether_guardrails_are_unavoidable(account: GuardrailEnforcement, verdict: Verdict) -> None:
    assert BedrockGuardrailEnforced().judge(account) == verdict


@pytest.mark.parametrize(
    ("given", "account", "verdict"),
    [
        pytest.param(
            {"mode": "account"}, of(principals=()), non_compliant(NONE_ENFORCED), id="only the account counts"
        ),
        pytest.param({"mode": "iam"}, of(ENFORCED), non_compliant(FREE_ONE), id="only policies count"),
        pytest.param(
            {"mode": "account", "requireComprehensive": "true"},
            of(replace(ENFORCED, selective=True)),
            non_compliant("The enforced guardrail abc looks only at what callers mark."),
            id="everything has to be looked at",
        ),
    ],
)
def test_follows_its_parameters(given: dict[str, str], account: GuardrailEnforcement, verdict: Verdict) -> None:
    assert BedrockGuardrailEnforced.configured(given).judge(account) == verdict


@pytest.mark.parametrize("given", [{"mode": "both"}, {"exemptTag": "a=b"}])
def test_refuses_parameters_that_mean_nothing(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        BedrockGuardrailEnforced.configured(given)
