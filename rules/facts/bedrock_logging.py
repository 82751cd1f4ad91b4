"""Facts about Amazon Bedrock's model invocation logging: what it records, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

from rules.engine.collector import Action, reads
from rules.facts import bedrock_usage, iam, logs, s3
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource, Unreadable
    from rules.facts.bedrock_usage import BedrockUsage
    from rules.permissions.document import PolicyDocument

DELIVERY_FLAGS = {
    "textDataDeliveryEnabled": "text",
    "imageDataDeliveryEnabled": "image",
    "embeddingDataDeliveryEnabled": "embedding",
    "videoDataDeliveryEnabled": "video",
    "audioDataDeliveryEnabled": "audio",
}


@dataclass(frozen=True)
class LogGroupTarget:
    """
    The log group that Bedrock writes to, and the role that it takes on for that.

    `trust` is the role's trust policy, None when there is no such role in this account.
    """

    name: str
    exists: bool
    role_arn: str
    trust: PolicyDocument | None


@dataclass(frozen=True)
class BucketTarget:
    """
    A bucket that Bedrock writes to, in its own name.

    `place` is the bucket's Region, an OtherBucket, or None when no account has such a bucket.
    """

    name: str
    place: str | s3.OtherBucket | None


@dataclass(frozen=True)
class InvocationLogging:
    """
    Model invocation logging in a Region, with what tells whether the Region uses Amazon Bedrock.

    `modalities` are those that are delivered: text, image, embedding, video, audio.
    """

    resource: Resource
    tags: Mapping[str, str]
    region: str
    usage: BedrockUsage
    modalities: tuple[str, ...]
    log_group: LogGroupTarget | None
    bucket: BucketTarget | None
    large_data_bucket: BucketTarget | None


@dataclass(frozen=True)
class LogBucket:
    """A bucket that holds model invocation logs; `paths` are the keys under which Bedrock writes to it."""

    resource: Resource
    tags: Mapping[str, str]
    bucket: s3.RetainingBucket | s3.OtherBucket
    paths: tuple[str, ...]


@reads(Action("bedrock:GetModelInvocationLoggingConfiguration"))
def configuration(aws: Aws) -> Mapping[str, Any] | None:
    """
    Return the loggingConfig of GetModelInvocationLoggingConfiguration, empty while logging is off.

    None where the Region does not have Amazon Bedrock.
    """
    try:
        answer = aws.client("bedrock").get_model_invocation_logging_configuration()
    except (ClientError, EndpointConnectionError) as error:
        if aws.lacks("bedrock", error):
            return None
        raise
    return dict(answer.get("loggingConfig") or {})


@reads(uses=(configuration, bedrock_usage.usage, logs.description, iam.role, s3.place))
def invocation_logging(aws: Aws) -> tuple[InvocationLogging, ...]:
    """Return the one fact of the account in this Region, none where the Region does not have Amazon Bedrock."""
    config = configuration(aws)
    if config is None:
        return ()
    cloudwatch = config.get("cloudWatchConfig")
    return (
        InvocationLogging(
            resource=aws.account,
            tags={},
            region=aws.region,
            usage=bedrock_usage.usage(aws),
            modalities=tuple(name for flag, name in DELIVERY_FLAGS.items() if config.get(flag)),
            log_group=_log_group_target(aws, cloudwatch) if cloudwatch else None,
            bucket=_bucket_target(aws, config.get("s3Config")),
            large_data_bucket=_bucket_target(aws, (cloudwatch or {}).get("largeDataDeliveryS3Config")),
        ),
    )


@reads(uses=(configuration, logs.log_group))
def log_groups(aws: Aws) -> tuple[logs.LogGroup | Unreadable, ...]:
    """Return the log group of model invocation logging, if it writes to one and that exists."""
    cloudwatch = (configuration(aws) or {}).get("cloudWatchConfig")
    names = [logs.log_group_name(cloudwatch["logGroupName"])] if cloudwatch else []
    return aws.read_each(names, lambda name: logs.log_group_resource(aws, name), lambda name: logs.log_group(aws, name))


@reads(uses=(configuration, s3.retaining_bucket))
def log_buckets(aws: Aws) -> tuple[LogBucket | Unreadable, ...]:
    """Return every bucket that model invocation logging writes to, each once, without those that do not exist."""
    config = configuration(aws) or {}
    paths: dict[str, list[str]] = {}
    for s3_config in (config.get("s3Config"), config.get("cloudWatchConfig", {}).get("largeDataDeliveryS3Config")):
        if s3_config:
            path = delivery_path(s3_config.get("keyPrefix", ""), aws.account_id)
            paths.setdefault(s3_config["bucketName"], []).append(path)

    def read(name: str) -> LogBucket | None:
        bucket = s3.retaining_bucket(aws, name)
        if bucket is None:
            return None
        unique = tuple(dict.fromkeys(paths[name]))
        return LogBucket(bucket.resource, bucket.tags, bucket, unique)

    return aws.read_each(paths, lambda name: s3.bucket_resource(aws, name), read)


def delivery_path(prefix: str, account_id: str) -> str:
    """
    Return the key under which Amazon Bedrock writes invocation logs, for the key prefix of a configuration.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html#setup-s3-destination
    """
    folder = prefix.strip("/")
    return f"{folder}{'/' if folder else ''}AWSLogs/{account_id}/BedrockModelInvocationLogs/"


def _log_group_target(aws: Aws, cloudwatch: Mapping[str, Any]) -> LogGroupTarget:
    name = logs.log_group_name(cloudwatch["logGroupName"])
    role_arn = cloudwatch["roleArn"]
    own = role_arn.split(":")[4] == aws.account_id
    role = iam.role(aws, iam.role_name(role_arn)) if own else None
    return LogGroupTarget(name, logs.description(aws, name) is not None, role_arn, role.trust if role else None)


def _bucket_target(aws: Aws, s3_config: Mapping[str, str] | None) -> BucketTarget | None:
    if not s3_config:
        return None
    name = s3_config["bucketName"]
    return BucketTarget(name, s3.place(aws, name))
