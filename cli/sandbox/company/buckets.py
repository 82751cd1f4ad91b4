"""Buckets as the company makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox.company.site import document

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site, Statement


@dataclass(frozen=True)
class Bucket:
    """
    A bucket.

    `key` names the company's key that encrypts it by default. A `careful` bucket blocks public access, keeps
    versions and denies requests without TLS; the others are as S3 made them years ago. Without `expires` objects
    stay for ever. `statements` are added to its policy, `objects` are put into it: their keys, with the name of the
    company's key that encrypts them, None for the bucket's default.
    """

    name: str
    key: str | None = None
    careful: bool = True
    expires: int | None = None
    statements: tuple[Statement, ...] = ()
    objects: tuple[tuple[str, str | None], ...] = ()


def make(site: Site, bucket: Bucket) -> None:
    """Make a bucket in the Region."""
    s3 = site.client("s3")
    # S3 refuses us-east-1 as a constraint: it is what no constraint means.
    place = {} if site.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": site.region}}
    s3.create_bucket(Bucket=bucket.name, **place)
    rule = {"SSEAlgorithm": "AES256"}
    if bucket.key:
        rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": site.keys[bucket.key]}
    s3.put_bucket_encryption(
        Bucket=bucket.name,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    for name, key in bucket.objects:
        own = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": site.keys[key]} if key else {}
        s3.put_object(Bucket=bucket.name, Key=name, Body=b"weights", **own)
    statements = list(bucket.statements)
    if bucket.careful:
        statements.append(_tls_only(bucket.name))
        s3.put_public_access_block(
            Bucket=bucket.name,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
        s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    else:
        # What S3 does by default since April 2023 was a choice before.
        s3.delete_public_access_block(Bucket=bucket.name)
    if bucket.expires:
        _expire(site, bucket)
    if statements:
        s3.put_bucket_policy(Bucket=bucket.name, Policy=document(*statements))


def _tls_only(name: str) -> Statement:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _expire(site: Site, bucket: Bucket) -> None:
    site.client("s3").put_bucket_lifecycle_configuration(
        Bucket=bucket.name,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "expire",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "Expiration": {"Days": bucket.expires},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                }
            ]
        },
    )
