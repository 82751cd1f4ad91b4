import json
from collections import Counter
from typing import Any

import pytest

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import training_scans
from rules.facts.macie import OFF, Inventoried, Session
from rules.facts.s3 import OtherBucket, OtherKind
from rules.facts.training_scans import ScannedBucket
from tests.rules.facts.test_macie import ROLE, SECRETS
from tests.rules.facts.test_training_corpora import automate, channel, train

RESOURCE = Resource("AWS::S3::Bucket", "corpus", "corpus", "arn:aws:s3:::corpus")


@pytest.fixture
def macie(account: Account) -> Any:
    client = account.session().client("macie2")
    client.enable_macie()
    return client


@pytest.fixture
def corpus(account: Account) -> str:
    """Make a bucket with a key that a training job reads, and return the ARN of the key."""
    s3 = account.session().client("s3")
    s3.create_bucket(Bucket="corpus")
    s3.put_bucket_tagging(Bucket="corpus", Tagging={"TagSet": [{"Key": "team", "Value": "ai"}]})
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}],
    }
    key: str = account.session().client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    encrypt(account, "corpus", key)
    s3.put_object(Bucket="corpus", Key="train/a.csv", Body=SECRETS, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    train(account, "fraud", channel("s3://corpus/train/"))
    return key


def encrypt(account: Account, bucket: str, key: str) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    account.session().client("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )


def scan(macie: Any, bucket: str = "corpus") -> None:
    definition = {"bucketDefinitions": [{"accountId": "123456789012", "buckets": [bucket]}]}
    macie.create_classification_job(name=f"scan-{bucket}", jobType="ONE_TIME", s3JobDefinition=definition)


def only(aws: Aws) -> ScannedBucket:
    (found,) = training_scans.scanned_buckets(aws, 30, 30)
    assert isinstance(found, ScannedBucket)
    return found


def test_reads_a_bucket_with_what_macie_says_of_it(macie: Any, corpus: str, aws: Aws) -> None:
    scan(macie)

    found = only(aws)

    assert (found.resource, found.tags, found.account_id) == (RESOURCE, {"team": "ai"}, "123456789012")
    assert (found.region, found.prefixes, found.session) == ("us-east-1", ("train/",), Session("ENABLED", None, ROLE))
    assert isinstance(found.known, Inventoried)
    assert [job.name for job in found.jobs] == ["scan-corpus"]
    assert found.known.last_job == found.jobs[0].id
    assert found.findings == (("High", 1),)
    assert found.key_arn == corpus
    assert found.key_policy is not None


@pytest.mark.usefixtures("corpus")
def test_where_macie_is_off_nothing_is_known(aws: Aws) -> None:
    assert only(aws) == ScannedBucket(
        RESOURCE, {"team": "ai"}, "123456789012", "us-east-1", ("train/",), session=Session(OFF)
    )


@pytest.mark.usefixtures("corpus")
def test_where_macie_is_suspended_nothing_more_is_asked(macie: Any, account: Account, aws: Aws) -> None:
    macie.update_macie_session(status="PAUSED")
    account.faults.deny("macie2:*Job*")

    assert (only(aws).session.status, only(aws).known) == ("PAUSED", None)


def test_a_bucket_of_another_region_is_asked_about_there(account: Account, aws: Aws) -> None:
    s3 = account.session().client("s3", region_name="eu-west-1")
    s3.create_bucket(Bucket="corpus", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    train(account, "fraud", channel("s3://corpus/train/"))
    account.session().client("macie2", region_name="eu-west-1").enable_macie()

    found = only(aws)

    assert (found.region, found.session.status) == ("eu-west-1", "ENABLED")
    assert found.known is not None
    assert found.key_arn is None


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", id="not described"),
        pytest.param("1234abcd-12ab-34cd-56ef-1234567890ab", id="gone, named by its id"),
    ],
)
@pytest.mark.usefixtures("macie", "corpus")
def test_a_key_that_kms_does_not_know_has_no_policy(account: Account, aws: Aws, key: str) -> None:
    encrypt(account, "corpus", key)

    assert (only(aws).key_arn, only(aws).key_policy) == (key, None)


@pytest.mark.usefixtures("macie", "corpus")
def test_a_bucket_that_was_deleted_meanwhile_has_no_key(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("gone", "s3:GetEncryptionConfiguration", code="NoSuchBucket"))

    assert (only(aws).key_arn, only(aws).key_policy) == (None, None)


@pytest.mark.usefixtures("macie", "corpus")
def test_the_key_that_aws_manages_lets_macie_in(account: Account, aws: Aws) -> None:
    encrypt(account, "corpus", "alias/aws/s3")

    assert (only(aws).key_arn, only(aws).key_policy) == (None, None)


@pytest.mark.usefixtures("macie", "corpus")
def test_objects_that_are_not_under_a_key_need_none(account: Account, aws: Aws) -> None:
    s3 = account.session().client("s3")
    s3.delete_object(Bucket="corpus", Key="train/a.csv")
    s3.put_object(Bucket="corpus", Key="train/a.csv", Body=b"", ServerSideEncryption="AES256")

    assert (only(aws).key_arn, only(aws).key_policy) == (None, None)


@pytest.mark.usefixtures("macie")
def test_a_bucket_of_another_account_is_told_apart(account: Account, aws: Aws) -> None:
    train(account, "fraud", channel("s3://partner/train/"))
    account.faults.add(Fault("deny", "s3:HeadBucket", resource="partner"))

    (found,) = training_scans.scanned_buckets(aws, 30, 30)

    assert isinstance(found, OtherBucket)
    assert found.kind is OtherKind.FOREIGN


@pytest.mark.parametrize(
    "action",
    [
        "macie2:GetMacieSession",
        "macie2:GetAdministratorAccount",
        "macie2:DescribeBuckets",
        "macie2:GetFindingStatistics",
        "macie2:ListClassificationJobs",
        "macie2:DescribeClassificationJob",
        "kms:GetKeyPolicy",
        "kms:DescribeKey",
        "s3:GetBucketTagging",
        "s3:GetEncryptionConfiguration",
    ],
)
@pytest.mark.usefixtures("corpus")
def test_what_is_refused_leaves_the_bucket_unreadable(macie: Any, account: Account, aws: Aws, action: str) -> None:
    scan(macie)
    account.faults.deny(action)

    (found,) = training_scans.scanned_buckets(aws, 30, 30)

    assert isinstance(found, Unreadable)
    assert (found.resource, found.code.startswith("AccessDenied")) == (RESOURCE, True)


@pytest.mark.usefixtures("corpus")
def test_reads_the_same_with_small_pages(macie: Any, account: Account, aws: Aws) -> None:
    account.session().client("s3").create_bucket(Bucket="another")
    train(account, "fraud-again", channel("s3://another/train/"))
    scan(macie)
    scan(macie, "another")
    account.faults.page_size(1)

    found = training_scans.scanned_buckets(aws, 30, 30)

    assert [one.resource.name for one in found] == ["another", "corpus"]
    assert [len(one.jobs) for one in found if isinstance(one, ScannedBucket)] == [2, 2]


@pytest.mark.usefixtures("corpus")
def test_asks_macie_about_all_buckets_together(macie: Any, account: Account, aws: Aws) -> None:
    for number in range(30):
        account.session().client("s3").create_bucket(Bucket=f"clean-{number}")
        train(account, f"fraud-{number}", channel(f"s3://clean-{number}/train/"))
    scan(macie)
    account.calls.clear()

    found = training_scans.scanned_buckets(aws, 30, 30)

    assert {one.resource.name: one.findings for one in found if isinstance(one, ScannedBucket) and one.findings} == {
        "corpus": (("High", 1),)
    }
    assert sum(isinstance(one, ScannedBucket) and one.known is not None for one in found) == 31
    asked = Counter(call.operation for call in account.calls if call.service == "macie2")
    # Two batches; in the second is the bucket with findings, or one of its neighbours is asked about for them.
    assert asked["DescribeBuckets"] == 2
    assert asked["GetFindingStatistics"] <= 2 + 25


def test_an_account_without_training_data_has_nothing_to_scan(aws: Aws) -> None:
    assert training_scans.scanned_buckets(aws, 30, 30) == ()


@pytest.mark.usefixtures("corpus")
def test_declares_the_actions_that_it_uses(macie: Any, account: Account, aws: Aws) -> None:
    scan(macie)
    account.session().client("bedrock").create_model_customization_job(
        jobName="tone",
        customModelName="tone",
        roleArn="arn:aws:iam::123456789012:role/science",
        baseModelIdentifier="amazon.nova-pro-v1:0",
        trainingDataConfig={"s3Uri": "s3://corpus/letters.jsonl"},
        outputDataConfig={"s3Uri": "s3://metrics/out/"},
    )
    automate(account, "no-shows", channel("s3://corpus/visits/"))
    before = len(account.calls)

    training_scans.scanned_buckets(aws, 30, 30)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in training_scans.scanned_buckets.actions}
