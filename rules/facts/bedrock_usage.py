"""Facts about whether, and how, an account uses Amazon Bedrock in a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.facts.listings import every
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws

GUARDRAILS = "arn:{partition}:bedrock:{region}:{account}:guardrail/*"


@dataclass(frozen=True)
class BedrockUsage:
    """
    What an account has in Amazon Bedrock in a Region.

    `invoked_models` are the ids under which models were invoked in the last two weeks through bedrock-runtime: model
    ids, and ids or ARNs of inference profiles. `mantle` tells that the bedrock-mantle endpoint served requests then.
    The other fields are numbers of things that exist.
    """

    invoked_models: tuple[str, ...] = ()
    mantle: bool = False
    guardrails: int = 0
    agents: int = 0
    knowledge_bases: int = 0
    custom_models: int = 0
    imported_models: int = 0
    inference_profiles: int = 0

    @property
    def evidence(self) -> tuple[str, ...]:
        """
        What speaks for use, in words ("2 guardrails"), the strongest first; empty for an account without any.

        The bedrock-mantle endpoint is left to the rules that ask for it: model invocation logging does not cover it.
        """
        found = (
            (len(self.invoked_models), "model invoked in the last two weeks", "models invoked in the last two weeks"),
            (self.agents, "agent", "agents"),
            (self.knowledge_bases, "knowledge base", "knowledge bases"),
            (self.custom_models, "custom model", "custom models"),
            (self.imported_models, "imported model", "imported models"),
            (self.inference_profiles, "application inference profile", "application inference profiles"),
            (self.guardrails, "guardrail", "guardrails"),
        )
        return tuple(f"{count} {one if count == 1 else many}" for count, one, many in found if count)

    @property
    def in_use(self) -> bool:
        """Whether anything speaks for use."""
        return bool(self.evidence)


@reads(Action("cloudwatch:ListMetrics"))
def invoked_models(aws: Aws) -> tuple[str, ...]:
    """
    Return the ids under which models were invoked in the last two weeks, sorted.

    ListMetrics lists the metrics that received data in the past two weeks, and Amazon Bedrock counts Invocations
    by ModelId (https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html).
    """
    return tuple(
        sorted(
            {
                dimension["Value"]
                for metric in _metrics(aws, "AWS/Bedrock", "Invocations")
                for dimension in metric["Dimensions"]
                if dimension["Name"] == "ModelId"
            }
        )
    )


@reads(Action("cloudwatch:ListMetrics"))
def mantle_invoked(aws: Aws) -> bool:
    """
    Return whether the bedrock-mantle endpoint served a request in the last two weeks.

    It counts Inferences (https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-mantle-metrics.html).
    """
    return any(True for _ in _metrics(aws, "AWS/BedrockMantle", "Inferences"))


@reads(
    Action("bedrock:ListAgents"),
    Action("bedrock:ListCustomModels"),
    Action("bedrock:ListGuardrails", GUARDRAILS),
    Action("bedrock:ListImportedModels"),
    Action("bedrock:ListInferenceProfiles"),
    Action("bedrock:ListKnowledgeBases"),
    uses=(invoked_models, mantle_invoked),
)
def usage(aws: Aws) -> BedrockUsage:
    """Return what the account has in Amazon Bedrock; what the Region does not offer counts as not there."""
    return BedrockUsage(
        invoked_models=invoked_models(aws),
        mantle=mantle_invoked(aws),
        guardrails=len(every(aws, "bedrock", "list_guardrails", "guardrails")),
        agents=len(every(aws, "bedrock-agent", "list_agents", "agentSummaries")),
        knowledge_bases=len(every(aws, "bedrock-agent", "list_knowledge_bases", "knowledgeBaseSummaries")),
        custom_models=len(every(aws, "bedrock", "list_custom_models", "modelSummaries", isOwned=True)),
        imported_models=len(every(aws, "bedrock", "list_imported_models", "modelSummaries")),
        inference_profiles=len(
            every(aws, "bedrock", "list_inference_profiles", "inferenceProfileSummaries", typeEquals="APPLICATION")
        ),
    )


def _metrics(aws: Aws, namespace: str, name: str) -> Iterator[Mapping[str, Any]]:
    pages = aws.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace=namespace, MetricName=name)
    return (metric for page in pages for metric in page["Metrics"])
