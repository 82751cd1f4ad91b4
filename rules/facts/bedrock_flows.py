"""Facts about Amazon Bedrock flows, and the guardrails of their nodes."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource, Unreadable
from rules.facts.bedrock_agents import DRAFT, TEST_ALIAS
from rules.facts.bedrock_prompts import named_key
from rules.facts.bedrock_tags import agent_tags
from rules.facts.listings import every, within
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws

FLOW = "arn:{partition}:bedrock:{region}:{account}:flow/*"
GONE = ("ResourceNotFoundException",)


@dataclass(frozen=True)
class Flow:
    """A flow; `key_arn` is the key that it names, None when it names none."""

    resource: Resource
    tags: Mapping[str, str]
    key_arn: str | None


@dataclass(frozen=True)
class FlowVersion:
    """
    A version of a flow that is invoked: by its aliases, or DRAFT while there are none.

    `guarded` and `unguarded` are the nodes that invoke a model, with and without a guardrail of their own.
    """

    version: str
    aliases: tuple[str, ...]
    guarded: tuple[str, ...]
    unguarded: tuple[str, ...]


@dataclass(frozen=True)
class RoutedFlow:
    """A flow with the versions of it that are invoked."""

    resource: Resource
    tags: Mapping[str, str]
    versions: tuple[FlowVersion, ...]


@reads(
    Action("bedrock:ListFlows"),
    Action("bedrock:GetFlow", FLOW),
    Action("bedrock:ListTagsForResource", FLOW),
)
def flows(aws: Aws) -> tuple[Flow | Unreadable, ...]:
    """Return every flow of the account and Region (Agents for Amazon Bedrock API, GetFlow)."""
    bedrock = aws.client("bedrock-agent")

    def read(summary: Mapping[str, Any]) -> Flow:
        return Flow(
            resource=_resource(summary),
            tags=agent_tags(aws, summary["arn"]),
            key_arn=named_key(lambda **data: bedrock.get_flow(flowIdentifier=summary["arn"], **data)),
        )

    return aws.read_each(_summaries(aws), _resource, read, gone=GONE)


@reads(
    Action("bedrock:ListFlows"),
    Action("bedrock:GetFlow", FLOW),
    Action("bedrock:GetFlowVersion", FLOW),
    Action("bedrock:ListFlowAliases", FLOW),
    Action("bedrock:ListTagsForResource", FLOW),
)
def routed_flows(aws: Aws) -> tuple[RoutedFlow | Unreadable, ...]:
    """Return every flow of the account and Region with the versions that its aliases route to."""
    bedrock = aws.client("bedrock-agent")

    def read(summary: Mapping[str, Any]) -> RoutedFlow:
        arn = summary["arn"]
        routes: dict[str, list[str]] = {}
        for alias in within(aws, "bedrock-agent", "list_flow_aliases", "flowAliasSummaries", flowIdentifier=arn):
            if alias["id"] != TEST_ALIAS:
                for route in alias["routingConfiguration"]:
                    routes.setdefault(route["flowVersion"], []).append(alias["name"])
        versions = []
        for version, aliases in sorted((routes or {DRAFT: []}).items()):
            if version == DRAFT:
                definition = bedrock.get_flow(flowIdentifier=arn).get("definition", {})
            else:
                definition = bedrock.get_flow_version(flowIdentifier=arn, flowVersion=version).get("definition", {})
            guarded, unguarded = _nodes(definition)
            versions.append(FlowVersion(version, tuple(sorted(aliases)), guarded, unguarded))
        return RoutedFlow(_resource(summary), agent_tags(aws, arn), tuple(versions))

    return aws.read_each(_summaries(aws), _resource, read, gone=GONE)


def _summaries(aws: Aws) -> list[Mapping[str, Any]]:
    return every(aws, "bedrock-agent", "list_flows", "flowSummaries")


def _nodes(definition: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = sorted(_invoking(definition), key=itemgetter(0))
    guarded = tuple(name for name, guardrail in found if guardrail)
    return guarded, tuple(name for name, guardrail in found if not guardrail)


def _invoking(definition: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield the nodes that invoke a model themselves, those inside loops too, each with its guardrail."""
    for node in definition.get("nodes", ()):
        configuration = node.get("configuration", {})
        prompt, knowledge_base = configuration.get("prompt"), configuration.get("knowledgeBase")
        if prompt is not None:
            yield node["name"], _guardrail(prompt)
        # Without a model the node returns what it found and generates nothing.
        if knowledge_base is not None and knowledge_base.get("modelId"):
            yield node["name"], _guardrail(knowledge_base)
        if loop := configuration.get("loop"):
            yield from _invoking(loop["definition"])


def _guardrail(configuration: Mapping[str, Any]) -> str | None:
    identifier: str | None = configuration.get("guardrailConfiguration", {}).get("guardrailIdentifier")
    return identifier


def _resource(summary: Mapping[str, Any]) -> Resource:
    return Resource("AWS::Bedrock::Flow", summary["arn"], summary["name"], summary["arn"])
