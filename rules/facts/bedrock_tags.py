"""Tags of Amazon Bedrock resources, which only exempt them; callers declare bedrock:ListTagsForResource."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws


def tags(aws: Aws, arn: str) -> Mapping[str, str]:
    """Return the tags of a resource of the API of Amazon Bedrock, {} where no rule exempts by tag."""
    return aws.tags(arn, lambda: listed(aws, arn))


def agent_tags(aws: Aws, arn: str) -> Mapping[str, str]:
    """Return the tags of a resource of the API of Amazon Bedrock Agents, {} where no rule exempts by tag."""
    return aws.tags(arn, lambda: aws.client("bedrock-agent").list_tags_for_resource(resourceArn=arn).get("tags", {}))


def listed(aws: Aws, arn: str) -> Mapping[str, str]:
    """Return the tags of a resource of the API of Amazon Bedrock, for a rule that judges them."""
    answered = aws.asked("bedrock", "list_tags_for_resource", resourceARN=arn).get("tags", ())
    return {tag["key"]: tag["value"] for tag in answered}
