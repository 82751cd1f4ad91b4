"""Facts about who is told when Amazon Bedrock is changed, or in trouble."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource, Unreadable
from rules.facts import alarms, bedrock_usage, cloudtrail, event_rules, metric_filters
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules.engine.aws import Aws
    from rules.facts.alarms import Alarms
    from rules.facts.bedrock_usage import BedrockUsage
    from rules.facts.cloudtrail import Trail
    from rules.facts.event_rules import EventRule
    from rules.facts.metric_filters import MetricFilter


@dataclass(frozen=True)
class ChangeAlerts:
    """
    An account in a Region: how it uses Amazon Bedrock, and everything that could tell somebody of calls to it.

    `event_buses` is what the ARNs of event buses here begin with. `filters` are the metric filters on the log groups
    of trails, `alarms` the alarms of the Regions that these log groups are in.
    """

    resource: Resource
    region: str
    usage: BedrockUsage
    trails: tuple[Trail, ...]
    event_buses: str
    event_rules: tuple[EventRule, ...]
    filters: tuple[MetricFilter, ...]
    alarms: Mapping[str, Alarms]
    tags: Mapping[str, str] = field(default_factory=dict)


@reads(
    uses=(
        bedrock_usage.usage,
        cloudtrail.trails,
        event_rules.event_rules,
        metric_filters.metric_filters,
        alarms.alarms,
    )
)
def change_alerts(aws: Aws) -> tuple[ChangeAlerts | Unreadable, ...]:
    """Return the one fact of the account; it is an Unreadable when the targets of an EventBridge rule are."""
    usage, trails, rules = bedrock_usage.usage(aws), cloudtrail.trails(aws), event_rules.event_rules(aws)
    filters = tuple(
        found
        for arn in dict.fromkeys(trail.log_group_arn for trail in trails)
        if arn is not None and arn.split(":")[4] == aws.account_id
        for found in metric_filters.metric_filters(aws, arn)
    )
    regions = dict.fromkeys(found.region for found in filters)
    hidden = unreadable_account(aws, rules)
    if hidden:
        return (hidden,)
    return (
        ChangeAlerts(
            resource=aws.account,
            region=aws.region,
            usage=usage,
            trails=trails,
            event_buses=aws.arn("events", "event-bus/"),
            event_rules=tuple(rule for rule in rules if not isinstance(rule, Unreadable)),
            filters=filters,
            alarms={region: alarms.alarms(aws, region) for region in regions},
        ),
    )


@dataclass(frozen=True)
class RuntimeAlarms:
    """
    An account in a Region: how it uses Amazon Bedrock, its alarms there, and the rules that alarms may match.

    `guardrail_versions` are pairs of the ARN and the version of guardrails that were applied in the last two weeks.
    `event_buses` is what the ARNs of event buses here begin with.
    """

    resource: Resource
    usage: BedrockUsage
    guardrail_versions: tuple[tuple[str, str], ...]
    alarms: Alarms
    event_buses: str
    event_rules: tuple[EventRule, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


@reads(Action("cloudwatch:ListMetrics"))
def applied_guardrails(aws: Aws) -> tuple[tuple[str, str], ...]:
    """
    Return the ARN and version of every guardrail that was applied in the last two weeks, sorted.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-guardrails-cw-metrics.html
    """
    paginator = aws.client("cloudwatch").get_paginator("list_metrics")
    found = set()
    for page in paginator.paginate(Namespace="AWS/Bedrock/Guardrails", MetricName="Invocations"):
        for metric in page["Metrics"]:
            named = {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
            if {"GuardrailArn", "GuardrailVersion"} <= named.keys():
                found.add((named["GuardrailArn"], named["GuardrailVersion"]))
    return tuple(sorted(found))


@reads(uses=(bedrock_usage.usage, applied_guardrails, alarms.alarms, event_rules.event_rules))
def runtime_alarms(aws: Aws) -> tuple[RuntimeAlarms | Unreadable, ...]:
    """Return the one fact of the account; it is an Unreadable when the targets of an EventBridge rule are."""
    usage, applied = bedrock_usage.usage(aws), applied_guardrails(aws)
    found, rules = alarms.alarms(aws, aws.region), event_rules.event_rules(aws)
    hidden = unreadable_account(aws, rules)
    if hidden:
        return (hidden,)
    return (
        RuntimeAlarms(
            resource=aws.account,
            usage=usage,
            guardrail_versions=applied,
            alarms=found,
            event_buses=aws.arn("events", "event-bus/"),
            event_rules=tuple(rule for rule in rules if not isinstance(rule, Unreadable)),
        ),
    )


def unreadable_account(aws: Aws, facts: Iterable[object]) -> Unreadable | None:
    """Return the account as unreadable, naming the first of its parts that is, None when all could be read."""
    for fact in facts:
        if isinstance(fact, Unreadable):
            return Unreadable(aws.account, fact.code, f"{fact.resource.name}: {fact.message}")
    return None
