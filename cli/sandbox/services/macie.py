"""Amazon Macie: classification jobs, automated discovery, buckets and findings.

Jobs look into the objects that moto keeps and are complete at once; they find access keys and credit card numbers.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from moto.s3.models import FakeBucket, s3_backends

from cli.sandbox.calls import Call
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.macie_session import require_enabled
from cli.sandbox.shelves import Record, Shelf

JOBS: Final = Shelf("macie2", "classification job", ("jobId",), "name", "createdAt")
FINDINGS: Final = Shelf("macie2", "finding", ("id",))
# Some of https://docs.aws.amazon.com/macie/latest/user/discovery-supported-storage.html
_READABLE: Final = frozenset({".csv", ".json", ".jsonl", ".parquet", ".pdf", ".txt", ".tsv", ".zip"})
_HEX: Final = "0123456789abcdef"
# https://docs.aws.amazon.com/macie/latest/user/findings-severity.html
_DETECTORS: Final = (
    (re.compile(rb"\bAKIA[0-9A-Z]{16}\b"), "AWS_CREDENTIALS", "CREDENTIALS", "Credentials", ("High", 3)),
    (
        re.compile(rb"\b(?:\d{4}[ -]){3}\d{4}\b"),
        "CREDIT_CARD_NUMBER",
        "FINANCIAL_INFORMATION",
        "Financial",
        ("Medium", 2),
    ),
)


@operation("macie2", "CreateClassificationJob", page_size=25)
def create_classification_job(call: Call) -> Result:
    """Run a job over the buckets that it names: it is complete, a scheduled one idle until its next run."""
    require_enabled(call)
    job_id = random_id(32, _HEX)
    scheduled = call.params["jobType"] == "SCHEDULED"
    # A recurring job that leaves out what is there waits for its first run.
    runs = 0 if scheduled and not call.params.get("initialRun") else 1
    record = {
        "samplingPercentage": 100,
        **call.params,
        "jobId": job_id,
        "jobArn": call.arn(f"classification-job/{job_id}"),
        "jobStatus": "IDLE" if scheduled else "COMPLETE",
        "createdAt": call.now,
        "lastRunTime": call.now,
        "lastRunErrorStatus": {"code": "NONE"},
        "statistics": {"approximateNumberOfObjectsToProcess": 0, "numberOfRuns": runs},
    }
    for part in ("bucketDefinitions", "bucketCriteria"):
        if part in call.params["s3JobDefinition"]:
            record[part] = call.params["s3JobDefinition"][part]
    JOBS.put(call, record)
    for bucket in _buckets_of(call, record) if runs else ():
        _scan(call, bucket, record)
    return JOBS.answer(call, record)


@operation("macie2", "ListClassificationJobs", page_size=25)
def list_classification_jobs(call: Call) -> Result:
    """Return the jobs that the criteria let through."""
    require_enabled(call)
    criteria = call.params.get("filterCriteria", {})
    jobs = [
        job
        for job in JOBS.inside(call)
        if all(_holds(term, job) for term in criteria.get("includes", ()))
        and not any(_holds(term, job) for term in criteria.get("excludes", ()))
    ]
    return JOBS.listing(call, jobs)


@operation("macie2", "UpdateClassificationJob")
def update_classification_job(call: Call) -> Result:
    """Pause, resume or cancel a job."""
    JOBS.find(call, call.params["jobId"])["jobStatus"] = call.params["jobStatus"]
    return {}


@operation("macie2", "GetAutomatedDiscoveryConfiguration")
def get_automated_discovery_configuration(call: Call) -> Result:
    """Return whether Macie samples buckets by itself."""
    require_enabled(call)
    return {"status": "DISABLED", "autoEnableOrganizationMembers": "NONE"} | call.table("automated discovery")


@operation("macie2", "UpdateAutomatedDiscoveryConfiguration")
def update_automated_discovery_configuration(call: Call) -> Result:
    """Switch automated discovery on, which looks into all buckets at once, or off."""
    require_enabled(call)
    configuration = call.table("automated discovery")
    enabled = call.params["status"] == "ENABLED"
    configuration |= {**call.params, "lastUpdatedAt": call.now}
    configuration |= (
        {"firstEnabledAt": configuration.get("firstEnabledAt", call.now)} if enabled else {"disabledAt": call.now}
    )
    if enabled:
        for bucket in _buckets(call):
            _scan(call, bucket, None)
    return {}


@operation("macie2", "DescribeBuckets", page_size=50)
def describe_buckets(call: Call) -> Result:
    """Return what Macie knows of the Region's buckets."""
    require_enabled(call)
    described = [_described(call, bucket) for bucket in _buckets(call)]
    return {"buckets": [each for each in described if _meets(each, call.params.get("criteria", {}))]}


@operation("macie2", "ListFindings", page_size=50)
def list_findings(call: Call) -> Result:
    """Return the ids of the findings that the criteria let through."""
    require_enabled(call)
    criteria = call.params.get("findingCriteria", {}).get("criterion", {})
    return {"findingIds": [each["id"] for each in FINDINGS.inside(call) if _meets(each, criteria)]}


@operation("macie2", "GetFindingStatistics")
def get_finding_statistics(call: Call) -> Result:
    """Count the findings that the criteria let through, by one of their properties."""
    require_enabled(call)
    criteria = call.params.get("findingCriteria", {}).get("criterion", {})
    groups = Counter(str(_at(each, call.params["groupBy"])) for each in FINDINGS.inside(call) if _meets(each, criteria))
    return {"countsByGroup": [{"groupKey": key, "count": count} for key, count in groups.most_common()]}


@operation("macie2", "GetFindings")
def get_findings(call: Call) -> Result:
    """Return findings by their ids, those that do not exist left out."""
    require_enabled(call)
    known = FINDINGS.records(call)
    return {"findings": [known[each] for each in call.params["findingIds"] if each in known]}


JOBS.serves_get("DescribeClassificationJob", "jobId")


def _buckets(call: Call) -> list[FakeBucket]:
    """Return the Region's buckets in the order of their names."""
    buckets = s3_backends[call.account_id][call.partition].buckets.values()
    return sorted((each for each in buckets if each.region_name == call.region), key=lambda each: str(each.name))


def _buckets_of(call: Call, job: Mapping[str, Any]) -> Iterator[FakeBucket]:
    return (bucket for bucket in _buckets(call) if _looks_into(job, bucket))


def _looks_into(job: Mapping[str, Any], bucket: FakeBucket) -> bool:
    criteria = job.get("bucketCriteria")
    named = any(bucket.name in each["buckets"] for each in job.get("bucketDefinitions", ()))
    return named or (criteria is not None and _is_chosen(bucket, criteria))


def _is_chosen(bucket: FakeBucket, criteria: Mapping[str, Any]) -> bool:
    """Say whether criteria of names and tags choose the bucket; other criteria choose every bucket."""
    includes = criteria.get("includes", {}).get("and", ())
    excludes = criteria.get("excludes", {}).get("and", ())
    return all(_about(each, bucket) for each in includes) and not (
        excludes and all(_about(each, bucket) for each in excludes)
    )


def _about(criterion: Mapping[str, Any], bucket: FakeBucket) -> bool:
    if "tagCriterion" in criterion:
        tags = {tag["key"]: tag["value"] for tag in _tags(bucket)}
        pairs = criterion["tagCriterion"]["tagValues"]
        found = any(pair["key"] in tags and pair.get("value") in (None, tags[pair["key"]]) for pair in pairs)
        return found is (criterion["tagCriterion"]["comparator"] == "EQ")
    simple = criterion.get("simpleCriterion", {})
    if simple.get("key") != "S3_BUCKET_NAME":
        return True
    return _compares(str(bucket.name), simple["comparator"], simple["values"])


def _tags(bucket: FakeBucket) -> list[Record]:
    tagger = s3_backends[bucket.account_id][bucket.partition].tagger
    return [{"key": tag["Key"], "value": tag["Value"]} for tag in tagger.list_tags_for_resource(bucket.arn)["Tags"]]


def _holds(term: Mapping[str, Any], job: Mapping[str, Any]) -> bool:
    return _compares(str(job.get(term["key"], "")), term["comparator"], term["values"])


def _compares(actual: str, comparator: str, values: Iterable[str]) -> bool:
    tests: dict[str, Callable[[str], bool]] = {
        "EQ": lambda value: actual == value,
        "NE": lambda value: actual != value,
        "CONTAINS": lambda value: value in actual,
        "STARTS_WITH": actual.startswith,
        "GT": lambda value: actual > value,
        "GTE": lambda value: actual >= value,
        "LT": lambda value: actual < value,
        "LTE": lambda value: actual <= value,
    }
    return any(tests[comparator](value) for value in values)


def _meets(record: Mapping[str, Any], criteria: Mapping[str, Any]) -> bool:
    """Say whether a record has what criteria of the form `{path: {eq: […]}}` ask for."""
    return all(_meets_one(_at(record, path), criterion) for path, criterion in criteria.items())


def _meets_one(actual: object, criterion: Mapping[str, Any]) -> bool:
    text = str(actual).lower() if isinstance(actual, bool) else str(actual)
    equal = criterion.get("eq") or criterion.get("eqExactMatch")
    return (
        (not equal or text in equal)
        and text not in criterion.get("neq", ())
        and text.startswith(criterion.get("prefix", ""))
    )


def _at(record: Mapping[str, Any], path: str) -> object:
    found: Any = record
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _described(call: Call, bucket: FakeBucket) -> Record:
    jobs = [job for job in JOBS.inside(call) if _looks_into(job, bucket)]
    runs = [job for job in jobs if job["statistics"]["numberOfRuns"]]
    discovery = call.table("automated discovery")
    sampled = discovery.get("firstEnabledAt")
    found = [each for each in FINDINGS.inside(call) if each["resourcesAffected"]["s3Bucket"]["name"] == bucket.name]
    monitored = any(job["jobType"] == "SCHEDULED" for job in jobs)
    details: Record = {
        "isDefinedInJob": "TRUE" if jobs else "FALSE",
        "isMonitoredByJob": "TRUE" if monitored else "FALSE",
    }
    if runs:
        newest = max(runs, key=lambda job: job["lastRunTime"])
        details |= {"lastJobId": newest["jobId"], "lastJobRunTime": newest["lastRunTime"]}
    keys = list(bucket.keys.values())
    under_kms = sum(str(key.encryption).startswith("aws:kms") for key in keys)
    described: Record = {
        "accountId": call.account_id,
        "bucketArn": bucket.arn,
        "bucketName": bucket.name,
        "bucketCreatedAt": bucket.creation_date,
        "region": bucket.region_name,
        "lastUpdated": call.now,
        "jobDetails": details,
        "objectCount": len(keys),
        "classifiableObjectCount": sum(PurePosixPath(key.name).suffix in _READABLE for key in keys),
        "objectCountByEncryptionType": {"kmsManaged": under_kms, "s3Managed": len(keys) - under_kms},
        "publicAccess": {"effectivePermission": "NOT_PUBLIC"},
        "sharedAccess": "NOT_SHARED",
        "tags": _tags(bucket),
        # 50 is the score of a bucket that was not looked into, 1 of one without objects or sensitive data.
        "sensitivityScore": 50 if keys else 1,
        "automatedDiscoveryMonitoringStatus": "MONITORED" if discovery.get("status") == "ENABLED" else "NOT_MONITORED",
        "versioning": bucket.is_versioned,
    }
    if sampled:
        described |= {"lastAutomatedDiscoveryTime": discovery["lastUpdatedAt"], "sensitivityScore": 100 if found else 1}
    return described


def _scan(call: Call, bucket: FakeBucket, job: Mapping[str, Any] | None) -> None:
    """Record a finding for each kind of sensitive data in each object of a bucket."""
    for key in bucket.keys.values():
        content: bytes = key.value
        for pattern, kind, category, name, (severity, score) in _DETECTORS:
            count = len(pattern.findall(content))
            if not count:
                continue
            data = {"category": category, "totalCount": count, "detections": [{"type": kind, "count": count}]}
            origin = {"jobId": job["jobId"], "jobArn": job["jobArn"]} if job else {}
            FINDINGS.put(
                call,
                {
                    "id": random_id(32, _HEX),
                    "accountId": call.account_id,
                    "archived": False,
                    "category": "CLASSIFICATION",
                    "classificationDetails": {
                        "originType": "SENSITIVE_DATA_DISCOVERY_JOB" if job else "AUTOMATED_SENSITIVE_DATA_DISCOVERY",
                        "result": {"sensitiveData": [data], "status": {"code": "COMPLETE"}},
                        **origin,
                    },
                    "count": 1,
                    "createdAt": call.now,
                    "updatedAt": call.now,
                    "description": f"The S3 object contains {name.lower()} information.",
                    "partition": call.partition,
                    "region": call.region,
                    "resourcesAffected": {
                        "s3Bucket": {"arn": bucket.arn, "name": bucket.name},
                        "s3Object": {"bucketArn": bucket.arn, "key": key.name, "path": f"{bucket.name}/{key.name}"},
                    },
                    "sample": False,
                    "schemaVersion": "1.0",
                    "severity": {"description": severity, "score": score},
                    "title": f"The S3 object contains {name.lower()} information",
                    "type": f"SensitiveData:S3Object/{name}",
                },
            )
