from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.lambda_functions import Function
from rules.functions.lambda_bedrock_role_scoped import LambdaBedrockRoleScoped
from rules.permissions.principal import PolicyKind, PrincipalPolicies
from tests.rules.access.facts import fact
from tests.rules.permissions.principals import (
    ACCOUNT,
    INVOKE,
    KNOWLEDGE_BASE,
    MODEL_A,
    MODEL_B,
    MODELS,
    allow,
    boundary,
    policy,
    principal,
)

A = "foundation-model/anthropic.claude-v2:1"
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abcdef123456"
ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:answers"
FUNCTION = Function(
    resource=Resource("AWS::Lambda::Function", "answers", "answers", ARN),
    tags={},
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/service-role/app",
    role=None,
    vpc=None,
    timeout=60,
    memory_size=512,
)
LIMITED = compliant(f"Model invocation is limited to {A}.")


def told(*sentences: str) -> Verdict:
    first, *others = sentences
    return non_compliant(f"Role app: {first}", *others)


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        pytest.param(principal(allow(INVOKE, MODEL_A)), LIMITED, id="one model named"),
        pytest.param(
            principal(allow(INVOKE, MODEL_A), allow(["logs:*", "dynamodb:*", "s3:GetObject"])),
            LIMITED,
            id="other services beside a named model",
        ),
        pytest.param(
            principal(
                allow(INVOKE, MODEL_A),
                allow("bedrock:ApplyGuardrail", GUARDRAIL),
                allow("bedrock:Retrieve", KNOWLEDGE_BASE),
            ),
            LIMITED,
            id="named guardrail and knowledge base beside a named model",
        ),
        pytest.param(
            principal(allow("*"), limit=boundary(allow(INVOKE, MODEL_A))),
            LIMITED,
            id="everything under a narrow boundary",
        ),
        pytest.param(
            principal(allow(INVOKE, f"{MODELS}/*", Sid="Invoke")),
            told(
                'Inline policy "app" statement "Invoke" allows bedrock:InvokeModel on foundation-model/*; '
                "name the model ARNs."
            ),
            id="every foundation model",
        ),
        pytest.param(
            principal(allow("bedrock:*", MODEL_A)),
            told('Inline policy "app" statement 1 allows bedrock:*, more than model invocation; name the actions.'),
            id="every Bedrock action on a named model",
        ),
        pytest.param(
            principal(allow(INVOKE, MODEL_A), allow(["bedrock:CreateGuardrail", "bedrock:Delete*"], Sid="Manage")),
            told(
                'Inline policy "app" statement "Manage" allows bedrock:CreateGuardrail and bedrock:Delete*, '
                "more than calling models; remove it."
            ),
            id="administration of Bedrock beside a named model",
        ),
        pytest.param(
            principal(allow(INVOKE, MODEL_A), allow("bedrock:ApplyGuardrail")),
            told('Inline policy "app" statement 2 allows bedrock:ApplyGuardrail on *; name the guardrail ARNs.'),
            id="every guardrail",
        ),
        pytest.param(
            principal(allow(INVOKE, MODEL_A), allow("bedrock:Retrieve")),
            told('Inline policy "app" statement 2 allows bedrock:Retrieve on *; name the knowledge base ARNs.'),
            id="every knowledge base",
        ),
        pytest.param(
            principal(allow(INVOKE, MODEL_A), allow("iam:*", Sid="Identity")),
            told('Inline policy "app" statement "Identity" allows administration of IAM; name actions and resources.'),
            id="IAM beside a named model",
        ),
        pytest.param(
            principal(
                allow(INVOKE, MODEL_B),
                policies=[
                    policy(
                        allow("*"),
                        name="AdministratorAccess",
                        kind=PolicyKind.ATTACHED,
                        arn="arn:aws:iam::aws:policy/AdministratorAccess",
                    )
                ],
            ),
            told(
                'Attached policy "AdministratorAccess" statement 1 allows administration of every service; '
                "replace this AWS-managed policy."
            ),
            id="administrator",
        ),
        pytest.param(
            principal(allow("bedrock:*", Sid="All"), allow("sqs:*")),
            told(
                'Inline policy "app" statement "All" allows bedrock:InvokeModel and 2 more on * '
                "through bedrock:*; name the model ARNs and the actions."
            ),
            id="every Bedrock action, told once for each statement",
        ),
        pytest.param(
            principal(allow("s3:*")),
            out_of_scope("The execution role is not allowed to invoke a model."),
            id="no model",
        ),
    ],
)
def test_judges_what_the_execution_role_may_do(policies: PrincipalPolicies, verdict: Verdict) -> None:
    assert LambdaBedrockRoleScoped().judge(replace(FUNCTION, role=fact(policies))) == verdict


def test_a_function_whose_role_was_deleted_cannot_call_a_model() -> None:
    wanted = out_of_scope("The execution role no longer exists, so the function cannot call a model.")

    assert LambdaBedrockRoleScoped().judge(FUNCTION) == wanted


@pytest.mark.parametrize(
    ("parameters", "policies", "verdict"),
    [
        pytest.param(
            {"allowedModels": "anthropic.*"},
            principal(allow(INVOKE, f"{MODELS}/anthropic.*")),
            compliant("Model invocation is limited to allowed models."),
            id="wildcard within the allowed models",
        ),
        pytest.param(
            {"allowedModels": "anthropic.*"},
            principal(allow(INVOKE, MODEL_B)),
            told(
                'Inline policy "app" statement 1 names foundation-model/amazon.titan-text-lite-v1, '
                "which is not an allowed model."
            ),
            id="named model that is not allowed",
        ),
        pytest.param(
            {"allowedActions": "bedrock:InvokeAgent,bedrock:Get*"},
            principal(allow(INVOKE, MODEL_A), allow(["bedrock:InvokeAgent", "bedrock:GetInferenceProfile"])),
            LIMITED,
            id="further actions that are allowed",
        ),
        pytest.param(
            {"allowedActions": "bedrock:InvokeAgent"},
            principal(allow(INVOKE, MODEL_A), allow("bedrock:Invoke*")),
            told(
                'Inline policy "app" statement 2 allows bedrock:InvokeModel and 1 more on * '
                "through bedrock:Invoke*; name the model ARNs and the actions.",
            ),
            id="wildcard beyond the allowed actions",
        ),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], policies: PrincipalPolicies, verdict: Verdict) -> None:
    rule = LambdaBedrockRoleScoped.configured(parameters)

    assert rule.judge(replace(FUNCTION, role=fact(policies))) == verdict


def test_exempts_by_a_tag() -> None:
    rule = LambdaBedrockRoleScoped.configured({"exemptTag": "sandbox"})
    function = replace(FUNCTION, role=fact(principal(allow("*"))), tags={"sandbox": "yes"})

    assert verdict_on(rule, function) == not_applicable("Exempt by the tag sandbox.")
