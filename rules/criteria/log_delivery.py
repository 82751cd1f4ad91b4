"""When a destination of Amazon Bedrock's invocation logs can take them; each judgement returns finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rules.engine.verdict import listed
from rules.facts.s3 import OtherBucket
from rules.permissions.caller import Trust
from rules.permissions.trust_policy import service_may_assume

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.engine.resource import Resource
    from rules.facts.bedrock_logging import BucketTarget, InvocationLogging, LogGroupTarget

BEDROCK = "bedrock.amazonaws.com"

Destination = Literal["any", "s3", "cloudwatch", "both"]


def delivery_defects(logging: InvocationLogging) -> tuple[str, ...]:
    """
    Return why logs do not arrive at a destination that the configuration names.

    Amazon Bedrock writes to log groups through a role and to buckets in its own name, and only to those of the same
    account and Region. Source:
    https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
    """
    trust = _trust(logging.resource)
    found: list[str] = []
    if logging.log_group:
        found.extend(_log_group_defects(logging.log_group, trust, logging.region))
    for target in (logging.bucket, logging.large_data_bucket):
        defect = _bucket_defect(target, logging.region) if target else None
        if defect:
            found.append(defect)
    return tuple(dict.fromkeys(found))


def unmet(logging: InvocationLogging, destination: Destination, modalities: Iterable[str]) -> list[str]:
    """Return which wanted destinations and kinds of data the configuration leaves out."""
    found = []
    if destination in ("cloudwatch", "both") and logging.log_group is None:
        found.append("No log group receives the logs; one is wanted.")
    if destination in ("s3", "both") and logging.bucket is None:
        found.append("No bucket receives the logs; one is wanted.")
    missing = [modality for modality in modalities if modality not in logging.modalities]
    if missing:
        found.append(f"{listed(missing, most=5)} data is not delivered.".capitalize())
    return found


def _log_group_defects(target: LogGroupTarget, trust: Trust, region: str) -> list[str]:
    found = []
    if not target.exists:
        found.append(f"Log group {target.name} does not exist in this Region.")
    if target.trust is None:
        found.append(f"Delivery role {target.role_arn} does not exist in this account.")
    elif not service_may_assume(target.trust, BEDROCK, trust, region):
        found.append(f"Delivery role {target.role_arn} does not trust {BEDROCK} for this account.")
    return found


def _bucket_defect(target: BucketTarget, region: str) -> str | None:
    place = target.place
    if place is None:
        return f"Bucket {target.name} does not exist."
    if isinstance(place, OtherBucket):
        return f"{target.name} is {place.kind.value}; logs are delivered to buckets of the same account only."
    if place != region:
        return f"Bucket {target.name} is in {place}; logs are delivered to buckets of the same Region only."
    return None


def _trust(account: Resource) -> Trust:
    return Trust(account.id, f"{account.arn}".split(":")[1])
