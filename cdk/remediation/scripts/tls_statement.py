"""
The statement of a bucket policy that denies requests without TLS: whether it is there, and adding it.

Amazon S3 replaces a bucket policy as a whole and has no condition on what is replaced. So the policy is read again
right before it is written, and once more afterwards: a change by somebody else in between is told, not hidden.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import boto3  # noqa: TID251 - a script of a runbook is no rule
from botocore.exceptions import ClientError  # noqa: TID251 - the same

SID = "DenyRequestsWithoutTls"
LARGEST = 20 * 1024
"""Bytes of a bucket policy: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html"""
READS = 5
PAUSE = 2
"""How often, and after how many seconds, a change is looked for: S3 may answer with the policy of before at first."""


class ConcurrentChangeError(Exception):
    """Somebody else changed the policy in the meantime."""


def inspect(event: Mapping[str, str], _: object) -> dict[str, Any]:
    """Return whether the bucket's policy denies requests without TLS, and the policy that would be put."""
    bucket = Bucket(event)
    policy = bucket.policy()
    return {
        "RequiresTls": requires_tls(policy, bucket.arns),
        "Statements": len(statements(policy)),
        "Policy": json.dumps(with_tls(policy, bucket.arns)),
    }


def attach(event: Mapping[str, str], _: object) -> dict[str, Any]:
    """Add the statement to the policy as it is now, unless it is there by now; return the policy that was put."""
    bucket = Bucket(event)
    policy = bucket.policy()
    if not requires_tls(policy, bucket.arns):
        policy = with_tls(policy, bucket.arns)
        bucket.put(policy)
    return {"Policy": json.dumps(policy)}


def verify(event: Mapping[str, str], _: object) -> dict[str, Any]:
    """Return the number of statements if the policy is the one that was put; raise ConcurrentChangeError if not."""
    bucket = Bucket(event)
    wanted = json.loads(event["Policy"])
    found = bucket.policy()
    for _read in range(READS - 1):
        if same(found, wanted):
            break
        time.sleep(float(event.get("Pause", PAUSE)))
        found = bucket.policy()
    if not requires_tls(found, bucket.arns):
        message = "The policy was replaced by one that does not deny requests without TLS."
        raise ConcurrentChangeError(message)
    missing = sum(statement not in statements(found) for statement in statements(wanted))
    if missing:
        message = f"The policy was replaced by one that lacks {missing} of the statements that it had."
        raise ConcurrentChangeError(message)
    return {"Statements": len(statements(found))}


class Bucket:
    """A bucket of the account, by the event that names both."""

    def __init__(self, event: Mapping[str, str]) -> None:
        self._client = boto3.client("s3")
        self._named = {"Bucket": event["BucketName"], "ExpectedBucketOwner": event["AccountId"]}
        arn = f"arn:{self._client.meta.partition}:s3:::{event['BucketName']}"
        self.arns = (arn, f"{arn}/*")

    def policy(self) -> dict[str, Any]:
        """Return the bucket's policy, an empty one where it has none."""
        try:
            document: dict[str, Any] = json.loads(self._client.get_bucket_policy(**self._named)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                raise
            return {"Version": "2012-10-17", "Statement": []}
        return document

    def put(self, policy: Mapping[str, Any]) -> None:
        """Replace the bucket's policy."""
        self._client.put_bucket_policy(Policy=json.dumps(policy), **self._named)


def statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of a policy, which may hold a single one without a list around it."""
    found = policy.get("Statement", [])
    return list(found) if isinstance(found, list) else [found]


def with_tls(policy: Mapping[str, Any], arns: tuple[str, str]) -> dict[str, Any]:
    """Return the policy with the statement behind all that it has. Raises ValueError when it becomes too long."""
    present = statements(policy)
    taken = {statement.get("Sid") for statement in present}
    sid = next(name for name in names(SID) if name not in taken)
    statement = {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": list(arns),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    merged = {**policy, "Statement": [*present, statement]}
    size = len(json.dumps(merged, separators=(",", ":")).encode())
    if size > LARGEST:
        message = f"With the statement the policy would have {size} bytes; Amazon S3 takes {LARGEST}."
        raise ValueError(message)
    return merged


def names(first: str) -> Iterator[str]:
    """Yield `first`, then `first` with a number."""
    yield first
    number = 2
    while True:
        yield f"{first}{number}"
        number += 1


def requires_tls(policy: Mapping[str, Any], arns: tuple[str, str]) -> bool:
    """Say whether the policy denies everybody everything on the bucket and its objects without TLS."""
    covered = {
        resource for statement in statements(policy) if denies_plain_http(statement) for resource in on(statement)
    }
    return bool(covered & {"*", f"{arns[0]}*"}) or covered.issuperset(arns)


def denies_plain_http(statement: Mapping[str, Any]) -> bool:
    """Say whether a statement denies everybody all actions of S3 without TLS, under no other condition."""
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in listed(principal.get("AWS")))
    everything = bool({"*", "s3:*"} & {str(action).lower() for action in listed(statement.get("Action"))})
    return statement.get("Effect") == "Deny" and everybody and everything and on_plain_http(statement.get("Condition"))


def on_plain_http(condition: object) -> bool:
    """Say whether a condition holds for requests without TLS, whatever else they are."""
    if not isinstance(condition, dict) or len(condition) != 1:
        return False
    [(operator, keys)] = condition.items()
    if operator.lower() not in ("bool", "boolifexists") or len(keys) != 1:
        return False
    [(key, value)] = keys.items()
    return key.lower() == "aws:securetransport" and [str(each).lower() for each in listed(value)] == ["false"]


def on(statement: Mapping[str, Any]) -> set[str]:
    """Return the resources of a statement."""
    return {str(resource) for resource in listed(statement.get("Resource"))}


def listed(value: object) -> list[Any]:
    """Return the values of a policy element, which may be a single one without a list around it."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two policies have the same statements."""
    first, second = statements(one), statements(other)
    return all(each in second for each in first) and all(each in first for each in second)
