"""Rule: bedrock-guardrail-grounded."""

from collections.abc import Iterator
from typing import Annotated

from rules.criteria.guardrails import Fault, defects, grounding_faults, named
from rules.engine.duties import Severity
from rules.engine.parameters import Between, Tag
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.facts import bedrock_guardrails
from rules.facts.bedrock_guardrails import Guardrail, GuardrailVersion
from rules.frozen import dataclass

SERVES_RETRIEVAL = Tag("rag", "true")


@dataclass(frozen=True)
class BedrockGuardrailGrounded(ChangeRule[Guardrail]):
    """
    Checks if Amazon Bedrock guardrails that are tagged as serving retrieval block ungrounded and irrelevant responses.

    The rule is NON_COMPLIANT if the draft or the newest version lacks a filter, or has one below its threshold.

    ## Why
    Users take an answer with sources for true.
    Without a threshold, what the model makes up beside the retrieved text reaches them all the same.

    ## Fix
    Set the thresholds of `GROUNDING` and `RELEVANCE` in `contextualGroundingPolicyConfig` (UpdateGuardrail), with the
    action `BLOCK`; then publish a version:

        aws bedrock update-guardrail --guardrail-identifier <id> --contextual-grounding-policy-config file://rag.json …
        aws bedrock create-guardrail-version --guardrail-identifier <id>

    In the AWS CDK: `bedrock.CfnGuardrail(self, "Guardrail", contextual_grounding_policy_config=…)`.

    ## Limits
    Which guardrails serve retrieval only their tags tell; others are not judged.
    The filters act only on calls that pass a grounding source.
    """

    title = "Guardrails for retrieval block ungrounded responses"
    severity = Severity.MEDIUM
    references = ("https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html",)
    reports = ("AWS::Bedrock::Guardrail",)
    resource_types = ("AWS::Bedrock::Guardrail",)
    nothing_to_judge = "No Bedrock guardrail of this account and Region is tagged as serving retrieval."
    collect = bedrock_guardrails.tagged_guardrails
    read = bedrock_guardrails.tagged_guardrail

    min_grounding: Annotated[float, Between(0, 0.99), "Least grounding threshold; 0 does not ask for one."] = 0.7
    min_relevance: Annotated[float, Between(0, 0.99), "Least relevance threshold; 0 does not ask for one."] = 0.7
    only_tagged: Annotated[Tag, "The tag of guardrails that serve retrieval."] = SERVES_RETRIEVAL

    def judge(self, guardrail: Guardrail, /) -> Verdict:
        """Return whether the guardrail holds responses to what was retrieved."""
        if not self.only_tagged.on(guardrail.tags):
            return out_of_scope(f"The guardrail does not have the tag {self.only_tagged}.")
        found = defects(guardrail, self._faults)
        if found:
            return non_compliant(*found)
        return compliant(f"The contextual grounding filters of {named(guardrail)} block.")

    def _faults(self, version: GuardrailVersion) -> Iterator[Fault]:
        yield from grounding_faults(version, "GROUNDING", self.min_grounding)
        yield from grounding_faults(version, "RELEVANCE", self.min_relevance)


handler = BedrockGuardrailGrounded.lambda_handler()
