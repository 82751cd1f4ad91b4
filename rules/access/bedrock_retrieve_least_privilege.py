"""Rule: bedrock-retrieve-least-privilege."""

from typing import Annotated

from rules.criteria.least_privilege import (
    RegionWildcard,
    ServiceLinked,
    Terms,
    WildcardActions,
    Written,
    judge_principal,
)
from rules.engine.duties import Severity
from rules.engine.parameters import InPack
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict
from rules.facts import iam_account, iam_principals
from rules.facts.iam_principals import Principal
from rules.frozen import dataclass
from rules.permissions.domains import RETRIEVAL


@dataclass(frozen=True)
class BedrockRetrieveLeastPrivilege(ChangeRule[Principal]):
    """
    Checks if IAM roles and users may query only the Amazon Bedrock knowledge bases that their policies name.

    The rule is NON_COMPLIANT if effective permissions reach a knowledge base that no statement names, or come from
    an action that allows more.

    ## Why
    A knowledge base answers with passages of the documents behind it, whatever the reader may see in their source.
    A principal that may query any of them reads the documents of every team.

    ## Fix
    Name the knowledge bases in the statement that the annotation points to, and the retrieval actions as well:

        {"Effect": "Allow", "Action": "bedrock:Retrieve",
         "Resource": "arn:aws:bedrock:eu-west-1:123456789012:knowledge-base/ABCDEFGHIJ"}

    `bedrock:RetrieveAndGenerate` takes no resource: it stays on `*`, beside `bedrock:Retrieve` on the ARN.
    Write it with `aws iam put-role-policy` or `aws iam create-policy-version --set-as-default`; in the AWS CDK,
    `iam.PolicyStatement(actions=["bedrock:Retrieve"], resources=[knowledge_base.attr_knowledge_base_arn])`.

    ## Limits
    AWS Config does not tell the organization's service control and resource control policies, nor does a role tell
    the session policies that it will be assumed with: what only they forbid is still reported.
    The terminal takes the organization's with `check --scp FILE` and `--rcp FILE`.
    Where a condition depends on the request, an Allow counts as a grant and a Deny does not count.
    Resource-based policies, which can let in principals without any policy of their own, are not judged.
    A change of a group or of a managed policy is noticed by the daily pass, a change of the principal at once.
    """

    title = "Roles and users may query only the knowledge bases that their policies name"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-prereq-permissions-general.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html",
    )
    reports = ("AWS::IAM::Role", "AWS::IAM::User")
    nothing_to_judge = "No role or user may query a knowledge base."
    is_global = True
    resource_types = ("AWS::IAM::Role", "AWS::IAM::User")
    collect = iam_account.principals
    read = iam_principals.principal

    allowed_knowledge_bases: Annotated[
        tuple[str, ...],
        Written,
        InPack(),
        "Knowledge bases that may be granted, also by a wildcard; without any, those that a statement names.",
    ] = ()
    allow_region_wildcard: RegionWildcard = True
    allow_wildcard_actions: WildcardActions = False
    ignore_service_linked_roles: ServiceLinked = True

    def judge(self, principal: Principal, /) -> Verdict:
        """Return whether the principal's effective permissions reach only knowledge bases that are named or allowed."""
        terms = Terms(RETRIEVAL, self.allowed_knowledge_bases, self.allow_region_wildcard, self.allow_wildcard_actions)
        return judge_principal(principal, terms, ignore_service_linked=self.ignore_service_linked_roles)


handler = BedrockRetrieveLeastPrivilege.lambda_handler()
