"""Keys and buckets, most of them looked after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.company.grounds import ARTIFACTS, DROPBOX, document, one_in

if TYPE_CHECKING:
    from benchmarks.company.grounds import Grounds

BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
EXPIRES = {
    "Rules": [
        {
            "ID": "expire",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": 365},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        }
    ]
}
PROVENANCE = {"data-classification": "internal", "data-source": "warehouse", "lawful-basis": "contract"}
OBJECT = "model.tar.gz"


def build(grounds: Grounds) -> None:
    """Make the keys, the buckets for models, and those with data."""
    for number in range(grounds.size.keys):
        key = grounds.ask("kms", "CreateKey", Description=f"Northwind {number}")["KeyMetadata"]
        if not one_in(number, 10, 9):
            grounds.ask("kms", "EnableKeyRotation", KeyId=key["KeyId"])
        grounds.keys.append(key["Arn"])
    _bucket(grounds, ARTIFACTS, 1)
    _bucket(grounds, DROPBOX, 0)
    for name in (ARTIFACTS, DROPBOX):
        grounds.ask("s3", "PutObject", Bucket=name, Key=OBJECT, Body=b"weights")
    for number in range(grounds.size.buckets):
        _bucket(grounds, corpus(number), number)


def corpus(number: int) -> str:
    """Return the name of a bucket with data."""
    return f"northwind-data-{number}"


def _bucket(grounds: Grounds, name: str, number: int) -> None:
    grounds.ask("s3", "CreateBucket", Bucket=name)
    if one_in(number, 4):
        if one_in(number, 3):
            grounds.ask("s3", "DeletePublicAccessBlock", Bucket=name)
        return
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": grounds.key(number)}
    encryption: dict[str, Any] = {"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]}
    grounds.ask("s3", "PutBucketEncryption", Bucket=name, ServerSideEncryptionConfiguration=encryption)
    grounds.ask("s3", "PutPublicAccessBlock", Bucket=name, PublicAccessBlockConfiguration=BLOCKED)
    grounds.ask("s3", "PutBucketVersioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    grounds.ask("s3", "PutBucketLifecycleConfiguration", Bucket=name, LifecycleConfiguration=EXPIRES)
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    grounds.ask("s3", "PutBucketPolicy", Bucket=name, Policy=document(tls_only))
    if one_in(number, 2):
        tags = [{"Key": key, "Value": value} for key, value in PROVENANCE.items()]
        grounds.ask("s3", "PutBucketTagging", Bucket=name, Tagging={"TagSet": tags})
