from dataclasses import replace

import pytest

from rules.access.bedrock_invoke_least_privilege import BedrockInvokeLeastPrivilege
from rules.engine.assessment import verdict_on
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.iam_principals import Principal
from rules.permissions.layers import Surroundings
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies
from tests.rules.access.facts import fact
from tests.rules.permissions.principals import (
    ACCOUNT,
    INVOKE,
    MODEL_A,
    MODEL_B,
    MODELS,
    PROFILE,
    USER,
    allow,
    boundary,
    deny,
    policy,
    principal,
    service_control,
    statement,
)

A, B = "foundation-model/anthropic.claude-v2:1", "foundation-model/amazon.titan-text-lite-v1"
ANYWHERE = "arn:aws:bedrock:*::foundation-model"
STREAM = "bedrock:InvokeModelWithResponseStream"
AWS_MANAGED = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/bedrock.amazonaws.com/AWSServiceRoleForBedrock"

LIMITED_TO_A = compliant(f"Model invocation is limited to {A}.")
NO_MODEL = out_of_scope("The role is not allowed any model invocation.")
STAR = non_compliant('Inline policy "app" statement 1 allows bedrock:InvokeModel on *; name the model ARNs.')


def broad(what: str, where: str = 'Inline policy "app" statement 1') -> Verdict:
    return non_compliant(f"{where} allows {what}; name the model ARNs.")


def wide(what: str, where: str = 'Inline policy "app" statement 1') -> Verdict:
    return non_compliant(f"{where} allows {what}, more than model invocation; name the actions.")


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        pytest.param(principal(allow(INVOKE, MODEL_A)), LIMITED_TO_A, id="one model named"),
        pytest.param(
            principal(allow([INVOKE, STREAM], [MODEL_A, MODEL_B])),
            compliant(f"Model invocation is limited to {A} and {B}."),
            id="models named in a list",
        ),
        pytest.param(principal(allow("Bedrock:INVOKEmodel", MODEL_A)), LIMITED_TO_A, id="action in other letters"),
        pytest.param(
            principal(allow("bedrock:InvokeModel*", MODEL_A)), LIMITED_TO_A, id="invocation actions by a star"
        ),
        pytest.param(principal(allow(INVOKE, f"{ANYWHERE}/{A[17:]}")), LIMITED_TO_A, id="model named in every Region"),
        pytest.param(
            principal(allow(INVOKE, [PROFILE, f"{ANYWHERE}/{A[17:]}"])),
            compliant(f"Model invocation is limited to inference-profile/us.{A[17:]} and {A}."),
            id="inference profile with its model",
        ),
        pytest.param(
            principal(
                allow(INVOKE, f"{ANYWHERE}/*", {"StringEquals": {"bedrock:InferenceProfileArn": PROFILE}}),
            ),
            compliant("Model invocation is limited by conditions that name the model."),
            id="models pinned by a named inference profile",
        ),
        pytest.param(
            principal(allow(INVOKE), limit=boundary(allow(INVOKE, MODEL_A))),
            LIMITED_TO_A,
            id="star under a boundary that names a model",
        ),
        pytest.param(
            principal(allow(INVOKE), statement("Deny", Action="bedrock:*", NotResource=MODEL_A)),
            LIMITED_TO_A,
            id="star with a denial of everything but one model",
        ),
        pytest.param(principal(allow(INVOKE)), STAR, id="star"),
        pytest.param(
            principal(allow(INVOKE, f"{MODELS}/*", Sid="Invoke")),
            broad("bedrock:InvokeModel on foundation-model/*", 'Inline policy "app" statement "Invoke"'),
            id="every foundation model",
        ),
        pytest.param(
            principal(allow([INVOKE, STREAM], f"{MODELS}/anthropic.*")),
            broad("bedrock:InvokeModel and 1 more on foundation-model/anthropic.*"),
            id="every model of a provider",
        ),
        pytest.param(
            principal(allow(INVOKE, "arn:aws:bedrock:*")),
            broad("bedrock:InvokeModel on arn:aws:bedrock:*"),
            id="short ARN",
        ),
        pytest.param(
            principal(allow(INVOKE, [MODEL_A, f"{MODELS}/amazon.*", f"{MODELS}/*", f"{MODELS}/meta.*"])),
            broad("bedrock:InvokeModel on foundation-model/*, foundation-model/meta.* and 1 more"),
            id="some resources named and some not, widest first",
        ),
        pytest.param(
            principal(statement("Allow", Action=INVOKE, NotResource=MODEL_B)),
            broad("bedrock:InvokeModel on all but its NotResource"),
            id="all but one model",
        ),
        pytest.param(
            principal(allow(INVOKE, f"{MODELS}/anthropic.*"), deny(INVOKE, MODEL_A)),
            broad("bedrock:InvokeModel on foundation-model/anthropic.*"),
            id="provider without one denied model",
        ),
        pytest.param(
            principal(allow(INVOKE, condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})),
            broad("bedrock:InvokeModel on * under conditions"),
            id="star under a condition",
        ),
        pytest.param(
            principal(allow(INVOKE), deny(INVOKE, condition={"Bool": {"aws:SecureTransport": "false"}})),
            broad("bedrock:InvokeModel on * under conditions"),
            id="star with a conditional denial",
        ),
        pytest.param(
            principal(allow(INVOKE), limit=boundary(allow("bedrock:*"))), STAR, id="star under a boundary as wide"
        ),
        pytest.param(principal(allow("bedrock:*", MODEL_A)), wide("bedrock:*"), id="every Bedrock action on a model"),
        pytest.param(
            principal(statement("Allow", NotAction="iam:*", Resource=MODEL_A)),
            wide("all but its NotAction"),
            id="every action but those of IAM on a model",
        ),
        pytest.param(
            principal(allow(["bedrock:*", "bedrock:I*", INVOKE], MODEL_A)),
            wide("bedrock:* and bedrock:I*"),
            id="several wide actions on a model",
        ),
        pytest.param(
            principal(statement("Allow", NotAction="iam:*", NotResource=MODEL_A)),
            non_compliant(
                'Inline policy "app" statement 1 allows bedrock:InvokeModel and 3 more on all but its NotResource '
                "through NotAction; name the model ARNs and the actions."
            ),
            id="every action but those of IAM, on everything but a model",
        ),
        pytest.param(
            principal(allow("*")),
            non_compliant(
                'Inline policy "app" statement 1 allows bedrock:InvokeModel and 3 more on * through *; '
                "name the model ARNs and the actions.",
            ),
            id="everything",
        ),
        pytest.param(
            principal(
                policies=[
                    policy(allow(INVOKE), name="AmazonBedrockFullAccess", kind=PolicyKind.ATTACHED, arn=AWS_MANAGED)
                ]
            ),
            non_compliant(
                'Attached policy "AmazonBedrockFullAccess" statement 1 allows bedrock:InvokeModel on *; '
                "replace this AWS-managed policy."
            ),
            id="policy that AWS manages",
        ),
        pytest.param(
            principal(policies=[policy(allow(INVOKE), kind=PolicyKind.GROUP_INLINE, group="data")], arn=USER),
            broad("bedrock:InvokeModel on *", 'Inline policy "app" of group "data" statement 1'),
            id="user through a group",
        ),
        pytest.param(
            principal(
                allow(INVOKE, condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}, Sid="Conditional"),
                allow(INVOKE, f"{MODELS}/anthropic.*", Sid="Plain"),
            ),
            non_compliant(
                'Inline policy "app" statement "Plain" allows bedrock:InvokeModel on foundation-model/anthropic.*; '
                "name the model ARNs.",
                'Inline policy "app" statement "Conditional" allows bedrock:InvokeModel on * under conditions; '
                "name the model ARNs.",
            ),
            id="conditional and unconditional grants",
        ),
        pytest.param(principal(allow("s3:GetObject")), NO_MODEL, id="other services only"),
        pytest.param(principal(), NO_MODEL, id="no policies"),
        pytest.param(principal(allow(INVOKE), deny("bedrock:*")), NO_MODEL, id="everything denied"),
        pytest.param(principal(allow(INVOKE), limit=boundary(allow("s3:*"))), NO_MODEL, id="boundary without Bedrock"),
        pytest.param(
            principal(allow("bedrock:ListFoundationModels"), arn=USER),
            out_of_scope("The user is not allowed any model invocation."),
            id="user that may only list models",
        ),
        pytest.param(
            principal(allow(INVOKE), arn=LINKED),
            not_applicable("AWS owns this service-linked role and alone decides what it may do."),
            id="service-linked role",
        ),
        pytest.param(principal(allow("logs:*"), arn=LINKED), NO_MODEL, id="service-linked role without models"),
    ],
)
def test_judges_what_a_principal_may_effectively_invoke(policies: PrincipalPolicies, verdict: Verdict) -> None:
    assert BedrockInvokeLeastPrivilege().judge(fact(policies)) == verdict


@pytest.mark.parametrize(
    ("parameters", "policies", "verdict"),
    [
        pytest.param(
            {"allowRegionWildcard": "false"},
            principal(allow(INVOKE, f"{ANYWHERE}/{A[17:]}")),
            non_compliant(
                f'Inline policy "app" statement 1 allows bedrock:InvokeModel on {ANYWHERE}/{A[17:]}; name the Region.'
            ),
            id="model named without its Region",
        ),
        pytest.param(
            {"allowRegionWildcard": "false"},
            principal(allow(INVOKE, MODEL_A)),
            LIMITED_TO_A,
            id="model named with its Region",
        ),
        pytest.param(
            {"allowWildcardActions": "true"},
            principal(allow("bedrock:*", MODEL_A)),
            LIMITED_TO_A,
            id="wide action let be",
        ),
        pytest.param(
            {"ignoreServiceLinkedRoles": "false"}, principal(allow(INVOKE), arn=LINKED), STAR, id="linked role"
        ),
        pytest.param(
            {"allowedModels": "anthropic.claude-*"},
            principal(allow(INVOKE, f"{MODELS}/anthropic.claude-*")),
            compliant("Model invocation is limited to allowed models."),
            id="wildcard that is allowed",
        ),
        pytest.param(
            {"allowedModels": "anthropic.claude-*"},
            principal(allow(INVOKE, f"{MODELS}/anthropic.*")),
            non_compliant(
                'Inline policy "app" statement 1 allows bedrock:InvokeModel on foundation-model/anthropic.*; '
                "name only allowed models."
            ),
            id="wildcard beyond the allowed models",
        ),
        pytest.param(
            {"allowedModels": "anthropic.claude-*"},
            principal(allow(INVOKE, [MODEL_A, MODEL_B])),
            non_compliant(f'Inline policy "app" statement 1 names {B}, which is not an allowed model.'),
            id="named model that is not allowed",
        ),
        pytest.param(
            {"allowedModels": "anthropic.claude-v2:1"},
            principal(allow(INVOKE, [PROFILE, f"{ANYWHERE}/{A[17:]}"])),
            compliant("Model invocation is limited to allowed models."),
            id="allowed model through its inference profile",
        ),
        pytest.param(
            {"allowedModels": f"{PROFILE}, {A}"},
            principal(allow(INVOKE, [PROFILE, f"{ANYWHERE}/{A[17:]}"])),
            compliant("Model invocation is limited to allowed models."),
            id="allowed ARN and last part of an ARN",
        ),
        pytest.param(
            {"allowedModels": "custom/anthropic.claude-v2:1"},
            principal(allow(INVOKE, MODEL_A)),
            non_compliant(f'Inline policy "app" statement 1 names {A}, which is not an allowed model.'),
            id="entry that means no model allows none",
        ),
        pytest.param(
            {"allowedModels": "anthropic.claude-*", "allowWildcardActions": "true"},
            principal(allow("bedrock:*")),
            non_compliant(
                'Inline policy "app" statement 1 allows bedrock:InvokeModel and 2 more on *; name only allowed models.'
            ),
            id="wide action let be, but not beyond the allowed models",
        ),
        pytest.param(
            {"allowedModels": "*"},
            principal(allow("bedrock:*")),
            wide("bedrock:*"),
            id="every model allowed, but not every action",
        ),
        pytest.param(
            {"allowedModels": "anthropic.*", "allowRegionWildcard": "false"},
            principal(allow(INVOKE, f"{ANYWHERE}/{A[17:]}")),
            non_compliant(
                f'Inline policy "app" statement 1 allows bedrock:InvokeModel on {ANYWHERE}/{A[17:]}; name the Region.'
            ),
            id="allowed model without its Region",
        ),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], policies: PrincipalPolicies, verdict: Verdict) -> None:
    assert BedrockInvokeLeastPrivilege.configured(parameters).judge(fact(policies)) == verdict


def test_heeds_the_policies_of_the_organization_where_they_are_given() -> None:
    allowed = service_control(allow("*"))
    alone = fact(principal(allow(INVOKE)))
    judge = BedrockInvokeLeastPrivilege().judge

    def around(*policies: Policy) -> Principal:
        return replace(alone, surroundings=Surroundings(service_control=(policies,)))

    assert judge(alone) == STAR
    assert judge(around(allowed)) == STAR
    assert judge(around(allowed, service_control(deny("bedrock:*")))) == NO_MODEL
    assert judge(around(service_control(allow("bedrock:InvokeModel", MODEL_A)))) == LIMITED_TO_A


def test_exempts_by_a_tag_only_who_is_in_scope() -> None:
    rule = BedrockInvokeLeastPrivilege.configured({"exemptTag": "research=yes"})

    exempt = verdict_on(rule, fact(principal(allow(INVOKE)), research="yes"))
    other = verdict_on(rule, fact(principal(), research="yes"))

    assert exempt == not_applicable("Exempt by the tag research=yes.")
    assert other == NO_MODEL
