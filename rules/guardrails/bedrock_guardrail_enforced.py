"""Rule: bedrock-guardrail-enforced."""

from typing import Annotated, Literal

from rules.criteria.enforcement import enforcement_defect, unguarded
from rules.engine.duties import Severity
from rules.engine.parameters import InPack
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable
from rules.facts import bedrock_enforcement
from rules.facts.bedrock_enforcement import GuardrailEnforcement
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockGuardrailEnforced(PeriodicRule[GuardrailEnforcement]):
    """
    Checks if nobody can invoke Amazon Bedrock models around guardrails, in accounts that use Amazon Bedrock.

    The rule is NON_COMPLIANT if neither the account enforces a guardrail on all models, nor do the policies of every
    role and user demand one.

    ## Why
    A guardrail that each application has to remember protects only the applications that do.

    ## Fix
    Enforce a published version for the whole account (PutEnforcedGuardrailConfiguration), without `excludedModels`:

        aws bedrock put-enforced-guardrail-configuration --guardrail-inference-config file://enforced.json

    Or deny invocations that name no guardrail, or another one than yours, in every policy:

        {"Effect": "Deny", "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"], "Resource": "*",
         "Condition": {"StringNotLike": {"bedrock:GuardrailIdentifier": "arn:aws:bedrock:*:*:guardrail/<id>:*"}}}

    In the AWS CDK: `bedrock.CfnEnforcedGuardrailConfiguration(self, "Enforced", …)`.

    ## Limits
    Batch jobs and Bedrock Mantle know no such condition: who may use them gets around guardrails that only policies
    demand. Which guardrail a policy demands is not judged. Guardrails that an organization enforces are not visible to
    an account. Policies of the organization count only where they were given. Service-linked roles are left out.
    """

    title = "Guardrails are enforced on model invocations"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-enforcements.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html",
    )
    reports = ("AWS::::Account",)
    nothing_to_judge = "This account does not use Amazon Bedrock in this Region."
    collect = bedrock_enforcement.enforcement

    mode: Annotated[
        Literal["any", "account", "iam"],
        InPack(),
        "What makes guardrails unavoidable: the account's enforcement, the policies of all principals, or any of both.",
    ] = "any"
    require_comprehensive: Annotated[
        bool, "Whether an enforced guardrail has to look at everything, not only at what callers mark."
    ] = False

    def judge(self, account: GuardrailEnforcement, /) -> Verdict:
        """Return whether a model can be invoked around guardrails."""
        if not account.usage.in_use:
            return not_applicable("This account does not use Amazon Bedrock in this Region.")
        defects: list[str] = []
        if self.mode != "iam":
            for enforced in account.enforced:
                defect = enforcement_defect(enforced, require_comprehensive=self.require_comprehensive)
                if defect is None:
                    name = f"guardrail {enforced.guardrail} in version {enforced.version}"
                    return compliant(f"The account enforces {name} on all models.")
                defects.append(defect)
            defects = defects or ["The account enforces no guardrail."]
        if self.mode != "account":
            around = unguarded(account.principals)
            if not around:
                return compliant("No role or user may invoke a model without a guardrail.")
            defects.append(f"Policies let these invoke models without a guardrail: {listed(around)}.")
        return non_compliant(*defects)


handler = BedrockGuardrailEnforced.lambda_handler()
