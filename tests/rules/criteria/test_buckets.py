import json
from dataclasses import replace
from typing import Any

import pytest

from rules.criteria.buckets import (
    encryption_defect,
    expiry_defects,
    object_lock_defect,
    outsider_defects,
    public_access_defect,
    tls_defect,
    versioning_defect,
    writer_defects,
)
from rules.engine.resource import Resource
from rules.facts.kms import Key
from rules.facts.s3 import Bucket, BucketEncryption, RetainingBucket
from rules.facts.s3_settings import Grant, LifecycleRule, ObjectLock, PublicAccessBlock
from rules.permissions.document import PolicyType, parse

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
PATH = "ai/AWSLogs/123456789012/BedrockModelInvocationLogs/"
CANONICAL_ID = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
BLOCKED = PublicAccessBlock(
    block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
)
BUCKET = RetainingBucket(
    resource=Resource("AWS::S3::Bucket", "ai-logs", "ai-logs", "arn:aws:s3:::ai-logs"),
    tags={},
    account_id="123456789012",
    region="us-east-1",
    public_access_block=BLOCKED,
    encryption=BucketEncryption("aws:kms", KEY, Key(KEY, "CUSTOMER", "Enabled", rotation=True)),
    policy=None,
    versioning="Enabled",
    object_lock=None,
    lifecycle=(),
    grants=(),
)
TLS_ONLY = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::ai-logs", "arn:aws:s3:::ai-logs/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
BEDROCK_WRITES = {
    "Sid": "BedrockWrites",
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::ai-logs/{PATH}*",
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}


def with_policy(*statements: dict[str, Any]) -> Bucket:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return replace(BUCKET, policy=parse(json.dumps(document), PolicyType.RESOURCE))


def allow(principal: Any, actions: Any, resource: str = "arn:aws:s3:::ai-logs/*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": resource, **more}


def rule(**settings: Any) -> LifecycleRule:
    usual = {
        "id": "expire",
        "enabled": True,
        "prefix": "",
        "tagged": False,
        "sized": False,
        "days": 365,
        "noncurrent_days": 30,
    }
    return LifecycleRule(**{**usual, **settings})


@pytest.mark.parametrize(
    ("block", "defect"),
    [
        pytest.param(BLOCKED, None, id="everything blocked"),
        pytest.param(PublicAccessBlock(), "Public access is not blocked.", id="nothing blocked"),
        pytest.param(
            replace(BLOCKED, restrict_public_buckets=False),
            "Public access is not fully blocked: RestrictPublicBuckets is off.",
            id="one setting off",
        ),
        pytest.param(
            PublicAccessBlock(block_public_acls=True, ignore_public_acls=True),
            "Public access is not fully blocked: BlockPublicPolicy and RestrictPublicBuckets are off.",
            id="policies may be public",
        ),
    ],
)
def test_judges_the_public_access_block(block: PublicAccessBlock, defect: str | None) -> None:
    assert public_access_defect(replace(BUCKET, public_access_block=block)) == defect


@pytest.mark.parametrize(
    ("encryption", "defect"),
    [
        pytest.param(BUCKET.encryption, None, id="a customer-managed key"),
        pytest.param(replace(BUCKET.encryption, algorithm="aws:kms:dsse"), None, id="two layers with such a key"),
        pytest.param(
            BucketEncryption("AES256", None, None),
            "New objects are encrypted with keys that Amazon S3 owns; a customer-managed key is wanted.",
            id="keys of Amazon S3",
        ),
        pytest.param(
            BucketEncryption("aws:kms", None, None),
            "New objects are encrypted with the AWS-managed key aws/s3; a customer-managed key is wanted.",
            id="AWS KMS without a key",
        ),
        pytest.param(
            BucketEncryption("aws:kms", "alias/gone", None),
            "New objects are encrypted with alias/gone, which KMS does not know.",
            id="a key that is gone",
        ),
        pytest.param(
            BucketEncryption("aws:kms", KEY, Key(KEY, "CUSTOMER", "PendingDeletion", rotation=None)),
            f"New objects are encrypted with {KEY}, whose state is PendingDeletion; Enabled is wanted.",
            id="a key that is being deleted",
        ),
    ],
)
def test_judges_the_default_encryption(encryption: BucketEncryption, defect: str | None) -> None:
    assert encryption_defect(encryption) == defect


def test_asks_for_rotation_where_it_is_required() -> None:
    encryption = BucketEncryption("aws:kms", KEY, Key(KEY, "CUSTOMER", "Enabled", rotation=False))

    assert encryption_defect(encryption) is None
    assert encryption_defect(encryption, require_rotation=True) == (
        f"New objects are encrypted with {KEY}, which does not rotate; automatic rotation is wanted."
    )


@pytest.mark.parametrize(
    ("bucket", "defect"),
    [
        pytest.param(with_policy(TLS_ONLY), None, id="denied to everybody"),
        pytest.param(BUCKET, "The bucket has no policy, so requests without TLS are not denied.", id="no policy"),
        pytest.param(
            with_policy(TLS_ONLY | {"Resource": "arn:aws:s3:::ai-logs/*"}),
            "The bucket policy does not deny everybody all requests without TLS.",
            id="denied for objects only",
        ),
        pytest.param(
            with_policy(TLS_ONLY | {"Principal": {"AWS": "111122223333"}}),
            "The bucket policy does not deny everybody all requests without TLS.",
            id="denied to one account only",
        ),
    ],
)
def test_judges_the_denial_of_plain_http(bucket: Bucket, defect: str | None) -> None:
    assert tls_defect(bucket) == defect


@pytest.mark.parametrize("versioning", ["Suspended", "Disabled"])
def test_judges_versioning(versioning: str) -> None:
    assert versioning_defect(BUCKET) is None
    assert (
        versioning_defect(replace(BUCKET, versioning=versioning)) == f"Versioning is {versioning}; Enabled is wanted."
    )


@pytest.mark.parametrize(
    ("lock", "defect"),
    [
        pytest.param(ObjectLock("COMPLIANCE", 90), None, id="a default retention"),
        pytest.param(None, "Object Lock is off; a default retention is wanted.", id="off"),
        pytest.param(
            ObjectLock(None, None),
            "Object Lock has no default retention, so new objects can be deleted.",
            id="on, but only for objects that ask for it",
        ),
    ],
)
def test_judges_object_lock(lock: ObjectLock | None, defect: str | None) -> None:
    assert object_lock_defect(replace(BUCKET, object_lock=lock)) == defect


STAYING = f"No lifecycle rule expires all noncurrent versions of objects under {PATH}, so nothing is ever deleted."
NEVER = f"No lifecycle rule expires all objects under {PATH}; expiry after at least 90 days is wanted."


@pytest.mark.parametrize(
    ("rules", "defects"),
    [
        pytest.param((rule(),), (), id="the whole bucket expires"),
        pytest.param((rule(prefix="ai/"),), (), id="the folder of the logs expires"),
        pytest.param((rule(prefix=PATH),), (), id="exactly the logs expire"),
        pytest.param((rule(noncurrent_days=None), rule(days=None)), (), id="two rules share the work"),
        pytest.param((), (NEVER,), id="no rule"),
        pytest.param((rule(enabled=False),), (NEVER,), id="a disabled rule"),
        pytest.param((rule(days=None),), (NEVER,), id="a rule that only removes noncurrent versions"),
        pytest.param((rule(prefix="other/"),), (NEVER,), id="a rule for another folder"),
        pytest.param((rule(prefix=f"{PATH}data/"),), (NEVER,), id="a rule for a part of the logs"),
        pytest.param((rule(tagged=True),), (NEVER,), id="a rule for tagged objects"),
        pytest.param((rule(sized=True),), (NEVER,), id="a rule for objects of a size"),
        pytest.param(
            (rule(days=30),),
            (f"A lifecycle rule expires objects under {PATH} after 30 days; at least 90 days is wanted.",),
            id="too early",
        ),
        pytest.param(
            (rule(), rule(prefix="ai/", days=7)),
            (f"A lifecycle rule expires objects under {PATH} after 7 days; at least 90 days is wanted.",),
            id="the earlier of two rules wins",
        ),
        pytest.param(
            (rule(), rule(prefix=f"{PATH}data/", days=1)),
            (f"A lifecycle rule expires some objects under {PATH} after 1 day; at least 90 days is wanted.",),
            id="a part of the logs too early",
        ),
        pytest.param(
            (rule(), rule(sized=True, days=1)),
            (f"A lifecycle rule expires some objects under {PATH} after 1 day; at least 90 days is wanted.",),
            id="large objects too early",
        ),
        pytest.param((rule(), rule(tagged=True, days=1)), (), id="tagged objects early, which logs are not"),
        pytest.param((rule(), rule(prefix="tmp/", days=1)), (), id="another folder early"),
        pytest.param((rule(noncurrent_days=None),), (), id="noncurrent versions stay, and nothing says until when"),
    ],
)
def test_judges_when_logs_expire(rules: tuple[LifecycleRule, ...], defects: tuple[str, ...]) -> None:
    assert expiry_defects(replace(BUCKET, lifecycle=rules), (PATH,), 90, 0) == defects


@pytest.mark.parametrize(
    ("versioning", "least", "most", "defects"),
    [
        pytest.param("Enabled", 90, 395, (), id="within the bounds"),
        pytest.param("Enabled", 365, 0, (), id="exactly the least"),
        pytest.param(
            "Enabled",
            366,
            400,
            ("A lifecycle rule expires objects after 365 days; 366 to 400 days is wanted.",),
            id="a day too early",
        ),
        pytest.param(
            "Enabled",
            0,
            394,
            ("Lifecycle rules delete objects after 395 days; 1 to 394 days is wanted.",),
            id="a day too late, counting the noncurrent versions",
        ),
        pytest.param(
            "Suspended",
            0,
            394,
            ("Lifecycle rules delete objects after 395 days; 1 to 394 days is wanted.",),
            id="too late while versioning is suspended",
        ),
        pytest.param("Disabled", 0, 365, (), id="without versions only the expiry counts"),
        pytest.param("Enabled", 0, 0, (), id="no bounds"),
    ],
)
def test_holds_the_expiry_to_its_bounds(versioning: str, least: int, most: int, defects: tuple[str, ...]) -> None:
    bucket = replace(BUCKET, versioning=versioning, lifecycle=(rule(),))

    assert expiry_defects(bucket, ("",), least, most) == defects


def test_asks_nothing_of_the_expiry_without_bounds() -> None:
    assert expiry_defects(BUCKET, (PATH,), 0, 0) == ()


def test_judges_every_path_of_a_bucket() -> None:
    bucket = replace(BUCKET, lifecycle=(rule(prefix="text/"),))

    assert expiry_defects(bucket, ("text/", "images/"), 90, 0) == (
        "No lifecycle rule expires all objects under images/; expiry after at least 90 days is wanted.",
    )


@pytest.mark.parametrize(
    ("bucket", "defects"),
    [
        pytest.param(BUCKET, (), id="no policy"),
        pytest.param(with_policy(TLS_ONLY, BEDROCK_WRITES), (), id="only a service of the own account"),
        pytest.param(
            with_policy(allow("*", "s3:GetObject", Sid="Open")),
            ('Statement "Open" lets in everybody.',),
            id="everybody",
        ),
        pytest.param(
            with_policy(allow({"AWS": "arn:aws:iam::444455556666:root"}, "s3:PutBucketAcl", "arn:aws:s3:::ai-logs")),
            ("Statement 1 lets in account 444455556666.",),
            id="an untrusted account",
        ),
        pytest.param(
            with_policy(allow({"AWS": "arn:aws:iam::111122223333:role/audit"}, "s3:GetObject")),
            (),
            id="a trusted account",
        ),
        pytest.param(
            with_policy(allow("*", "s3:GetObject", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
            (),
            id="a trusted organization",
        ),
        pytest.param(
            with_policy(allow({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject")),
            (),
            id="a service that only writes",
        ),
        pytest.param(
            with_policy(allow({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject", Sid="Cdn")),
            ('Statement "Cdn" lets in cloudfront.amazonaws.com on behalf of any account.',),
            id="a service that reads for anybody",
        ),
        pytest.param(
            with_policy(allow({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject", "arn:aws:s3:::another/*")),
            (),
            id="a service that reads another bucket",
        ),
        pytest.param(
            with_policy(allow({"AWS": "444455556666"}, "s3:GetObject", "arn:aws:s3:::another/*")),
            (),
            id="a statement about another bucket",
        ),
        pytest.param(
            replace(BUCKET, grants=(Grant(CANONICAL_ID, "READ"),)),
            ("The bucket's access control list grants READ to the canonical user 79a59df900b949e55d9….",),
            id="a canonical user",
        ),
        pytest.param(replace(BUCKET, grants=(Grant(ALL_USERS, "READ"),)), (), id="a public grant that is ignored"),
        pytest.param(
            replace(BUCKET, public_access_block=PublicAccessBlock(), grants=(Grant(ALL_USERS, "READ"),)),
            ("The bucket's access control list grants READ to everybody.",),
            id="a public grant",
        ),
        pytest.param(
            replace(BUCKET, grants=(Grant("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"),)),
            (),
            id="server access logs",
        ),
    ],
)
def test_finds_who_is_let_in_from_outside(bucket: Bucket, defects: tuple[str, ...]) -> None:
    assert outsider_defects(bucket, ("111122223333",), ("o-a1b2c3d4e5",)) == defects


FOR_OTHERS = (
    'Statement "BedrockWrites" lets bedrock.amazonaws.com write for other accounts; '
    "a condition on aws:SourceAccount is wanted."
)
OTHER_WRITER = "write or delete objects; only bedrock.amazonaws.com is wanted."


@pytest.mark.parametrize(
    ("bucket", "defects"),
    [
        pytest.param(BUCKET, (), id="no policy"),
        pytest.param(with_policy(BEDROCK_WRITES, TLS_ONLY), (), id="the service, for this account"),
        pytest.param(
            with_policy(BEDROCK_WRITES | {"Condition": {}}),
            (FOR_OTHERS,),
            id="the service, for anybody",
        ),
        pytest.param(
            with_policy(BEDROCK_WRITES | {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}),
            (FOR_OTHERS,),
            id="the service, for a trusted account",
        ),
        pytest.param(
            with_policy(allow({"AWS": "arn:aws:iam::123456789012:role/app"}, "s3:*")),
            (f"Statement 1 lets arn:aws:iam::123456789012:role/app {OTHER_WRITER}",),
            id="a role of the account",
        ),
        pytest.param(
            with_policy(allow({"AWS": "arn:aws:iam::111122223333:role/app"}, "s3:DeleteObject")),
            (f"Statement 1 lets arn:aws:iam::111122223333:role/app {OTHER_WRITER}",),
            id="a role of a trusted account",
        ),
        pytest.param(
            with_policy(allow({"AWS": "arn:aws:iam::444455556666:role/app"}, "s3:PutObject")),
            (),
            id="an outsider, who is reported as such",
        ),
        pytest.param(
            with_policy(
                allow(
                    {"Service": "logging.s3.amazonaws.com"},
                    "s3:PutObject",
                    Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}},
                )
            ),
            (f"Statement 1 lets logging.s3.amazonaws.com {OTHER_WRITER}",),
            id="another service",
        ),
        pytest.param(
            with_policy(
                allow({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject", "arn:aws:s3:::ai-logs/access/*")
            ),
            (),
            id="another service in another folder",
        ),
        pytest.param(
            with_policy(allow({"AWS": "arn:aws:iam::123456789012:role/app"}, "s3:GetObject")), (), id="a reader"
        ),
        pytest.param(
            with_policy(
                {
                    "Effect": "Allow",
                    "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/app"},
                    "Action": "s3:PutObject",
                    "Resource": "arn:aws:s3:::ai-logs/*",
                    "Condition": {"StringEquals": {"aws:PrincipalAccount": "123456789012"}},
                }
            ),
            (f"Statement 1 lets all but some {OTHER_WRITER}",),
            id="all but some of the account",
        ),
    ],
)
def test_finds_who_else_writes(bucket: Bucket, defects: tuple[str, ...]) -> None:
    assert writer_defects(bucket, (PATH,), "bedrock.amazonaws.com", ("111122223333",)) == defects


def test_what_has_to_be_deleted_in_time_must_not_stay_as_a_noncurrent_version() -> None:
    bucket = replace(BUCKET, lifecycle=(rule(noncurrent_days=None),))

    assert expiry_defects(bucket, (PATH,), 90, 730) == (STAYING,)
