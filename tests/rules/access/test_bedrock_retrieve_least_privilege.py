import pytest

from rules.access.bedrock_retrieve_least_privilege import BedrockRetrieveLeastPrivilege
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.permissions.principal import PrincipalPolicies
from tests.rules.access.facts import fact
from tests.rules.permissions.principals import (
    ACCOUNT,
    INVOKE,
    KNOWLEDGE_BASE,
    USER,
    allow,
    boundary,
    deny,
    principal,
)

EVERY_BASE = f"arn:aws:bedrock:*:{ACCOUNT}:knowledge-base/*"
RETRIEVE, GENERATE = "bedrock:Retrieve", "bedrock:RetrieveAndGenerate"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/bedrock.amazonaws.com/AWSServiceRoleForBedrock"

LIMITED = compliant("Retrieval is limited to knowledge-base/KB12345678.")
NOTHING = out_of_scope("The role is not allowed any retrieval.")
STAR = non_compliant('Inline policy "app" statement 1 allows bedrock:Retrieve on *; name the knowledge base ARNs.')


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        pytest.param(principal(allow(RETRIEVE, KNOWLEDGE_BASE)), LIMITED, id="one knowledge base named"),
        pytest.param(
            principal(allow([RETRIEVE, "bedrock:GetDocumentContent"], KNOWLEDGE_BASE), allow(GENERATE)),
            LIMITED,
            id="generation beside a named knowledge base",
        ),
        pytest.param(
            principal(allow(RETRIEVE), limit=boundary(allow(RETRIEVE, KNOWLEDGE_BASE))), LIMITED, id="boundary"
        ),
        pytest.param(principal(allow(RETRIEVE)), STAR, id="star"),
        pytest.param(
            principal(allow(RETRIEVE, EVERY_BASE)),
            non_compliant(
                'Inline policy "app" statement 1 allows bedrock:Retrieve on knowledge-base/*; '
                "name the knowledge base ARNs."
            ),
            id="every knowledge base of the account",
        ),
        pytest.param(
            principal(allow(GENERATE)),
            non_compliant(
                'Inline policy "app" statement 1 allows bedrock:RetrieveAndGenerate on *; '
                "allow bedrock:Retrieve on the knowledge base ARNs beside it."
            ),
            id="generation without any knowledge base",
        ),
        pytest.param(
            principal(allow("bedrock:*", KNOWLEDGE_BASE)),
            non_compliant('Inline policy "app" statement 1 allows bedrock:*, more than retrieval; name the actions.'),
            id="every Bedrock action on a knowledge base",
        ),
        pytest.param(principal(allow(INVOKE)), NOTHING, id="models only"),
        pytest.param(principal(allow(RETRIEVE), deny("bedrock:*")), NOTHING, id="everything denied"),
        pytest.param(
            principal(arn=USER), out_of_scope("The user is not allowed any retrieval."), id="user without policies"
        ),
        pytest.param(
            principal(allow(RETRIEVE), arn=LINKED),
            not_applicable("AWS owns this service-linked role and alone decides what it may do."),
            id="service-linked role",
        ),
    ],
)
def test_judges_which_knowledge_bases_a_principal_may_query(policies: PrincipalPolicies, verdict: Verdict) -> None:
    assert BedrockRetrieveLeastPrivilege().judge(fact(policies)) == verdict


@pytest.mark.parametrize(
    ("parameters", "policies", "verdict"),
    [
        pytest.param(
            {"allowedKnowledgeBases": "KB12345678"},
            principal(allow(RETRIEVE, KNOWLEDGE_BASE), allow(GENERATE)),
            compliant("Retrieval is limited to allowed knowledge bases."),
            id="allowed knowledge base, with generation",
        ),
        pytest.param(
            {"allowedKnowledgeBases": "OTHER12345"},
            principal(allow(RETRIEVE, KNOWLEDGE_BASE)),
            non_compliant(
                'Inline policy "app" statement 1 names knowledge-base/KB12345678, '
                "which is not an allowed knowledge base."
            ),
            id="named knowledge base that is not allowed",
        ),
        pytest.param(
            {"allowedKnowledgeBases": EVERY_BASE},
            principal(allow(RETRIEVE, EVERY_BASE)),
            compliant("Retrieval is limited to allowed knowledge bases."),
            id="wildcard that is allowed",
        ),
        pytest.param(
            {"allowedKnowledgeBases": EVERY_BASE},
            principal(allow(RETRIEVE)),
            non_compliant(
                'Inline policy "app" statement 1 allows bedrock:Retrieve on *; name only allowed knowledge bases.'
            ),
            id="knowledge bases of other accounts besides the allowed ones",
        ),
        pytest.param(
            {"allowRegionWildcard": "false"},
            principal(allow(RETRIEVE, KNOWLEDGE_BASE.replace("us-east-1", "*"))),
            non_compliant(
                'Inline policy "app" statement 1 allows bedrock:Retrieve on '
                f"arn:aws:bedrock:*:{ACCOUNT}:knowledge-base/KB12345678; name the Region."
            ),
            id="Region left open",
        ),
        pytest.param(
            {"allowWildcardActions": "true"}, principal(allow("bedrock:*", KNOWLEDGE_BASE)), LIMITED, id="wide action"
        ),
        pytest.param({"ignoreServiceLinkedRoles": "false"}, principal(allow(RETRIEVE), arn=LINKED), STAR, id="linked"),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], policies: PrincipalPolicies, verdict: Verdict) -> None:
    assert BedrockRetrieveLeastPrivilege.configured(parameters).judge(fact(policies)) == verdict
