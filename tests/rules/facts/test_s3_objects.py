from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.errors import UnexpectedAnswerError
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption, OtherBucket, OtherKind
from rules.facts.s3_objects import MOST_OBJECTS, Stored, StoredObject, location, stored_object, stored_objects
from rules.facts.s3_settings import PublicAccessBlock

S3_ENCRYPTS = BucketEncryption("AES256", None, None)
BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
HALF = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}


@pytest.fixture
def s3(account: Account) -> Any:
    client = account.session().client("s3")
    client.create_bucket(Bucket="models")
    return client


@pytest.fixture
def key(account: Account) -> str:
    client = account.session().client("kms")
    arn: str = client.create_key()["KeyMetadata"]["Arn"]
    client.enable_key_rotation(KeyId=arn)
    return arn


def put(s3: Any, name: str, key: str | None = None, body: bytes = b"weights") -> None:
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {"ServerSideEncryption": "AES256"}
    s3.put_object(Bucket="models", Key=name, Body=body, **encryption)


def stored(aws: Aws, name: str) -> Stored:
    read = stored_objects if name.endswith("/") else stored_object
    found = read(aws, "models", name)
    assert isinstance(found, Stored)
    return found


def test_reads_how_an_object_and_its_bucket_are_protected(s3: Any, aws: Aws, key: str) -> None:
    put(s3, "fraud/model.tar.gz", key)
    s3.put_public_access_block(Bucket="models", PublicAccessBlockConfiguration=BLOCKED)

    assert stored(aws, "fraud/model.tar.gz") == Stored(
        bucket="models",
        objects=(StoredObject("fraud/model.tar.gz", "aws:kms", key, Key(key, "CUSTOMER", "Enabled", rotation=True)),),
        complete=True,
        bucket_encryption=S3_ENCRYPTS,
        public_access_block=PublicAccessBlock.from_api(BLOCKED),
    )


def test_reads_an_object_with_a_key_of_amazon_s3(s3: Any, aws: Aws) -> None:
    put(s3, "model.tar.gz")

    assert stored(aws, "model.tar.gz").objects == (StoredObject("model.tar.gz", "AES256", None, None),)


def test_reads_an_object_from_before_s3_encrypted_everything(s3: Any, aws: Aws) -> None:
    put(s3, "model.tar.gz")
    # An object of 2022 has no encryption header.
    aws.client("s3").meta.events.register(
        "after-call.s3.HeadObject", lambda parsed, **_: parsed.pop("ServerSideEncryption", None)
    )

    assert stored(aws, "model.tar.gz").objects == (StoredObject("model.tar.gz", None, None, None),)


def test_reads_the_default_of_the_bucket(s3: Any, aws: Aws, key: str) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket="models",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )

    assert stored(aws, "model.tar.gz").bucket_encryption == BucketEncryption(
        "aws:kms", key, Key(key, "CUSTOMER", "Enabled", rotation=True)
    )


def test_an_object_that_is_not_there_leaves_the_bucket(s3: Any, aws: Aws) -> None:
    put(s3, "model.tar.gz.old")

    assert stored(aws, "model.tar.gz").objects == ()
    assert stored(aws, "model.tar.gz").complete


@pytest.mark.parametrize("size", [1, 1000])
def test_reads_every_object_under_a_prefix_but_folders(
    s3: Any, account: Account, aws: Aws, key: str, size: int
) -> None:
    put(s3, "llm/", body=b"")
    put(s3, "llm/config.json")
    put(s3, "llm/empty", body=b"")
    put(s3, "llm/shards/1", key)
    put(s3, "llm2/other")
    account.faults.page_size(size)

    found = stored(aws, "llm/")

    assert [(one.name, one.algorithm) for one in found.objects] == [
        ("llm/config.json", "AES256"),
        ("llm/empty", "AES256"),
        ("llm/shards/1", "aws:kms"),
    ]
    assert found.complete


@pytest.mark.parametrize(("count", "complete"), [(MOST_OBJECTS, True), (MOST_OBJECTS + 1, False)])
def test_reads_a_bounded_number_of_objects_under_a_prefix(s3: Any, aws: Aws, count: int, complete: bool) -> None:
    for number in range(count):
        put(s3, f"llm/{number:03}")

    found = stored(aws, "llm/")

    assert len(found.objects) == MOST_OBJECTS
    assert found.complete is complete


@pytest.mark.parametrize(
    ("bucket", "account_wide", "effective"),
    [
        pytest.param(None, None, {}, id="nowhere"),
        pytest.param(None, BLOCKED, BLOCKED, id="account"),
        pytest.param(HALF, None, HALF, id="half of it on the bucket"),
        pytest.param(HALF, BLOCKED, BLOCKED, id="half of it on the bucket, the rest on the account"),
    ],
)
def test_a_bucket_is_blocked_by_its_own_settings_and_the_accounts(
    account: Account,
    aws: Aws,
    bucket: dict[str, bool] | None,
    account_wide: dict[str, bool] | None,
    effective: dict[str, bool],
) -> None:
    s3 = account.session().client("s3")
    s3.create_bucket(Bucket="models")
    s3.delete_public_access_block(Bucket="models")
    if bucket:
        s3.put_public_access_block(Bucket="models", PublicAccessBlockConfiguration=bucket)
    if account_wide:
        account.session().client("s3control").put_public_access_block(
            AccountId="123456789012", PublicAccessBlockConfiguration=account_wide
        )

    assert stored(aws, "model.tar.gz").public_access_block == PublicAccessBlock.from_api(effective)


def test_says_none_of_a_bucket_that_does_not_exist(aws: Aws) -> None:
    assert stored_object(aws, "models", "model.tar.gz") is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("models--use1-az4--x-s3", OtherKind.DIRECTORY),
        ("arn:aws:s3:us-east-1:123456789012:accesspoint/models", OtherKind.ACCESS_POINT),
    ],
)
def test_says_what_a_name_is_that_is_no_bucket_of_this_account(aws: Aws, name: str, kind: OtherKind) -> None:
    found = stored_object(aws, name, "model.tar.gz")

    assert isinstance(found, OtherBucket)
    assert found.kind is kind


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_deleted_meanwhile_is_no_bucket(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("gone", "s3:GetEncryptionConfiguration"))

    assert stored_object(aws, "models", "model.tar.gz") is None


@pytest.mark.parametrize(
    "action",
    [
        "s3:GetObject",
        "s3:ListObjectsV2",
        "s3:GetEncryptionConfiguration",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetAccountPublicAccessBlock",
        "s3:HeadBucket",
        "kms:DescribeKey",
    ],
)
def test_a_refusal_is_no_answer(s3: Any, account: Account, aws: Aws, key: str, action: str) -> None:
    put(s3, "llm/model", key)
    account.faults.deny(action)

    with pytest.raises(ClientError):
        stored_objects(aws, "models", "llm/")


def test_an_object_that_is_refused_is_not_one_that_is_missing(aws: Aws) -> None:
    with Stubber(aws.client("s3", "us-east-1")) as s3_says:
        s3_says.add_response("list_buckets", {"Buckets": [{"Name": "models"}]}, {"MaxBuckets": 1000})
        s3_says.add_response("head_bucket", {"BucketRegion": "us-east-1"}, {"Bucket": "models"})
        s3_says.add_client_error("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError")
        s3_says.add_client_error("head_object", "403", "Forbidden", 403)

        with pytest.raises(ClientError, match="403"):
            stored_object(aws, "models", "model.tar.gz")


def test_reads_an_object_of_a_bucket_in_another_region(account: Account, aws: Aws) -> None:
    there = account.session("eu-west-1").client("s3")
    there.create_bucket(Bucket="models", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    put(there, "model.tar.gz")

    assert [one.name for one in stored(aws, "model.tar.gz").objects] == ["model.tar.gz"]


@pytest.mark.parametrize(
    ("uri", "where"),
    [
        ("s3://models/fraud/model.tar.gz", ("models", "fraud/model.tar.gz")),
        ("s3://models/fraud/", ("models", "fraud/")),
        ("s3://models", ("models", "")),
        ("https://models.s3.us-west-2.amazonaws.com/fraud/model.tar.gz", ("models", "fraud/model.tar.gz")),
        ("https://models.of.fraud.s3.us-west-2.amazonaws.com/m", ("models.of.fraud", "m")),
        ("https://s3.us-west-2.amazonaws.com/models/fraud/model.tar.gz", ("models", "fraud/model.tar.gz")),
        ("https://s3-us-west-2.amazonaws.com/models/m", ("models", "m")),
        ("https://s3.amazonaws.com/models/m", ("models", "m")),
        ("https://models.s3.amazonaws.com/m", ("models", "m")),
        ("https://models.s3.dualstack.us-east-1.amazonaws.com/m", ("models", "m")),
        ("https://models.s3.cn-north-1.amazonaws.com.cn/m", ("models", "m")),
        ("https://s3.us-gov-west-1.amazonaws.com/models/m", ("models", "m")),
        ("https://s3.us-west-2.amazonaws.com/models/a%20model", ("models", "a model")),
        ("arn:aws:s3:::models/m", ("models", "m")),
    ],
)
def test_finds_bucket_and_name_in_every_form_that_sagemaker_takes(uri: str, where: tuple[str, str]) -> None:
    assert location(uri) == where


@pytest.mark.parametrize(
    "uri",
    [
        *("", "model.tar.gz", "https://example.com/model.tar.gz", "https://[/m", "s3://", "https:/model.tar.gz"),
        *("https://models-s3.example.com/m", "https://s3.us-east-1.amazonaws.com_/models/m"),
    ],
)
def test_refuses_what_is_no_location_in_amazon_s3(uri: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match="is not a location in Amazon S3"):
        location(uri)


def test_declares_the_actions_that_it_uses(s3: Any, account: Account, aws: Aws, key: str) -> None:
    put(s3, "llm/model", key)
    before = len(account.calls)

    stored(aws, "llm/")

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in stored_objects.actions}
    assert used == {action.name for action in stored_object.actions}
