"""Whether a job of Amazon Macie looks into all that is in question; doubts count against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.facts.macie_jobs import TAG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.facts.macie_jobs import ClassificationJob, Condition, Scope
    from rules.facts.training_scans import ScannedBucket

UNKNOWN = "UNKNOWN"
"""What Macie says of a bucket's public or shared access when it cannot tell."""


def chooses(job: ClassificationJob, bucket: ScannedBucket) -> bool:
    """
    Say whether a job certainly looks into a bucket: by name, by criteria, or because Macie says that it did last.

    Where the documentation leaves open how several values of one condition are joined, the bucket has to be in scope
    either way. Source: https://docs.aws.amazon.com/macie/latest/user/discovery-jobs-scope.html
    """
    if bucket.resource.name in job.buckets or (bucket.known and bucket.known.last_job == job.id):
        return True
    if job.choice is None:
        return False
    excludes = job.choice.excludes
    return all(_is_met(each, bucket) for each in job.choice.includes) and not (
        excludes and all(_may_be_met(each, bucket) for each in excludes)
    )


def covers(objects: Scope, prefixes: tuple[str, ...]) -> bool:
    """
    Say whether a job looks at all objects under the prefixes.

    Only conditions on the beginning of keys can be held against prefixes; others leave out some objects, perhaps.
    """
    return all(_admits(each, prefix) for each in objects.includes for prefix in prefixes) and not any(
        _may_drop(each, prefix) for each in objects.excludes for prefix in prefixes
    )


def _is_met(condition: Condition, bucket: ScannedBucket) -> bool:
    met = _matches(condition, bucket)
    if met is None:
        return False
    if condition.key != TAG and condition.comparator == "EQ":
        # The values of a property are joined with OR (Macie API, SimpleCriterionForJob).
        return any(met)
    return {"EQ": all(met) and bool(met), "NE": not any(met)}.get(condition.comparator, False)


def _may_be_met(condition: Condition, bucket: ScannedBucket) -> bool:
    met = _matches(condition, bucket)
    return met is None or {"EQ": any(met), "NE": not all(met)}.get(condition.comparator, True)


def _matches(condition: Condition, bucket: ScannedBucket) -> list[bool] | None:
    """Return which values of a condition the bucket has, None where nobody knows."""
    if condition.key == TAG:
        return [isinstance(value, tuple) and _has(bucket.tags, *value) for value in condition.values]
    known = bucket.known
    actual = {
        "ACCOUNT_ID": bucket.account_id,
        "S3_BUCKET_NAME": bucket.resource.name,
        "S3_BUCKET_EFFECTIVE_PERMISSION": known.permission if known else None,
        "S3_BUCKET_SHARED_ACCESS": known.sharing if known else None,
    }.get(condition.key)
    return None if actual in (None, UNKNOWN) else [value == actual for value in condition.values]


def _has(tags: Mapping[str, str], key: str | None, value: str | None) -> bool:
    if key is None:
        return value in tags.values()
    return key in tags and value in (None, tags[key])


def _admits(condition: Condition, prefix: str) -> bool:
    return _is_about_keys(condition) and any(prefix.startswith(value) for value in _texts(condition))


def _may_drop(condition: Condition, prefix: str) -> bool:
    return not _is_about_keys(condition) or any(
        prefix.startswith(value) or value.startswith(prefix) for value in _texts(condition)
    )


def _is_about_keys(condition: Condition) -> bool:
    return (condition.key, condition.comparator) == ("OBJECT_KEY", "STARTS_WITH")


def _texts(condition: Condition) -> list[str]:
    return [value for value in condition.values if isinstance(value, str)]
