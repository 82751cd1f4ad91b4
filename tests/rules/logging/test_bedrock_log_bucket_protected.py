import json
from dataclasses import replace
from typing import Any

import pytest

from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts.bedrock_logging import LogBucket
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption, OtherBucket, OtherKind, RetainingBucket
from rules.facts.s3_settings import LifecycleRule, ObjectLock, PublicAccessBlock
from rules.logging.bedrock_log_bucket_protected import BedrockLogBucketProtected
from rules.permissions.document import PolicyType, parse

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
RESOURCE = Resource("AWS::S3::Bucket", "ai-logs", "ai-logs", "arn:aws:s3:::ai-logs")
PATH = "AWSLogs/123456789012/BedrockModelInvocationLogs/"
BEDROCK = {
    "Sid": "Bedrock",
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::ai-logs/{PATH}*",
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}
TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::ai-logs", "arn:aws:s3:::ai-logs/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
AUDIT = {
    "Sid": "Audit",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::ai-logs/*",
}
EXPIRY = LifecycleRule("all", enabled=True, prefix="", tagged=False, sized=False, days=365, noncurrent_days=30)


def policy(*statements: dict[str, Any]) -> Any:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), PolicyType.RESOURCE)


BUCKET = RetainingBucket(
    resource=RESOURCE,
    tags={},
    account_id="123456789012",
    region="us-east-1",
    public_access_block=PublicAccessBlock(
        block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
    ),
    encryption=BucketEncryption("aws:kms", KEY, Key(KEY, "CUSTOMER", "Enabled", rotation=True)),
    policy=policy(BEDROCK, TLS),
    versioning="Enabled",
    object_lock=None,
    lifecycle=(EXPIRY,),
    grants=(),
)
UNPROTECTED = replace(
    BUCKET,
    public_access_block=PublicAccessBlock(),
    encryption=BucketEncryption("AES256", None, None),
    policy=None,
    versioning="Disabled",
    lifecycle=(),
)
GOOD = compliant("Nobody outside may read the logs, only Amazon Bedrock writes them, and requests need TLS.")


def log(bucket: RetainingBucket | OtherBucket) -> LogBucket:
    return LogBucket(bucket.resource, bucket.tags, bucket, (PATH,))


@pytest.mark.parametrize(
    ("bucket", "verdict"),
    [
        pytest.param(BUCKET, GOOD, id="protected"),
        pytest.param(
            replace(BUCKET, public_access_block=PublicAccessBlock()),
            non_compliant("Public access is not blocked."),
            id="public access not blocked",
        ),
        pytest.param(
            replace(BUCKET, encryption=BucketEncryption("aws:kms", None, None)),
            non_compliant(
                "New objects are encrypted with the AWS-managed key aws/s3; a customer-managed key is wanted."
            ),
            id="AWS-managed key",
        ),
        pytest.param(
            replace(BUCKET, policy=policy(BEDROCK)),
            non_compliant("The bucket policy does not deny everybody all requests without TLS."),
            id="plain HTTP gets through",
        ),
        pytest.param(
            replace(BUCKET, versioning="Suspended"),
            non_compliant("Versioning is Suspended; Enabled is wanted."),
            id="versioning suspended",
        ),
        pytest.param(
            replace(BUCKET, lifecycle=()),
            non_compliant(
                f"No lifecycle rule expires all objects under {PATH}; expiry after at least 90 days is wanted."
            ),
            id="no expiry",
        ),
        pytest.param(
            replace(BUCKET, policy=policy(BEDROCK, TLS, AUDIT)),
            non_compliant('Statement "Audit" lets in account 111122223333.'),
            id="an untrusted account reads",
        ),
        pytest.param(
            replace(BUCKET, policy=policy(BEDROCK | {"Condition": {}}, TLS)),
            non_compliant(
                'Statement "Bedrock" lets bedrock.amazonaws.com write for other accounts; '
                "a condition on aws:SourceAccount is wanted."
            ),
            id="Bedrock writes for anybody",
        ),
        pytest.param(
            UNPROTECTED,
            non_compliant(
                "Public access is not blocked.",
                "New objects are encrypted with keys that Amazon S3 owns; a customer-managed key is wanted.",
                "The bucket has no policy, so requests without TLS are not denied.",
                "Versioning is Disabled; Enabled is wanted.",
                f"No lifecycle rule expires all objects under {PATH}; expiry after at least 90 days is wanted.",
            ),
            id="everything wrong at once",
        ),
        pytest.param(
            OtherBucket(RESOURCE, {}, OtherKind.FOREIGN),
            non_compliant(
                "Invocation logs go to a bucket of another account; a general purpose bucket of this account is wanted."
            ),
            id="a foreign bucket",
        ),
    ],
)
def test_judges_the_bucket(bucket: RetainingBucket | OtherBucket, verdict: Verdict) -> None:
    assert BedrockLogBucketProtected().judge(log(bucket)) == verdict


@pytest.mark.parametrize(
    ("parameters", "bucket", "verdict"),
    [
        pytest.param(
            {"trustedAccounts": "111122223333,444455556666"},
            replace(BUCKET, policy=policy(BEDROCK, TLS, AUDIT)),
            GOOD,
            id="a trusted account reads",
        ),
        pytest.param(
            {"trustedAccounts": "111122223333"},
            replace(BUCKET, policy=policy(BEDROCK, TLS, AUDIT | {"Action": "s3:PutObject"})),
            non_compliant(
                'Statement "Audit" lets arn:aws:iam::111122223333:root write or delete objects; only '
                "bedrock.amazonaws.com is wanted."
            ),
            id="a trusted account writes",
        ),
        pytest.param(
            {"requireCmk": "false"},
            replace(BUCKET, encryption=BucketEncryption("AES256", None, None)),
            GOOD,
            id="no key",
        ),
        pytest.param({"requireVersioning": "false"}, replace(BUCKET, versioning="Disabled"), GOOD, id="no versioning"),
        pytest.param(
            {"requireObjectLock": "true"},
            BUCKET,
            non_compliant("Object Lock is off; a default retention is wanted."),
            id="Object Lock asked for, and off",
        ),
        pytest.param(
            {"requireObjectLock": "true"},
            replace(BUCKET, object_lock=ObjectLock("COMPLIANCE", 365)),
            GOOD,
            id="Object Lock asked for",
        ),
        pytest.param(
            {"minExpiryDays": "400"},
            BUCKET,
            non_compliant(
                f"A lifecycle rule expires objects under {PATH} after 365 days; at least 400 days is wanted."
            ),
            id="expires before the least",
        ),
        pytest.param(
            {"maxExpiryDays": "365"},
            BUCKET,
            non_compliant(f"Lifecycle rules delete objects under {PATH} after 395 days; 90 to 365 days is wanted."),
            id="deleted after the most",
        ),
        pytest.param({"minExpiryDays": "0"}, replace(BUCKET, lifecycle=()), GOOD, id="no expiry asked for"),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], bucket: RetainingBucket, verdict: Verdict) -> None:
    assert BedrockLogBucketProtected.configured(parameters).judge(log(bucket)) == verdict
