"""Rule: ai-resource-policy-restricted."""

from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds, OrganizationIds
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.facts import ai_resource_policies
from rules.facts.ai_resource_policies import GuardedResource
from rules.frozen import dataclass
from rules.permissions.resource_policy import Trust, outsiders


@dataclass(frozen=True)
class AiResourcePolicyRestricted(PeriodicRule[GuardedResource]):
    """
    Checks if policies of Amazon SageMaker AI registries and endpoints and Amazon Bedrock guardrails restrict access.

    The rule is NON_COMPLIANT if a policy lets in everybody, or a principal outside the trusted accounts and
    organizations.

    ## Why
    A resource policy opens a registry, an endpoint or a guardrail to other accounts, whatever your own
    identity-based policies say: who reads a model package has the model, who invokes an endpoint spends your money.

    ## Fix
    Name the accounts that may come in, or confine the policy with `aws:PrincipalOrgID`:

        aws sagemaker put-model-package-group-policy --model-package-group-name <name> --resource-policy …
        aws sagemaker put-endpoint-policy --endpoint-name <name> --resource-policy …
        aws bedrock put-resource-policy --resource-arn <guardrail ARN> --resource-policy …

    Name trusted partners in `trustedAccounts` or `trustedOrgIds`.
    In the AWS CDK: `sagemaker.CfnModelPackageGroup(self, "Models", model_package_group_policy=…)`.

    ## Limits
    Resources without a policy are not mentioned: only identity-based policies let anybody in.
    A condition counts only when nobody outside can meet it.
    Endpoints that do not serve are not judged.
    """

    title = "Resource policies of AI resources let in trusted principals only"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_GetModelPackageGroupPolicy.html",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/inference-router-cross-account.html",
        "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetResourcePolicy.html",
    )
    reports = ("AWS::SageMaker::ModelPackageGroup", "AWS::SageMaker::Endpoint", "AWS::Bedrock::Guardrail")
    nothing_to_judge = "No model package group, endpoint or guardrail here has a resource policy."
    collect = ai_resource_policies.guarded_resources

    trusted_accounts: AccountIds = ()
    trusted_org_ids: OrganizationIds = ()

    def judge(self, guarded: GuardedResource, /) -> Verdict:
        """Return whether the resource's policy keeps outsiders out."""
        if guarded.policy is None:
            return out_of_scope("The resource has no policy of its own.")
        _, partition, _, _, account_id, _ = f"{guarded.resource.arn}".split(":", 5)
        trust = Trust(account_id, partition, frozenset(self.trusted_accounts), frozenset(self.trusted_org_ids))
        found = outsiders(guarded.policy, trust)
        if found:
            return non_compliant(*dict.fromkeys(outsider.sentence for outsider in found))
        return compliant("The resource policy lets in nobody but trusted principals.")


handler = AiResourcePolicyRestricted.lambda_handler()
