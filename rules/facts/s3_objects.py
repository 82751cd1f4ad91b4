"""Facts about what is stored at a location of Amazon S3: how its objects are encrypted and its bucket is closed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import UnexpectedAnswerError, error_code
from rules.expressions import Expression
from rules.facts import kms, s3
from rules.facts.s3_settings import PublicAccessBlock
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rules.engine.aws import Aws

MOST_OBJECTS = 50
"""Objects under a prefix that are looked at; beyond them the bucket's default encryption speaks for the rest."""

ANY_OBJECT = "arn:{partition}:s3:::*/*"

# Both styles of https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html, in every partition.
S3_HOST = Expression(r"(?:(?P<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z]{2,4}(?:-[a-z]+)+-\d+)?\.[a-z0-9.-]+")


@dataclass(frozen=True)
class StoredObject:
    """
    How one object is encrypted (S3 API, HeadObject).

    `algorithm` is AES256, aws:kms or aws:kms:dsse, None for an object from before S3 encrypted everything. `key_id`
    and `key` are as in `s3.BucketEncryption`.
    """

    name: str
    algorithm: str | None
    key_id: str | None
    key: kms.Key | None


@dataclass(frozen=True)
class Stored:
    """
    What this account stores at a location: one object, or the objects under a prefix.

    `objects` is empty where nothing is there; `complete` is False where more than MOST_OBJECTS are.
    """

    bucket: str
    objects: tuple[StoredObject, ...]
    complete: bool
    bucket_encryption: s3.BucketEncryption
    public_access_block: PublicAccessBlock


@reads(Action("s3:GetBucketPublicAccessBlock", s3.ANY_BUCKET), uses=(s3.account_public_access_block,))
def public_access_block(aws: Aws, bucket: str, region: str) -> PublicAccessBlock:
    """Return what is in effect on a bucket of this account, by its own settings and the account's."""
    try:
        answer = aws.client("s3", region).get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except ClientError as error:
        if error_code(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        answer = {}
    return PublicAccessBlock.from_api(answer).together_with(s3.account_public_access_block(aws))


@reads(
    # HeadObject needs s3:GetObject but not kms:Decrypt, so that an object under a KMS key stays unreadable;
    # s3:ListBucket makes S3 say that an object is not there, where it refused otherwise.
    Action("s3:GetObject", ANY_OBJECT),
    Action("s3:ListBucket", s3.ANY_BUCKET),
    uses=(s3.place, s3.bucket_encryption, public_access_block, kms.key),
)
def stored_object(aws: Aws, bucket: str, name: str) -> Stored | s3.OtherBucket | None:
    """
    Return what is stored under a name, an OtherBucket, or None when no account has such a bucket.

    Raises what AWS answers where it refuses: a location is read whole or not at all.
    """
    return _stored(aws, bucket, lambda _: [name])


@reads(
    Action("s3:GetObject", ANY_OBJECT),
    Action("s3:ListBucket", s3.ANY_BUCKET),
    uses=(s3.place, s3.bucket_encryption, public_access_block, kms.key),
)
def stored_objects(aws: Aws, bucket: str, prefix: str) -> Stored | s3.OtherBucket | None:
    """Return what is stored under a prefix, at most MOST_OBJECTS of it; see `stored_object`."""
    return _stored(aws, bucket, lambda client: list(islice(_names(client, bucket, prefix), MOST_OBJECTS + 1)))


def location(uri: str) -> tuple[str, str]:
    """
    Return the bucket and the name (or prefix) that a URI names: s3://…, https://…, or an S3 ARN.

    The bucket is an access point's ARN where the URI names one. Raises UnexpectedAnswerError for any other text.
    """
    try:
        return _https_location(uri) if uri.startswith("https:") else s3.location(uri)
    except ValueError:
        raise UnexpectedAnswerError(f"{uri!r} is not a location in Amazon S3") from None


def _https_location(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    host = S3_HOST.fullmatch(parts.hostname or "")
    if host is None:
        raise ValueError("not a host of Amazon S3")
    path = unquote(parts.path).removeprefix("/")
    if host["bucket"]:
        return host["bucket"], path
    bucket, _, name = path.partition("/")
    return bucket, name


def _stored(aws: Aws, bucket: str, listed: Callable[[Any], list[str]]) -> Stored | s3.OtherBucket | None:
    region = s3.place(aws, bucket)
    encryption = s3.bucket_encryption(aws, bucket)
    if not isinstance(region, str):
        return region
    if not isinstance(encryption, s3.BucketEncryption):
        return encryption
    names = listed(aws.client("s3", region))
    objects = [_object(aws, region, bucket, name) for name in names[:MOST_OBJECTS]]
    return Stored(
        bucket=bucket,
        objects=tuple(one for one in objects if one is not None),
        complete=len(names) <= MOST_OBJECTS,
        bucket_encryption=encryption,
        public_access_block=public_access_block(aws, bucket, region),
    )


def _names(client: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", ()):
            # The S3 console makes empty objects that end in a slash to show folders.
            if item["Size"] or not item["Key"].endswith("/"):
                yield item["Key"]


def _object(aws: Aws, region: str, bucket: str, name: str) -> StoredObject | None:
    try:
        head: Mapping[str, Any] = aws.client("s3", region).head_object(Bucket=bucket, Key=name)
    except ClientError as error:
        # A HEAD answer has no error code but its status.
        if error_code(error) == "404":
            return None
        raise
    key_id = head.get("SSEKMSKeyId")
    return StoredObject(name, head.get("ServerSideEncryption"), key_id, kms.key(aws, key_id) if key_id else None)
