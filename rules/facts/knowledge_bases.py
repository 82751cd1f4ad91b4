"""Facts about Amazon Bedrock knowledge bases: of which type they are, where they keep data, whom they let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Resource, Unreadable
from rules.facts.bedrock_tags import agent_tags
from rules.facts.listings import every
from rules.frozen import dataclass
from rules.permissions.document import PolicyType, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.permissions.document import PolicyDocument

KNOWLEDGE_BASE = "arn:{partition}:bedrock:{region}:{account}:knowledge-base/*"
GONE = ("ResourceNotFoundException",)

MANAGED = "MANAGED"
"""The type whose store is Amazon Bedrock's own; the others are VECTOR, KENDRA and SQL."""


@dataclass(frozen=True)
class KnowledgeBase:
    """
    A knowledge base (Agents for Amazon Bedrock API, GetKnowledgeBase).

    `store` is the storageConfiguration, {} for types that name none. `key_arn` is the key of a MANAGED one, None
    where it names none. `supplemental` has the S3 URIs under which images from its documents are kept.
    """

    resource: Resource
    tags: Mapping[str, str]
    kind: str
    store: Mapping[str, Any]
    key_arn: str | None
    supplemental: tuple[str, ...]

    @classmethod
    def from_api(cls, answer: Mapping[str, Any], tags: Mapping[str, str]) -> KnowledgeBase:
        """Return the knowledge base of a GetKnowledgeBase answer."""
        configuration = answer["knowledgeBaseConfiguration"]
        managed = configuration.get("managedKnowledgeBaseConfiguration", {})
        vector = configuration.get("vectorKnowledgeBaseConfiguration", {})
        locations = [
            location
            for part in (managed, vector)
            for location in part.get("supplementalDataStorageConfiguration", {}).get("storageLocations", ())
        ]
        return cls(
            resource=_resource(answer["knowledgeBaseArn"], answer["name"]),
            tags=tags,
            kind=configuration["type"],
            store=answer.get("storageConfiguration", {}),
            key_arn=managed.get("serverSideEncryptionConfiguration", {}).get("kmsKeyArn"),
            supplemental=tuple(location["s3Location"]["uri"] for location in locations if "s3Location" in location),
        )


@dataclass(frozen=True)
class GuardedKnowledgeBase:
    """
    A knowledge base with its resource policy.

    `policy` is None where there is none; only those of the type MANAGED can have one. Source:
    https://docs.aws.amazon.com/bedrock/latest/userguide/kb-managed-cross-account.html
    """

    resource: Resource
    tags: Mapping[str, str]
    kind: str
    policy: PolicyDocument | None


@reads(Action("bedrock:ListTagsForResource", KNOWLEDGE_BASE))
def tags_of(aws: Aws, arn: str) -> Mapping[str, str]:
    """Return the tags of the knowledge base of this ARN, {} where no rule exempts by tag."""
    return agent_tags(aws, arn)


@reads(Action("bedrock:GetKnowledgeBase", KNOWLEDGE_BASE), uses=(tags_of,))
def described(aws: Aws, resource: Resource) -> KnowledgeBase | Unreadable | None:
    """Return one knowledge base, an Unreadable, or None when it is gone."""

    def read() -> KnowledgeBase:
        answer = aws.client("bedrock-agent").get_knowledge_base(knowledgeBaseId=identifier(resource))["knowledgeBase"]
        return KnowledgeBase.from_api(answer, tags_of(aws, answer["knowledgeBaseArn"]))

    return aws.read_one(resource, read, gone=GONE)


@reads(Action("bedrock:ListKnowledgeBases"), uses=(described,))
def knowledge_bases(aws: Aws) -> tuple[KnowledgeBase | Unreadable, ...]:
    """Return every knowledge base of the account and Region."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        return _resource(aws.arn("bedrock", f"knowledge-base/{summary['knowledgeBaseId']}"), summary["name"])

    summaries = every(aws, "bedrock-agent", "list_knowledge_bases", "knowledgeBaseSummaries")
    return aws.read_each(summaries, identify, lambda summary: described(aws, identify(summary)))


@reads(Action("bedrock:GetResourcePolicy", KNOWLEDGE_BASE), uses=(described,))
def guarded_knowledge_base(aws: Aws, resource: Resource) -> GuardedKnowledgeBase | Unreadable | None:
    """Return one knowledge base with its resource policy, an Unreadable, or None when it is gone."""
    found = described(aws, resource)
    if not isinstance(found, KnowledgeBase):
        return found
    policy = aws.read_one(found.resource, lambda: _policy(aws, found)) if found.kind == MANAGED else None
    if isinstance(policy, Unreadable):
        return policy
    return GuardedKnowledgeBase(found.resource, found.tags, found.kind, policy)


@reads(uses=(knowledge_bases, guarded_knowledge_base))
def guarded_knowledge_bases(aws: Aws) -> tuple[GuardedKnowledgeBase | Unreadable, ...]:
    """Return every knowledge base of the account and Region with its resource policy."""

    def read(found: KnowledgeBase | Unreadable) -> GuardedKnowledgeBase | Unreadable | None:
        return found if isinstance(found, Unreadable) else guarded_knowledge_base(aws, found.resource)

    return aws.read_each(knowledge_bases(aws), lambda found: found.resource, read)


def identifier(resource: Resource) -> str:
    """Return the id of a knowledge base, however AWS Config names it: by its id, or by its ARN."""
    return resource.id.rpartition("/")[2]


def _policy(aws: Aws, found: KnowledgeBase) -> PolicyDocument | None:
    try:
        answer = aws.client("bedrock-agent").get_resource_policy(resourceArn=found.resource.arn)
    except ClientError as error:
        if error_code(error) in GONE:
            return None
        raise
    return parse(answer["policy"], PolicyType.RESOURCE)


def _resource(arn: str, name: str) -> Resource:
    # AWS Config names types of the CloudFormation registry by their primary identifier, here KnowledgeBaseId.
    return Resource("AWS::Bedrock::KnowledgeBase", arn.rpartition("/")[2], name, arn)
