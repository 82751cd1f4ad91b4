"""Facts about the logs of Amazon Bedrock knowledge bases: which kinds are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.collector import Action, reads
from rules.engine.resource import Unreadable
from rules.facts.knowledge_bases import knowledge_bases
from rules.facts.listings import within
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource

LOG_STORES = frozenset({"S3", "CWL", "FH"})
"""The types of destinations that keep logs: buckets, log groups, delivery streams; X-Ray keeps traces."""


@dataclass(frozen=True)
class LoggedKnowledgeBase:
    """
    A knowledge base with the types of its logs, such as APPLICATION_LOGS.

    `delivered` reach a bucket, a log group or a delivery stream; `stopped` have an active delivery source, but no
    delivery leads away from it.
    """

    resource: Resource
    tags: Mapping[str, str]
    delivered: tuple[str, ...]
    stopped: tuple[str, ...]


@reads(Action("logs:DescribeDeliveries"), Action("logs:DescribeDeliverySources"))
def log_types(aws: Aws) -> Mapping[str, Mapping[str, bool]]:
    """
    Return the log types of every ARN that has an active delivery source, with whether they are delivered.

    Asked where there are knowledge bases, so that deliveries are no feature that the Region might lack.
    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliverySources.html
    """
    deliveries = within(aws, "logs", "describe_deliveries", "deliveries")
    led_away = {one["deliverySourceName"] for one in deliveries if one["deliveryDestinationType"] in LOG_STORES}
    found: dict[str, dict[str, bool]] = {}
    for source in within(aws, "logs", "describe_delivery_sources", "deliverySources"):
        # A source says that it is inactive when its resource was deleted; older answers say nothing.
        if source.get("status", "ACTIVE") != "ACTIVE":
            continue
        for arn in source["resourceArns"]:
            types = found.setdefault(arn, {})
            types[source["logType"]] = types.get(source["logType"], False) or source["name"] in led_away
    return found


@reads(uses=(knowledge_bases, log_types))
def logged_knowledge_bases(aws: Aws) -> tuple[LoggedKnowledgeBase | Unreadable, ...]:
    """Return every knowledge base of the account and Region with the types of its logs."""
    found: list[LoggedKnowledgeBase | Unreadable] = []
    for base in knowledge_bases(aws):
        if isinstance(base, Unreadable):
            found.append(base)
            continue
        types = log_types(aws).get(f"{base.resource.arn}", {})
        found.append(
            LoggedKnowledgeBase(
                base.resource,
                base.tags,
                delivered=tuple(sorted(kind for kind, delivered in types.items() if delivered)),
                stopped=tuple(sorted(kind for kind, delivered in types.items() if not delivered)),
            )
        )
    return tuple(found)
