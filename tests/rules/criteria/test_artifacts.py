from dataclasses import replace

import pytest

from rules.criteria.artifacts import elsewhere, encryption_defects, key_names, public_access_defect
from rules.engine.resource import Resource
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption, OtherBucket, OtherKind
from rules.facts.s3_objects import Stored, StoredObject
from rules.facts.s3_settings import PublicAccessBlock

URI = "s3://models/fraud/"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
OTHER_KEY = "arn:aws:kms:us-east-1:123456789012:key/2222"
GOOD_KEY = Key(KEY, "CUSTOMER", "Enabled", rotation=True)
WITH_KEY = StoredObject("fraud/model.tar.gz", "aws:kms", KEY, GOOD_KEY)
S3_ENCRYPTS = BucketEncryption("AES256", None, None)
KEY_BY_DEFAULT = BucketEncryption("aws:kms", OTHER_KEY, replace(GOOD_KEY, arn=OTHER_KEY))
BLOCKED = PublicAccessBlock(
    block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
)
STORED = Stored("models", (WITH_KEY,), complete=True, bucket_encryption=S3_ENCRYPTS, public_access_block=BLOCKED)


@pytest.mark.parametrize(
    ("stored", "defects"),
    [
        pytest.param(STORED, [], id="the object's own key counts, not the bucket's default"),
        pytest.param(
            replace(STORED, objects=(replace(WITH_KEY, algorithm="aws:kms:dsse"),)), [], id="two layers with the key"
        ),
        pytest.param(
            replace(
                STORED,
                objects=(WITH_KEY, StoredObject("fraud/vocabulary", "AES256", None, None)),
                bucket_encryption=KEY_BY_DEFAULT,
            ),
            [
                (
                    "s3://models/fraud/vocabulary is encrypted with a key of Amazon S3 (AES256); "
                    "a customer-managed key is wanted."
                )
            ],
            id="one of two objects without a key, whatever the bucket's default",
        ),
        pytest.param(
            replace(STORED, objects=(StoredObject("old", None, None, None),)),
            ["s3://models/old is not encrypted; a customer-managed key is wanted."],
            id="object from before S3 encrypted everything",
        ),
        pytest.param(
            replace(STORED, objects=(StoredObject("m", "aws:kms", None, None),)),
            ["s3://models/m is encrypted with aws/s3, which AWS manages; a customer-managed key is wanted."],
            id="KMS without a key of its own",
        ),
        pytest.param(
            replace(STORED, objects=(replace(WITH_KEY, key=replace(GOOD_KEY, manager="AWS", rotation=None)),)),
            [
                (
                    f"s3://models/fraud/model.tar.gz is encrypted with {KEY}, which AWS manages; "
                    "a customer-managed key is wanted."
                )
            ],
            id="AWS-managed key under its ARN",
        ),
        pytest.param(
            replace(STORED, objects=(replace(WITH_KEY, key=None),)),
            [f"s3://models/fraud/model.tar.gz is encrypted with {KEY}, which KMS does not know."],
            id="key deleted",
        ),
        pytest.param(
            replace(STORED, objects=(replace(WITH_KEY, key=replace(GOOD_KEY, state="PendingDeletion")),)),
            [
                (
                    f"s3://models/fraud/model.tar.gz is encrypted with {KEY}, whose state is PendingDeletion; "
                    "Enabled is wanted."
                )
            ],
            id="key pending deletion",
        ),
        pytest.param(
            replace(STORED, objects=(replace(WITH_KEY, key=replace(GOOD_KEY, rotation=False)),)),
            [
                (
                    f"s3://models/fraud/model.tar.gz is encrypted with {KEY}, which does not rotate; "
                    "automatic rotation is wanted."
                )
            ],
            id="key without rotation",
        ),
        pytest.param(
            replace(STORED, objects=()),
            [
                (
                    "s3://models/fraud/ has no object; new objects of its bucket are encrypted with a key of Amazon S3 "
                    "(AES256); a customer-managed key is wanted."
                )
            ],
            id="nothing stored, and the bucket's default has no key",
        ),
        pytest.param(
            replace(STORED, objects=(), bucket_encryption=KEY_BY_DEFAULT), [], id="nothing stored, default with a key"
        ),
        pytest.param(
            replace(STORED, complete=False),
            [
                (
                    "s3://models/fraud/ has more than 1 objects; new objects of its bucket are encrypted with a key of "
                    "Amazon S3 (AES256); a customer-managed key is wanted."
                )
            ],
            id="more than was read, and the bucket's default has no key",
        ),
        pytest.param(
            replace(STORED, complete=False, bucket_encryption=KEY_BY_DEFAULT),
            [],
            id="more than was read, default with a key",
        ),
    ],
)
def test_says_what_no_customer_managed_key_protects(stored: Stored, defects: list[str]) -> None:
    assert encryption_defects(URI, stored, require_rotation=True) == defects


def test_does_not_ask_for_rotation_where_it_is_not_required() -> None:
    stored = replace(STORED, objects=(replace(WITH_KEY, key=replace(GOOD_KEY, rotation=False)),))

    assert encryption_defects(URI, stored, require_rotation=False) == []


def test_shortens_long_names() -> None:
    stored = replace(STORED, objects=(StoredObject("a" * 200, "AES256", None, None),))

    (defect,) = encryption_defects(URI, stored, require_rotation=True)

    assert defect.startswith(f"s3://models/{'a' * 83}… is encrypted with a key of Amazon S3")


@pytest.mark.parametrize(
    ("stored", "names"),
    [
        pytest.param(STORED, [KEY], id="the object's"),
        pytest.param(replace(STORED, objects=(), bucket_encryption=KEY_BY_DEFAULT), [OTHER_KEY], id="the bucket's"),
        pytest.param(
            replace(STORED, complete=False, bucket_encryption=KEY_BY_DEFAULT),
            [KEY, OTHER_KEY],
            id="both, where both count",
        ),
        pytest.param(
            replace(STORED, bucket_encryption=KEY_BY_DEFAULT), [KEY], id="not the bucket's where it does not count"
        ),
        pytest.param(replace(STORED, objects=(StoredObject("m", "AES256", None, None),)), [], id="none"),
    ],
)
def test_names_the_keys(stored: Stored, names: list[str]) -> None:
    assert list(key_names(stored)) == names


@pytest.mark.parametrize(
    "off", ["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"]
)
def test_wants_all_four_settings_of_block_public_access(off: str) -> None:
    assert public_access_defect(STORED) is None

    stored = replace(STORED, public_access_block=replace(BLOCKED, **{off: False}))

    assert public_access_defect(stored) == "The bucket models does not block all public access."


def other(name: str, kind: OtherKind) -> OtherBucket:
    return OtherBucket(Resource("AWS::S3::Bucket", name, name, f"arn:aws:s3:::{name}"), {}, kind)


@pytest.mark.parametrize(
    ("uri", "place", "sentence"),
    [
        pytest.param(
            "s3://partner/m.tar.gz",
            other("partner", OtherKind.FOREIGN),
            "s3://partner/m.tar.gz is in a bucket of another account, which this rule does not judge.",
            id="bucket of another account",
        ),
        pytest.param(
            "s3://jumpstart-cache-prod-us-east-1/m/",
            other("jumpstart-cache-prod-us-east-1", OtherKind.FOREIGN),
            "s3://jumpstart-cache-prod-us-east-1/m/ is an artifact of SageMaker JumpStart, which AWS protects.",
            id="JumpStart",
        ),
        pytest.param(
            "s3://jumpstart-private-cache-prod-eu-west-1/m/",
            other("jumpstart-private-cache-prod-eu-west-1", OtherKind.FOREIGN),
            "s3://jumpstart-private-cache-prod-eu-west-1/m/ is an artifact of SageMaker JumpStart, which AWS protects.",
            id="JumpStart with a licence to accept",
        ),
        pytest.param(
            "s3://my-jumpstart-cache-prod-1/m/",
            other("my-jumpstart-cache-prod-1", OtherKind.FOREIGN),
            "s3://my-jumpstart-cache-prod-1/m/ is in a bucket of another account, which this rule does not judge.",
            id="a bucket that is only called like JumpStart's",
        ),
        pytest.param(
            "s3://models--use1-az4--x-s3/m",
            other("models--use1-az4--x-s3", OtherKind.DIRECTORY),
            "s3://models--use1-az4--x-s3/m is in a directory bucket, which this rule does not judge.",
            id="directory bucket",
        ),
        pytest.param("s3://gone/m", None, "s3://gone/m is in a bucket that does not exist.", id="no such bucket"),
    ],
)
def test_says_where_an_artifact_is_that_is_not_this_accounts(
    uri: str, place: OtherBucket | None, sentence: str
) -> None:
    assert elsewhere(uri, place) == sentence
