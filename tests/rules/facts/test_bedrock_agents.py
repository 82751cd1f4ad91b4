from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_agents
from rules.facts.bedrock_agents import Agent, AgentVersion, RoutedAgent

ROLE = "arn:aws:iam::123456789012:role/agent"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GUARDRAIL = {"guardrailIdentifier": "abcdefghijkl", "guardrailVersion": "1"}


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock-agent")


def made(bedrock: Any, name: str, **settings: Any) -> Resource:
    agent = bedrock.create_agent(agentName=name, agentResourceRoleArn=ROLE, **settings)["agent"]
    return Resource("AWS::Bedrock::Agent", agent["agentArn"], name, agent["agentArn"])


def published(bedrock: Any, agent: Resource, alias: str) -> str:
    """Make the agent's draft a version with an alias, and return its number."""
    agent_id = agent.id.rpartition("/")[2]
    bedrock.prepare_agent(agentId=agent_id)
    answer = bedrock.create_agent_alias(agentId=agent_id, agentAliasName=alias)
    version: str = answer["agentAlias"]["routingConfiguration"][0]["agentVersion"]
    return version


def changed(bedrock: Any, agent: Resource, **settings: Any) -> None:
    bedrock.update_agent(
        agentId=agent.id.rpartition("/")[2],
        agentName=agent.name,
        agentResourceRoleArn=ROLE,
        foundationModel="amazon.nova-pro-v1:0",
        **settings,
    )


def test_reads_agents_with_key_and_guardrail(bedrock: Any, aws: Aws) -> None:
    support = made(
        bedrock,
        "support",
        customerEncryptionKeyArn=KEY,
        guardrailConfiguration=GUARDRAIL,
        tags={"stage": "prod"},
    )
    plain = made(bedrock, "plain")

    agents = {agent.resource.name: agent for agent in bedrock_agents.agents(aws)}

    assert agents == {
        "support": Agent(support, {"stage": "prod"}, KEY, "abcdefghijkl"),
        "plain": Agent(plain, {}, None, None),
    }


def test_the_draft_counts_while_there_is_no_alias_but_the_one_for_tests(bedrock: Any, aws: Aws) -> None:
    support = made(bedrock, "support", guardrailConfiguration=GUARDRAIL, tags={"stage": "prod"})

    assert bedrock_agents.routed_agents(aws) == (
        RoutedAgent(support, {"stage": "prod"}, (AgentVersion("DRAFT", (), "abcdefghijkl"),)),
    )


def test_the_versions_count_that_aliases_route_to_whatever_the_draft_says(bedrock: Any, aws: Aws) -> None:
    support = made(bedrock, "support")
    assert published(bedrock, support, "prod") == "1"
    changed(bedrock, support, guardrailConfiguration=GUARDRAIL)
    assert published(bedrock, support, "canary") == "2"
    bedrock.create_agent_alias(
        agentId=support.id.rpartition("/")[2], agentAliasName="blue", routingConfiguration=[{"agentVersion": "1"}]
    )

    (agent,) = bedrock_agents.routed_agents(aws)

    assert isinstance(agent, RoutedAgent)
    assert [(one.version, sorted(one.aliases), one.guardrail) for one in agent.versions] == [
        ("1", ["blue", "prod"], None),
        ("2", ["canary"], "abcdefghijkl"),
    ]


def test_an_alias_may_route_to_the_draft(bedrock: Any, aws: Aws) -> None:
    support = made(bedrock, "support", guardrailConfiguration=GUARDRAIL)
    bedrock.create_agent_alias(
        agentId=support.id.rpartition("/")[2], agentAliasName="dev", routingConfiguration=[{"agentVersion": "DRAFT"}]
    )

    (agent,) = bedrock_agents.routed_agents(aws)

    assert isinstance(agent, RoutedAgent)
    assert agent.versions == (AgentVersion("DRAFT", ("dev",), "abcdefghijkl"),)


def test_reads_every_page(bedrock: Any, account: Account, aws: Aws) -> None:
    for number in range(3):
        agent = made(bedrock, f"agent-{number}")
        published(bedrock, agent, "prod")
        published(bedrock, agent, "canary")
    account.faults.page_size(1)

    agents = bedrock_agents.routed_agents(aws)

    assert sorted(agent.resource.name for agent in agents) == ["agent-0", "agent-1", "agent-2"]
    versions = [[one.version for one in agent.versions] for agent in agents if isinstance(agent, RoutedAgent)]
    assert versions == [["1", "2"]] * 3


@pytest.mark.parametrize(
    "action",
    [
        "bedrock:GetAgent",
        "bedrock:GetAgentVersion",
        "bedrock:ListAgentAliases",
        "bedrock:ListTagsForResource",
    ],
)
def test_one_agent_that_cannot_be_read_leaves_the_others(bedrock: Any, account: Account, aws: Aws, action: str) -> None:
    support, plain = made(bedrock, "support"), made(bedrock, "plain")
    published(bedrock, support, "prod")
    named = support.id if action == "bedrock:ListTagsForResource" else support.id.rpartition("/")[2]
    account.faults.deny(action, resource=named)

    agents = {agent.resource: agent for agent in bedrock_agents.routed_agents(aws)}

    unreadable = agents[support]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.code == "AccessDeniedException"
    assert isinstance(agents[plain], RoutedAgent)


@pytest.mark.parametrize("action", ["bedrock:GetAgent", "bedrock:ListAgentAliases"])
def test_an_agent_that_was_deleted_since_it_was_listed_is_left_out(
    bedrock: Any, account: Account, aws: Aws, action: str
) -> None:
    support, plain = made(bedrock, "support"), made(bedrock, "plain")
    account.faults.add(Fault("gone", action, resource=support.id.rpartition("/")[2]))

    assert [agent.resource for agent in bedrock_agents.routed_agents(aws)] == [plain]


def test_an_account_without_agents_has_none(aws: Aws) -> None:
    assert bedrock_agents.agents(aws) == ()
    assert bedrock_agents.routed_agents(aws) == ()


def test_a_region_without_agents_has_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:ListAgents"))

    assert bedrock_agents.agents(aws) == ()


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("bedrock:ListAgents")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        bedrock_agents.agents(aws)


def test_declares_the_actions_that_it_uses(bedrock: Any, account: Account, aws: Aws) -> None:
    published(bedrock, made(bedrock, "support"), "prod")
    before = len(account.calls)

    bedrock_agents.agents(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_agents.agents.actions}

    bedrock_agents.routed_agents(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_agents.routed_agents.actions}
