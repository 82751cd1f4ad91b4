"""Rule: sagemaker-invoke-least-privilege."""

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
from rules.permissions.domains import ENDPOINT_INVOCATION


@dataclass(frozen=True)
class SageMakerInvokeLeastPrivilege(ChangeRule[Principal]):
    """
    Checks if IAM roles and users may invoke only the Amazon SageMaker AI endpoints that their policies name.

    The rule is NON_COMPLIANT if effective permissions reach an endpoint that no statement names, or grant invocation
    through an action that allows more.

    ## Why
    An endpoint serves a model to everybody who may invoke it.
    A principal that may invoke any endpoint reaches models that were trained on data which it must not see.

    ## Fix
    Name the endpoints in the statement that the annotation points to, and the invocation actions as well:

        {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint",
         "Resource": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/claims"}

    Write it with `aws iam put-role-policy` or `aws iam create-policy-version --set-as-default`; in the AWS CDK,
    `endpoint.grant_invoke(role)`.

    ## Limits
    AWS Config does not tell the organization's service control and resource control policies, nor does a role tell
    the session policies that it will be assumed with: what only they forbid is still reported.
    The terminal takes the organization's with `check --scp FILE` and `--rcp FILE`.
    Where a condition depends on the request, an Allow counts as a grant and a Deny does not count.
    Resource-based policies, which can let in principals without any policy of their own, are not judged.
    A change of a group or of a managed policy is noticed by the daily pass, a change of the principal at once.
    """

    title = "Roles and users may invoke only the endpoints that their policies name"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html",
    )
    reports = ("AWS::IAM::Role", "AWS::IAM::User")
    nothing_to_judge = "No role or user may invoke an endpoint."
    is_global = True
    resource_types = ("AWS::IAM::Role", "AWS::IAM::User")
    collect = iam_account.principals
    read = iam_principals.principal

    allowed_endpoints: Annotated[
        tuple[str, ...],
        Written,
        InPack(),
        "Endpoints that may be granted, also by a wildcard within them; without any, those that a statement names.",
    ] = ()
    allow_region_wildcard: RegionWildcard = True
    allow_wildcard_actions: WildcardActions = False
    ignore_service_linked_roles: ServiceLinked = True

    def judge(self, principal: Principal, /) -> Verdict:
        """Return whether the principal's effective permissions reach only endpoints that are named or allowed."""
        terms = Terms(
            ENDPOINT_INVOCATION, self.allowed_endpoints, self.allow_region_wildcard, self.allow_wildcard_actions
        )
        return judge_principal(principal, terms, ignore_service_linked=self.ignore_service_linked_roles)


handler = SageMakerInvokeLeastPrivilege.lambda_handler()
