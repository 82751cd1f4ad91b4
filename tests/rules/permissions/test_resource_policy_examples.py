"""Policies as AWS's documentation and consoles write them, of every kind of resource that rules ask about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from rules.permissions.document import PolicyType, parse
from rules.permissions.resource_policy import Guarded, Trust, outsiders

OWN, PARTNER, STRANGER, ORG = "123456789012", "111122223333", "444455556666", "o-a1b2c3d4e5"
TRUST = Trust(OWN, "aws", frozenset({PARTNER}), frozenset({ORG}))
BUCKET = "arn:aws:s3:::bedrock-logs"
OBJECTS = f"{BUCKET}/*"
KB = f"arn:aws:bedrock:us-east-1:{OWN}:knowledge-base/KB12345678"


@dataclass(frozen=True)
class Example:
    """A policy and the sentences about whom it lets in."""

    statements: tuple[Mapping[str, Any], ...]
    sentences: tuple[str, ...] = ()
    guarded: Guarded = Guarded.RESOURCE


def allow(principal: object, actions: object, resources: object, **condition: Mapping[str, object]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def deny(
    actions: object, resources: object, principal: object = "*", **condition: Mapping[str, object]
) -> dict[str, Any]:
    return {**allow(principal, actions, resources, **condition), "Effect": "Deny"}


def service(name: str) -> dict[str, str]:
    return {"Service": f"{name}.amazonaws.com"}


EXAMPLES = {
    "bucket of model invocation logs": Example(
        (
            allow(
                service("bedrock"),
                "s3:PutObject",
                f"{BUCKET}/AWSLogs/{OWN}/BedrockModelInvocationLogs/*",
                StringEquals={"aws:SourceAccount": OWN},
                ArnLike={"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{OWN}:*"},
            ),
        )
    ),
    "bucket of CloudTrail, confined": Example(
        (
            allow(
                service("cloudtrail"),
                "s3:GetBucketAcl",
                BUCKET,
                StringEquals={"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{OWN}:trail/audit"},
            ),
            allow(
                service("cloudtrail"),
                "s3:PutObject",
                f"{BUCKET}/AWSLogs/{OWN}/*",
                StringEquals={
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{OWN}:trail/audit",
                },
            ),
        )
    ),
    "bucket of CloudTrail, as it was written for years": Example(
        (
            allow(service("cloudtrail"), "s3:GetBucketAcl", BUCKET),
            allow(
                service("cloudtrail"),
                "s3:PutObject",
                OBJECTS,
                StringEquals={"s3:x-amz-acl": "bucket-owner-full-control"},
            ),
        ),
        (
            "Statement 1 lets in cloudtrail.amazonaws.com on behalf of any account.",
            "Statement 2 lets in cloudtrail.amazonaws.com on behalf of any account.",
        ),
    ),
    "bucket of S3 server access logs": Example(
        (
            allow(
                service("logging.s3"),
                "s3:PutObject",
                OBJECTS,
                ArnLike={"aws:SourceArn": "arn:aws:s3:::claims-archive"},
                StringEquals={"aws:SourceAccount": OWN},
            ),
        )
    ),
    "bucket of delivered logs": Example(
        (
            allow(
                service("delivery.logs"),
                ["s3:GetBucketAcl", "s3:ListBucket"],
                BUCKET,
                StringEquals={"aws:SourceAccount": [OWN]},
                ArnLike={"aws:SourceArn": [f"arn:aws:logs:us-east-1:{OWN}:*"]},
            ),
        )
    ),
    "bucket of load balancer logs, by AWS's account": Example(
        (allow({"AWS": "arn:aws:iam::127311923021:root"}, "s3:PutObject", OBJECTS),),
        ("Statement 1 lets in account 127311923021.",),
    ),
    "bucket behind CloudFront with origin access control": Example(
        (
            allow(
                service("cloudfront"),
                "s3:GetObject",
                OBJECTS,
                StringEquals={"AWS:SourceArn": f"arn:aws:cloudfront::{OWN}:distribution/EDFDVBD6EXAMPLE"},
            ),
        )
    ),
    "bucket behind CloudFront with an origin access identity": Example(
        (
            allow(
                {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC"},
                "s3:GetObject",
                OBJECTS,
            ),
        ),
        ("Statement 1 lets in arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ….",),
    ),
    "bucket of a website": Example((allow("*", ["s3:GetObject"], [OBJECTS]),), ("Statement 1 lets in everybody.",)),
    "bucket for a partner's uploads": Example(
        (
            allow(
                {"AWS": PARTNER},
                "s3:PutObject",
                OBJECTS,
                StringEquals={"s3:x-amz-acl": "bucket-owner-full-control"},
            ),
        )
    ),
    "bucket for a strange account's uploads": Example(
        (allow({"AWS": f"arn:aws:iam::{STRANGER}:user/uploads"}, "s3:PutObject", OBJECTS),),
        (f"Statement 1 lets in arn:aws:iam::{STRANGER}:user/uploads.",),
    ),
    "bucket of an organization": Example(
        (allow("*", "s3:GetObject", OBJECTS, StringEquals={"aws:PrincipalOrgID": [ORG]}),)
    ),
    "bucket for one VPC endpoint": Example(
        (
            allow("*", "s3:*", [BUCKET, OBJECTS]),
            deny("s3:*", [BUCKET, OBJECTS], StringNotEquals={"aws:SourceVpce": "vpce-0abcdef1234567890"}),
        )
    ),
    "bucket for one network and one VPC endpoint": Example(
        (
            allow("*", "s3:*", [BUCKET, OBJECTS]),
            deny(
                "s3:*",
                [BUCKET, OBJECTS],
                NotIpAddressIfExists={"aws:SourceIp": "203.0.113.0/24"},
                StringNotEqualsIfExists={"aws:SourceVpce": "vpce-0abcdef1234567890"},
            ),
        ),
        ("Statement 1 lets in everybody.",),
    ),
    "bucket for one role, by unique ids": Example(
        (
            allow({"AWS": OWN}, "s3:*", [BUCKET, OBJECTS]),
            deny(
                "s3:*",
                [BUCKET, OBJECTS],
                StringNotLike={"aws:userId": ["AROAEXAMPLEID12345678:*", "AIDAEXAMPLEID12345678", OWN]},
            ),
        )
    ),
    "bucket with TLS only": Example(
        (deny("s3:*", [BUCKET, OBJECTS], Bool={"aws:SecureTransport": "false"}),),
    ),
    "bucket that leaves access to access points": Example(
        (allow("*", "*", [BUCKET, OBJECTS], StringEquals={"s3:DataAccessPointAccount": OWN}),),
    ),
    "bucket inside a data perimeter": Example(
        (
            allow({"AWS": [PARTNER, STRANGER]}, "s3:GetObject", OBJECTS),
            allow("*", "s3:ListBucket", BUCKET, ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/analyst"}),
            deny(
                "s3:*",
                [BUCKET, OBJECTS],
                StringNotEqualsIfExists={"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": [PARTNER]},
                BoolIfExists={"aws:PrincipalIsAWSService": "false"},
            ),
        )
    ),
    "key with the usual delegation to IAM": Example((allow({"AWS": f"arn:aws:iam::{OWN}:root"}, "kms:*", "*"),)),
    "key for CloudWatch Logs": Example(
        (
            allow({"AWS": f"arn:aws:iam::{OWN}:root"}, "kms:*", "*"),
            allow(
                service("logs.us-east-1"),
                ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                "*",
                ArnLike={"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{OWN}:*"},
            ),
        )
    ),
    "key that AWS manages for a service": Example(
        (
            allow(
                {"AWS": "*"},
                ["kms:Encrypt", "kms:Decrypt", "kms:CreateGrant", "kms:DescribeKey"],
                "*",
                StringEquals={"kms:CallerAccount": OWN, "kms:ViaService": "s3.us-east-1.amazonaws.com"},
            ),
            allow({"AWS": f"arn:aws:iam::{OWN}:root"}, ["kms:Describe*", "kms:Get*", "kms:List*"], "*"),
        )
    ),
    "key that anybody may use through a service": Example(
        (allow({"AWS": "*"}, "kms:Decrypt", "*", StringEquals={"kms:ViaService": "s3.us-east-1.amazonaws.com"}),),
        ("Statement 1 lets in everybody under conditions on kms:ViaService.",),
    ),
    "key for grants to AWS resources in another account": Example(
        (
            allow(
                {"AWS": f"arn:aws:iam::{STRANGER}:root"},
                "kms:CreateGrant",
                "*",
                Bool={"kms:GrantIsForAWSResource": True},
            ),
        ),
        (f"Statement 1 lets in account {STRANGER} under conditions on kms:GrantIsForAWSResource.",),
    ),
    "managed knowledge base for another account": Example(
        (
            allow({"AWS": f"arn:aws:iam::{PARTNER}:root"}, ["bedrock:Retrieve", "bedrock:GetDocumentContent"], KB),
            allow({"AWS": f"arn:aws:iam::{STRANGER}:role/app"}, "bedrock:Retrieve", KB),
        ),
        (f"Statement 2 lets in arn:aws:iam::{STRANGER}:role/app.",),
    ),
    "managed knowledge base for an organization": Example(
        (allow("*", "bedrock:Retrieve", KB, StringEquals={"aws:PrincipalOrgID": ORG}),)
    ),
    "log group for a stranger's subscription": Example(
        (allow({"AWS": STRANGER}, "logs:PutSubscriptionFilter", f"arn:aws:logs:us-east-1:{OWN}:destination:d"),),
        (f"Statement 1 lets in account {STRANGER}.",),
    ),
    "log group for a service": Example(
        (
            allow(
                service("delivery.logs"),
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                f"arn:aws:logs:us-east-1:{OWN}:log-group:/aws/vendedlogs/bedrock:log-stream:*",
                StringEquals={"aws:SourceAccount": [OWN]},
                ArnLike={"aws:SourceArn": [f"arn:aws:logs:us-east-1:{OWN}:*"]},
            ),
        )
    ),
    "topic that the owner's principals may use": Example(
        (allow({"AWS": "*"}, ["SNS:Publish", "SNS:Subscribe"], "*", StringEquals={"AWS:SourceOwner": OWN}),)
    ),
    "queue for the events of one bucket": Example(
        (allow("*", "SQS:SendMessage", "*", ArnEquals={"aws:SourceArn": "arn:aws:s3:::claims-inbox"}),)
    ),
    "model package group for another account": Example(
        (
            allow(
                {"AWS": f"arn:aws:iam::{PARTNER}:root"},
                ["sagemaker:DescribeModelPackageGroup", "sagemaker:CreateModel"],
                f"arn:aws:sagemaker:us-east-1:{OWN}:model-package-group/fraud",
            ),
        )
    ),
    "secret for a role and its deleted predecessor": Example(
        (allow({"AWS": [f"arn:aws:iam::{OWN}:role/app", "AROAEXAMPLEID12345678"]}, "secretsmanager:*", "*"),)
    ),
    "guardrail for everybody with a tag": Example(
        (allow("*", "bedrock:ApplyGuardrail", "*", StringEquals={"aws:PrincipalTag/team": "ai"}),),
        ("Statement 1 lets in everybody under conditions on aws:PrincipalTag/team.",),
    ),
    "endpoint as AWS makes it": Example(
        (allow("*", "*", "*"),), ("Statement 1 lets in everybody.",), guarded=Guarded.ENDPOINT
    ),
    "endpoint for invocation by anybody": Example(
        (allow("*", ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"], "*"),),
        ("Statement 1 lets in everybody.",),
        guarded=Guarded.ENDPOINT,
    ),
    "endpoint inside a data perimeter": Example(
        (
            allow("*", "*", "*", StringEquals={"aws:PrincipalOrgID": ORG, "aws:ResourceOrgID": ORG}),
            allow({"AWS": OWN}, "bedrock:InvokeModel*", "arn:aws:bedrock:*::foundation-model/*"),
        ),
        guarded=Guarded.ENDPOINT,
    ),
    "endpoint for the organization's resources": Example(
        (allow("*", "*", "*", StringEquals={"aws:ResourceOrgID": ORG}),), guarded=Guarded.ENDPOINT
    ),
    "endpoint for whatever shares the caller's organization": Example(
        (allow("*", "*", "*", StringEquals={"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}),),
        ("Statement 1 lets in everybody under conditions on aws:ResourceOrgID.",),
        guarded=Guarded.ENDPOINT,
    ),
    "endpoint for one role by name": Example(
        (allow("*", "bedrock:*", "*", ArnEquals={"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/app"}),),
        guarded=Guarded.ENDPOINT,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_says_whom_a_policy_lets_in(name: str) -> None:
    example = EXAMPLES[name]
    document = parse({"Version": "2012-10-17", "Statement": list(example.statements)}, PolicyType.RESOURCE)

    found = outsiders(document, TRUST, guarded=example.guarded)

    assert tuple(outsider.sentence for outsider in found) == example.sentences
