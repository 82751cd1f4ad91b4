"""Facts about the keys that Amazon Bedrock resources are encrypted with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from rules.engine.collector import reads
from rules.engine.resource import Unreadable
from rules.facts import bedrock_agents, bedrock_flows, bedrock_guardrails, bedrock_jobs, bedrock_prompts, kms, s3
from rules.facts.bedrock_jobs import Job
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource
    from rules.facts.bedrock_agents import Agent
    from rules.facts.bedrock_flows import Flow
    from rules.facts.bedrock_guardrails import Guardrail
    from rules.facts.bedrock_prompts import Prompt

    Found = Guardrail | Prompt | Flow | Agent | Job | Unreadable

Kind = Literal["guardrail", "prompt", "flow", "agent", "batch", "evaluation"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class KeyedResource:
    """
    Something of Amazon Bedrock that a key of the customer can encrypt.

    `key_id` is the key that it names, None when it names none; `key` is what KMS says of it, None when KMS does not
    know it.
    """

    resource: Resource
    tags: Mapping[str, str]
    key_id: str | None
    key: kms.Key | None


@dataclass(frozen=True)
class KeyedJob(KeyedResource):
    """
    A job whose results a key of the customer can encrypt.

    `bucket_encryption` is what the bucket does with results of a job that names no key; an OtherBucket for one of
    another account, None for a job that names a key and for a bucket that is gone.
    """

    bucket_encryption: s3.BucketEncryption | s3.OtherBucket | None
    bucket: str


@reads(
    uses=(
        bedrock_agents.agents,
        bedrock_flows.flows,
        bedrock_guardrails.guardrails,
        bedrock_jobs.batch_jobs,
        bedrock_jobs.evaluation_jobs,
        bedrock_prompts.prompts,
        kms.key,
        s3.bucket_encryption,
    )
)
def keyed_resources(aws: Aws, kinds: tuple[Kind, ...], lookback_days: int) -> tuple[KeyedResource | Unreadable, ...]:
    """Return the resources of these kinds with their keys; of jobs, those of the last days."""

    def read(found: Found) -> KeyedResource | Unreadable:
        if isinstance(found, Unreadable):
            return found
        if isinstance(found, Job):
            default = None if found.key_id else s3.bucket_encryption(aws, found.bucket)
            return KeyedJob(found.resource, found.tags, found.key_id, _key(aws, found.key_id), default, found.bucket)
        return KeyedResource(found.resource, found.tags, found.key_arn, _key(aws, found.key_arn))

    listings: dict[Kind, Callable[[], Iterable[Found]]] = {
        "guardrail": lambda: bedrock_guardrails.guardrails(aws),
        "prompt": lambda: bedrock_prompts.prompts(aws),
        "flow": lambda: bedrock_flows.flows(aws),
        "agent": lambda: bedrock_agents.agents(aws),
        "batch": lambda: bedrock_jobs.batch_jobs(aws, lookback_days),
        "evaluation": lambda: bedrock_jobs.evaluation_jobs(aws, lookback_days),
    }
    everything = [found for kind in dict.fromkeys(kinds) for found in listings[kind]()]
    return aws.read_each(everything, lambda found: found.resource, read)


def _key(aws: Aws, key_id: str | None) -> kms.Key | None:
    return kms.key(aws, key_id) if key_id else None
