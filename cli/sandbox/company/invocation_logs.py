"""
Model invocation logging of the company: careful where claims are handled, an afterthought where research is done.

A Region has one logging configuration, so good and bad log groups need two Regions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company import buckets
from cli.sandbox.company.buckets import Bucket
from cli.sandbox.company.labels import BAD, GOOD, Label, all_good
from cli.sandbox.company.site import allow, document, trust

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site, Statement

ENABLED = "bedrock-invocation-logging-enabled"
LOG_GROUP = "bedrock-log-group-protected"
BUCKET = "bedrock-log-bucket-protected"

ROLE = "bedrock-invocation-logs"
GROUPS = {"us-east-1": "/aurelia/claims/invocations", "eu-central-1": "/aurelia/research/invocations"}
BUCKETS = {"us-east-1": "aurelia-claims-invocations", "eu-central-1": "aurelia-research-invocations"}
LARGE = {"us-east-1": "aurelia-claims-payloads", "eu-central-1": "aurelia-research-payloads"}

LABELS = (
    Label(ENABLED, "us-east-1", ACCOUNT_ID, GOOD),
    Label(LOG_GROUP, "us-east-1", GROUPS["us-east-1"], GOOD),
    Label(BUCKET, "us-east-1", BUCKETS["us-east-1"], GOOD),
    # Encrypted by S3, readable without TLS, kept for ever.
    Label(BUCKET, "us-east-1", LARGE["us-east-1"], BAD),
    # Images and embeddings are not recorded.
    Label(ENABLED, "eu-central-1", ACCOUNT_ID, BAD),
    # Kept for ever, under a key that AWS owns.
    Label(LOG_GROUP, "eu-central-1", GROUPS["eu-central-1"], BAD),
    Label(BUCKET, "eu-central-1", BUCKETS["eu-central-1"], GOOD),
    # A partner may read the whole bucket.
    Label(BUCKET, "eu-central-1", LARGE["eu-central-1"], BAD),
)
CLEAN_LABELS = all_good(LABELS)

PARTNER = "444455556666"


def build(site: Site) -> None:
    """Switch logging on in a Region, with everything that it writes to."""
    if site.home:
        _delivery_role(site)
    careless = site.mixed and site.region == "eu-central-1"
    _log_group(site, careful=not careless)
    buckets.make(site, _log_bucket(BUCKETS[site.region]))
    buckets.make(site, _payload_bucket(site) if site.mixed else _log_bucket(LARGE[site.region]))
    site.client("bedrock").put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {
                "logGroupName": GROUPS[site.region],
                "roleArn": site.role(ROLE),
                "largeDataDeliveryS3Config": {"bucketName": LARGE[site.region], "keyPrefix": "payloads"},
            },
            "s3Config": {"bucketName": BUCKETS[site.region], "keyPrefix": "bedrock"},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": not careless,
            "embeddingDataDeliveryEnabled": not careless,
            "videoDataDeliveryEnabled": not careless,
        }
    )


def _delivery_role(site: Site) -> None:
    iam = site.client("iam")
    own = {"Condition": {"StringEquals": {"aws:SourceAccount": site.account_id}}}
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust("bedrock", **own))
    groups = tuple(f"arn:aws:logs:{region}:{site.account_id}:log-group:{name}:*" for region, name in GROUPS.items())
    policy = document(allow("logs:CreateLogStream", "logs:PutLogEvents", on=groups))
    iam.put_role_policy(RoleName=ROLE, PolicyName="deliver", PolicyDocument=policy)


def _log_group(site: Site, *, careful: bool) -> None:
    logs = site.client("logs")
    name = GROUPS[site.region]
    if careful:
        logs.create_log_group(logGroupName=name, kmsKeyId=site.keys["logs"])
        logs.put_retention_policy(logGroupName=name, retentionInDays=365)
    else:
        logs.create_log_group(logGroupName=name)


def _log_bucket(name: str) -> Bucket:
    return Bucket(name, key="logs", expires=365, statements=(_bedrock_writes(name),))


def _payload_bucket(site: Site) -> Bucket:
    """Return the bad bucket of a Region: careless in one, shared with a partner in the other."""
    name = LARGE[site.region]
    if site.region == "us-east-1":
        return Bucket(name, careful=False, statements=(_bedrock_writes(name),))
    partner = {
        "Sid": "Partner",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{PARTNER}:root"},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
    }
    return Bucket(name, key="logs", expires=365, statements=(_bedrock_writes(name), partner))


def _bedrock_writes(name: str) -> Statement:
    return {
        "Sid": "BedrockWrites",
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}},
    }
