"""Rule: bedrock-service-role-scoped."""

from typing import Annotated

from rules.criteria.execution_roles import administrator_defects
from rules.criteria.service_roles import deputy_defects
from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds, OrganizationIds
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts import bedrock_roles
from rules.facts.bedrock_roles import ServiceRole
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockServiceRoleScoped(PeriodicRule[ServiceRole]):
    """
    Checks if the service roles of Amazon Bedrock are for this account only, and not like an administrator.

    The rule is NON_COMPLIANT if the trust policy lets the service in on behalf of other accounts, or the role may
    administer IAM or every service.

    ## Why
    Agents, knowledge bases, flows, invocation logging and model jobs work with the permissions of their service role.
    Without a condition on its source, the service can be led to use the role for somebody else's resources.
    A role that may do everything turns each prompt that misleads an agent into an administrator.

    ## Fix
    UpdateAssumeRolePolicy, with a condition in the statement that the annotation names:

        {"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole",
         "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"},
                       "ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:123456789012:agent/*"}}}

    `aws iam update-assume-role-policy --role-name <role> --policy-document file://trust.json`; in the AWS CDK,
    `iam.ServicePrincipal("bedrock.amazonaws.com", conditions={…})`.
    Replace administration by the actions and resources that the role is for.

    ## Limits
    Judged is every role that Amazon Bedrock (or AgentCore) may assume, also while nothing uses it: IAM is the same in
    every Region, and a role that can be assumed can be misused.
    The source of a request may be held by `aws:SourceAccount`, `aws:SourceArn`, or `aws:SourceOrgID` with
    `trustedOrgIds`; other services and accounts that the role trusts are not judged.
    What else a role may do is not judged: bedrock-invoke-least-privilege and bedrock-retrieve-least-privilege tell
    which models and knowledge bases it reaches.
    """

    title = "Service roles work for this account only, and are no administrators"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/security-iam-sr.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/cross-service-confused-deputy-prevention.html",
    )
    reports = ("AWS::IAM::Role",)
    nothing_to_judge = "No role trusts Amazon Bedrock."
    is_global = True
    collect = bedrock_roles.service_roles

    require_source_condition: Annotated[bool, "Whether trust policies have to hold the source of requests."] = True
    trusted_accounts: AccountIds = ()
    trusted_org_ids: OrganizationIds = ()

    def judge(self, role: ServiceRole, /) -> Verdict:
        """Return whether Amazon Bedrock may use the role for this account only, and for something in particular."""
        defects = [defect.sentence for defect in administrator_defects(role.principal)]
        if self.require_source_condition:
            accounts, org_ids = frozenset(self.trusted_accounts), frozenset(self.trusted_org_ids)
            defects = [*deputy_defects(role, accounts, org_ids), *defects]
        if defects:
            return non_compliant(*defects)
        if self.require_source_condition:
            return compliant("Amazon Bedrock uses the role for trusted accounts only, and it is no administrator.")
        return compliant("The role is no administrator.")


handler = BedrockServiceRoleScoped.lambda_handler()
