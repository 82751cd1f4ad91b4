"""Rule: bedrock-kb-policy-restricted."""

from typing import Annotated

from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds, OrganizationIds
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts import knowledge_bases
from rules.facts.knowledge_bases import MANAGED, GuardedKnowledgeBase
from rules.frozen import dataclass
from rules.permissions.resource_policy import Trust, outsiders


@dataclass(frozen=True)
class BedrockKbPolicyRestricted(ChangeRule[GuardedKnowledgeBase]):
    """
    Checks if managed knowledge bases of Amazon Bedrock have a resource policy that keeps outsiders out.

    The rule is NON_COMPLIANT if there is none, or one that lets in a wildcard or a principal outside the trusted
    accounts and organizations.

    ## Why
    A knowledge base answers from everything that was put into it.
    Its resource policy is the one place that says, whatever identity-based policies grant, who may ask.

    ## Fix
    Attach a policy that names the principals that may retrieve, with the actions `bedrock:Retrieve` and
    `bedrock:GetDocumentContent` (PutResourcePolicy), and deny the others:

        aws bedrock-agent put-resource-policy --resource-arn <knowledge base ARN> --policy file://policy.json

    The AWS CDK has no construct for it: call the API from `custom_resources.AwsCustomResource`.

    ## Limits
    AWS supports resource policies for knowledge bases of the type MANAGED only; the others are NOT_APPLICABLE, and
    bedrock-retrieve-least-privilege judges who may query them.
    A wildcard that conditions confine to trusted accounts or organizations is accepted.
    Principals of the account itself are trusted: an Allow alone does not shut out those that identity-based policies
    let in, which bedrock-retrieve-least-privilege judges as well.
    """

    title = "Managed knowledge bases have a resource policy that keeps outsiders out"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/kb-managed-cross-account.html",
        "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_GetResourcePolicy.html",
    )
    reports = ("AWS::Bedrock::KnowledgeBase",)
    resource_types = ("AWS::Bedrock::KnowledgeBase",)
    nothing_to_judge = "This account has no knowledge base in this Region."
    collect = knowledge_bases.guarded_knowledge_bases
    read = knowledge_bases.guarded_knowledge_base

    require_policy: Annotated[bool, "Whether a managed knowledge base has to have a resource policy."] = True
    trusted_accounts: AccountIds = ()
    trusted_org_ids: OrganizationIds = ()

    def judge(self, found: GuardedKnowledgeBase, /) -> Verdict:
        """Return whether the knowledge base's own policy lets in nobody but trusted principals."""
        if found.kind != MANAGED:
            return not_applicable(
                f"Knowledge bases of the type {found.kind} cannot have a resource policy; "
                "bedrock-retrieve-least-privilege judges who may query them."
            )
        if found.policy is None:
            if self.require_policy:
                return non_compliant(
                    "The knowledge base has no resource policy; one that names who may query it is wanted."
                )
            return compliant("No resource policy lets principals of other accounts in.")
        _, partition, _, _, account_id, _ = f"{found.resource.arn}".split(":", 5)
        trust = Trust(account_id, partition, frozenset(self.trusted_accounts), frozenset(self.trusted_org_ids))
        defects = [outsider.sentence for outsider in outsiders(found.policy, trust)]
        if defects:
            return non_compliant(*defects)
        return compliant("The resource policy lets in nobody outside the trusted accounts and organizations.")


handler = BedrockKbPolicyRestricted.lambda_handler()
