"""Facts about Amazon S3 buckets: what protects them, and whom they let in."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Resource
from rules.facts import kms
from rules.facts.s3_settings import LifecycleRule, ObjectLock, PublicAccessBlock, foreign_grants
from rules.frozen import dataclass
from rules.permissions.document import PolicyType, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable
    from rules.facts.s3_settings import Grant
    from rules.permissions.document import PolicyDocument

ANY_BUCKET = "arn:{partition}:s3:::*"
NO_SUCH_BUCKET = "NoSuchBucket"
PAGE_SIZE = 1000


@dataclass(frozen=True)
class BucketEncryption:
    """
    How S3 encrypts new objects of a bucket that name no encryption themselves.

    `algorithm` is AES256, aws:kms or aws:kms:dsse. `key_id` is the key as the bucket names it, None for AES256 and
    for the AWS-managed key aws/s3; `key` is what KMS says of it, None when KMS does not know it.
    """

    algorithm: str
    key_id: str | None
    key: kms.Key | None


@dataclass(frozen=True)
class Bucket:
    """
    A general purpose bucket of this account, whose id is `account_id`.

    `versioning` is Enabled, Suspended or Disabled; `policy` is None where there is none.
    """

    resource: Resource
    tags: Mapping[str, str]
    account_id: str
    region: str
    public_access_block: PublicAccessBlock
    encryption: BucketEncryption
    policy: PolicyDocument | None
    versioning: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class RetainingBucket(Bucket):
    """A bucket with what decides how long it keeps objects; `object_lock` is None where it is off."""

    object_lock: ObjectLock | None
    lifecycle: tuple[LifecycleRule, ...]


class OtherKind(Enum):
    """What a bucket name can stand for besides a general purpose bucket of this account."""

    FOREIGN = "a bucket of another account"
    DIRECTORY = "a directory bucket"
    ACCESS_POINT = "an access point"


@dataclass(frozen=True)
class OtherBucket:
    """
    Something under a bucket's name that this account's S3 API does not describe.

    `region` is None where S3 does not tell it.
    """

    resource: Resource
    tags: Mapping[str, str]
    kind: OtherKind
    region: str | None = None


@reads(Action("s3:ListAllMyBuckets"))
def own_names(aws: Aws) -> frozenset[str]:
    """Return the names of all buckets of this account."""
    pages = aws.client("s3").get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": PAGE_SIZE})
    return frozenset(bucket["Name"] for page in pages for bucket in page.get("Buckets", ()))


@reads(Action("s3:ListBucket", ANY_BUCKET), uses=(own_names,))
def place(aws: Aws, name: str) -> str | OtherBucket | None:
    """
    Return the Region of a bucket of this account, an OtherBucket, or None when no account has such a bucket.

    Whether the bucket is this account's is asked of ListBuckets: HeadBucket answers 403 for a foreign bucket, for a
    bucket of another owner than expected, and for a missing permission alike.
    """
    resource = bucket_resource(aws, name)
    if name.endswith("--x-s3"):
        return OtherBucket(resource, {}, OtherKind.DIRECTORY)
    if name.startswith("arn:") or name.endswith("-s3alias"):
        return OtherBucket(resource, {}, OtherKind.ACCESS_POINT)
    owned = name in own_names(aws)
    try:
        region = aws.client("s3").head_bucket(Bucket=name)["BucketRegion"]
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:  # noqa: PLR2004 - Not Found; a HEAD answer has no error code
            return None
        if owned or status != 403:  # noqa: PLR2004 - Forbidden, what another account's bucket answers
            raise
        region = error.response["ResponseMetadata"].get("HTTPHeaders", {}).get("x-amz-bucket-region")
    else:
        owned = owned or _is_new(aws, name)
    return region if owned else OtherBucket(resource, {}, OtherKind.FOREIGN, region)


@reads(Action("s3:GetEncryptionConfiguration", ANY_BUCKET), uses=(place, kms.key))
def bucket_encryption(aws: Aws, name: str) -> BucketEncryption | OtherBucket | None:
    """Return a bucket's default encryption with its key, an OtherBucket, or None when there is no such bucket."""
    region = place(aws, name)
    if not isinstance(region, str):
        return region
    try:
        return _encryption(aws, name, region)
    except ClientError as error:
        if error_code(error) == NO_SUCH_BUCKET:
            return None
        raise


@reads(Action("s3:GetAccountPublicAccessBlock"))
def account_public_access_block(aws: Aws) -> PublicAccessBlock:
    """Return the public access block of the account, which an organization may have set (S3 Control API)."""
    answer = _unless_absent(
        lambda: aws.client("s3control").get_public_access_block(AccountId=aws.account_id),
        "NoSuchPublicAccessBlockConfiguration",
    )
    return PublicAccessBlock.from_api(answer["PublicAccessBlockConfiguration"] if answer else {})


@reads(Action("s3:GetBucketPolicy", ANY_BUCKET))
def bucket_policy(aws: Aws, name: str, region: str) -> PolicyDocument | None:
    """
    Return the policy of a bucket of this account, None when it has none.

    Raises MalformedPolicyError for a policy that cannot be understood.
    """
    answer = _unless_absent(lambda: aws.client("s3", region).get_bucket_policy(Bucket=name), "NoSuchBucketPolicy")
    return parse(answer["Policy"], PolicyType.RESOURCE) if answer else None


@reads(Action("s3:GetBucketTagging", ANY_BUCKET))
def bucket_tags(aws: Aws, name: str, region: str) -> Mapping[str, str]:
    """Return the tags of a bucket of this account."""
    answer = _unless_absent(lambda: aws.client("s3", region).get_bucket_tagging(Bucket=name), "NoSuchTagSet")
    return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]} if answer else {}


@reads(
    Action("s3:GetBucketAcl", ANY_BUCKET),
    Action("s3:GetBucketPublicAccessBlock", ANY_BUCKET),
    Action("s3:GetBucketVersioning", ANY_BUCKET),
    uses=(place, bucket_encryption, bucket_policy, bucket_tags, account_public_access_block),
)
def bucket(aws: Aws, name: str) -> Bucket | OtherBucket | None:
    """
    Return everything that protects a bucket, an OtherBucket, or None when there is no such bucket.

    Raises what the first refused or unreadable answer raises: a bucket is read whole or not at all.
    """
    region = place(aws, name)
    encryption = bucket_encryption(aws, name)
    if not isinstance(region, str):
        return region
    if not isinstance(encryption, BucketEncryption):
        return encryption
    try:
        return _bucket(aws, name, region, encryption)
    except ClientError as error:
        if error_code(error) == NO_SUCH_BUCKET:
            return None
        raise


@reads(
    Action("s3:GetBucketObjectLockConfiguration", ANY_BUCKET),
    Action("s3:GetLifecycleConfiguration", ANY_BUCKET),
    uses=(bucket,),
)
def retaining_bucket(aws: Aws, name: str) -> RetainingBucket | OtherBucket | None:
    """Return what `bucket` does, with what decides how long the bucket keeps objects."""
    found = bucket(aws, name)
    if not isinstance(found, Bucket):
        return found
    client = aws.client("s3", found.region)
    try:
        lifecycle = _unless_absent(
            lambda: client.get_bucket_lifecycle_configuration(Bucket=name), "NoSuchLifecycleConfiguration"
        )
        lock = _unless_absent(
            lambda: client.get_object_lock_configuration(Bucket=name), "ObjectLockConfigurationNotFoundError"
        )
    except ClientError as error:
        if error_code(error) == NO_SUCH_BUCKET:
            return None
        raise
    return RetainingBucket(
        **{each.name: getattr(found, each.name) for each in fields(found)},
        object_lock=ObjectLock.from_api(lock["ObjectLockConfiguration"]) if lock else None,
        lifecycle=tuple(LifecycleRule.from_api(rule) for rule in lifecycle["Rules"]) if lifecycle else (),
    )


def buckets(aws: Aws, names: tuple[str, ...]) -> tuple[Bucket | OtherBucket | Unreadable, ...]:
    """Return the buckets of these names, each once, without those that do not exist; it needs `bucket.actions`."""
    unique = tuple(dict.fromkeys(names))
    return aws.read_each(unique, lambda name: bucket_resource(aws, name), lambda name: bucket(aws, name))


def bucket_resource(aws: Aws, name: str) -> Resource:
    """Return a bucket as AWS Config names it: by its name; an access point's ARN stays as it is."""
    arn = name if name.startswith("arn:") else f"arn:{aws.partition}:s3:::{name}"
    return Resource("AWS::S3::Bucket", name, name, arn)


def location(uri: str) -> tuple[str, str]:
    """
    Return the bucket and the key (or prefix) that an S3 URI or an S3 ARN names.

    The bucket is an access point's ARN where the URI names one. Raises ValueError for any other text.
    """
    scheme, _, rest = uri.partition("://")
    if scheme in ("s3", "s3a", "s3n") and rest and not rest.startswith("arn:"):
        name, _, key = rest.partition("/")
        return name, key
    arn = rest if scheme == "s3" else uri
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "s3":  # noqa: PLR2004 - an ARN has six parts
        raise ValueError("neither an S3 URI nor an S3 ARN")
    if parts[4]:
        kind, _, path = parts[5].partition("/")
        point, _, key = path.partition("/")
        return ":".join((*parts[:5], f"{kind}/{point}")), key
    name, _, key = parts[5].partition("/")
    return name, key


def _is_new(aws: Aws, name: str) -> bool:
    """Say whether a bucket of this account was made since the account's buckets were listed."""
    pages = aws.client("s3").get_paginator("list_buckets").paginate(Prefix=name)
    return any(bucket["Name"] == name for page in pages for bucket in page.get("Buckets", ()))


def _bucket(aws: Aws, name: str, region: str, encryption: BucketEncryption) -> Bucket:
    client = aws.client("s3", region)
    block = _unless_absent(lambda: client.get_public_access_block(Bucket=name), "NoSuchPublicAccessBlockConfiguration")
    own_block = PublicAccessBlock.from_api(block["PublicAccessBlockConfiguration"] if block else {})
    return Bucket(
        resource=bucket_resource(aws, name),
        tags=aws.tags(name, lambda: bucket_tags(aws, name, region)),
        account_id=aws.account_id,
        region=region,
        public_access_block=own_block.together_with(account_public_access_block(aws)),
        encryption=encryption,
        policy=bucket_policy(aws, name, region),
        versioning=client.get_bucket_versioning(Bucket=name).get("Status", "Disabled"),
        grants=foreign_grants(client.get_bucket_acl(Bucket=name)),
    )


def _encryption(aws: Aws, name: str, region: str) -> BucketEncryption:
    answer = _unless_absent(
        lambda: aws.client("s3", region).get_bucket_encryption(Bucket=name),
        "ServerSideEncryptionConfigurationNotFoundError",
    )
    # S3 encrypts every object with keys of its own where nothing else is set (since January 2023).
    default: Mapping[str, str] = {"SSEAlgorithm": "AES256"}
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"] if answer else ():
        default = rule.get("ApplyServerSideEncryptionByDefault", default)
    key_id = default.get("KMSMasterKeyID")
    key = kms.key(aws, _key_arn(aws, region, key_id)) if key_id else None
    return BucketEncryption(default["SSEAlgorithm"], key_id, key)


def _key_arn(aws: Aws, region: str, key_id: str) -> str:
    # A bare id or alias is one of the bucket's Region, which may be another than the run's.
    if key_id.startswith("arn:"):
        return key_id
    path = key_id if key_id.startswith("alias/") else f"key/{key_id}"
    return f"arn:{aws.partition}:kms:{region}:{aws.account_id}:{path}"


def _unless_absent(call: Callable[[], dict[str, Any]], absent: str) -> dict[str, Any] | None:
    try:
        return call()
    except ClientError as error:
        if error_code(error) == absent:
            return None
        raise
