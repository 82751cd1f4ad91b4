"""Facts about the data sources of Amazon Bedrock knowledge bases, and the buckets that they read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import UnexpectedAnswerError, error_code
from rules.engine.resource import Resource, Unreadable
from rules.facts import s3
from rules.facts.knowledge_bases import GONE, KNOWLEDGE_BASE, KnowledgeBase, knowledge_bases, tags_of
from rules.facts.listings import within
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws

CONNECTOR = "MANAGED_KNOWLEDGE_BASE_CONNECTOR"
DELETE = "DELETE"
S3 = "S3"
"""What becomes of the vectors of a data source that says nothing of it (Bedrock User Guide, "Delete a data source")."""


@dataclass(frozen=True)
class DataSource:
    """
    A data source of a knowledge base, which has no tags of its own: `tags` are the knowledge base's.

    `kind` is S3, WEB, CONFLUENCE …; for the connector of a managed knowledge base it is what that connects, or
    MANAGED_KNOWLEDGE_BASE_CONNECTOR where the answer does not tell. `buckets` are those that it reads, `copies` the
    S3 URIs under which parts of documents are kept while they are read. `deletion_policy` is RETAIN or DELETE.
    """

    resource: Resource
    tags: Mapping[str, str]
    kind: str
    buckets: tuple[str, ...]
    copies: tuple[str, ...]
    deletion_policy: str


@dataclass(frozen=True)
class SourceBucket:
    """
    A bucket that a data source reads.

    `tags` is None for what has none that this account can read: `place` is the bucket's Region, an OtherBucket, or
    None when no account has such a bucket.
    """

    name: str
    place: str | s3.OtherBucket | None
    tags: Mapping[str, str] | None


@dataclass(frozen=True)
class GovernedSource:
    """
    A data source with the tags of its buckets and the age of its content.

    `days_since_sync` counts from the start of the last ingestion job that completed, None when none ever did.
    """

    resource: Resource
    tags: Mapping[str, str]
    kind: str
    buckets: tuple[SourceBucket, ...]
    deletion_policy: str
    days_since_sync: int | None


@reads(Action("bedrock:GetDataSource", KNOWLEDGE_BASE), uses=(tags_of,))
def described(aws: Aws, resource: Resource) -> DataSource | Unreadable | None:
    """Return one data source, an Unreadable, or None when it is gone."""

    def read() -> DataSource:
        base_id, source_id = identifiers(resource)
        answer = aws.client("bedrock-agent").get_data_source(knowledgeBaseId=base_id, dataSourceId=source_id)
        tags = tags_of(aws, aws.arn("bedrock", f"knowledge-base/{base_id}"))
        return _data_source(answer["dataSource"], tags)

    return aws.read_one(resource, read, gone=GONE)


@reads(Action("bedrock:ListDataSources", KNOWLEDGE_BASE), uses=(knowledge_bases, described))
def data_sources(aws: Aws) -> tuple[DataSource | Unreadable, ...]:
    """
    Return every data source of the account and Region.

    Raises UnexpectedAnswerError when a knowledge base cannot be read: its data sources are not known then.
    """
    listed: list[Resource] = []
    for base in knowledge_bases(aws):
        if isinstance(base, Unreadable):
            raise UnexpectedAnswerError(f"knowledge base {base.resource.name}: {base.code}: {base.message}")
        listed.extend(map(_resource, _summaries(aws, base.resource.id)))
    return aws.read_each(listed, lambda resource: resource, lambda resource: described(aws, resource))


@reads(uses=(s3.place, s3.bucket_tags))
def source_bucket(aws: Aws, name: str) -> SourceBucket:
    """Return where a bucket is, and its tags where it is one of this account."""
    place = s3.place(aws, name)
    if not isinstance(place, str):
        return SourceBucket(name, place, None)
    try:
        return SourceBucket(name, place, s3.bucket_tags(aws, name, place))
    except ClientError as error:
        if error_code(error) == s3.NO_SUCH_BUCKET:
            return SourceBucket(name, None, None)
        raise


@reads(Action("bedrock:ListIngestionJobs", KNOWLEDGE_BASE), uses=(described, source_bucket))
def governed_source(aws: Aws, resource: Resource) -> GovernedSource | Unreadable | None:
    """Return one data source with its buckets and its last sync, an Unreadable, or None when it is gone."""
    source = described(aws, resource)
    if not isinstance(source, DataSource):
        return source

    def read() -> GovernedSource:
        return GovernedSource(
            source.resource,
            source.tags,
            source.kind,
            tuple(source_bucket(aws, name) for name in source.buckets),
            source.deletion_policy,
            _days_since_sync(aws, *identifiers(source.resource)),
        )

    return aws.read_one(source.resource, read, gone=GONE)


@reads(uses=(data_sources, governed_source))
def governed_sources(aws: Aws) -> tuple[GovernedSource | Unreadable, ...]:
    """Return every data source of the account and Region with its buckets and its last sync."""

    def read(source: DataSource | Unreadable) -> GovernedSource | Unreadable | None:
        return source if isinstance(source, Unreadable) else governed_source(aws, source.resource)

    return aws.read_each(data_sources(aws), lambda source: source.resource, read)


@reads(uses=(data_sources, knowledge_bases))
def bucket_names(aws: Aws) -> tuple[str, ...]:
    """
    Return the names of all buckets that hold documents of knowledge bases, each once.

    Those are the buckets that data sources read, keep parts of documents in while they do, and that knowledge bases
    keep images in. Raises UnexpectedAnswerError when a data source cannot be read: its buckets are not known then.
    """
    names: list[str] = []
    for source in data_sources(aws):
        if isinstance(source, Unreadable):
            raise UnexpectedAnswerError(f"data source {source.resource.name}: {source.code}: {source.message}")
        names.extend(source.buckets)
        names.extend(s3.location(uri)[0] for uri in source.copies)
    for base in knowledge_bases(aws):
        if isinstance(base, KnowledgeBase):
            names.extend(s3.location(uri)[0] for uri in base.supplemental)
    return tuple(sorted(set(names)))


@reads(uses=(bucket_names, s3.bucket))
def knowledge_buckets(aws: Aws) -> tuple[s3.Bucket | s3.OtherBucket | Unreadable, ...]:
    """Return every bucket that holds documents of knowledge bases, without those that do not exist."""
    return s3.buckets(aws, bucket_names(aws))


def identifiers(resource: Resource) -> tuple[str, str]:
    """
    Return the ids of the knowledge base and of the data source that AWS Config names together.

    Raises UnexpectedAnswerError for an id of any other form.
    """
    found = re.fullmatch(r"(?:.*/)?([0-9a-zA-Z]{10})[|/]([0-9a-zA-Z]{10})", resource.id)
    if found is None:
        raise UnexpectedAnswerError("the resource id is not one of a knowledge base and a data source")
    return found[1], found[2]


def _summaries(aws: Aws, base_id: str) -> list[Mapping[str, Any]]:
    try:
        return within(aws, "bedrock-agent", "list_data_sources", "dataSourceSummaries", knowledgeBaseId=base_id)
    except ClientError as error:
        if error_code(error) in GONE:
            return []
        raise


def _data_source(answer: Mapping[str, Any], tags: Mapping[str, str]) -> DataSource:
    configuration = answer["dataSourceConfiguration"]
    connector = configuration.get("managedKnowledgeBaseConnectorConfiguration", {}).get("connectorParameters") or {}
    buckets = [*_named_buckets(connector)]
    # The model requires no configuration beside the type; of a source in S3 nothing could be said without its bucket.
    if configuration["type"] == S3 or "s3Configuration" in configuration:
        buckets.append(s3.location(configuration["s3Configuration"]["bucketArn"])[0])
    transformation = answer.get("vectorIngestionConfiguration", {}).get("customTransformationConfiguration", {})
    copies = [transformation["intermediateStorage"]["s3Location"]["uri"]] if transformation else []
    kind = configuration["type"]
    if kind == CONNECTOR:
        kind = str(connector.get("type") or kind).upper()
    return DataSource(
        resource=_resource(answer),
        tags=tags,
        kind=kind,
        buckets=tuple(dict.fromkeys(buckets)),
        copies=tuple(copies),
        deletion_policy=answer.get("dataDeletionPolicy", DELETE),
    )


def _named_buckets(parameters: object) -> Iterator[str]:
    """Yield the buckets that a connector's parameters name; their form is the connector's own."""
    if isinstance(parameters, dict):
        for key, value in parameters.items():
            if isinstance(value, str) and key.lower() in ("bucketname", "bucketarn", "bucket"):
                yield s3.location(value)[0] if value.startswith(("arn:", "s3://")) else value
            else:
                yield from _named_buckets(value)
    elif isinstance(parameters, list):
        for value in parameters:
            yield from _named_buckets(value)


def _days_since_sync(aws: Aws, base_id: str, source_id: str) -> int | None:
    pages = (
        aws.client("bedrock-agent")
        .get_paginator("list_ingestion_jobs")
        .paginate(
            knowledgeBaseId=base_id,
            dataSourceId=source_id,
            filters=[{"attribute": "STATUS", "operator": "EQ", "values": ["COMPLETE"]}],
            sortBy={"attribute": "STARTED_AT", "order": "DESCENDING"},
        )
    )
    newest = next((job["startedAt"] for page in pages for job in page["ingestionJobSummaries"]), None)
    return None if newest is None else max((aws.now - newest).days, 0)


def _resource(answer: Mapping[str, Any]) -> Resource:
    # AWS Config names types of the CloudFormation registry by their primary identifier, here KnowledgeBaseId and
    # DataSourceId, which CloudFormation joins with a bar.
    identifier = f"{answer['knowledgeBaseId']}|{answer['dataSourceId']}"
    return Resource("AWS::Bedrock::DataSource", identifier, answer["name"])
