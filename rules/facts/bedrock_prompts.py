"""Facts about the prompts that an account keeps in Amazon Bedrock Prompt management."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts.bedrock_tags import agent_tags
from rules.facts.listings import every
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

PROMPT = "arn:{partition}:bedrock:{region}:{account}:prompt/*"
GONE = ("ResourceNotFoundException",)


@dataclass(frozen=True)
class Prompt:
    """A prompt; `key_arn` is the key that it names, None when it names none."""

    resource: Resource
    tags: Mapping[str, str]
    key_arn: str | None


@reads(
    Action("bedrock:GetPrompt", PROMPT),
    Action("bedrock:ListPrompts", PROMPT),
    Action("bedrock:ListTagsForResource", PROMPT),
)
def prompts(aws: Aws) -> tuple[Prompt | Unreadable, ...]:
    """Return every prompt of the account and Region (Agents for Amazon Bedrock API, GetPrompt)."""
    bedrock = aws.client("bedrock-agent")

    def identify(summary: Mapping[str, Any]) -> Resource:
        return Resource("AWS::Bedrock::Prompt", summary["arn"], summary["name"], summary["arn"])

    def read(summary: Mapping[str, Any]) -> Prompt:
        return Prompt(
            resource=identify(summary),
            tags=agent_tags(aws, summary["arn"]),
            key_arn=named_key(lambda **data: bedrock.get_prompt(promptIdentifier=summary["arn"], **data)),
        )

    summaries = every(aws, "bedrock-agent", "list_prompts", "promptSummaries")
    return aws.read_each(summaries, identify, read, gone=GONE)


def named_key(describe: Callable[..., Mapping[str, Any]]) -> str | None:
    """
    Return the key that a prompt or a flow names, None when it names none.

    With all data, the service decrypts what the key protects, with the caller's permission to use it. The metadata
    come without; only where they name no key the whole is read, to be sure that there is none.
    """
    for data in ({"includedData": "METADATA_ONLY"}, {}):
        if key_arn := describe(**data).get("customerEncryptionKeyArn"):
            return str(key_arn)
    return None
