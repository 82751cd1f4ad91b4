import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import s3
from rules.facts.kms import Key
from rules.facts.s3 import Bucket, BucketEncryption, OtherBucket, OtherKind, RetainingBucket
from rules.facts.s3_settings import Grant, LifecycleRule, ObjectLock, PublicAccessBlock
from rules.permissions.refusals import MalformedPolicyError

EVERY_BLOCK = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::ai-logs", "arn:aws:s3:::ai-logs/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
}


@pytest.fixture
def client(account: Account) -> Any:
    return account.session().client("s3")


def resource(name: str) -> Resource:
    return Resource("AWS::S3::Bucket", name, name, f"arn:aws:s3:::{name}")


def own(aws: Aws, name: str) -> Bucket:
    bucket = s3.bucket(aws, name)
    assert isinstance(bucket, Bucket)
    return bucket


def make_protected(account: Account, name: str) -> str:
    """Make a bucket with every protection and return the ARN of its key."""
    session = account.session()
    client = session.client("s3")
    arn: str = session.client("kms").create_key()["KeyMetadata"]["Arn"]
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "team", "Value": "ai"}]})
    client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=EVERY_BLOCK)
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(POLICY))
    default = {"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": arn}
    client.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Years": 1}}
    client.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention}
    )
    rule = {
        "ID": "expire",
        "Status": "Enabled",
        "Filter": {"Prefix": "AWSLogs/"},
        "Expiration": {"Days": 365},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    }
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    return arn


def test_reads_everything_that_protects_a_bucket(account: Account, aws: Aws) -> None:
    arn = make_protected(account, "ai-logs")

    bucket = own(aws, "ai-logs")

    assert bucket == Bucket(
        resource=resource("ai-logs"),
        tags={"team": "ai"},
        account_id="123456789012",
        region="us-east-1",
        public_access_block=PublicAccessBlock(
            block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
        ),
        encryption=BucketEncryption("aws:kms:dsse", arn, Key(arn, "CUSTOMER", "Enabled", rotation=False)),
        policy=bucket.policy,
        versioning="Enabled",
        grants=(),
    )
    assert bucket.policy is not None
    assert [statement.sid for statement in bucket.policy.statements] == ["OnlyTls"]


def test_reads_a_bucket_that_nothing_protects(client: Any, aws: Aws) -> None:
    client.create_bucket(Bucket="plain")
    client.delete_public_access_block(Bucket="plain")

    assert own(aws, "plain") == Bucket(
        resource=resource("plain"),
        tags={},
        account_id="123456789012",
        region="us-east-1",
        public_access_block=PublicAccessBlock(),
        encryption=BucketEncryption("AES256", None, None),
        policy=None,
        versioning="Disabled",
        grants=(),
    )


def test_reads_how_long_a_bucket_keeps_objects(account: Account, aws: Aws) -> None:
    make_protected(account, "ai-logs")

    bucket = s3.retaining_bucket(aws, "ai-logs")

    assert isinstance(bucket, RetainingBucket)
    assert bucket.object_lock == ObjectLock("GOVERNANCE", 365)
    assert bucket.lifecycle == (
        LifecycleRule(
            "expire", enabled=True, prefix="AWSLogs/", tagged=False, sized=False, days=365, noncurrent_days=30
        ),
    )
    assert bucket.policy is own(aws, "ai-logs").policy


def test_reads_that_a_bucket_keeps_objects_for_no_time(client: Any, aws: Aws) -> None:
    client.create_bucket(Bucket="plain")

    bucket = s3.retaining_bucket(aws, "plain")

    assert isinstance(bucket, RetainingBucket)
    assert (bucket.object_lock, bucket.lifecycle) == (None, ())


def test_lists_the_buckets_of_the_account_once(account: Account, client: Any, aws: Aws) -> None:
    names = tuple(f"corpus-{number}" for number in range(5))
    for name in names:
        client.create_bucket(Bucket=name)
    account.calls.clear()

    assert len(s3.buckets(aws, names)) == 5

    assert sum(call.operation == "ListBuckets" for call in account.calls) == 1


def test_a_bucket_that_is_made_meanwhile_is_the_accounts_own(client: Any, aws: Aws) -> None:
    assert s3.place(aws, "older") is None

    client.create_bucket(Bucket="ai-logs")

    assert s3.place(aws, "ai-logs") == "us-east-1"


def test_adds_up_what_the_bucket_and_the_account_block(account: Account, client: Any, aws: Aws) -> None:
    client.create_bucket(Bucket="ai-logs")
    client.put_public_access_block(Bucket="ai-logs", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    account.session().client("s3control").put_public_access_block(
        AccountId="123456789012", PublicAccessBlockConfiguration={"RestrictPublicBuckets": True}
    )

    assert own(aws, "ai-logs").public_access_block == PublicAccessBlock(
        block_public_acls=True, restrict_public_buckets=True
    )


def test_reads_a_bucket_in_its_own_region(account: Account, aws: Aws) -> None:
    account.session("eu-west-1").client("s3").create_bucket(
        Bucket="abroad", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )

    assert own(aws, "abroad").region == "eu-west-1"
    assert {call.region for call in account.calls if call.operation == "GetBucketPolicy"} == {"eu-west-1"}


def test_tells_a_bucket_from_one_whose_name_begins_alike(client: Any, aws: Aws) -> None:
    client.create_bucket(Bucket="ai-logs-archive")

    assert s3.bucket(aws, "ai-logs") is None


def test_finds_a_bucket_on_a_later_page(account: Account, client: Any, aws: Aws) -> None:
    for name in ("ai-logs", "ai-logs-a", "ai-logs-b"):
        client.create_bucket(Bucket=name)
    account.faults.page_size(1)

    assert s3.place(aws, "ai-logs") == "us-east-1"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param("train--use1-az4--x-s3", OtherKind.DIRECTORY, id="a directory bucket"),
        pytest.param("data-abcdefghij-s3alias", OtherKind.ACCESS_POINT, id="the alias of an access point"),
        pytest.param(
            "arn:aws:s3:us-east-1:123456789012:accesspoint/data", OtherKind.ACCESS_POINT, id="an access point's ARN"
        ),
    ],
)
def test_tells_what_is_no_general_purpose_bucket_by_its_name(
    account: Account, aws: Aws, name: str, kind: OtherKind
) -> None:
    bucket = s3.bucket(aws, name)

    assert isinstance(bucket, OtherBucket)
    assert bucket.kind is kind
    assert not list(account.calls)


def test_tells_a_foreign_bucket_from_a_missing_one(account: Account, aws: Aws) -> None:
    account.faults.deny("s3:ListBucket", resource="theirs")

    assert s3.bucket(aws, "theirs") == OtherBucket(resource("theirs"), {}, OtherKind.FOREIGN)
    assert s3.bucket_encryption(aws, "theirs") == OtherBucket(resource("theirs"), {}, OtherKind.FOREIGN)
    assert s3.bucket(aws, "nobodys") is None
    assert s3.bucket_encryption(aws, "nobodys") is None


def test_takes_the_region_of_a_foreign_bucket_from_the_refusal(aws: Aws) -> None:
    with Stubber(aws.client("s3")) as s3_says:
        s3_says.add_response("list_buckets", {"Buckets": []}, {"MaxBuckets": 1000})
        s3_says.add_client_error(
            "head_bucket",
            "403",
            "Forbidden",
            403,
            expected_params={"Bucket": "theirs"},
            response_meta={"HTTPHeaders": {"x-amz-bucket-region": "eu-west-1"}},
        )

        assert s3.place(aws, "theirs") == OtherBucket(resource("theirs"), {}, OtherKind.FOREIGN, "eu-west-1")


def test_a_refused_head_of_an_own_bucket_is_no_answer(account: Account, client: Any, aws: Aws) -> None:
    client.create_bucket(Bucket="ai-logs")
    account.faults.deny("s3:ListBucket")

    with pytest.raises(ClientError, match="HeadBucket"):
        s3.bucket(aws, "ai-logs")


def test_another_failure_of_a_foreign_head_is_no_answer(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("fail", "s3:ListBucket", status=400, code="400"))

    with pytest.raises(ClientError, match="HeadBucket"):
        s3.place(aws, "theirs")


@pytest.mark.parametrize(
    ("default", "encryption"),
    [
        pytest.param({"SSEAlgorithm": "AES256"}, BucketEncryption("AES256", None, None), id="keys of Amazon S3"),
        pytest.param({"SSEAlgorithm": "aws:kms"}, BucketEncryption("aws:kms", None, None), id="no key named: aws/s3"),
        pytest.param(
            {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/missing"},
            BucketEncryption("aws:kms", "alias/missing", None),
            id="an alias that is gone",
        ),
        pytest.param(
            {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"},
            BucketEncryption(
                "aws:kms",
                "arn:aws:kms:us-east-1:123456789012:alias/aws/s3",
                Key("arn:aws:kms:us-east-1:123456789012:alias/aws/s3", "AWS", "Enabled", rotation=None),
            ),
            id="the alias of the AWS-managed key",
        ),
    ],
)
def test_reads_the_default_encryption(
    client: Any, aws: Aws, default: dict[str, str], encryption: BucketEncryption
) -> None:
    client.create_bucket(Bucket="ai-logs")
    client.put_bucket_encryption(
        Bucket="ai-logs",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )

    assert s3.bucket_encryption(aws, "ai-logs") == encryption


def test_a_bucket_key_alone_changes_no_default(client: Any, aws: Aws) -> None:
    client.create_bucket(Bucket="ai-logs")
    with Stubber(aws.client("s3", "us-east-1")) as s3_says:
        s3_says.add_response("list_buckets", {"Buckets": [{"Name": "ai-logs"}]})
        s3_says.add_response("head_bucket", {"BucketRegion": "us-east-1"})
        s3_says.add_response(
            "get_bucket_encryption", {"ServerSideEncryptionConfiguration": {"Rules": [{"BucketKeyEnabled": True}]}}
        )

        assert s3.bucket_encryption(aws, "ai-logs") == BucketEncryption("AES256", None, None)


@pytest.mark.parametrize("named", ["id", "alias"])
def test_looks_for_a_bare_key_in_the_region_of_the_bucket(account: Account, aws: Aws, named: str) -> None:
    session = account.session("eu-west-1")
    arn = session.client("kms").create_key()["KeyMetadata"]["Arn"]
    session.client("kms").create_alias(AliasName="alias/ai-logs", TargetKeyId=arn)
    key_id = arn.rpartition("/")[2] if named == "id" else "alias/ai-logs"
    client = session.client("s3")
    client.create_bucket(Bucket="abroad", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_id}
    client.put_bucket_encryption(
        Bucket="abroad",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )

    assert s3.bucket_encryption(aws, "abroad") == BucketEncryption(
        "aws:kms", key_id, Key(arn, "CUSTOMER", "Enabled", rotation=False)
    )


def test_reads_the_grants_that_do_not_go_to_the_owner(client: Any, aws: Aws) -> None:
    client.create_bucket(Bucket="shared", ObjectOwnership="BucketOwnerPreferred")
    client.put_bucket_acl(Bucket="shared", ACL="public-read")

    assert own(aws, "shared").grants == (Grant("http://acs.amazonaws.com/groups/global/AllUsers", "READ"),)


def test_refuses_a_policy_that_it_does_not_understand(client: Any, aws: Aws) -> None:
    client.create_bucket(Bucket="ai-logs")
    client.put_bucket_policy(Bucket="ai-logs", Policy=json.dumps(POLICY | {"Version": "2030-01-01"}))

    with pytest.raises(MalformedPolicyError, match="2030-01-01"):
        s3.bucket(aws, "ai-logs")


@pytest.mark.parametrize("operation", ["s3:GetEncryptionConfiguration", "s3:GetBucketVersioning"])
def test_says_none_of_a_bucket_that_is_deleted_while_it_is_read(
    account: Account, client: Any, aws: Aws, operation: str
) -> None:
    client.create_bucket(Bucket="ai-logs")
    account.faults.add(Fault("fail", operation, code="NoSuchBucket", status=404))

    assert s3.bucket(aws, "ai-logs") is None


def test_a_bucket_is_read_whole_or_not_at_all(account: Account) -> None:
    arn = make_protected(account, "ai-logs")
    account.session().client("kms").enable_key_rotation(KeyId=arn)
    session, now = account.session(), datetime(2026, 11, 1, tzinfo=UTC)
    actions = {action.name for action in s3.retaining_bucket.actions}

    unread = set()
    for action in actions:
        account.faults.clear()
        account.faults.deny(action)
        aws = Aws(session, account_id=ACCOUNT_ID, region=REGION, now=now)
        fact = aws.read_one(resource("ai-logs"), partial(s3.retaining_bucket, aws, "ai-logs"))
        if isinstance(fact, Unreadable) and fact.resource == resource("ai-logs"):
            unread.add(action)

    assert unread == actions


def test_one_unreadable_bucket_leaves_the_others(account: Account, client: Any, aws: Aws) -> None:
    for name in ("a-logs", "b-logs", "c-logs"):
        client.create_bucket(Bucket=name)
    account.faults.deny("s3:GetBucketPolicy", resource="b-logs")

    facts = s3.buckets(aws, ("a-logs", "b-logs", "c-logs", "missing", "a-logs"))

    assert [(type(fact), fact.resource.name) for fact in facts] == [
        (Bucket, "a-logs"),
        (Unreadable, "b-logs"),
        (Bucket, "c-logs"),
    ]


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    make_protected(account, "ai-logs")
    before = len(account.calls)

    s3.retaining_bucket(aws, "ai-logs")

    assert {call.action for call in list(account.calls)[before:]} == {
        action.name for action in s3.retaining_bucket.actions
    }


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        pytest.param("s3://data/train/part-1", ("data", "train/part-1"), id="an S3 URI"),
        pytest.param("s3a://data/train", ("data", "train"), id="a Hadoop URI"),
        pytest.param("s3://data", ("data", ""), id="a whole bucket"),
        pytest.param("arn:aws:s3:::data", ("data", ""), id="a bucket's ARN"),
        pytest.param("arn:aws-cn:s3:::data/train/a", ("data", "train/a"), id="an object's ARN"),
        pytest.param(
            "arn:aws:s3:us-east-1:123456789012:accesspoint/data/object/train/a",
            ("arn:aws:s3:us-east-1:123456789012:accesspoint/data", "object/train/a"),
            id="an object behind an access point",
        ),
        pytest.param(
            "s3://arn:aws:s3:us-east-1:123456789012:accesspoint/data/train",
            ("arn:aws:s3:us-east-1:123456789012:accesspoint/data", "train"),
            id="an S3 URI of an access point",
        ),
    ],
)
def test_takes_a_location_apart(uri: str, place: tuple[str, str]) -> None:
    assert s3.location(uri) == place


@pytest.mark.parametrize("text", ["", "data/train", "https://data.s3.amazonaws.com/train", "arn:aws:sqs:us-east-1:1:q"])
def test_refuses_what_is_no_location(text: str) -> None:
    with pytest.raises(ValueError, match="neither an S3 URI nor an S3 ARN"):
        s3.location(text)
