import pytest

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.facts import bedrock_agents, bedrock_flows
from rules.facts.bedrock_routes import routed

ROLE = "arn:aws:iam::123456789012:role/ai"


@pytest.mark.parametrize(("with_flows", "names"), [(True, ["support", "claims"]), (False, ["support"])], ids=str)
def test_returns_agents_and_where_asked_for_flows(
    account: Account, aws: Aws, with_flows: bool, names: list[str]
) -> None:
    bedrock = account.session().client("bedrock-agent")
    bedrock.create_agent(agentName="support", agentResourceRoleArn=ROLE)
    bedrock.create_flow(name="claims", executionRoleArn=ROLE)

    assert [one.resource.name for one in routed(aws, with_flows)] == names


def test_needs_what_both_readings_need() -> None:
    assert routed.actions == bedrock_agents.routed_agents.actions | bedrock_flows.routed_flows.actions
