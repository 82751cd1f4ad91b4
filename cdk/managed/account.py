"""Managed rules on what an account has beside its AI resources; all of them are off until they are asked for."""

from __future__ import annotations

from typing import Final

from cdk.managed.rule import Group, ManagedInput, ManagedRule, Proof
from rules.engine.duties import Duty

_RUNTIMES = (
    "nodejs24.x,nodejs22.x,python3.14,python3.13,python3.12,python3.11,"
    "java25,java21,java17,java11,java8.al2,dotnet10,ruby4.0,ruby3.4,ruby3.3"
)

KEYS: Final = Group(
    "keys",
    "every customer-managed KMS key of the account, every day",
    by_default=False,
    rules=(
        ManagedRule(
            "kms-key-rotated",
            "CMK_BACKING_KEY_ROTATION_ENABLED",
            "Customer-managed keys are rotated every year",
            Duty.ENCRYPTION,
            Proof.CDK,
            control="KMS.4",
            periodic=True,
        ),
        ManagedRule(
            "kms-key-kept",
            "KMS_CMK_NOT_SCHEDULED_FOR_DELETION",
            "No customer-managed key is about to be deleted",
            Duty.ENCRYPTION,
            Proof.CDK,
            periodic=True,
        ),
    ),
)

MACIE: Final = Group(
    "macie",
    "whether the account uses Amazon Macie",
    by_default=False,
    rules=(
        ManagedRule(
            "macie-enabled",
            "MACIE_STATUS_CHECK",
            "Amazon Macie is on",
            Duty.TRAINING_DATA,
            Proof.DOCUMENTATION,
            control="Macie.1",
            periodic=True,
        ),
        ManagedRule(
            "macie-discovery-automated",
            "MACIE_AUTO_SENSITIVE_DATA_DISCOVERY_CHECK",
            "Amazon Macie looks for sensitive data by itself",
            Duty.TRAINING_DATA,
            Proof.DOCUMENTATION,
            control="Macie.2",
            periodic=True,
        ),
    ),
)

GUARDDUTY: Final = Group(
    "guardduty",
    "whether the account uses Amazon GuardDuty and AWS Security Hub CSPM",
    by_default=False,
    rules=(
        ManagedRule(
            "guardduty-enabled",
            "GUARDDUTY_ENABLED_CENTRALIZED",
            "Amazon GuardDuty is on",
            Duty.LOGGING,
            Proof.CDK,
            control="GuardDuty.1",
            periodic=True,
        ),
        ManagedRule(
            "guardduty-s3-protected",
            "GUARDDUTY_S3_PROTECTION_ENABLED",
            "Amazon GuardDuty watches the objects of Amazon S3, training data among them",
            Duty.TRAINING_DATA,
            Proof.DOCUMENTATION,
            control="GuardDuty.10",
            periodic=True,
        ),
        ManagedRule(
            "guardduty-lambda-protected",
            "GUARDDUTY_LAMBDA_PROTECTION_ENABLED",
            "Amazon GuardDuty watches the network traffic of functions",
            Duty.FUNCTIONS,
            Proof.SAMPLE_PACK,
            control="GuardDuty.6",
            periodic=True,
        ),
        ManagedRule(
            "securityhub-enabled",
            "SECURITYHUB_ENABLED",
            "AWS Security Hub CSPM is on",
            Duty.LOGGING,
            Proof.CDK,
            periodic=True,
        ),
    ),
)

LAMBDA: Final = Group(
    "lambda",
    "every Lambda function of the account",
    by_default=False,
    rules=(
        ManagedRule(
            "lambda-access-not-public",
            "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED",
            "Policies of functions do not let in everybody",
            Duty.FUNCTIONS,
            Proof.CDK,
            control="Lambda.1",
        ),
        ManagedRule(
            "lambda-runtime-supported",
            "LAMBDA_FUNCTION_SETTINGS_CHECK",
            "Functions run on runtimes that AWS supports",
            Duty.FUNCTIONS,
            Proof.CDK,
            control="Lambda.2",
            inputs=(
                ManagedInput(
                    "runtime",
                    _RUNTIMES,
                    "LambdaRuntimes",
                    "Runtimes of functions that count as supported, separated by commas.",
                ),
            ),
        ),
    ),
)

SECRETS: Final = Group(
    "secrets",
    "every secret in AWS Secrets Manager",
    by_default=False,
    rules=(
        ManagedRule(
            "secret-rotated",
            "SECRETSMANAGER_ROTATION_ENABLED_CHECK",
            "Secrets are rotated",
            Duty.FUNCTIONS,
            Proof.CDK,
            control="SecretsManager.1",
        ),
        ManagedRule(
            "secret-cmk-encrypted",
            "SECRETSMANAGER_USING_CMK",
            "Secrets are encrypted with a customer-managed key",
            Duty.FUNCTIONS,
            Proof.CDK,
        ),
    ),
)

ECR: Final = Group(
    "ecr",
    "every private repository of Amazon ECR",
    by_default=False,
    rules=(
        ManagedRule(
            "ecr-image-scanned",
            "ECR_PRIVATE_IMAGE_SCANNING_ENABLED",
            "Repositories scan the images that are pushed to them",
            Duty.SERVING,
            Proof.CDK,
            control="ECR.1",
            periodic=True,
        ),
        ManagedRule(
            "ecr-tag-immutable",
            "ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED",
            "Tags of images cannot be moved to other images",
            Duty.SERVING,
            Proof.CDK,
            control="ECR.2",
        ),
        ManagedRule(
            "inspector-ecr-scanned",
            "INSPECTOR_ECR_SCAN_ENABLED",
            "Amazon Inspector scans container images",
            Duty.SERVING,
            Proof.SAMPLE_PACK,
            control="Inspector.2",
            periodic=True,
        ),
    ),
)

S3: Final = Group(
    "s3",
    "the account and every bucket of Amazon S3",
    by_default=False,
    rules=(
        ManagedRule(
            "s3-account-access-blocked",
            "S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC",
            "The account blocks public access to its buckets",
            Duty.TRAINING_DATA,
            Proof.CDK,
            control="S3.1",
            periodic=True,
        ),
        ManagedRule(
            "s3-bucket-access-blocked",
            "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
            "Buckets block public access",
            Duty.TRAINING_DATA,
            Proof.CDK,
            control="S3.8",
        ),
        ManagedRule(
            "s3-bucket-tls-only",
            "S3_BUCKET_SSL_REQUESTS_ONLY",
            "Buckets refuse requests without TLS",
            Duty.TRAINING_DATA,
            Proof.CDK,
            control="S3.5",
        ),
    ),
)

APPLICATION_LOGS: Final = Group(
    "application-logs",
    "every log group and DynamoDB table, in which applications may keep prompts",
    by_default=False,
    rules=(
        ManagedRule(
            "log-group-kept",
            "CW_LOGGROUP_RETENTION_PERIOD_CHECK",
            "Log groups are kept for at least as long as wanted",
            Duty.LOGGING,
            Proof.CDK,
            control="CloudWatch.16",
            periodic=True,
            inputs=(
                ManagedInput(
                    "MinRetentionTime",
                    "365",
                    "LogGroupDays",
                    "Fewest days that log groups of applications are kept.",
                ),
            ),
        ),
        ManagedRule(
            "log-group-cmk-encrypted",
            "CLOUDWATCH_LOG_GROUP_ENCRYPTED",
            "Log groups are encrypted with a KMS key",
            Duty.LOGGING,
            Proof.CDK,
            periodic=True,
        ),
        ManagedRule(
            "dynamodb-table-kms-encrypted",
            "DYNAMODB_TABLE_ENCRYPTED_KMS",
            "DynamoDB tables are encrypted with a KMS key",
            Duty.LOGGING,
            Proof.CDK,
        ),
    ),
)
