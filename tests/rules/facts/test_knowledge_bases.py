import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import knowledge_bases
from rules.facts.knowledge_bases import GuardedKnowledgeBase, KnowledgeBase
from rules.permissions.document import PolicyType, parse

ROLE = "arn:aws:iam::123456789012:role/knowledge"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
IMAGES = {"storageLocations": [{"type": "S3", "s3Location": {"uri": "s3://images/kb/"}}]}
VECTOR = {
    "type": "VECTOR",
    "vectorKnowledgeBaseConfiguration": {
        "embeddingModelArn": MODEL,
        "supplementalDataStorageConfiguration": IMAGES,
    },
}
IMAGES_NOWHERE = {
    "type": "VECTOR",
    "vectorKnowledgeBaseConfiguration": {
        "embeddingModelArn": MODEL,
        "supplementalDataStorageConfiguration": {"storageLocations": [{"type": "S3"}]},
    },
}
"""Of a location, only the type is required."""
MANAGED = {
    "type": "MANAGED",
    "managedKnowledgeBaseConfiguration": {
        "embeddingModelType": "MANAGED",
        "serverSideEncryptionConfiguration": {"kmsKeyArn": KEY},
    },
}
STORE = {
    "type": "S3_VECTORS",
    "s3VectorsConfiguration": {
        "vectorBucketArn": "arn:aws:s3vectors:us-east-1:123456789012:bucket/vectors",
        "indexName": "documents",
    },
}
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "bedrock:Retrieve", "Resource": "*"},
        ],
    }
)


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock-agent")


def made(bedrock: Any, name: str, configuration: object = VECTOR, **settings: Any) -> Resource:
    answer = bedrock.create_knowledge_base(
        name=name, roleArn=ROLE, knowledgeBaseConfiguration=configuration, **settings
    )["knowledgeBase"]
    return Resource("AWS::Bedrock::KnowledgeBase", answer["knowledgeBaseId"], name, answer["knowledgeBaseArn"])


def told(found: GuardedKnowledgeBase | Unreadable) -> tuple[Any, ...]:
    """Return what a fact says; two readings of a policy are never the same object."""
    assert isinstance(found, GuardedKnowledgeBase)
    return found.resource, found.tags, found.kind, found.policy and found.policy.statements


def test_reads_where_knowledge_bases_keep_data(bedrock: Any, aws: Aws) -> None:
    claims = made(bedrock, "claims", storageConfiguration=STORE, tags={"stage": "prod"})
    policies = made(bedrock, "policies", MANAGED)
    plain = made(bedrock, "plain", {"type": "MANAGED"})
    nowhere = made(bedrock, "nowhere", IMAGES_NOWHERE)

    found = {one.resource.name: one for one in knowledge_bases.knowledge_bases(aws)}

    assert found == {
        "claims": KnowledgeBase(claims, {"stage": "prod"}, "VECTOR", STORE, None, ("s3://images/kb/",)),
        "policies": KnowledgeBase(policies, {}, "MANAGED", {}, KEY, ()),
        "plain": KnowledgeBase(plain, {}, "MANAGED", {}, None, ()),
        "nowhere": KnowledgeBase(nowhere, {}, "VECTOR", {}, None, ()),
    }


def test_reads_the_policies_of_managed_knowledge_bases(bedrock: Any, aws: Aws) -> None:
    vector, shared = made(bedrock, "vector"), made(bedrock, "shared", MANAGED, tags={"stage": "prod"})
    unshared = made(bedrock, "unshared", MANAGED)
    bedrock.put_resource_policy(resourceArn=shared.arn, policy=POLICY)

    found = {one.resource.name: one for one in knowledge_bases.guarded_knowledge_bases(aws)}

    assert found["vector"] == GuardedKnowledgeBase(vector, {}, "VECTOR", None)
    assert found["unshared"] == GuardedKnowledgeBase(unshared, {}, "MANAGED", None)
    assert told(found["shared"]) == (
        shared,
        {"stage": "prod"},
        "MANAGED",
        parse(POLICY, PolicyType.RESOURCE).statements,
    )


@pytest.mark.parametrize("named_by", ["id", "arn"])
def test_reads_one_as_the_listing_does(bedrock: Any, account: Account, aws: Aws, named_by: str) -> None:
    shared = made(bedrock, "shared", MANAGED)
    bedrock.put_resource_policy(resourceArn=shared.arn, policy=POLICY)
    name = getattr(shared, named_by)
    changed = Resource("AWS::Bedrock::KnowledgeBase", name, name, shared.arn)
    again = Aws(account.session(), account_id=aws.account_id, region=aws.region, now=aws.now)

    found = knowledge_bases.guarded_knowledge_base(again, changed)

    assert found is not None
    assert [told(found)] == [told(one) for one in knowledge_bases.guarded_knowledge_bases(aws)]


def test_one_that_was_deleted_is_gone(bedrock: Any, aws: Aws) -> None:
    shared = made(bedrock, "shared", MANAGED)
    bedrock.delete_knowledge_base(knowledgeBaseId=shared.id)

    assert knowledge_bases.guarded_knowledge_base(aws, shared) is None


def test_reads_every_page(bedrock: Any, account: Account, aws: Aws) -> None:
    for number in range(3):
        made(bedrock, f"kb-{number}")
    account.faults.page_size(1)

    assert {one.resource.name for one in knowledge_bases.guarded_knowledge_bases(aws)} == {"kb-0", "kb-1", "kb-2"}


@pytest.mark.parametrize(
    "action", ["bedrock:GetKnowledgeBase", "bedrock:ListTagsForResource", "bedrock:GetResourcePolicy"]
)
def test_one_that_cannot_be_read_leaves_the_others(bedrock: Any, account: Account, aws: Aws, action: str) -> None:
    shared, other = made(bedrock, "shared", MANAGED), made(bedrock, "other", MANAGED)
    account.faults.deny(action, resource=shared.id)

    found = {one.resource: one for one in knowledge_bases.guarded_knowledge_bases(aws)}

    unreadable = found[shared]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.code == "AccessDeniedException"
    assert isinstance(found[other], GuardedKnowledgeBase)


def test_a_policy_that_cannot_be_understood_is_unreadable(bedrock: Any, aws: Aws) -> None:
    shared = made(bedrock, "shared", MANAGED)
    bedrock.put_resource_policy(resourceArn=shared.arn, policy='{"Statement": "everybody"}')

    (found,) = knowledge_bases.guarded_knowledge_bases(aws)

    assert isinstance(found, Unreadable)
    assert found.code == "MalformedPolicy"


@pytest.mark.parametrize("action", ["bedrock:GetKnowledgeBase", "bedrock:ListTagsForResource"])
def test_one_that_was_deleted_since_it_was_listed_is_left_out(
    bedrock: Any, account: Account, aws: Aws, action: str
) -> None:
    shared, other = made(bedrock, "shared", MANAGED), made(bedrock, "other", MANAGED)
    account.faults.add(Fault("gone", action, resource=shared.id))

    assert [one.resource for one in knowledge_bases.guarded_knowledge_bases(aws)] == [other]


def test_an_account_without_knowledge_bases_has_none(aws: Aws) -> None:
    assert knowledge_bases.guarded_knowledge_bases(aws) == ()


def test_a_region_without_knowledge_bases_has_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:ListKnowledgeBases"))

    assert knowledge_bases.guarded_knowledge_bases(aws) == ()


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("bedrock:ListKnowledgeBases")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        knowledge_bases.guarded_knowledge_bases(aws)


def test_declares_the_actions_that_it_uses(bedrock: Any, account: Account, aws: Aws) -> None:
    made(bedrock, "shared", MANAGED)
    before = len(account.calls)

    knowledge_bases.guarded_knowledge_bases(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in knowledge_bases.guarded_knowledge_bases.actions}
