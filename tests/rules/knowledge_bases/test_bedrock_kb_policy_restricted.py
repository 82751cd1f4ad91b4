import json
from typing import Any

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.knowledge_bases import GuardedKnowledgeBase
from rules.knowledge_bases.bedrock_kb_policy_restricted import BedrockKbPolicyRestricted
from rules.permissions.document import PolicyDocument, PolicyType, parse

ARN = "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/ABCDEFGHIJ"
RESOURCE = Resource("AWS::Bedrock::KnowledgeBase", "ABCDEFGHIJ", "policies", ARN)
OWN_ROLE = "arn:aws:iam::123456789012:role/claims"
GOOD = compliant("The resource policy lets in nobody outside the trusted accounts and organizations.")
MISSING = non_compliant("The knowledge base has no resource policy; one that names who may query it is wanted.")


def policy(principal: object, **more: Any) -> PolicyDocument:
    statement = {
        "Sid": "Readers",
        "Effect": "Allow",
        "Principal": principal,
        "Action": ["bedrock:Retrieve", "bedrock:GetDocumentContent"],
        "Resource": ARN,
        **more,
    }
    return parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), PolicyType.RESOURCE)


def managed(document: PolicyDocument | None) -> GuardedKnowledgeBase:
    return GuardedKnowledgeBase(RESOURCE, {"stage": "test"}, "MANAGED", document)


IN_ORG = policy("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})
PARTNER = policy({"AWS": "arn:aws:iam::111122223333:role/reader"})


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(managed(policy({"AWS": OWN_ROLE})), GOOD, id="names a role of the account"),
        pytest.param(managed(None), MISSING, id="no policy"),
        pytest.param(
            managed(policy("*")), non_compliant('Statement "Readers" lets in everybody.'), id="lets in everybody"
        ),
        pytest.param(
            managed(PARTNER),
            non_compliant('Statement "Readers" lets in arn:aws:iam::111122223333:role/reader.'),
            id="a foreign role",
        ),
        pytest.param(
            managed(IN_ORG),
            non_compliant(
                'Statement "Readers" lets in organization o-a1b2c3d4e5 under conditions on aws:PrincipalOrgID.'
            ),
            id="an organization that is not trusted",
        ),
        pytest.param(
            managed(policy("*", Condition={"StringEquals": {"aws:PrincipalAccount": "123456789012"}})),
            GOOD,
            id="a wildcard that a condition confines to the account",
        ),
        pytest.param(managed(policy("*", Effect="Deny")), GOOD, id="denies everybody"),
        pytest.param(
            GuardedKnowledgeBase(RESOURCE, {}, "VECTOR", None),
            not_applicable(
                "Knowledge bases of the type VECTOR cannot have a resource policy; "
                "bedrock-retrieve-least-privilege judges who may query them."
            ),
            id="a type without resource policies",
        ),
    ],
)
def test_judges_the_resource_policy(found: GuardedKnowledgeBase, verdict: Verdict) -> None:
    assert BedrockKbPolicyRestricted().judge(found) == verdict


@pytest.mark.parametrize(
    ("parameters", "found", "verdict"),
    [
        pytest.param({"trustedAccounts": "111122223333"}, managed(PARTNER), GOOD, id="a trusted account"),
        pytest.param({"trustedOrgIds": "o-a1b2c3d4e5"}, managed(IN_ORG), GOOD, id="a trusted organization"),
        pytest.param(
            {"requirePolicy": "false"},
            managed(None),
            compliant("No resource policy lets principals of other accounts in."),
            id="no policy asked for",
        ),
        pytest.param(
            {"requirePolicy": "false"},
            managed(policy("*")),
            non_compliant('Statement "Readers" lets in everybody.'),
            id="a policy that nobody asked for is judged all the same",
        ),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], found: GuardedKnowledgeBase, verdict: Verdict) -> None:
    assert BedrockKbPolicyRestricted.configured(parameters).judge(found) == verdict


def test_exempts_a_knowledge_base_with_the_tag() -> None:
    rule = BedrockKbPolicyRestricted.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, managed(None)) == not_applicable("Exempt by the tag stage=test.")
