import json
from dataclasses import replace
from typing import Any

import pytest

from rules.criteria.log_delivery import Destination, delivery_defects, unmet
from rules.engine.resource import Resource, account_resource
from rules.facts.bedrock_logging import BucketTarget, InvocationLogging, LogGroupTarget
from rules.facts.bedrock_usage import BedrockUsage
from rules.facts.s3 import OtherBucket, OtherKind
from rules.permissions.document import PolicyDocument, PolicyType, parse

ROLE = "arn:aws:iam::123456789012:role/delivery"
OWN = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
SOURCE = {"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:123456789012:*"}}


def trust(service: str = "bedrock.amazonaws.com", condition: dict[str, Any] | None = None) -> PolicyDocument:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), PolicyType.TRUST)


GROUP = LogGroupTarget("ai", exists=True, role_arn=ROLE, trust=trust(condition=OWN | SOURCE))
BUCKET = BucketTarget("ai-logs", place="us-east-1")
LOGGING = InvocationLogging(
    resource=account_resource("123456789012", "aws"),
    tags={},
    region="us-east-1",
    usage=BedrockUsage(),
    modalities=("text",),
    log_group=None,
    bucket=None,
    large_data_bucket=None,
)


@pytest.mark.parametrize(
    ("group", "defects"),
    [
        pytest.param(GROUP, (), id="a log group and a role that trusts Bedrock for the account"),
        pytest.param(replace(GROUP, trust=trust()), (), id="a role that trusts Bedrock for anybody"),
        pytest.param(
            replace(GROUP, exists=False), ("Log group ai does not exist in this Region.",), id="no such log group"
        ),
        pytest.param(
            replace(GROUP, trust=None), (f"Delivery role {ROLE} does not exist in this account.",), id="no such role"
        ),
        pytest.param(
            replace(GROUP, exists=False, trust=trust("lambda.amazonaws.com")),
            (
                "Log group ai does not exist in this Region.",
                f"Delivery role {ROLE} does not trust bedrock.amazonaws.com for this account.",
            ),
            id="a role that trusts another service, and no such log group",
        ),
        pytest.param(
            replace(GROUP, trust=trust(condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})),
            (f"Delivery role {ROLE} does not trust bedrock.amazonaws.com for this account.",),
            id="a role that trusts Bedrock for another account",
        ),
        pytest.param(
            replace(
                GROUP,
                trust=trust(condition={"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:eu-west-1:123456789012:*"}}),
            ),
            (f"Delivery role {ROLE} does not trust bedrock.amazonaws.com for this account.",),
            id="a role that trusts Bedrock for another Region",
        ),
    ],
)
def test_judges_the_log_group_and_its_role(group: LogGroupTarget, defects: tuple[str, ...]) -> None:
    assert delivery_defects(replace(LOGGING, log_group=group)) == defects


@pytest.mark.parametrize(
    ("bucket", "defects"),
    [
        pytest.param(BUCKET, (), id="a bucket of the account in the Region"),
        pytest.param(replace(BUCKET, place=None), ("Bucket ai-logs does not exist.",), id="no such bucket"),
        pytest.param(
            replace(
                BUCKET,
                place=OtherBucket(Resource("AWS::S3::Bucket", "ai-logs", "ai-logs"), {}, OtherKind.FOREIGN),
            ),
            ("ai-logs is a bucket of another account; logs are delivered to buckets of the same account only.",),
            id="a foreign bucket",
        ),
        pytest.param(
            replace(BUCKET, place="eu-west-1"),
            ("Bucket ai-logs is in eu-west-1; logs are delivered to buckets of the same Region only.",),
            id="a bucket in another Region",
        ),
    ],
)
def test_judges_a_bucket(bucket: BucketTarget, defects: tuple[str, ...]) -> None:
    assert delivery_defects(replace(LOGGING, bucket=bucket)) == defects
    assert delivery_defects(replace(LOGGING, log_group=GROUP, large_data_bucket=bucket)) == defects


def test_says_once_what_is_wrong_with_a_bucket_of_two_configurations() -> None:
    missing = replace(BUCKET, place=None)

    assert delivery_defects(replace(LOGGING, log_group=GROUP, bucket=missing, large_data_bucket=missing)) == (
        "Bucket ai-logs does not exist.",
    )


@pytest.mark.parametrize(
    ("logging", "destination", "modalities", "sentences"),
    [
        pytest.param(replace(LOGGING, bucket=BUCKET), "any", ("text",), [], id="any destination does"),
        pytest.param(
            replace(LOGGING, bucket=BUCKET),
            "both",
            ("text", "image", "embedding"),
            ["No log group receives the logs; one is wanted.", "Image and embedding data is not delivered."],
            id="a destination and kinds of data are missing",
        ),
        pytest.param(
            replace(LOGGING, log_group=GROUP), "s3", (), ["No bucket receives the logs; one is wanted."], id="no bucket"
        ),
        pytest.param(replace(LOGGING, log_group=GROUP), "cloudwatch", ("text",), [], id="the wanted destination"),
    ],
)
def test_says_what_is_wanted_and_missing(
    logging: InvocationLogging, destination: Destination, modalities: tuple[str, ...], sentences: list[str]
) -> None:
    assert unmet(logging, destination, modalities) == sentences
