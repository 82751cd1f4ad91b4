import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.sandbox import ACCOUNT_ID, REGION, Account
from rules.engine.assessment import assess, assess_change
from rules.engine.aws import Aws
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.ec2 import GuardedEndpoint, VpcEndpoint
from rules.network.bedrock_vpc_endpoint_policy_scoped import BedrockVpcEndpointPolicyScoped
from rules.permissions.document import PolicyType, parse

OWN, PARTNER, STRANGER, ORG = "123456789012", "111122223333", "444455556666", "o-a1b2c3d4e5"
DEFAULT = {"Statement": [{"Action": "*", "Effect": "Allow", "Resource": "*", "Principal": "*"}]}
NOW = datetime(2026, 11, 1, tzinfo=UTC)
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SCOPED = compliant("The endpoint policy lets no principal outside the trusted accounts and organizations through.")
IS_DEFAULT = non_compliant("The endpoint has the default policy, which lets everybody do everything.")


def endpoint(policy: object, service: str = "bedrock-runtime", state: str = "available") -> GuardedEndpoint:
    read = VpcEndpoint(
        resource=Resource("AWS::EC2::VPCEndpoint", "vpce-1", "vpce-1"),
        tags={},
        account_id=OWN,
        partition="aws",
        vpc_id="vpc-1",
        type="Interface",
        service=service,
        region="us-east-1",
        state=state,
        private_dns=True,
        policy_text=None if policy is None else json.dumps(policy),
        security_group_ids=(),
    )
    return GuardedEndpoint(read, None if policy is None else parse(policy, PolicyType.RESOURCE))


def allow(principal: object = "*", condition: Mapping[str, object] | None = None, **elements: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "bedrock:*", "Resource": "*", **elements}
    return statement if condition is None else {**statement, "Condition": condition}


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def equals(key: str, value: object) -> dict[str, object]:
    return {"StringEquals": {key: value}}


OWN_PRINCIPALS = equals("aws:PrincipalAccount", OWN)


@pytest.mark.parametrize(
    ("guarded", "verdict"),
    [
        pytest.param(endpoint(DEFAULT), IS_DEFAULT, id="default policy"),
        pytest.param(
            endpoint({"Version": "2008-10-17", **DEFAULT}), IS_DEFAULT, id="default policy with the older version"
        ),
        pytest.param(
            endpoint(policy(allow({"AWS": ["*"]}, Action=["*"], Resource=["*"]))),
            IS_DEFAULT,
            id="default, written long",
        ),
        pytest.param(endpoint(policy(allow(condition=OWN_PRINCIPALS))), SCOPED, id="principals of the account"),
        pytest.param(
            endpoint(policy(allow(condition=equals("aws:ResourceAccount", OWN)))), SCOPED, id="resources of the account"
        ),
        pytest.param(endpoint(policy(allow({"AWS": OWN}))), SCOPED, id="the account as principal"),
        pytest.param(
            endpoint(policy(allow({"AWS": f"arn:aws:iam::{OWN}:role/app"}), allow(condition=OWN_PRINCIPALS))),
            SCOPED,
            id="a role and the account",
        ),
        pytest.param(
            endpoint(
                policy(allow(), allow(Effect="Deny", condition={"StringNotEquals": {"aws:PrincipalAccount": OWN}}))
            ),
            SCOPED,
            id="everybody, but denied outside the account",
        ),
        pytest.param(
            endpoint(policy(allow(Effect="Deny"))),
            SCOPED,
            id="nobody",
        ),
        pytest.param(
            endpoint(policy(allow())), non_compliant("Statement 1 lets in everybody."), id="everybody on all of Bedrock"
        ),
        pytest.param(
            endpoint(
                policy(allow(Action="bedrock:InvokeModel", Resource=f"arn:aws:bedrock:*::foundation-model/{HAIKU}"))
            ),
            non_compliant("Statement 1 lets in everybody."),
            id="everybody on one model",
        ),
        pytest.param(
            endpoint(policy(allow(Action="*"), allow(Effect="Deny", Action="bedrock:Delete*"))),
            non_compliant("Statement 1 lets in everybody."),
            id="everything but some actions",
        ),
        pytest.param(
            endpoint(policy(allow(condition=equals("aws:SourceVpce", "vpce-1")))),
            non_compliant("Statement 1 lets in everybody under conditions on aws:SourceVpce."),
            id="everybody who comes through the endpoint",
        ),
        pytest.param(
            endpoint(policy(allow(condition=equals("aws:PrincipalOrgID", ORG)))),
            non_compliant(f"Statement 1 lets in organization {ORG} under conditions on aws:PrincipalOrgID."),
            id="an organization that is not listed",
        ),
        pytest.param(
            endpoint(policy(allow({"AWS": [OWN, STRANGER]}), {"Sid": "All", **allow()})),
            non_compliant(f"Statement 1 lets in account {STRANGER}.", 'Statement "All" lets in everybody.'),
            id="a stranger and everybody",
        ),
        pytest.param(
            endpoint(policy(allow({"AWS": OWN}, Action="sagemaker:InvokeEndpoint")), "sagemaker.runtime"),
            SCOPED,
            id="SageMaker inference for the account",
        ),
        pytest.param(endpoint(DEFAULT, "sagemaker.runtime"), IS_DEFAULT, id="SageMaker inference by default"),
        pytest.param(endpoint(DEFAULT, "bedrock-agentcore.gateway"), IS_DEFAULT, id="AgentCore gateways by default"),
        pytest.param(endpoint(DEFAULT, state="pending"), IS_DEFAULT, id="an endpoint that is on its way"),
        *(
            pytest.param(
                endpoint(DEFAULT, state=state),
                out_of_scope(f"The endpoint is {state}, so nothing passes through it."),
                id=f"an endpoint that is {state}",
            )
            for state in ("deleting", "deleted", "expired", "failed", "rejected")
        ),
        pytest.param(
            endpoint(None), not_applicable("The endpoint service bedrock-runtime takes no policy."), id="no policy"
        ),
    ],
)
def test_judges_whom_the_policy_lets_through(guarded: GuardedEndpoint, verdict: Verdict) -> None:
    assert BedrockVpcEndpointPolicyScoped().judge(guarded) == verdict


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(allow({"AWS": PARTNER}), id="a trusted account"),
        pytest.param(allow(condition=equals("aws:PrincipalAccount", [OWN, PARTNER])), id="own and trusted accounts"),
        pytest.param(allow(condition=equals("aws:PrincipalOrgID", ORG)), id="a trusted organization"),
        pytest.param(allow(condition=equals("aws:ResourceOrgID", ORG)), id="resources of a trusted organization"),
        pytest.param(
            allow(condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": [f"{ORG}/r-ab12/*"]}}),
            id="a unit of a trusted organization",
        ),
    ],
)
def test_trusts_the_accounts_and_organizations_that_are_listed(statement: dict[str, Any]) -> None:
    rule = BedrockVpcEndpointPolicyScoped.configured({"trustedAccounts": PARTNER, "trustedOrgIds": ORG})
    guarded = endpoint(policy(statement))

    assert rule.judge(guarded) == SCOPED
    assert BedrockVpcEndpointPolicyScoped().judge(guarded) != SCOPED


def models(*resources: str, condition: Mapping[str, object] = OWN_PRINCIPALS, **elements: Any) -> dict[str, Any]:
    return allow(condition=condition, **{"Action": "bedrock:InvokeModel*", "Resource": list(resources), **elements})


ALLOWED = f"arn:aws:bedrock:*::foundation-model/{HAIKU}"
OTHER = "arn:aws:bedrock:*::foundation-model/meta.llama3-8b-instruct-v1:0"


DENIED_REST = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "bedrock:*",
    "NotResource": [ALLOWED, f"arn:aws:bedrock:*:*:inference-profile/*.{HAIKU}"],
}


@pytest.mark.parametrize(
    "guarded",
    [
        pytest.param(endpoint(policy(models(ALLOWED))), id="the allowed model"),
        pytest.param(
            endpoint(policy(models(ALLOWED, f"arn:aws:bedrock:us-east-1:{OWN}:inference-profile/us.{HAIKU}"))),
            id="the allowed model with its inference profile",
        ),
        pytest.param(endpoint(policy(models("*", Action="bedrock:ListFoundationModels"))), id="no invocation"),
        pytest.param(endpoint(policy(models("*"), DENIED_REST)), id="all models but denied for the rest"),
        pytest.param(
            endpoint(policy(models("*", Action="bedrock:InvokeModel")), "bedrock"),
            id="invocation that this endpoint does not take",
        ),
        pytest.param(endpoint(policy(models("*", Action="*")), "bedrock-agent-runtime"), id="agents, not models"),
        pytest.param(
            endpoint(
                policy(
                    models(
                        "*",
                        Action="bedrock-mantle:CreateInference",
                        condition={**OWN_PRINCIPALS, "StringLike": {"bedrock-mantle:Model": HAIKU}},
                    )
                ),
                "bedrock-mantle",
            ),
            id="the allowed model by a condition",
        ),
    ],
)
def test_lets_allowed_models_through(guarded: GuardedEndpoint) -> None:
    rule = BedrockVpcEndpointPolicyScoped.configured({"allowedModels": HAIKU})

    assert rule.judge(guarded) == SCOPED


@pytest.mark.parametrize(
    ("guarded", "sentence"),
    [
        pytest.param(
            endpoint(policy(models(OTHER))),
            "Statement 1 names foundation-model/meta.llama3-8b-instruct-v1:0, which is not an allowed model.",
            id="another model",
        ),
        pytest.param(
            endpoint(policy({"Sid": "Invoke", **models("*")})),
            'Statement "Invoke" allows bedrock:InvokeModel and 1 more on *; name only allowed models.',
            id="all models",
        ),
        pytest.param(
            endpoint(policy(models(ALLOWED), models("arn:aws:bedrock:*::foundation-model/*"))),
            "Statement 2 allows bedrock:InvokeModel and 1 more on foundation-model/*; name only allowed models.",
            id="all foundation models in another statement",
        ),
        pytest.param(
            endpoint(policy(models("*"), {**DENIED_REST, "Principal": {"AWS": STRANGER}})),
            "Statement 1 allows bedrock:InvokeModel and 1 more on *; name only allowed models.",
            id="denied for a stranger only",
        ),
        pytest.param(
            endpoint(policy(models("*"), {**DENIED_REST, "Condition": equals("aws:PrincipalTag/team", "mail")})),
            "Statement 1 allows bedrock:InvokeModel and 1 more on *; name only allowed models.",
            id="denied under conditions only",
        ),
        pytest.param(
            endpoint(policy(models("*", Action="bedrock:*")), "bedrock"),
            "Statement 1 allows bedrock:CreateModelInvocationJob on *; name only allowed models.",
            id="batch jobs",
        ),
    ],
)
def test_lets_no_other_model_through(guarded: GuardedEndpoint, sentence: str) -> None:
    rule = BedrockVpcEndpointPolicyScoped.configured({"allowedModels": HAIKU})

    assert rule.judge(guarded) == non_compliant(sentence)
    assert BedrockVpcEndpointPolicyScoped().judge(guarded) == SCOPED


def test_says_first_who_gets_in_and_then_which_models() -> None:
    rule = BedrockVpcEndpointPolicyScoped.configured({"allowedModels": HAIKU})

    verdict = rule.judge(endpoint(policy(models(OTHER, condition={}))))

    assert verdict == non_compliant(
        "Statement 1 lets in everybody.",
        "Statement 1 names foundation-model/meta.llama3-8b-instruct-v1:0, which is not an allowed model.",
    )


def test_judges_a_changed_endpoint_as_the_daily_pass_does(account: Account) -> None:
    ec2 = account.session().client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface", VpcId=vpc_id, ServiceName="com.amazonaws.us-east-1.bedrock-runtime"
    )["VpcEndpoint"]["VpcEndpointId"]
    logs = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface", VpcId=vpc_id, ServiceName="com.amazonaws.us-east-1.logs"
    )["VpcEndpoint"]["VpcEndpointId"]
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=NOW)
    rule = BedrockVpcEndpointPolicyScoped()

    (daily,) = assess(rule, aws).judged
    (changed,) = assess_change(rule, aws, Resource("AWS::EC2::VPCEndpoint", made, made)).judged
    (other,) = assess_change(rule, aws, Resource("AWS::EC2::VPCEndpoint", logs, logs)).judged

    assert (daily.resource.id, changed.resource.id) == (made, made)
    assert daily.verdict == changed.verdict == IS_DEFAULT
    assert not other.verdict.in_scope
