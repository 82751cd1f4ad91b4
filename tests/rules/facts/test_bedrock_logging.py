import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import bedrock_logging
from rules.facts.bedrock_logging import BucketTarget, InvocationLogging, LogBucket, LogGroupTarget, delivery_path
from rules.facts.bedrock_usage import BedrockUsage
from rules.facts.logs import LogGroup
from rules.facts.s3 import Bucket, OtherBucket, OtherKind

ROLE = "arn:aws:iam::123456789012:role/service-role/delivery"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::ai-logs/*",
    },
}
PATH = "AWSLogs/123456789012/BedrockModelInvocationLogs/"
Switch = Callable[..., None]


@pytest.fixture
def switch_on(account: Account) -> Switch:
    """Return a function that puts a logging configuration in place, without checking that its targets exist."""
    client = account.session().client("bedrock")

    def switch(**config: Any) -> None:
        client.put_model_invocation_logging_configuration(loggingConfig=config)

    return switch


def make_targets(account: Account) -> None:
    """Make a log group, a delivery role, and the buckets ai-logs and ai-large."""
    session = account.session()
    session.client("iam").create_role(
        RoleName="delivery", Path="/service-role/", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    session.client("logs").create_log_group(logGroupName="/ai/invocations")
    client = session.client("s3")
    for name in ("ai-logs", "ai-large"):
        client.create_bucket(Bucket=name)
    client.put_bucket_policy(Bucket="ai-logs", Policy=json.dumps(POLICY))


def the_fact(aws: Aws) -> InvocationLogging:
    (fact,) = bedrock_logging.invocation_logging(aws)
    return fact


def test_reads_what_is_logged_and_where_to(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    switch_on(
        cloudWatchConfig={
            "logGroupName": "/ai/invocations",
            "roleArn": ROLE,
            "largeDataDeliveryS3Config": {"bucketName": "ai-large", "keyPrefix": "large"},
        },
        s3Config={"bucketName": "ai-logs"},
        textDataDeliveryEnabled=True,
        imageDataDeliveryEnabled=False,
        embeddingDataDeliveryEnabled=True,
        videoDataDeliveryEnabled=True,
    )

    fact = the_fact(aws)

    assert fact.log_group is not None
    assert fact.log_group.trust is not None
    assert fact == InvocationLogging(
        resource=aws.account,
        tags={},
        region="us-east-1",
        usage=BedrockUsage(),
        modalities=("text", "embedding", "video"),
        log_group=LogGroupTarget("/ai/invocations", exists=True, role_arn=ROLE, trust=fact.log_group.trust),
        bucket=BucketTarget("ai-logs", "us-east-1"),
        large_data_bucket=BucketTarget("ai-large", "us-east-1"),
    )


def test_reads_that_logging_is_off(account: Account, aws: Aws) -> None:
    account.session().client("bedrock").create_guardrail(
        name="one", blockedInputMessaging="No.", blockedOutputsMessaging="No."
    )

    assert the_fact(aws) == InvocationLogging(
        resource=aws.account,
        tags={},
        region="us-east-1",
        usage=BedrockUsage(guardrails=1),
        modalities=(),
        log_group=None,
        bucket=None,
        large_data_bucket=None,
    )
    assert bedrock_logging.log_groups(aws) == ()
    assert bedrock_logging.log_buckets(aws) == ()


def test_a_region_without_bedrock_has_no_facts(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:GetModelInvocationLoggingConfiguration"))

    assert bedrock_logging.invocation_logging(aws) == ()
    assert bedrock_logging.log_groups(aws) == ()
    assert bedrock_logging.log_buckets(aws) == ()


def test_reads_that_targets_are_missing(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    switch_on(cloudWatchConfig={"logGroupName": "/ai/invocations", "roleArn": ROLE}, s3Config={"bucketName": "ai-logs"})
    session = account.session()
    session.client("logs").delete_log_group(logGroupName="/ai/invocations")
    session.client("logs").create_log_group(logGroupName="/ai/invocations-new")
    session.client("iam").delete_role(RoleName="delivery")
    session.client("s3").delete_bucket_policy(Bucket="ai-logs")
    session.client("s3").delete_bucket(Bucket="ai-logs")

    fact = the_fact(aws)

    assert fact.log_group == LogGroupTarget("/ai/invocations", exists=False, role_arn=ROLE, trust=None)
    assert fact.bucket == BucketTarget("ai-logs", None)
    assert bedrock_logging.log_groups(aws) == ()
    assert bedrock_logging.log_buckets(aws) == ()


def test_a_role_of_another_account_is_not_looked_for_here(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    foreign = ROLE.replace("123456789012", "111122223333")
    switch_on(cloudWatchConfig={"logGroupName": "/ai/invocations", "roleArn": foreign})

    assert the_fact(aws).log_group == LogGroupTarget("/ai/invocations", exists=True, role_arn=foreign, trust=None)


def test_reads_a_foreign_bucket_as_such(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    switch_on(s3Config={"bucketName": "ai-logs"})
    session = account.session()
    session.client("s3").delete_bucket_policy(Bucket="ai-logs")
    session.client("s3").delete_bucket(Bucket="ai-logs")
    account.faults.deny("s3:ListBucket", resource="ai-logs")

    target = the_fact(aws).bucket
    (log,) = bedrock_logging.log_buckets(aws)

    assert target is not None
    assert isinstance(target.place, OtherBucket)
    assert target.place.kind is OtherKind.FOREIGN
    assert isinstance(log, LogBucket)
    assert log.bucket == target.place


def test_reads_the_log_group_by_any_form_of_its_name(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/ai/invocations:*"
    switch_on(cloudWatchConfig={"logGroupName": arn, "roleArn": ROLE})

    (group,) = bedrock_logging.log_groups(aws)

    assert isinstance(group, LogGroup)
    assert group.resource.name == "/ai/invocations"


def test_reads_a_bucket_of_two_configurations_once(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    switch_on(
        cloudWatchConfig={
            "logGroupName": "/ai/invocations",
            "roleArn": ROLE,
            "largeDataDeliveryS3Config": {"bucketName": "ai-logs", "keyPrefix": "large/"},
        },
        s3Config={"bucketName": "ai-logs", "keyPrefix": "ai"},
    )

    (log,) = bedrock_logging.log_buckets(aws)

    assert isinstance(log, LogBucket)
    assert isinstance(log.bucket, Bucket)
    assert log == LogBucket(log.bucket.resource, {}, log.bucket, (f"ai/{PATH}", f"large/{PATH}"))
    assert [call.parameters["Bucket"] for call in account.calls if call.operation == "GetBucketAcl"] == ["ai-logs"]


def test_one_unreadable_bucket_leaves_the_other(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    switch_on(
        cloudWatchConfig={
            "logGroupName": "/ai/invocations",
            "roleArn": ROLE,
            "largeDataDeliveryS3Config": {"bucketName": "ai-large"},
        },
        s3Config={"bucketName": "ai-logs"},
    )
    account.faults.deny("s3:GetLifecycleConfiguration", resource="ai-logs")

    unreadable, log = bedrock_logging.log_buckets(aws)

    assert isinstance(unreadable, Unreadable)
    assert (unreadable.resource.name, unreadable.code) == ("ai-logs", "AccessDenied")
    assert isinstance(log, LogBucket)
    assert log.resource.name == "ai-large"


def test_an_unreadable_log_group_is_named(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    switch_on(cloudWatchConfig={"logGroupName": "/ai/invocations", "roleArn": ROLE})
    account.faults.deny("logs:ListTagsForResource")

    (unreadable,) = bedrock_logging.log_groups(aws)

    assert isinstance(unreadable, Unreadable)
    assert unreadable.resource.name == "/ai/invocations"


@pytest.mark.parametrize("action", sorted(action.name for action in bedrock_logging.invocation_logging.actions))
def test_says_nothing_of_the_account_when_something_is_unreadable(
    account: Account, aws: Aws, switch_on: Switch, action: str
) -> None:
    make_targets(account)
    switch_on(cloudWatchConfig={"logGroupName": "/ai/invocations", "roleArn": ROLE}, s3Config={"bucketName": "ai-logs"})
    account.faults.deny(action)

    with pytest.raises(ClientError):
        bedrock_logging.invocation_logging(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws, switch_on: Switch) -> None:
    make_targets(account)
    switch_on(cloudWatchConfig={"logGroupName": "/ai/invocations", "roleArn": ROLE}, s3Config={"bucketName": "ai-logs"})
    before = len(account.calls)

    bedrock_logging.invocation_logging(aws)

    declared = {action.name for action in bedrock_logging.invocation_logging.actions}
    assert {call.action for call in list(account.calls)[before:]} == declared


@pytest.mark.parametrize(
    ("prefix", "path"),
    [
        pytest.param("", PATH, id="no prefix"),
        pytest.param("ai", f"ai/{PATH}", id="a prefix"),
        pytest.param("ai/logs/", f"ai/logs/{PATH}", id="a prefix with a slash"),
    ],
)
def test_knows_where_bedrock_writes(prefix: str, path: str) -> None:
    assert delivery_path(prefix, "123456789012") == path
