"""Rule: bedrock-vpc-endpoint-policy-scoped."""

from typing import Annotated

from rules.criteria.endpoint_policies import admission_defects, is_default, model_defects
from rules.criteria.least_privilege import Written
from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds, InPack, OrganizationIds
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts import ec2
from rules.facts.ec2 import GuardedEndpoint
from rules.frozen import dataclass
from rules.permissions.resource_policy import Trust

GONE = frozenset({"deleting", "deleted", "expired", "failed", "rejected"})


@dataclass(frozen=True)
class BedrockVpcEndpointPolicyScoped(ChangeRule[GuardedEndpoint]):
    """
    Checks if VPC endpoint policies for Amazon Bedrock, AgentCore and Amazon SageMaker inference keep outsiders out.

    The rule is NON_COMPLIANT if an endpoint has the default policy, or one that lets untrusted principals through.

    ## Why
    Whoever gets into the network can bring credentials of an account of his own, and send your data through your
    endpoint to models and logs that you never see. A policy that asks who calls stops that.

    ## Fix
    Give the endpoint that the annotation is about a policy that names your organization or account:

        {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "bedrock:InvokeModel*", "Resource": "*",
         "Condition": {"StringEquals": {"aws:PrincipalOrgID": "<organization id>"}}}]}

    with `aws ec2 modify-vpc-endpoint --vpc-endpoint-id <id> --policy-document file://policy.json`;
    in the AWS CDK, `endpoint.add_to_policy(iam.PolicyStatement(…))`.

    ## Limits
    The account itself is always trusted; its organization is when `trustedOrgIds` has it. Conditions on the owner of
    the resource (`aws:ResourceAccount`, `aws:ResourceOrgID`) confine as well: an outsider reaches nothing of his own.
    Those on addresses or networks do not, nor do those that name a model narrow a wildcard under `allowedModels`.
    """

    title = "Policies of AI service endpoints keep outsiders out"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/vpc-interface-endpoints.html",
    )
    reports = ("AWS::EC2::VPCEndpoint",)
    nothing_to_judge = "This account has no VPC endpoint of an AI service in this Region."
    resource_types = ("AWS::EC2::VPCEndpoint",)
    collect = ec2.guarded_endpoints
    read = ec2.guarded_endpoint

    trusted_accounts: AccountIds = ()
    trusted_org_ids: OrganizationIds = ()
    allowed_models: Annotated[
        tuple[str, ...], Written, InPack(), "Models that may be invoked; without any, all that the policy allows."
    ] = ()

    def judge(self, guarded: GuardedEndpoint, /) -> Verdict:
        """Return whether the endpoint's policy lets only trusted principals through, and only to allowed models."""
        endpoint, policy = guarded.endpoint, guarded.policy
        if endpoint.state in GONE:
            return out_of_scope(f"The endpoint is {endpoint.state}, so nothing passes through it.")
        if policy is None:
            return not_applicable(f"The endpoint service {endpoint.service} takes no policy.")
        if is_default(policy):
            return non_compliant("The endpoint has the default policy, which lets everybody do everything.")
        accounts, organizations = frozenset(self.trusted_accounts), frozenset(self.trusted_org_ids)
        trust = Trust(endpoint.account_id, endpoint.partition, accounts, organizations)
        defects = [*admission_defects(policy, trust)]
        if self.allowed_models:
            defects.extend(model_defects(policy, trust, endpoint.service, self.allowed_models))
        if defects:
            return non_compliant(*defects)
        return compliant(
            "The endpoint policy lets no principal outside the trusted accounts and organizations through."
        )


handler = BedrockVpcEndpointPolicyScoped.lambda_handler()
