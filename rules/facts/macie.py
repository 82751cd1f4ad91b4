"""Facts about Amazon Macie in a Region: whether it is on, what it knows of a bucket, and what it found there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rules.engine.aws import Aws

ENABLED = "ENABLED"
PAUSED = "PAUSED"
OFF = "OFF"
ABSENT = "ABSENT"


@dataclass(frozen=True)
class Session:
    """
    Macie in one Region.

    `status` is ENABLED, PAUSED for Macie that is suspended, OFF where it was never enabled, ABSENT in a Region without
    Macie. `administrator` is the account that manages this one's Macie, None for an account that manages its own.
    `role` is the ARN of the service-linked role that Macie reads objects with, None where it is not enabled.
    """

    status: str
    administrator: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Inventoried:
    """
    What Macie knows of a bucket (Macie API, BucketMetadata).

    `error` is the code of what kept Macie from reading it. Of the `objects`, `classifiable` are those of a kind that
    Macie reads, `own_keys` those under keys that customers send along (SSE-C), which it cannot read, and `kms_keys`
    those under keys of AWS KMS; None where it does not know. `permission` and `sharing` are its words for public and
    shared access.
    `monitored` says whether automated discovery looks into the bucket; `days_since_discovery` counts from when it last
    did, None when it never did; `sensitivity` is its score: -1 where it could not read what it chose, 1 to 49 without
    sensitive data, 50 where it has not looked yet, more where it found some. `last_job` is the id of the job that
    looked into the bucket last.
    """

    error: str | None
    objects: int | None
    classifiable: int | None
    own_keys: int | None
    kms_keys: int | None
    permission: str | None
    sharing: str | None
    monitored: bool
    days_since_discovery: int | None
    sensitivity: int | None
    last_job: str | None


@reads(Action("macie2:GetMacieSession"), Action("macie2:GetAdministratorAccount"))
def session(aws: Aws, region: str) -> Session:
    """Return whether Macie is on in a Region, and who manages it."""
    client = aws.client("macie2", region)
    try:
        answer = client.get_macie_session()
    except (ClientError, EndpointConnectionError) as error:
        if aws.lacks("macie2", error, region):
            return Session(ABSENT)
        if _is_off(error):
            return Session(OFF)
        raise
    administrator = _administrator(client)
    return Session(answer["status"], None if administrator == aws.account_id else administrator, answer["serviceRole"])


@reads(Action("macie2:DescribeBuckets"))
def inventory(aws: Aws, region: str, buckets: tuple[str, ...]) -> Mapping[str, Inventoried]:
    """Return what Macie knows of buckets of a Region where it is enabled, by name, without those it does not know."""
    pages = (
        aws.client("macie2", region)
        .get_paginator("describe_buckets")
        .paginate(criteria={"bucketName": {"eq": list(buckets)}, "accountId": {"eq": [aws.account_id]}})
    )
    found = (each for page in pages for each in page.get("buckets", ()))
    return {each["bucketName"]: _inventoried(aws, each) for each in found if each["bucketName"] in buckets}


@reads(Action("macie2:GetFindingStatistics"))
def open_findings(aws: Aws, region: str, buckets: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """
    Return how many findings of sensitive data in some buckets are open, by severity (Low, Medium, High).

    Those that are archived, which suppression rules do too, are not open; policy findings are left out. Sample findings
    name no bucket that exists.
    A finding lives for 90 days (https://docs.aws.amazon.com/macie/latest/user/findings.html).
    """
    criterion = {
        "archived": {"eq": ["false"]},
        "category": {"eq": ["CLASSIFICATION"]},
        "resourcesAffected.s3Bucket.name": {"eq": list(buckets)},
    }
    answer = aws.client("macie2", region).get_finding_statistics(
        groupBy="severity.description", findingCriteria={"criterion": criterion}
    )
    return tuple(sorted((group["groupKey"], group["count"]) for group in answer.get("countsByGroup", ())))


def days_since(aws: Aws, time: datetime | None) -> int | None:
    """Return the full days from a time to the run, None for no time."""
    return None if time is None else max((aws.now - time).days, 0)


def _administrator(client: Any) -> str | None:
    try:
        answer = client.get_administrator_account()
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    account_id: str | None = answer.get("administrator", {}).get("accountId")
    return account_id


def _is_off(error: Exception) -> bool:
    # A missing permission has the same code, but names the action.
    return error_code(error) == "AccessDeniedException" and "Macie is not enabled" in str(error)


def _inventoried(aws: Aws, answer: Mapping[str, Any]) -> Inventoried:
    encrypted = answer.get("objectCountByEncryptionType", {})
    return Inventoried(
        error=answer.get("errorCode"),
        objects=answer.get("objectCount"),
        classifiable=answer.get("classifiableObjectCount"),
        # The name says "customer managed", but these are keys that customers provide (ObjectCountByEncryptionType).
        own_keys=encrypted.get("customerManaged"),
        kms_keys=encrypted.get("kmsManaged"),
        permission=answer.get("publicAccess", {}).get("effectivePermission"),
        sharing=answer.get("sharedAccess"),
        monitored=answer.get("automatedDiscoveryMonitoringStatus") == "MONITORED",
        days_since_discovery=days_since(aws, answer.get("lastAutomatedDiscoveryTime")),
        sensitivity=answer.get("sensitivityScore"),
        last_job=answer.get("jobDetails", {}).get("lastJobId"),
    )
