"""Facts about the calls of Amazon Bedrock that AWS CloudTrail records as data events only, and who records them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rules.engine.collector import Action, reads
from rules.facts import bedrock_usage, cloudtrail
from rules.facts.listings import every
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource

PROMPT = "arn:{partition}:bedrock:{region}:{account}:prompt/*"
LATELY = timedelta(days=14)
"""For how long CloudWatch lists a metric that receives no more data."""

AGENT_ALIAS = "AWS::Bedrock::AgentAlias"
ASYNC_INVOKE = "AWS::Bedrock::AsyncInvoke"
FLOW_ALIAS = "AWS::Bedrock::FlowAlias"
GUARDRAIL = "AWS::Bedrock::Guardrail"
INLINE_AGENT = "AWS::Bedrock::InlineAgent"
KNOWLEDGE_BASE = "AWS::Bedrock::KnowledgeBase"
MANTLE_PROJECT = "AWS::BedrockMantle::Project"
MODEL = "AWS::Bedrock::Model"
PROMPT_VERSION = "AWS::Bedrock::PromptVersion"


@dataclass(frozen=True)
class DataEvents:
    """
    The data events of Amazon Bedrock in a Region.

    `used` are the resource types, as event selectors name them, that calls of the account are recorded under.
    """

    resource: Resource
    tags: Mapping[str, str]
    used: tuple[str, ...]
    trails: tuple[cloudtrail.Trail, ...]
    stores: tuple[cloudtrail.EventDataStore, ...]


@reads(
    Action("bedrock:ListAsyncInvokes"),
    Action("bedrock:ListFlows"),
    Action("bedrock:ListPrompts", PROMPT),
    Action("cloudwatch:ListMetrics"),
    uses=(bedrock_usage.usage,),
)
def used_types(aws: Aws) -> tuple[str, ...]:
    """
    Return the resource types of Amazon Bedrock that the account's calls are recorded under as data events.

    InvokeModel, Converse and their streaming forms are management events on the bedrock-runtime endpoint, and data
    events on the bedrock-mantle endpoint. Asynchronous invocations are recorded under two types. Sources:
    https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html
    https://docs.aws.amazon.com/bedrock/latest/userguide/logging-cloudtrail-mantle.html
    """
    usage = bedrock_usage.usage(aws)
    invoked_lately = every(
        aws, "bedrock-runtime", "list_async_invokes", "asyncInvokeSummaries", submitTimeAfter=aws.now - LATELY
    )
    signs = {
        AGENT_ALIAS: usage.agents,
        ASYNC_INVOKE: invoked_lately,
        FLOW_ALIAS: every(aws, "bedrock-agent", "list_flows", "flowSummaries"),
        GUARDRAIL: usage.guardrails,
        INLINE_AGENT: _inline_agents_invoked(aws),
        KNOWLEDGE_BASE: usage.knowledge_bases,
        MODEL: invoked_lately,
        PROMPT_VERSION: every(aws, "bedrock-agent", "list_prompts", "promptSummaries"),
        MANTLE_PROJECT: usage.mantle,
    }
    return tuple(name for name, sign in signs.items() if sign)


@reads(uses=(used_types, cloudtrail.trails, cloudtrail.event_data_stores))
def data_events(aws: Aws) -> tuple[DataEvents, ...]:
    """Return the one fact of the account in this Region."""
    return (
        DataEvents(
            resource=aws.account,
            tags={},
            used=used_types(aws),
            trails=cloudtrail.trails(aws),
            stores=cloudtrail.event_data_stores(aws),
        ),
    )


def _inline_agents_invoked(aws: Aws) -> bool:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-agents-cw-metrics.html
    pages = (
        aws.client("cloudwatch")
        .get_paginator("list_metrics")
        .paginate(
            Namespace="AWS/Bedrock/Agents",
            MetricName="InvocationCount",
            Dimensions=[{"Name": "Operation", "Value": "InvokeInlineAgent"}],
        )
    )
    return any(page["Metrics"] for page in pages)
