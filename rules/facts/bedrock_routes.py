"""Facts about what users of Amazon Bedrock agents and flows reach through aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.collector import reads
from rules.facts import bedrock_agents, bedrock_flows

if TYPE_CHECKING:
    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable
    from rules.facts.bedrock_agents import RoutedAgent
    from rules.facts.bedrock_flows import RoutedFlow


@reads(uses=(bedrock_agents.routed_agents, bedrock_flows.routed_flows))
def routed(aws: Aws, with_flows: bool) -> tuple[RoutedAgent | RoutedFlow | Unreadable, ...]:  # noqa: FBT001 - collectors take positional arguments
    """Return the agents and, `with_flows`, the flows with the versions that their aliases route to."""
    flows = bedrock_flows.routed_flows(aws) if with_flows else ()
    return (*bedrock_agents.routed_agents(aws), *flows)
