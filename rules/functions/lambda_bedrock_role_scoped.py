"""Rule: lambda-bedrock-role-scoped."""

from typing import Annotated

from rules.criteria.execution_roles import role_defects
from rules.criteria.least_privilege import Terms, Written, limits
from rules.engine.duties import Severity
from rules.engine.parameters import InPack, Matching
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.facts import lambda_functions
from rules.facts.lambda_functions import Function
from rules.frozen import dataclass
from rules.permissions.document import shown
from rules.permissions.domains import MODEL_INVOCATION


@dataclass(frozen=True)
class LambdaBedrockRoleScoped(ChangeRule[Function]):
    """
    Checks if AWS Lambda functions that can call Amazon Bedrock models have roles for that and nothing broader.

    The rule is NON_COMPLIANT if the execution role reaches models that no statement names, may do more in Amazon
    Bedrock, or is like an administrator.

    ## Why
    A prompt can talk a model into asking its function for anything, and the function may do whatever its role may.
    With exactly the permissions that it needs, a hijacked function can call one model and nothing else.

    ## Fix
    Name models and actions in the statement that the annotation points to:

        {"Effect": "Allow", "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
         "Resource": "arn:aws:bedrock:*::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"}

    `bedrock:ApplyGuardrail` and `bedrock:Retrieve` are fine on ARNs as well. Give administration to another role, with
    `aws lambda update-function-configuration --role <role ARN>`; in the AWS CDK, `lambda_.Function(role=…)`.

    ## Limits
    The function is judged as it is unpublished: published versions keep the role that they were published with.
    The role is judged as by bedrock-invoke-least-privilege, with its limits; the daily pass notices its changes.
    Functions that hand their work to an agent or a flow, and cannot invoke a model themselves, are not in scope.
    """

    title = "Functions that call models have roles for that and nothing broader"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/security_iam_id-based-policy-examples.html",
    )
    reports = ("AWS::Lambda::Function",)
    nothing_to_judge = "No function in this Region can call Amazon Bedrock models."
    resource_types = ("AWS::Lambda::Function",)
    collect = lambda_functions.functions
    read = lambda_functions.function

    allowed_models: Annotated[
        tuple[str, ...],
        Written,
        InPack("AllowedModels"),
        "Models that may be granted, also by a wildcard within them; without any, those that a statement names.",
    ] = ()
    allowed_actions: Annotated[
        tuple[str, ...],
        Matching(r"bedrock(-mantle)?:[A-Za-z*?]+", "Amazon Bedrock actions such as bedrock:InvokeAgent"),
        "Other Amazon Bedrock actions that functions may have, with * and ? as in policies.",
    ] = ()

    def judge(self, function: Function, /) -> Verdict:
        """Return whether the execution role may call models and do nothing else of Amazon Bedrock."""
        access = function.model_access
        if function.role is None:
            return out_of_scope("The execution role no longer exists, so the function cannot call a model.")
        if not access.allowed:
            return out_of_scope("The execution role is not allowed to invoke a model.")
        models, actions = self.allowed_models, self.allowed_actions
        defects = role_defects(function.role, access, allowed_models=models, allowed_actions=actions)
        if not defects:
            return compliant(limits(access, Terms(MODEL_INVOCATION, models)))
        first, *others = (defect.sentence for defect in defects)
        return non_compliant(f"Role {shown(function.role.resource.name)}: {first}", *others)


handler = LambdaBedrockRoleScoped.lambda_handler()
