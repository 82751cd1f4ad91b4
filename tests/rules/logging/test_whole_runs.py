"""The logging rules on accounts of the embedded AWS, from the listing to the evaluation that AWS Config stores."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from cli.sandbox import ACCOUNT_ID, REGION, Account
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.errors import CollectionError, UnreadableResourcesError
from rules.engine.rule import Rule
from rules.logging import bedrock_log_bucket_protected
from rules.logging.bedrock_invocation_logging_enabled import BedrockInvocationLoggingEnabled
from rules.logging.bedrock_log_bucket_protected import BedrockLogBucketProtected
from rules.logging.bedrock_log_group_protected import BedrockLogGroupProtected

RULES: tuple[type[Rule[Any]], ...] = (
    BedrockInvocationLoggingEnabled,
    BedrockLogGroupProtected,
    BedrockLogBucketProtected,
)
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/delivery"
BUCKETS = ("ai-logs", "ai-large")
THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": THIS_ACCOUNT,
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def bucket_policy(name: str) -> str:
    bedrock = {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/AWSLogs/{ACCOUNT_ID}/BedrockModelInvocationLogs/*",
        "Condition": THIS_ACCOUNT,
    }
    tls_only = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return document(bedrock, tls_only)


def log_properly(account: Account) -> None:
    """Log to a log group and two buckets as AWS documents it, with every protection."""
    session = account.session()
    key = session.client("kms").create_key()["KeyMetadata"]["Arn"]
    session.client("iam").create_role(RoleName="delivery", AssumeRolePolicyDocument=document(TRUST))
    logs, s3 = session.client("logs"), session.client("s3")
    logs.create_log_group(logGroupName="/ai/invocations", kmsKeyId=key)
    logs.put_retention_policy(logGroupName="/ai/invocations", retentionInDays=365)
    for name in BUCKETS:
        s3.create_bucket(Bucket=name)
        s3.put_bucket_policy(Bucket=name, Policy=bucket_policy(name))
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        s3.put_bucket_encryption(
            Bucket=name,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
        )
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        rule = {
            "ID": "expire",
            "Status": "Enabled",
            "Filter": {},
            "Expiration": {"Days": 365},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        }
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    session.client("bedrock").put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {
                "logGroupName": "/ai/invocations",
                "roleArn": ROLE,
                "largeDataDeliveryS3Config": {"bucketName": "ai-large"},
            },
            "s3Config": {"bucketName": "ai-logs"},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": True,
            "embeddingDataDeliveryEnabled": True,
        }
    )


def compliance(aws: Aws) -> dict[tuple[str, str], str]:
    """Return the compliance that each rule reports of each resource."""
    return {
        (rule.id, one.resource.id): one.verdict.compliance.value for rule in RULES for one in assess(rule(), aws).judged
    }


@pytest.fixture
def aws(account: Account) -> Aws:
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime(2026, 11, 1, tzinfo=UTC))


def test_logging_as_documented_is_compliant(account: Account, aws: Aws) -> None:
    log_properly(account)

    assert compliance(aws) == {
        ("bedrock-invocation-logging-enabled", ACCOUNT_ID): "COMPLIANT",
        ("bedrock-log-group-protected", "/ai/invocations"): "COMPLIANT",
        ("bedrock-log-bucket-protected", "ai-logs"): "COMPLIANT",
        ("bedrock-log-bucket-protected", "ai-large"): "COMPLIANT",
    }


def test_every_weakness_is_found_and_nothing_else(account: Account, aws: Aws) -> None:
    log_properly(account)
    session = account.session()
    session.client("iam").update_assume_role_policy(
        RoleName="delivery",
        PolicyDocument=document(TRUST | {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}),
    )
    session.client("logs").delete_retention_policy(logGroupName="/ai/invocations")
    session.client("s3").put_bucket_versioning(Bucket="ai-large", VersioningConfiguration={"Status": "Suspended"})

    assert compliance(aws) == {
        ("bedrock-invocation-logging-enabled", ACCOUNT_ID): "NON_COMPLIANT",
        ("bedrock-log-group-protected", "/ai/invocations"): "NON_COMPLIANT",
        ("bedrock-log-bucket-protected", "ai-logs"): "COMPLIANT",
        ("bedrock-log-bucket-protected", "ai-large"): "NON_COMPLIANT",
    }


def test_an_empty_account_has_nothing_to_judge(aws: Aws) -> None:
    assert compliance(aws) == {(rule.id, ACCOUNT_ID): "NOT_APPLICABLE" for rule in RULES}


def test_no_answer_about_the_configuration_is_no_verdict(account: Account, aws: Aws) -> None:
    log_properly(account)
    account.faults.deny("bedrock:GetModelInvocationLoggingConfiguration")

    for rule in RULES:
        with pytest.raises(CollectionError, match="AccessDenied"):
            assess(rule(), aws)


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_declares_the_actions_that_it_uses(account: Account, aws: Aws, rule: type[Rule[Any]]) -> None:
    log_properly(account)
    kms = account.session().client("kms")
    for key in kms.list_keys()["Keys"]:
        kms.enable_key_rotation(KeyId=key["KeyId"])
    before = len(account.calls)

    assess(rule(), aws)

    assert {call.action for call in list(account.calls)[before:]} == {action.name for action in rule.collect.actions}


def test_an_unreadable_log_bucket_keeps_its_evaluation_and_fails_the_invocation(account: Account) -> None:
    log_properly(account)
    config, name = boto3.client("config"), "log-buckets-conformance-pack-abc123xyz"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": ROLE})
    config.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": "ANY"}})
    s3, events = boto3.client("s3"), account.config_events()

    def stored() -> dict[str, str]:
        results = config.get_compliance_details_by_config_rule(ConfigRuleName=name)["EvaluationResults"]
        return {
            result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: result["ComplianceType"]
            for result in results
        }

    bedrock_log_bucket_protected.handler(events.scheduled(name), None)
    assert stored() == {"ai-logs": "COMPLIANT", "ai-large": "COMPLIANT"}

    for bucket in BUCKETS:
        s3.delete_public_access_block(Bucket=bucket)
    account.faults.deny("s3:GetBucketPolicy", resource="ai-logs")
    with pytest.raises(UnreadableResourcesError, match="AWS::S3::Bucket ai-logs \\(AccessDenied: GetBucketPolicy"):
        bedrock_log_bucket_protected.handler(events.scheduled(name), None)

    assert stored() == {"ai-logs": "COMPLIANT", "ai-large": "NON_COMPLIANT"}
