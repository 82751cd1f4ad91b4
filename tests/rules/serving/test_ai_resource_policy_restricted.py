from typing import Any

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.ai_resource_policies import GuardedResource
from rules.permissions.document import PolicyType, parse
from rules.serving.ai_resource_policy_restricted import AiResourcePolicyRestricted

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/fraud"
PARTNER = {"AWS": "arn:aws:iam::444455556666:root"}
GOOD = compliant("The resource policy lets in nobody but trusted principals.")
ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


def guarded(*statements: dict[str, Any]) -> GuardedResource:
    policy = parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyType.RESOURCE)
    return GuardedResource(
        Resource("AWS::SageMaker::ModelPackageGroup", ARN, "fraud", ARN), {"share": "public"}, policy
    )


def allow(principal: object, **more: object) -> dict[str, Any]:
    action = "sagemaker:DescribeModelPackage"
    return {"Sid": "Share", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(guarded(allow({"AWS": "123456789012"})), GOOD, id="own account"),
        pytest.param(guarded(allow("*")), non_compliant('Statement "Share" lets in everybody.'), id="everybody"),
        pytest.param(
            guarded(allow(PARTNER)),
            non_compliant('Statement "Share" lets in account 444455556666.'),
            id="another account",
        ),
        pytest.param(
            guarded(allow("*", Condition={"StringEquals": {"aws:PrincipalAccount": "123456789012"}})),
            GOOD,
            id="everybody, confined to the own account",
        ),
        pytest.param(
            guarded(allow({"AWS": "123456789012"}), allow(PARTNER, Sid="Partner")),
            non_compliant('Statement "Partner" lets in account 444455556666.'),
            id="one statement of two",
        ),
        pytest.param(
            guarded(allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}})),
            non_compliant('Statement "Share" lets in everybody under conditions on aws:SecureTransport.'),
            id="everybody, under a condition that anybody meets",
        ),
        pytest.param(
            GuardedResource(Resource("AWS::SageMaker::ModelPackageGroup", ARN, "fraud", ARN), {}, None),
            out_of_scope("The resource has no policy of its own."),
            id="no policy",
        ),
    ],
)
def test_judges_whom_a_policy_lets_in(found: GuardedResource, verdict: Verdict) -> None:
    assert AiResourcePolicyRestricted().judge(found) == verdict


def test_takes_the_accounts_and_organizations_that_are_trusted() -> None:
    partner = AiResourcePolicyRestricted.configured({"trustedAccounts": "444455556666"})
    organization = AiResourcePolicyRestricted.configured({"trustedOrgIds": "o-a1b2c3d4e5"})

    assert partner.judge(guarded(allow(PARTNER))) == GOOD
    assert organization.judge(guarded(allow("*", Condition=ORGANIZATION))) == GOOD
    assert AiResourcePolicyRestricted().judge(guarded(allow("*", Condition=ORGANIZATION))) != GOOD


def test_exempts_a_resource_with_the_tag() -> None:
    rule = AiResourcePolicyRestricted.configured({"exemptTag": "share=public"})

    assert verdict_on(rule, guarded(allow("*"))) == not_applicable("Exempt by the tag share=public.")
