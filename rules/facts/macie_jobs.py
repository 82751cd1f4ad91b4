"""Facts about the sensitive data discovery jobs of Amazon Macie: what they look into, and when they last did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.facts.macie import days_since
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.engine.aws import Aws

JOB = "arn:{partition}:macie2:*:{account}:classification-job/*"

# A paused or cancelled job stopped somewhere on its way, and nobody can tell where.
COUNTING = frozenset({"COMPLETE", "IDLE", "RUNNING"})

TAG = "TAG"
"""The key of conditions about tags, beside the API's own keys for properties."""


@dataclass(frozen=True)
class Condition:
    """
    A condition on a bucket or an object: a property, EQ, NE, STARTS_WITH …, and its values.

    For tags, whose key is TAG, a value is a pair of key and value, either of which may be None.
    """

    key: str
    comparator: str
    values: tuple[str | tuple[str | None, str | None], ...]


@dataclass(frozen=True)
class Scope:
    """What meets all conditions of `includes` (anything where there are none), but not all those of `excludes`."""

    includes: tuple[Condition, ...] = ()
    excludes: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class ClassificationJob:
    """
    A job that is complete, runs, or waits for its next run (Macie API, DescribeClassificationJob).

    `buckets` are those of this account that it names, `choice` the criteria of one that names none. `objects` says
    which objects it looks at, `sampling` what percentage of them. A job that is not for `existing` objects leaves out
    what is older than the job. `identifiers` are those that it is told to use or leave out, as `selector` says.
    `days_since_run` counts from the start of its last run; `failed` says that this run did not read everything.
    """

    id: str
    name: str
    status: str
    scheduled: bool
    runs: int
    days_since_run: int | None
    failed: bool
    buckets: frozenset[str]
    choice: Scope | None
    objects: Scope
    sampling: int
    existing: bool
    selector: str
    identifiers: frozenset[str]


@reads(Action("macie2:ListClassificationJobs"), Action("macie2:DescribeClassificationJob", JOB))
def classification_jobs(aws: Aws, region: str, days: int) -> tuple[ClassificationJob, ...]:
    """
    Return the jobs of a Region where Macie is enabled that may have looked into buckets in the last days.

    Raises what Macie answers for a job that it does not describe: it may be the one that looked.
    """
    pages = aws.client("macie2", region).get_paginator("list_classification_jobs").paginate()
    summaries = [job for page in pages for job in page.get("items", ())]
    found = (_described(aws, region, job["jobId"]) for job in summaries if _may_count(aws, job, days))
    return tuple(job for job in found if job is not None)


def _may_count(aws: Aws, summary: Mapping[str, Any], days: int) -> bool:
    age = days_since(aws, summary.get("createdAt"))
    # A job that runs once starts when it is made.
    return summary["jobStatus"] in COUNTING and (summary["jobType"] == "SCHEDULED" or age is None or age <= days)


def _described(aws: Aws, region: str, job_id: str) -> ClassificationJob | None:
    try:
        job = aws.client("macie2", region).describe_classification_job(jobId=job_id)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    definition = job["s3JobDefinition"]
    scheduled = job["jobType"] == "SCHEDULED"
    return ClassificationJob(
        id=job["jobId"],
        name=job["name"],
        status=job["jobStatus"],
        scheduled=scheduled,
        runs=int(job.get("statistics", {}).get("numberOfRuns", 0)),
        days_since_run=days_since(aws, job.get("lastRunTime")),
        failed=job.get("lastRunErrorStatus", {}).get("code") == "ERROR",
        buckets=frozenset(_named(definition.get("bucketDefinitions", ()), aws.account_id)),
        choice=_scope(definition["bucketCriteria"]) if "bucketCriteria" in definition else None,
        objects=_scope(definition.get("scoping", {})),
        sampling=job.get("samplingPercentage", 100),
        existing=job.get("initialRun", False) or not scheduled,
        selector=job.get("managedDataIdentifierSelector", "RECOMMENDED"),
        identifiers=frozenset(job.get("managedDataIdentifierIds", ())),
    )


def _named(definitions: Iterable[Mapping[str, Any]], account_id: str) -> Iterator[str]:
    for definition in definitions:
        if definition["accountId"] == account_id:
            yield from definition["buckets"]


def _scope(criteria: Mapping[str, Any]) -> Scope:
    return Scope(
        tuple(map(_condition, criteria.get("includes", {}).get("and", ()))),
        tuple(map(_condition, criteria.get("excludes", {}).get("and", ()))),
    )


def _condition(item: Mapping[str, Any]) -> Condition:
    # Buckets have criteria, objects have scope terms, of the same shapes.
    tags = item.get("tagCriterion") or item.get("tagScopeTerm")
    if tags:
        # An empty value stands for any (Macie API, TagScopeTerm).
        pairs = tuple((pair.get("key") or None, pair.get("value") or None) for pair in tags.get("tagValues", ()))
        return Condition(TAG, tags["comparator"], pairs)
    simple = item.get("simpleCriterion") or item["simpleScopeTerm"]
    return Condition(simple["key"], simple["comparator"], tuple(simple["values"]))
