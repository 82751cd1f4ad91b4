"""Rule: bedrock-guardrail-pii-filtered."""

from collections.abc import Iterator
from typing import Annotated, Literal

from rules.criteria.guardrails import Direction, Fault, defects, named, pii_faults
from rules.engine.duties import Severity
from rules.engine.parameters import InPack
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts import bedrock_guardrails
from rules.facts.bedrock_guardrails import Guardrail, GuardrailVersion, PiiEntity
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockGuardrailPiiFiltered(ChangeRule[Guardrail]):
    """
    Checks if Amazon Bedrock guardrails block or mask personal information in prompts and responses.

    The rule is NON_COMPLIANT if the draft or the newest version lets a wanted kind of information through.

    ## Why
    What enters a prompt reaches the model, its logs and everybody who may read them, and may come back in a response.

    ## Fix
    List each kind in `piiEntitiesConfig` of `sensitiveInformationPolicyConfig` (UpdateGuardrail), with `BLOCK` or
    `ANONYMIZE` as `inputAction` and `outputAction` and both directions enabled; then publish a version:

        aws bedrock update-guardrail --guardrail-identifier <id> --sensitive-information-policy-config file://pii.json …
        aws bedrock create-guardrail-version --guardrail-identifier <id>

    In the AWS CDK: `bedrock.CfnGuardrail(self, "Guardrail", sensitive_information_policy_config=…)`.

    ## Limits
    Regular expressions of a guardrail are not judged: what they find cannot be told from their text.
    Older versions than the newest are not judged, although applications may still use them.
    Directions that a guardrail of an earlier time does not name have its general action.
    """

    title = "Guardrails block or mask personal information"
    severity = Severity.HIGH
    references = ("https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html",)
    reports = ("AWS::Bedrock::Guardrail",)
    resource_types = ("AWS::Bedrock::Guardrail",)
    nothing_to_judge = "This account has no Bedrock guardrails in this Region."
    collect = bedrock_guardrails.guardrails
    read = bedrock_guardrails.guardrail

    entities: Annotated[
        tuple[PiiEntity, ...], InPack(), "Kinds of personal information that have to be blocked or masked."
    ] = ("CREDIT_DEBIT_CARD_NUMBER", "EMAIL", "PHONE", "US_SOCIAL_SECURITY_NUMBER")
    allowed_actions: Annotated[tuple[Literal["block", "anonymize"], ...], "Actions that count as protection."] = (
        "block",
        "anonymize",
    )
    directions: Annotated[tuple[Direction, ...], "Where it has to be: in prompts (input), in responses (output)."] = (
        "input",
        "output",
    )

    def judge(self, guardrail: Guardrail, /) -> Verdict:
        """Return whether the guardrail keeps the wanted kinds of personal information back."""
        found = defects(guardrail, self._faults)
        if found:
            return non_compliant(*found)
        return compliant(f"The sensitive information filters of {named(guardrail)} act.")

    def _faults(self, version: GuardrailVersion) -> Iterator[Fault]:
        for direction in self.directions:
            yield from pii_faults(version, self.entities, direction, self.allowed_actions)


handler = BedrockGuardrailPiiFiltered.lambda_handler()
