"""Rule: bedrock-guardrail-content-filtered."""

from collections.abc import Iterator
from typing import Annotated, Literal

from rules.criteria.guardrails import PROMPT_ATTACK, Fault, Level, content_faults, defects, named
from rules.engine.duties import Severity
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts import bedrock_guardrails
from rules.facts.bedrock_guardrails import Guardrail, GuardrailVersion
from rules.frozen import dataclass

Category = Literal["HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT"]
Modality = Literal["text", "image"]


@dataclass(frozen=True)
class BedrockGuardrailContentFiltered(ChangeRule[Guardrail]):
    """
    Checks if Amazon Bedrock guardrails block harmful content in prompts and responses, and prompt attacks in prompts.

    The rule is NON_COMPLIANT if a filter of the draft or of the newest version is missing, disabled, not blocking or
    too weak.

    ## Why
    Models repeat what they were trained on and follow what they are told.
    A filter that looks at one direction only, or only reports, lets the rest through to your users.

    ## Fix
    Set `inputStrength` and `outputStrength` of every category in `contentPolicyConfig` (UpdateGuardrail), with the
    action `BLOCK` and both directions enabled, and `PROMPT_ATTACK` with an input strength; then publish a version:

        aws bedrock update-guardrail --guardrail-identifier <id> --content-policy-config file://content.json …
        aws bedrock create-guardrail-version --guardrail-identifier <id>

    In the AWS CDK: `bedrock.CfnGuardrail(self, "Guardrail", content_policy_config=…)`, and a `CfnGuardrailVersion`.

    ## Limits
    Older versions than the newest are not judged, although applications may still use them.
    Settings that a guardrail of an earlier time lacks count as their defaults: enabled, blocking, text.
    """

    title = "Guardrails block harmful content in prompts and responses"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-prompt-attack.html",
    )
    reports = ("AWS::Bedrock::Guardrail",)
    resource_types = ("AWS::Bedrock::Guardrail",)
    nothing_to_judge = "This account has no Bedrock guardrails in this Region."
    collect = bedrock_guardrails.guardrails
    read = bedrock_guardrails.guardrail

    categories: Annotated[tuple[Category, ...], "Categories of harmful content that have to be filtered."] = (
        "HATE",
        "INSULTS",
        "SEXUAL",
        "VIOLENCE",
        "MISCONDUCT",
    )
    min_input: Annotated[Level, "Weakest filter of prompts; none does not ask for one."] = "medium"
    min_output: Annotated[Level, "Weakest filter of responses; none does not ask for one."] = "medium"
    min_prompt_attack: Annotated[Level, "Weakest filter of prompt attacks; none does not ask for one."] = "high"
    modalities: Annotated[tuple[Modality, ...], "What the filters of the categories have to look at."] = ("text",)
    require_standard_tier: Annotated[bool, "Whether the filters have to be of the STANDARD tier."] = False

    def judge(self, guardrail: Guardrail, /) -> Verdict:
        """Return whether the guardrail's content filters act in both directions."""
        found = defects(guardrail, self._faults)
        return non_compliant(*found) if found else compliant(f"The content filters of {named(guardrail)} block.")

    def _faults(self, version: GuardrailVersion) -> Iterator[Fault]:
        yield from content_faults(version, (PROMPT_ATTACK,), "input", self.min_prompt_attack, ("text",))
        yield from content_faults(version, self.categories, "input", self.min_input, self.modalities)
        yield from content_faults(version, self.categories, "output", self.min_output, self.modalities)
        if self.require_standard_tier and version.content_tier != "STANDARD":
            yield Fault(5, "the content filters' tier is {}; STANDARD is wanted", version.content_tier)


handler = BedrockGuardrailContentFiltered.lambda_handler()
