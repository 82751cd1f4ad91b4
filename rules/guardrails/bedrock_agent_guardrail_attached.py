"""Rule: bedrock-agent-guardrail-attached."""

from collections.abc import Iterable
from typing import Annotated

from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.resource import Unreadable
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, out_of_scope
from rules.facts import bedrock_routes
from rules.facts.bedrock_agents import DRAFT, AgentVersion, RoutedAgent
from rules.facts.bedrock_flows import FlowVersion, RoutedFlow
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockAgentGuardrailAttached(PeriodicRule[RoutedAgent | RoutedFlow]):
    """
    Checks if the versions of Amazon Bedrock agents and flows that aliases route to have guardrails.

    The rule is NON_COMPLIANT if such a version of an agent, or a node of a flow that invokes a model, has none. Without
    an alias of its own, the draft counts.

    ## Why
    An agent acts on what a model says, with tools and permissions of its own.
    A guardrail on the draft protects nobody while an alias sends users to an older version without one.

    ## Fix
    Set `guardrailConfiguration` (UpdateAgent), prepare the agent, and point its alias to the new version; for flows,
    set it in each prompt node and each knowledge base node that has a model (UpdateFlow), and publish a version:

        aws bedrock-agent update-agent --agent-id <id> --guardrail-configuration guardrailIdentifier=<id>,… …
        aws bedrock-agent update-agent-alias --agent-id <id> --agent-alias-id <id> …

    In the AWS CDK: `bedrock.CfnAgent(self, "Agent", guardrail_configuration=…)`.

    ## Limits
    What the guardrail filters is judged by the rules on guardrails.
    Guardrails that the account enforces on all model invocations are not counted here.
    """

    title = "Agents and flows in use have guardrails"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/agents-guardrail.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/flows-guardrails.html",
    )
    reports = ("AWS::Bedrock::Agent", "AWS::Bedrock::Flow")
    nothing_to_judge = "This account has no Bedrock agents, nor flows that invoke models, in this Region."
    collect = bedrock_routes.routed

    check_flows: Annotated[bool, "Whether flows are judged too."] = True

    def facts(self, aws: Aws) -> Iterable[RoutedAgent | RoutedFlow | Unreadable]:
        """Return the agents and, where asked for, the flows."""
        return self.collect(aws, self.check_flows)

    def judge(self, found: RoutedAgent | RoutedFlow, /) -> Verdict:
        """Return whether everything that users reach goes through a guardrail."""
        if isinstance(found, RoutedAgent):
            bare = [one for one in found.versions if one.guardrail is None]
            if bare:
                return non_compliant(*(f"{_capital(_called(one))} has no guardrail." for one in bare))
            return compliant(*(f"{_capital(_called(one))} has a guardrail." for one in found.versions))
        if not any(version.guarded or version.unguarded for version in found.versions):
            return out_of_scope("No node of the flow invokes a model.")
        gaps = [(_called(one), listed(one.unguarded)) for one in found.versions if one.unguarded]
        if gaps:
            return non_compliant(*(f"In {version}, nodes without a guardrail: {nodes}." for version, nodes in gaps))
        return compliant("Every node that invokes a model has a guardrail.")


def _called(one: AgentVersion | FlowVersion) -> str:
    name = one.version if one.version == DRAFT else f"version {one.version}"
    return f"{name} (alias {listed(one.aliases)})" if one.aliases else f"{name} (no alias yet)"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


handler = BedrockAgentGuardrailAttached.lambda_handler()
