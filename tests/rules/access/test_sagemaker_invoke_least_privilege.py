import pytest

from rules.access.sagemaker_invoke_least_privilege import SageMakerInvokeLeastPrivilege
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.permissions.principal import PrincipalPolicies
from tests.rules.access.facts import fact
from tests.rules.permissions.principals import ACCOUNT, ENDPOINT, INVOKE, USER, allow, boundary, deny, principal

EVERY_ENDPOINT = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/*"
CALL = "sagemaker:InvokeEndpoint"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForAmazonSageMaker"

LIMITED = compliant("Endpoint invocation is limited to endpoint/churn.")
NOTHING = out_of_scope("The role is not allowed any endpoint invocation.")
STAR = non_compliant('Inline policy "app" statement 1 allows sagemaker:InvokeEndpoint on *; name the endpoint ARNs.')


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        pytest.param(principal(allow(CALL, ENDPOINT)), LIMITED, id="one endpoint named"),
        pytest.param(
            principal(allow("sagemaker:InvokeEndpoint*", ENDPOINT)), LIMITED, id="invocation actions by a star"
        ),
        pytest.param(principal(allow(CALL), limit=boundary(allow(CALL, ENDPOINT))), LIMITED, id="boundary"),
        pytest.param(principal(allow(CALL)), STAR, id="star"),
        pytest.param(
            principal(allow([CALL, "sagemaker:InvokeEndpointAsync"], EVERY_ENDPOINT)),
            non_compliant(
                'Inline policy "app" statement 1 allows sagemaker:InvokeEndpoint and 1 more on endpoint/*; '
                "name the endpoint ARNs."
            ),
            id="every endpoint of a Region",
        ),
        pytest.param(
            principal(allow("sagemaker:*", ENDPOINT)),
            non_compliant(
                'Inline policy "app" statement 1 allows sagemaker:*, more than endpoint invocation; name the actions.'
            ),
            id="every SageMaker action on an endpoint",
        ),
        pytest.param(principal(allow(INVOKE)), NOTHING, id="Bedrock models only"),
        pytest.param(principal(allow(CALL), deny("sagemaker:*")), NOTHING, id="everything denied"),
        pytest.param(
            principal(arn=USER),
            out_of_scope("The user is not allowed any endpoint invocation."),
            id="user without policies",
        ),
        pytest.param(
            principal(allow(CALL), arn=LINKED),
            not_applicable("AWS owns this service-linked role and alone decides what it may do."),
            id="service-linked role",
        ),
    ],
)
def test_judges_which_endpoints_a_principal_may_invoke(policies: PrincipalPolicies, verdict: Verdict) -> None:
    assert SageMakerInvokeLeastPrivilege().judge(fact(policies)) == verdict


@pytest.mark.parametrize(
    ("parameters", "policies", "verdict"),
    [
        pytest.param(
            {"allowedEndpoints": "team-a-*"},
            principal(allow(CALL, ENDPOINT.replace("churn", "team-a-*"))),
            compliant("Endpoint invocation is limited to allowed endpoints."),
            id="wildcard that is allowed",
        ),
        pytest.param(
            {"allowedEndpoints": "team-a-*"},
            principal(allow(CALL, ENDPOINT)),
            non_compliant('Inline policy "app" statement 1 names endpoint/churn, which is not an allowed endpoint.'),
            id="named endpoint that is not allowed",
        ),
        pytest.param(
            {"allowRegionWildcard": "false"},
            principal(allow(CALL, ENDPOINT.replace("us-east-1", "*"))),
            non_compliant(
                'Inline policy "app" statement 1 allows sagemaker:InvokeEndpoint on '
                f"arn:aws:sagemaker:*:{ACCOUNT}:endpoint/churn; name the Region."
            ),
            id="Region left open",
        ),
        pytest.param(
            {"allowWildcardActions": "true"}, principal(allow("sagemaker:*", ENDPOINT)), LIMITED, id="wide action"
        ),
        pytest.param({"ignoreServiceLinkedRoles": "false"}, principal(allow(CALL), arn=LINKED), STAR, id="linked"),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], policies: PrincipalPolicies, verdict: Verdict) -> None:
    assert SageMakerInvokeLeastPrivilege.configured(parameters).judge(fact(policies)) == verdict
