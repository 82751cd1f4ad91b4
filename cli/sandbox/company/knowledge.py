"""What the company's assistants answer from: knowledge bases with their documents, policies and logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company import buckets, vectors
from cli.sandbox.company.buckets import Bucket
from cli.sandbox.company.labels import BAD, GOOD, UNUSED, Label, without_bad
from cli.sandbox.company.site import allow, document

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.sandbox.company.site import Site, Statement
    from rules.engine.verdict import Compliance

POLICY = "bedrock-kb-policy-restricted"
BUCKET = "bedrock-kb-bucket-protected"
SOURCE = "bedrock-kb-source-governed"
LOGGING = "bedrock-kb-logging-enabled"
STORE = "bedrock-kb-vector-store-protected"

HOME = "us-east-1"
LOG_GROUP = "/aurelia/knowledge"
PARTNER = "444455556666"
READERS = f"arn:aws:iam::{ACCOUNT_ID}:role/knowledge-bot"

HANDBOOK, DROPBOX = "aurelia-claims-handbook", "aurelia-shared-documents"


@dataclass(frozen=True)
class Source:
    """A data source: of a bucket, or without one of a web site."""

    name: str
    wanted: Compliance
    bucket: str | None = None


@dataclass(frozen=True)
class Knowledge:
    """
    A knowledge base.

    A `managed` one lets `readers` in, None for one without a resource policy; `store` makes the store of the others.
    `wanted` has the verdict of each rule on the knowledge base itself.
    """

    name: str
    wanted: dict[str, Compliance]
    sources: tuple[Source, ...] = ()
    managed: bool = False
    store: Callable[[Site], dict[str, Any]] | None = None
    readers: str | None = None
    logged: bool = True

    @property
    def careful(self) -> bool:
        """Whether no rule objects to it."""
        return BAD not in self.wanted.values()


BASES = (
    Knowledge(
        "claims-handbook",
        {POLICY: UNUSED, LOGGING: GOOD, STORE: GOOD},
        sources=(Source("handbook", GOOD, HANDBOOK), Source("public-site", BAD)),
        store=vectors.private_collection,
    ),
    Knowledge(
        "shared-documents",
        {POLICY: UNUSED, LOGGING: BAD, STORE: BAD},
        sources=(Source("dropbox", BAD, DROPBOX),),
        logged=False,
        store=vectors.open_collection,
    ),
    Knowledge("formulary", {POLICY: UNUSED, LOGGING: GOOD, STORE: GOOD}, store=vectors.domain),
    Knowledge("lab-reference", {POLICY: UNUSED, LOGGING: GOOD, STORE: GOOD}, store=vectors.index),
    Knowledge("drug-interactions", {POLICY: UNUSED, LOGGING: GOOD, STORE: GOOD}, store=vectors.graph),
    Knowledge("care-pathways", {POLICY: UNUSED, LOGGING: GOOD, STORE: GOOD}, store=vectors.private_cluster),
    Knowledge("call-transcripts", {POLICY: UNUSED, LOGGING: GOOD, STORE: BAD}, store=vectors.public_cluster),
    Knowledge("vendor-pilot", {POLICY: UNUSED, LOGGING: GOOD, STORE: GOOD}, store=vectors.pinecone),
    Knowledge("benefit-policies", {POLICY: GOOD, LOGGING: GOOD, STORE: GOOD}, managed=True, readers=READERS),
    # A partner may retrieve whatever is in it.
    Knowledge("provider-contracts", {POLICY: BAD, LOGGING: GOOD, STORE: GOOD}, managed=True, readers=PARTNER),
    Knowledge("meeting-notes", {POLICY: BAD, LOGGING: GOOD, STORE: GOOD}, managed=True),
)
BUCKETS = {HANDBOOK: GOOD, DROPBOX: BAD}

LABELS = (
    *(Label(rule, HOME, base.name, wanted) for base in BASES for rule, wanted in base.wanted.items()),
    *(Label(SOURCE, HOME, source.name, source.wanted) for base in BASES for source in base.sources),
    *(Label(BUCKET, HOME, name, wanted) for name, wanted in BUCKETS.items()),
)
CLEAN_LABELS = tuple(
    label for label in without_bad(LABELS) if label.resource not in {base.name for base in BASES if not base.careful}
)


def build(site: Site) -> None:
    """Make the knowledge bases with everything that they read and write."""
    if site.region != HOME:
        return
    s3 = site.client("s3")
    buckets.make(site, Bucket(HANDBOOK, key="models"))
    s3.put_bucket_tagging(Bucket=HANDBOOK, Tagging={"TagSet": [{"Key": "data-classification", "Value": "internal"}]})
    if site.mixed:
        buckets.make(site, Bucket(DROPBOX, careful=False, statements=(_partner_writes(DROPBOX),)))
    site.client("logs").create_log_group(logGroupName=LOG_GROUP)
    for base in BASES:
        if site.mixed or base.careful:
            _knowledge_base(site, base)


def _knowledge_base(site: Site, base: Knowledge) -> None:
    bedrock = site.client("bedrock-agent")
    made = bedrock.create_knowledge_base(
        name=base.name,
        roleArn=site.role("knowledge-base"),
        knowledgeBaseConfiguration=_configuration(site, base),
        **({"storageConfiguration": base.store(site)} if base.store else {}),
    )["knowledgeBase"]
    for source in base.sources:
        if site.mixed or source.wanted is GOOD:
            added = bedrock.create_data_source(
                knowledgeBaseId=made["knowledgeBaseId"],
                name=source.name,
                dataSourceConfiguration=_source(source),
            )["dataSource"]
            bedrock.start_ingestion_job(knowledgeBaseId=made["knowledgeBaseId"], dataSourceId=added["dataSourceId"])
    arn = made["knowledgeBaseArn"]
    if base.readers:
        readers = {"Sid": "Readers", "Principal": {"AWS": base.readers}}
        policy = document(allow("bedrock:Retrieve", "bedrock:GetDocumentContent", on=arn, **readers))
        bedrock.put_resource_policy(resourceArn=arn, policy=policy)
    if base.logged:
        _deliver_logs(site, base.name, arn)


def _configuration(site: Site, base: Knowledge) -> dict[str, Any]:
    if base.managed:
        key = {"serverSideEncryptionConfiguration": {"kmsKeyArn": site.keys["models"]}}
        return {"type": "MANAGED", "managedKnowledgeBaseConfiguration": {"embeddingModelType": "MANAGED", **key}}
    model = f"arn:aws:bedrock:{site.region}::foundation-model/amazon.titan-embed-text-v2:0"
    return {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": model}}


def _source(source: Source) -> dict[str, Any]:
    if source.bucket:
        return {"type": "S3", "s3Configuration": {"bucketArn": f"arn:aws:s3:::{source.bucket}"}}
    urls = {"seedUrls": [{"url": "https://www.example.com/benefits"}]}
    return {"type": "WEB", "webConfiguration": {"sourceConfiguration": {"urlConfiguration": urls}}}


def _deliver_logs(site: Site, name: str, arn: str) -> None:
    logs = site.client("logs")
    logs.put_delivery_source(name=name, resourceArn=arn, logType="APPLICATION_LOGS")
    group = {"destinationResourceArn": f"{site.arn('logs', f'log-group:{LOG_GROUP}')}:*"}
    destination = logs.put_delivery_destination(name=name, deliveryDestinationConfiguration=group)
    logs.create_delivery(deliverySourceName=name, deliveryDestinationArn=destination["deliveryDestination"]["arn"])


def _partner_writes(name: str) -> Statement:
    return {
        "Sid": "PartnerUploads",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{PARTNER}:root"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
