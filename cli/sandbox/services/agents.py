"""Amazon Bedrock agents: agents, their versions, aliases, action groups and knowledge bases."""

from typing import Any, Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.agent_tags import REASON, tag, untag
from cli.sandbox.shelves import Record, Shelf, shown

UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
DRAFT: Final = "DRAFT"
TEST_ALIAS: Final = "TSTALIASID"

AGENTS: Final = Shelf("bedrock-agent", "agent", ("agentId",), wrapper="agent")
VERSIONS: Final = Shelf(
    "bedrock-agent", "agent version", ("version",), within=("agentId",), aliases={"agentVersion": "version"}
)
ALIASES: Final = Shelf("bedrock-agent", "agent alias", ("agentAliasId",), within=("agentId",), wrapper="agentAlias")
KNOWLEDGE: Final = Shelf(
    "bedrock-agent",
    "knowledge base of an agent",
    ("knowledgeBaseId",),
    within=("agentId", "agentVersion"),
    wrapper="agentKnowledgeBase",
)
ACTIONS: Final = Shelf(
    "bedrock-agent",
    "action group",
    ("actionGroupId", "actionGroupName"),
    within=("agentId", "agentVersion"),
    wrapper="agentActionGroup",
)


def create_agent(call: Call) -> Result:
    """Create the working draft of an agent, with the alias for tests that AWS adds."""
    taken = [agent["agentName"] for agent in AGENTS.records(call).values()]
    if call.params["agentName"] in taken:
        raise AwsError("ConflictException", f"The agent {call.params['agentName']} exists already.")
    agent_id = random_id(10, UPPER)
    role = f"arn:{call.partition}:iam::{call.account_id}:role/AmazonBedrockExecutionRoleForAgents_{agent_id}"
    record = {
        "idleSessionTTLInSeconds": 600,
        "agentResourceRoleArn": role,
        "orchestrationType": "DEFAULT",
        "agentCollaboration": "DISABLED",
        **call.params,
        "agentId": agent_id,
        "agentArn": call.arn(f"agent/{agent_id}"),
        "agentVersion": DRAFT,
        "agentStatus": "NOT_PREPARED",
        "createdAt": call.now,
        "updatedAt": call.now,
    }
    tag(call, record["agentArn"], call.params.get("tags"))
    AGENTS.put(call, record)
    _put_alias(call, agent_id, TEST_ALIAS, {"agentAliasName": "AgentTestAlias"}, DRAFT)
    return AGENTS.answer(call, record)


def list_agents(call: Call) -> Result:
    """Return the agents with the numbers of their newest versions."""
    versions = list(VERSIONS.records(call).values())
    records = [
        agent | {"latestAgentVersion": _newest(versions, agent["agentId"])} for agent in AGENTS.records(call).values()
    ]
    return AGENTS.listing(call, records)


@operation("bedrock-agent", "UpdateAgent")
def update_agent(call: Call) -> Result:
    """Put another working draft in the place of the old one; what is not given is gone."""
    before = AGENTS.find(call, call.params["agentId"])
    kept = (
        "agentId",
        "agentArn",
        "agentVersion",
        "createdAt",
        "idleSessionTTLInSeconds",
        "agentCollaboration",
        "newest",
    )
    record = {name: before[name] for name in kept if name in before} | call.params
    return AGENTS.answer(call, AGENTS.put(call, record | {"agentStatus": "NOT_PREPARED", "updatedAt": call.now}))


@operation("bedrock-agent", "PrepareAgent")
def prepare_agent(call: Call) -> Result:
    """Make the working draft ready to be tested, and to become a version."""
    record = AGENTS.find(call, call.params["agentId"])
    record |= {"agentStatus": "PREPARED", "preparedAt": call.now}
    return shown(call.operation.output_shape, record)


def delete_agent(call: Call) -> Result:
    """Delete an agent with everything that belongs to it."""
    record = AGENTS.remove(call, call.params["agentId"])
    untag(call, record["agentArn"])
    for shelf in (VERSIONS, ALIASES, KNOWLEDGE, ACTIONS):
        shelf.forget(call, agentId=record["agentId"])
    return {"agentId": record["agentId"], "agentStatus": "DELETING"}


@operation("bedrock-agent", "GetAgentVersion")
def get_agent_version(call: Call) -> Result:
    """Return a numbered version; the working draft is GetAgent's."""
    record = VERSIONS.find(call, call.params["agentVersion"])
    return {"agentVersion": shown(call.operation.output_shape.members["agentVersion"], record)}


@operation("bedrock-agent", "ListAgentVersions")
def list_agent_versions(call: Call) -> Result:
    """Return the working draft and all numbered versions of an agent."""
    agent = AGENTS.find(call, call.params["agentId"])
    records = [{**agent, "version": DRAFT}, *VERSIONS.inside(call)]
    return VERSIONS.listing(call, records)


@operation("bedrock-agent", "DeleteAgentVersion")
def delete_agent_version(call: Call) -> Result:
    """Delete a numbered version."""
    VERSIONS.remove(call, call.params["agentVersion"])
    return {"agentId": call.params["agentId"], "agentVersion": call.params["agentVersion"], "agentStatus": "DELETING"}


@operation("bedrock-agent", "CreateAgentAlias")
def create_agent_alias(call: Call) -> Result:
    """Create an alias of a version; without one, the working draft becomes the next version."""
    agent = AGENTS.find(call, call.params["agentId"])
    routed = call.params.get("routingConfiguration")
    version = routed[0]["agentVersion"] if routed else _freeze(call, agent)
    if version != DRAFT:
        VERSIONS.find(call, version)
    record = _put_alias(call, agent["agentId"], random_id(10, UPPER), call.params, version)
    tag(call, record["agentAliasArn"], call.params.get("tags"))
    return ALIASES.answer(call, record)


@operation("bedrock-agent", "AssociateAgentKnowledgeBase")
def associate_agent_knowledge_base(call: Call) -> Result:
    """Let an agent's draft use a knowledge base."""
    AGENTS.find(call, call.params["agentId"])
    record = {"knowledgeBaseState": "ENABLED", **call.params, "createdAt": call.now, "updatedAt": call.now}
    return KNOWLEDGE.answer(call, KNOWLEDGE.put(call, record))


@operation("bedrock-agent", "CreateAgentActionGroup")
def create_agent_action_group(call: Call) -> Result:
    """Give an agent's draft something that it can do."""
    AGENTS.find(call, call.params["agentId"])
    record = {
        "actionGroupState": "ENABLED",
        **call.params,
        "actionGroupId": random_id(10, UPPER),
        "createdAt": call.now,
        "updatedAt": call.now,
    }
    return ACTIONS.answer(call, ACTIONS.put(call, record))


AGENTS.registers("CreateAgent", create_agent, amends=REASON)
AGENTS.registers("DeleteAgent", delete_agent, amends=REASON)
AGENTS.registers("ListAgents", list_agents, amends=REASON)
AGENTS.serves_get("GetAgent", "agentId", amends=REASON)
ALIASES.serves_get("GetAgentAlias", "agentAliasId")
ALIASES.serves_list("ListAgentAliases")
ALIASES.serves_update("UpdateAgentAlias", "agentAliasId")
ALIASES.serves_delete("DeleteAgentAlias", "agentAliasId", agentAliasStatus="DELETING")
KNOWLEDGE.serves_get("GetAgentKnowledgeBase", "knowledgeBaseId")
KNOWLEDGE.serves_list("ListAgentKnowledgeBases")
KNOWLEDGE.serves_update("UpdateAgentKnowledgeBase", "knowledgeBaseId")
KNOWLEDGE.serves_delete("DisassociateAgentKnowledgeBase", "knowledgeBaseId")
ACTIONS.serves_get("GetAgentActionGroup", "actionGroupId")
ACTIONS.serves_list("ListAgentActionGroups")
ACTIONS.serves_update("UpdateAgentActionGroup", "actionGroupId")
ACTIONS.serves_delete("DeleteAgentActionGroup", "actionGroupId")


def _put_alias(call: Call, agent_id: str, alias_id: str, described: dict[str, Any], version: str) -> Record:
    record = {
        **described,
        "agentId": agent_id,
        "agentAliasId": alias_id,
        "agentAliasArn": call.arn(f"agent-alias/{agent_id}/{alias_id}"),
        "routingConfiguration": [{"agentVersion": version}],
        "agentAliasStatus": "PREPARED",
        "createdAt": call.now,
        "updatedAt": call.now,
    }
    return ALIASES.put(call, record)


def _freeze(call: Call, agent: Record) -> str:
    """Return the number of the version that the agent's working draft became."""
    if agent["agentStatus"] != "PREPARED":
        raise AwsError("ValidationException", f"The agent {agent['agentId']} is not prepared.")
    number = agent["newest"] = agent.get("newest", 0) + 1
    frozen = {**agent, "version": str(number), "createdAt": call.now, "updatedAt": call.now}
    VERSIONS.put(call, frozen)
    for shelf in (KNOWLEDGE, ACTIONS):
        for record in list(shelf.records(call).values()):
            if (record["agentId"], record["agentVersion"]) == (agent["agentId"], DRAFT):
                shelf.put(call, {**record, "agentVersion": str(number)})
    return str(number)


def _newest(versions: list[Record], agent_id: str) -> str:
    numbers = [int(record["version"]) for record in versions if record["agentId"] == agent_id]
    return str(max(numbers)) if numbers else DRAFT
