from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.errors import UnexpectedAnswerError
from rules.engine.resource import Resource, Unreadable
from rules.facts import knowledge_sources
from rules.facts.knowledge_sources import DataSource, GovernedSource, SourceBucket
from rules.facts.s3 import Bucket, OtherBucket, OtherKind
from tests.rules.facts.test_knowledge_bases import IMAGES, MANAGED, MODEL, made

WEB = {
    "type": "WEB",
    "webConfiguration": {"sourceConfiguration": {"urlConfiguration": {"seedUrls": [{"url": "https://example.com"}]}}},
}
CHUNKS = {
    "customTransformationConfiguration": {
        "intermediateStorage": {"s3Location": {"uri": "s3://chunks/kb/"}},
        "transformations": [
            {
                "stepToApply": "POST_CHUNKING",
                "transformationFunction": {
                    "transformationLambdaConfiguration": {
                        "lambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:chunk"
                    }
                },
            }
        ],
    }
}
PLAIN = {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": MODEL}}
WITH_IMAGES = {
    "type": "VECTOR",
    "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": MODEL, "supplementalDataStorageConfiguration": IMAGES},
}


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock-agent")


def s3(name: str) -> dict[str, Any]:
    return {"type": "S3", "s3Configuration": {"bucketArn": f"arn:aws:s3:::{name}"}}


def connector(parameters: object) -> dict[str, Any]:
    return {
        "type": "MANAGED_KNOWLEDGE_BASE_CONNECTOR",
        "managedKnowledgeBaseConnectorConfiguration": {"connectorParameters": parameters},
    }


def connect(bedrock: Any, base: Resource, name: str, configuration: object, **settings: Any) -> Resource:
    answer = bedrock.create_data_source(
        knowledgeBaseId=base.id, name=name, dataSourceConfiguration=configuration, **settings
    )["dataSource"]
    return Resource("AWS::Bedrock::DataSource", f"{base.id}|{answer['dataSourceId']}", name)


def sync(bedrock: Any, source: Resource) -> None:
    base_id, source_id = source.id.split("|")
    bedrock.start_ingestion_job(knowledgeBaseId=base_id, dataSourceId=source_id)


def make_bucket(account: Account, name: str, **tags: str) -> None:
    client = account.session().client("s3")
    client.create_bucket(Bucket=name)
    if tags:
        tag_set = [{"Key": key, "Value": value} for key, value in tags.items()]
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_set})


def test_reads_what_data_sources_read(bedrock: Any, aws: Aws) -> None:
    claims = made(bedrock, "claims", tags={"stage": "prod"})
    documents = connect(
        bedrock,
        claims,
        "documents",
        s3("documents"),
        vectorIngestionConfiguration=CHUNKS,
        dataDeletionPolicy="RETAIN",
    )
    site = connect(bedrock, claims, "site", WEB)

    found = {one.resource.name: one for one in knowledge_sources.data_sources(aws)}

    assert found == {
        "documents": DataSource(
            documents, {"stage": "prod"}, "S3", ("documents",), ("s3://chunks/kb/",), deletion_policy="RETAIN"
        ),
        "site": DataSource(site, {"stage": "prod"}, "WEB", (), (), deletion_policy="DELETE"),
    }


@pytest.mark.parametrize(
    ("parameters", "kind", "buckets"),
    [
        pytest.param(
            {"type": "S3", "connectionConfiguration": {"repositoryEndpointMetadata": {"BucketName": "files"}}},
            "S3",
            ("files",),
            id="names a bucket",
        ),
        pytest.param({"sources": [{"bucketArn": "arn:aws:s3:::files"}]}, None, ("files",), id="names a bucket's ARN"),
        pytest.param({"type": "sharepoint", "tenantId": "t"}, "SHAREPOINT", (), id="names no bucket"),
    ],
)
def test_reads_what_connectors_of_managed_knowledge_bases_read(
    bedrock: Any, aws: Aws, parameters: dict[str, Any], kind: str | None, buckets: tuple[str, ...]
) -> None:
    connect(bedrock, made(bedrock, "policies", MANAGED), "files", connector(parameters))

    (found,) = knowledge_sources.data_sources(aws)

    assert isinstance(found, DataSource)
    assert (found.kind, found.buckets) == (kind or "MANAGED_KNOWLEDGE_BASE_CONNECTOR", buckets)


def test_reads_the_tags_of_buckets_and_the_last_sync(bedrock: Any, account: Account, aws: Aws) -> None:
    make_bucket(account, "documents", **{"data-classification": "internal"})
    make_bucket(account, "untagged")
    base = made(bedrock, "claims")
    documents = connect(bedrock, base, "documents", s3("documents"))
    connect(bedrock, base, "untagged", s3("untagged"))
    connect(bedrock, base, "nowhere", s3("nowhere"))
    sync(bedrock, documents)
    aws.now += timedelta(days=400)

    found = {one.resource.name: one for one in knowledge_sources.governed_sources(aws)}

    documents_found = found["documents"]
    assert isinstance(documents_found, GovernedSource)
    assert documents_found.buckets == (SourceBucket("documents", "us-east-1", {"data-classification": "internal"}),)
    assert documents_found.days_since_sync is not None
    assert [
        (one.buckets, one.days_since_sync)
        for one in (found["untagged"], found["nowhere"])
        if isinstance(one, GovernedSource)
    ] == [((SourceBucket("untagged", "us-east-1", {}),), None), ((SourceBucket("nowhere", None, None),), None)]


def test_the_newest_complete_sync_counts(bedrock: Any, account: Account, aws: Aws) -> None:
    source = connect(bedrock, made(bedrock, "claims"), "site", WEB)
    for _ in range(2):
        sync(bedrock, source)
    base_id, source_id = source.id.split("|")
    jobs = bedrock.list_ingestion_jobs(knowledgeBaseId=base_id, dataSourceId=source_id)["ingestionJobSummaries"]
    aws.now = max(job["startedAt"] for job in jobs) + timedelta(days=10)
    account.faults.page_size(1)

    (found,) = knowledge_sources.governed_sources(aws)

    assert isinstance(found, GovernedSource)
    assert found.days_since_sync == 10


def test_a_bucket_of_another_account_has_no_tags(bedrock: Any, account: Account, aws: Aws) -> None:
    connect(bedrock, made(bedrock, "claims"), "partner", s3("partner"))
    account.faults.add(Fault("deny", "s3:HeadBucket", resource="partner"))

    (found,) = knowledge_sources.governed_sources(aws)

    assert isinstance(found, GovernedSource)
    (bucket,) = found.buckets
    assert isinstance(bucket.place, OtherBucket)
    assert (bucket.place.kind, bucket.tags) == (OtherKind.FOREIGN, None)


def test_reads_one_as_the_listing_does(bedrock: Any, account: Account, aws: Aws) -> None:
    make_bucket(account, "documents", owner="claims")
    source = connect(bedrock, made(bedrock, "claims", tags={"stage": "prod"}), "documents", s3("documents"))
    changed = Resource(source.type, source.id, source.id)
    again = Aws(account.session(), account_id=aws.account_id, region=aws.region, now=aws.now)

    assert (knowledge_sources.governed_source(again, changed),) == knowledge_sources.governed_sources(aws)


def test_one_that_was_deleted_is_gone(bedrock: Any, aws: Aws) -> None:
    source = connect(bedrock, made(bedrock, "claims"), "site", WEB)
    base_id, source_id = source.id.split("|")
    bedrock.delete_data_source(knowledgeBaseId=base_id, dataSourceId=source_id)

    assert knowledge_sources.governed_source(aws, source) is None


def test_an_id_of_another_form_is_unreadable(aws: Aws) -> None:
    found = knowledge_sources.governed_source(aws, Resource("AWS::Bedrock::DataSource", "ABCDEFGHIJ", "documents"))

    assert isinstance(found, Unreadable)
    assert found.code == "UnexpectedAnswer"


def test_reads_every_bucket_that_holds_documents(bedrock: Any, account: Account, aws: Aws) -> None:
    for name in ("documents", "chunks", "images"):
        make_bucket(account, name)
    base = made(bedrock, "claims", WITH_IMAGES)
    connect(bedrock, base, "documents", s3("documents"), vectorIngestionConfiguration=CHUNKS)
    connect(bedrock, made(bedrock, "other", PLAIN), "same", s3("documents"))
    connect(bedrock, base, "nowhere", s3("nowhere"))

    found = knowledge_sources.knowledge_buckets(aws)

    assert [one.resource.name for one in found] == ["chunks", "documents", "images"]
    assert all(isinstance(one, Bucket) for one in found)


def test_reads_every_page(bedrock: Any, account: Account, aws: Aws) -> None:
    for number in range(2):
        base = made(bedrock, f"kb-{number}")
        for letter in "ab":
            connect(bedrock, base, f"{letter}-{number}", WEB)
    account.faults.page_size(1)

    assert {one.resource.name for one in knowledge_sources.governed_sources(aws)} == {"a-0", "b-0", "a-1", "b-1"}


@pytest.mark.parametrize("action", ["bedrock:GetDataSource", "bedrock:ListIngestionJobs"])
def test_one_that_cannot_be_read_leaves_the_others(bedrock: Any, account: Account, aws: Aws, action: str) -> None:
    base = made(bedrock, "claims")
    site, other = connect(bedrock, base, "site", WEB), connect(bedrock, base, "other", WEB)
    account.faults.deny(action, resource=site.id.split("|")[1])

    found = {one.resource: one for one in knowledge_sources.governed_sources(aws)}

    unreadable = found[site]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.code == "AccessDeniedException"
    assert isinstance(found[other], GovernedSource)


def test_one_that_cannot_be_read_is_asked_for_once(bedrock: Any, account: Account, aws: Aws) -> None:
    connect(bedrock, made(bedrock, "claims"), "site", WEB)
    account.faults.deny("bedrock:GetDataSource")
    account.calls.clear()

    (found,) = knowledge_sources.governed_sources(aws)

    assert isinstance(found, Unreadable)
    assert [call.action for call in account.calls].count("bedrock:GetDataSource") == 1


def test_tags_that_cannot_be_read_leave_a_source_unreadable(bedrock: Any, account: Account, aws: Aws) -> None:
    make_bucket(account, "documents")
    connect(bedrock, made(bedrock, "claims"), "documents", s3("documents"))
    account.faults.deny("s3:GetBucketTagging")

    (found,) = knowledge_sources.governed_sources(aws)

    assert isinstance(found, Unreadable)
    assert found.code == "AccessDenied"


@pytest.mark.parametrize("action", ["bedrock:GetDataSource", "bedrock:ListIngestionJobs"])
def test_one_that_was_deleted_since_it_was_listed_is_left_out(
    bedrock: Any, account: Account, aws: Aws, action: str
) -> None:
    base = made(bedrock, "claims")
    site, other = connect(bedrock, base, "site", WEB), connect(bedrock, base, "other", WEB)
    account.faults.add(Fault("gone", action, resource=site.id.split("|")[1]))

    assert [one.resource for one in knowledge_sources.governed_sources(aws)] == [other]


def test_a_knowledge_base_that_was_deleted_since_it_was_listed_has_no_sources(
    bedrock: Any, account: Account, aws: Aws
) -> None:
    connect(bedrock, made(bedrock, "claims"), "site", WEB)
    account.faults.add(Fault("gone", "bedrock:ListDataSources"))

    assert knowledge_sources.data_sources(aws) == ()


def test_a_bucket_that_was_deleted_since_it_was_found_does_not_exist(bedrock: Any, account: Account, aws: Aws) -> None:
    make_bucket(account, "documents")
    connect(bedrock, made(bedrock, "claims"), "documents", s3("documents"))
    account.faults.add(Fault("gone", "s3:GetBucketTagging", code="NoSuchBucket"))

    (found,) = knowledge_sources.governed_sources(aws)

    assert isinstance(found, GovernedSource)
    assert found.buckets == (SourceBucket("documents", None, None),)


def test_sources_of_a_knowledge_base_that_cannot_be_read_are_not_known(
    bedrock: Any, account: Account, aws: Aws
) -> None:
    made(bedrock, "claims")
    account.faults.deny("bedrock:GetKnowledgeBase")

    with pytest.raises(UnexpectedAnswerError, match="knowledge base claims: AccessDeniedException"):
        knowledge_sources.governed_sources(aws)


def test_sources_that_cannot_be_listed_are_not_known(bedrock: Any, account: Account, aws: Aws) -> None:
    made(bedrock, "claims")
    account.faults.deny("bedrock:ListDataSources")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        knowledge_sources.governed_sources(aws)


def test_buckets_of_a_source_that_cannot_be_read_are_not_known(bedrock: Any, account: Account, aws: Aws) -> None:
    connect(bedrock, made(bedrock, "claims"), "documents", s3("documents"))
    account.faults.deny("bedrock:GetDataSource")

    with pytest.raises(UnexpectedAnswerError, match="data source documents: AccessDeniedException"):
        knowledge_sources.knowledge_buckets(aws)


def test_an_account_without_knowledge_bases_has_no_sources(aws: Aws) -> None:
    assert knowledge_sources.governed_sources(aws) == ()
    assert knowledge_sources.knowledge_buckets(aws) == ()


def test_declares_the_actions_that_it_uses(bedrock: Any, account: Account, aws: Aws) -> None:
    make_bucket(account, "documents")
    connect(bedrock, made(bedrock, "claims"), "documents", s3("documents"))
    before = len(account.calls)

    knowledge_sources.governed_sources(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in knowledge_sources.governed_sources.actions}


def test_a_source_in_s3_without_its_bucket_cannot_be_read(bedrock: Any, aws: Aws) -> None:
    source = connect(bedrock, made(bedrock, "claims"), "documents", s3("documents"))

    def without_bucket(parsed: dict[str, Any], **_: object) -> None:
        del parsed["dataSource"]["dataSourceConfiguration"]["s3Configuration"]

    aws.client("bedrock-agent").meta.events.register("after-call.bedrock-agent.GetDataSource", without_bucket)

    message = "the answer lacks 's3Configuration'"
    assert knowledge_sources.data_sources(aws) == (Unreadable(source, "UnexpectedAnswer", message),)
