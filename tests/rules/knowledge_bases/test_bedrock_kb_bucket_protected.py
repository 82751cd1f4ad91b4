import json
from dataclasses import replace
from typing import Any

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.kms import Key
from rules.facts.s3 import Bucket, BucketEncryption, OtherBucket, OtherKind
from rules.facts.s3_settings import Grant, PublicAccessBlock
from rules.knowledge_bases.bedrock_kb_bucket_protected import BedrockKbBucketProtected
from rules.permissions.document import PolicyDocument, PolicyType, parse

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
RESOURCE = Resource("AWS::S3::Bucket", "documents", "documents", "arn:aws:s3:::documents")
TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::documents", "arn:aws:s3:::documents/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
PARTNER = {
    "Sid": "Partner",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::documents/*",
}


def policy(*statements: dict[str, Any]) -> PolicyDocument:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), PolicyType.RESOURCE)


BUCKET = Bucket(
    resource=RESOURCE,
    tags={"stage": "test"},
    account_id="123456789012",
    region="us-east-1",
    public_access_block=PublicAccessBlock(
        block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
    ),
    encryption=BucketEncryption("aws:kms", KEY, Key(KEY, "CUSTOMER", "Enabled", rotation=False)),
    policy=policy(TLS),
    versioning="Enabled",
    grants=(),
)
GOOD = compliant("Nobody outside the trusted accounts reaches the documents, and requests need TLS.")


@pytest.mark.parametrize(
    ("bucket", "verdict"),
    [
        pytest.param(BUCKET, GOOD, id="protected"),
        pytest.param(
            replace(BUCKET, policy=policy(TLS, PARTNER)),
            non_compliant('Statement "Partner" lets in account 111122223333.'),
            id="an untrusted account writes",
        ),
        pytest.param(
            replace(BUCKET, policy=policy(TLS, PARTNER | {"Sid": "All", "Principal": "*", "Action": "s3:GetObject"})),
            non_compliant('Statement "All" lets in everybody.'),
            id="everybody reads",
        ),
        pytest.param(
            replace(BUCKET, grants=(Grant("a" * 64, "READ"),)),
            non_compliant(f"The bucket's access control list grants READ to the canonical user {'a' * 19}…."),
            id="the access control list lets somebody in",
        ),
        pytest.param(
            replace(BUCKET, public_access_block=PublicAccessBlock()),
            non_compliant("Public access is not blocked."),
            id="public access not blocked",
        ),
        pytest.param(
            replace(BUCKET, encryption=BucketEncryption("AES256", None, None)),
            non_compliant("New objects are encrypted with keys that Amazon S3 owns; a customer-managed key is wanted."),
            id="no customer-managed key",
        ),
        pytest.param(
            replace(BUCKET, encryption=BucketEncryption("aws:kms", KEY, Key(KEY, "CUSTOMER", "Disabled", None))),
            non_compliant(f"New objects are encrypted with {KEY}, whose state is Disabled; Enabled is wanted."),
            id="key disabled",
        ),
        pytest.param(
            replace(BUCKET, policy=None),
            non_compliant("The bucket has no policy, so requests without TLS are not denied."),
            id="no policy",
        ),
        pytest.param(
            replace(BUCKET, versioning="Suspended"),
            non_compliant("Versioning is Suspended; Enabled is wanted."),
            id="versioning suspended",
        ),
        pytest.param(
            replace(BUCKET, policy=policy(PARTNER), versioning="Disabled", public_access_block=PublicAccessBlock()),
            non_compliant(
                'Statement "Partner" lets in account 111122223333.',
                "Public access is not blocked.",
                "The bucket policy does not deny everybody all requests without TLS.",
                "Versioning is Disabled; Enabled is wanted.",
            ),
            id="several things at once, the gravest first",
        ),
        pytest.param(
            OtherBucket(RESOURCE, {}, OtherKind.FOREIGN),
            not_applicable("It is a bucket of another account, which this rule cannot judge from this account."),
            id="a bucket of another account",
        ),
    ],
)
def test_judges_the_bucket(bucket: Bucket | OtherBucket, verdict: Verdict) -> None:
    assert BedrockKbBucketProtected().judge(bucket) == verdict


@pytest.mark.parametrize(
    ("parameters", "bucket"),
    [
        pytest.param({"trustedAccounts": "111122223333"}, replace(BUCKET, policy=policy(TLS, PARTNER)), id="trusted"),
        pytest.param(
            {"requireCmk": "false"}, replace(BUCKET, encryption=BucketEncryption("AES256", None, None)), id="no key"
        ),
        pytest.param({"requireVersioning": "false"}, replace(BUCKET, versioning="Disabled"), id="no versioning"),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], bucket: Bucket) -> None:
    assert BedrockKbBucketProtected.configured(parameters).judge(bucket) == GOOD


def test_exempts_a_bucket_with_the_tag() -> None:
    rule = BedrockKbBucketProtected.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, replace(BUCKET, policy=None)) == not_applicable("Exempt by the tag stage=test.")
