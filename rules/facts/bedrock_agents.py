"""Facts about Amazon Bedrock agents, and the guardrails of the versions that are invoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource, Unreadable
from rules.facts.bedrock_tags import agent_tags
from rules.facts.listings import every, within
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws

AGENT = "arn:{partition}:bedrock:{region}:{account}:agent/*"
GONE = ("ResourceNotFoundException",)
DRAFT = "DRAFT"

TEST_ALIAS = "TSTALIASID"
"""The id of the alias that every agent and flow has from the start; it routes to DRAFT and is meant for tests."""


@dataclass(frozen=True)
class Agent:
    """
    An agent, as its working draft is.

    `key_arn` is the key that it names, `guardrail` the identifier of its guardrail; None where there is none.
    """

    resource: Resource
    tags: Mapping[str, str]
    key_arn: str | None
    guardrail: str | None


@dataclass(frozen=True)
class AgentVersion:
    """A version of an agent that is invoked: by its aliases, or DRAFT while there are none."""

    version: str
    aliases: tuple[str, ...]
    guardrail: str | None


@dataclass(frozen=True)
class RoutedAgent:
    """An agent with the versions of it that are invoked."""

    resource: Resource
    tags: Mapping[str, str]
    versions: tuple[AgentVersion, ...]


@reads(
    Action("bedrock:ListAgents"),
    Action("bedrock:GetAgent", AGENT),
    Action("bedrock:ListTagsForResource", AGENT),
)
def agents(aws: Aws) -> tuple[Agent | Unreadable, ...]:
    """Return every agent of the account and Region (Agents for Amazon Bedrock API, GetAgent)."""
    bedrock = aws.client("bedrock-agent")

    def identify(summary: Mapping[str, Any]) -> Resource:
        arn = aws.arn("bedrock", f"agent/{summary['agentId']}")
        return Resource("AWS::Bedrock::Agent", arn, summary["agentName"], arn)

    def read(summary: Mapping[str, Any]) -> Agent:
        resource = identify(summary)
        agent = bedrock.get_agent(agentId=summary["agentId"])["agent"]
        return Agent(
            resource=resource,
            tags=agent_tags(aws, f"{resource.arn}"),
            key_arn=agent.get("customerEncryptionKeyArn"),
            guardrail=_guardrail(agent),
        )

    summaries = every(aws, "bedrock-agent", "list_agents", "agentSummaries")
    return aws.read_each(summaries, identify, read, gone=GONE)


@reads(
    Action("bedrock:GetAgentVersion", AGENT),
    Action("bedrock:ListAgentAliases", AGENT),
    uses=(agents,),
)
def routed_agents(aws: Aws) -> tuple[RoutedAgent | Unreadable, ...]:
    """Return every agent of the account and Region with the versions that its aliases route to."""
    bedrock = aws.client("bedrock-agent")

    def read(agent: Agent | Unreadable) -> RoutedAgent | Unreadable:
        if isinstance(agent, Unreadable):
            return agent
        agent_id = agent.resource.id.rpartition("/")[2]
        routes: dict[str, list[str]] = {}
        for alias in within(aws, "bedrock-agent", "list_agent_aliases", "agentAliasSummaries", agentId=agent_id):
            if alias["agentAliasId"] != TEST_ALIAS:
                for route in alias.get("routingConfiguration", ()):
                    if version := route.get("agentVersion"):
                        routes.setdefault(version, []).append(alias["agentAliasName"])
        versions = []
        for version, aliases in sorted((routes or {DRAFT: []}).items()):
            if version == DRAFT:
                guardrail = agent.guardrail
            else:
                answer = bedrock.get_agent_version(agentId=agent_id, agentVersion=version)
                guardrail = _guardrail(answer["agentVersion"])
            versions.append(AgentVersion(version, tuple(sorted(aliases)), guardrail))
        return RoutedAgent(agent.resource, agent.tags, tuple(versions))

    return aws.read_each(agents(aws), lambda agent: agent.resource, read, gone=GONE)


def _guardrail(agent: Mapping[str, Any]) -> str | None:
    identifier: str | None = agent.get("guardrailConfiguration", {}).get("guardrailIdentifier")
    return identifier
