from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cli.sandbox import Account, embedded_account
from rules.engine.assessment import assess, verdict_on
from rules.engine.aws import Aws
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.bedrock_agents import AgentVersion, RoutedAgent
from rules.facts.bedrock_flows import FlowVersion, RoutedFlow
from rules.guardrails.bedrock_agent_guardrail_attached import BedrockAgentGuardrailAttached

AGENT = Resource("AWS::Bedrock::Agent", "arn:aws:bedrock:us-east-1:123456789012:agent/A", "support")
FLOW = Resource("AWS::Bedrock::Flow", "arn:aws:bedrock:us-east-1:123456789012:flow/F", "claims")
ROLE = "arn:aws:iam::123456789012:role/ai"


def agent(*versions: AgentVersion) -> RoutedAgent:
    return RoutedAgent(AGENT, {"stage": "test"}, versions)


def flow(*versions: FlowVersion) -> RoutedFlow:
    return RoutedFlow(FLOW, {}, versions)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(
            agent(AgentVersion("2", ("prod",), "abc")),
            compliant("Version 2 (alias prod) has a guardrail."),
            id="version with a guardrail",
        ),
        pytest.param(
            agent(AgentVersion("2", ("canary", "prod"), None)),
            non_compliant("Version 2 (alias canary and prod) has no guardrail."),
            id="version without one",
        ),
        pytest.param(
            agent(AgentVersion("1", ("prod",), None), AgentVersion("2", ("canary",), "abc")),
            non_compliant("Version 1 (alias prod) has no guardrail."),
            id="one version of two without one",
        ),
        pytest.param(
            agent(AgentVersion("DRAFT", (), None)),
            non_compliant("DRAFT (no alias yet) has no guardrail."),
            id="draft without one, and no alias",
        ),
        pytest.param(
            agent(AgentVersion("DRAFT", ("dev",), "abc")),
            compliant("DRAFT (alias dev) has a guardrail."),
            id="alias of a draft with one",
        ),
        pytest.param(
            flow(FlowVersion("3", ("prod",), ("ask",), ())),
            compliant("Every node that invokes a model has a guardrail."),
            id="flow with guardrails",
        ),
        pytest.param(
            flow(FlowVersion("3", ("prod",), ("ask",), ("search", "sum up"))),
            non_compliant("In version 3 (alias prod), nodes without a guardrail: search and sum up."),
            id="flow with nodes without guardrails",
        ),
        pytest.param(
            flow(FlowVersion("DRAFT", (), (), ("ask",))),
            non_compliant("In DRAFT (no alias yet), nodes without a guardrail: ask."),
            id="draft of a flow",
        ),
        pytest.param(
            flow(FlowVersion("DRAFT", (), (), ())),
            out_of_scope("No node of the flow invokes a model."),
            id="flow that invokes no model",
        ),
    ],
)
def test_judges_what_aliases_route_to(found: RoutedAgent | RoutedFlow, verdict: Verdict) -> None:
    assert BedrockAgentGuardrailAttached().judge(found) == verdict


def test_exempts_an_agent_with_the_tag() -> None:
    rule = BedrockAgentGuardrailAttached.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, agent(AgentVersion("1", ("prod",), None))) == not_applicable(
        "Exempt by the tag stage=test."
    )


@pytest.fixture
def account() -> Iterator[Account]:
    with embedded_account() as account:
        bedrock = account.session().client("bedrock-agent")
        bedrock.create_agent(agentName="support", agentResourceRoleArn=ROLE)
        node = {
            "name": "search",
            "type": "KnowledgeBase",
            "configuration": {"knowledgeBase": {"knowledgeBaseId": "KB12345678", "modelId": "amazon.nova-pro-v1:0"}},
        }
        bedrock.create_flow(name="claims", executionRoleArn=ROLE, definition={"nodes": [node], "connections": []})
        yield account


@pytest.mark.parametrize(
    ("given", "judged"), [({}, ["support", "claims"]), ({"checkFlows": "false"}, ["support"])], ids=str
)
def test_reads_flows_only_where_they_are_asked_for(account: Account, given: dict[str, str], judged: list[str]) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    aws = Aws(account.session(), account_id="123456789012", region="us-east-1", now=now)

    assessment = assess(BedrockAgentGuardrailAttached.configured(given), aws)

    assert [one.resource.name for one in assessment.judged] == judged
    assert {one.verdict.compliance for one in assessment.judged} == {"NON_COMPLIANT"}
