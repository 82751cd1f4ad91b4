"""Rule: bedrock-invoke-least-privilege."""

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
from rules.permissions.domains import MODEL_INVOCATION


@dataclass(frozen=True)
class BedrockInvokeLeastPrivilege(ChangeRule[Principal]):
    """
    Checks if IAM roles and users may invoke only the Amazon Bedrock models that their policies name.

    The rule is NON_COMPLIANT if effective permissions reach a model that no statement names, or grant invocation
    through an action that allows more.

    ## Why
    A principal that may invoke any model can run up the bill of the most expensive one, use models that nobody has
    assessed, and reach every model that the account will ever have.

    ## Fix
    Name the models in the statement that the annotation points to, and the invocation actions as well:

        {"Effect": "Allow", "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
         "Resource": "arn:aws:bedrock:*::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"}

    An inference profile needs its own ARN and those of its models. A permissions boundary limits what policies grant.
    Write it with `aws iam put-role-policy` or `aws iam create-policy-version --set-as-default`; in the AWS CDK,
    `bedrock.FoundationModel.from_foundation_model_id(…)` and `iam.PolicyStatement(resources=[model.model_arn])`.

    ## Limits
    The organization's service and resource control policies, and the session policies that a role will be assumed with,
    are not known: what only they forbid is reported. `check --scp FILE` and `--rcp FILE` take the organization's.
    Where a condition depends on the request, an Allow counts as a grant and a Deny does not count. Only one that names
    the model, such as `bedrock:InferenceProfileArn` or `bedrock-mantle:Model`, makes a wildcard specific; the models
    that one on `bedrock-mantle:Model` names are not held against `allowedModels`.
    Resource-based policies, which can let in principals without any policy of their own, are not judged.
    A change of a group or of a managed policy is noticed by the daily pass, a change of the principal at once.
    """

    title = "Roles and users may invoke only the models that their policies name"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/security_iam_id-based-policy-examples.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html",
    )
    reports = ("AWS::IAM::Role", "AWS::IAM::User")
    nothing_to_judge = "No role or user may invoke a model."
    is_global = True
    resource_types = ("AWS::IAM::Role", "AWS::IAM::User")
    collect = iam_account.principals
    read = iam_principals.principal

    allowed_models: Annotated[
        tuple[str, ...],
        Written,
        InPack("AllowedModels"),
        "Models that may be granted, also by a wildcard within them; without any, those that a statement names.",
    ] = ()
    allow_region_wildcard: RegionWildcard = True
    allow_wildcard_actions: WildcardActions = False
    ignore_service_linked_roles: ServiceLinked = True

    def judge(self, principal: Principal, /) -> Verdict:
        """Return whether the principal's effective permissions reach only models that are named or allowed."""
        terms = Terms(MODEL_INVOCATION, self.allowed_models, self.allow_region_wildcard, self.allow_wildcard_actions)
        return judge_principal(principal, terms, ignore_service_linked=self.ignore_service_linked_roles)


handler = BedrockInvokeLeastPrivilege.lambda_handler()
