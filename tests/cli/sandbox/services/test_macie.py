from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

CONTENTS = {
    "clean": b"Nothing to see.",
    "keys": b"AKIAIOSFODNN7EXAMPLE and AKIAI44QH8DHBEXAMPLE",
    "payments": b"card 4111 1111 1111 1111",
}


@pytest.fixture
def macie(account: Account) -> Any:
    session = account.session()
    s3 = session.client("s3")
    for bucket, content in CONTENTS.items():
        s3.create_bucket(Bucket=f"training-{bucket}")
        s3.put_object(Bucket=f"training-{bucket}", Key="data.txt", Body=content)
    session.client("macie2").enable_macie()
    return session.client("macie2")


def run(macie: Any, name: str = "job", kind: str = "ONE_TIME", **definition: object) -> str:
    schedule: dict[str, Any] = (
        {"scheduleFrequency": {"dailySchedule": {}}, "initialRun": True} if kind == "SCHEDULED" else {}
    )
    return str(
        macie.create_classification_job(name=name, jobType=kind, s3JobDefinition=definition, **schedule)["jobId"]
    )


def named(*buckets: str) -> list[dict[str, object]]:
    return [{"accountId": "123456789012", "buckets": list(buckets)}]


def by_name(comparator: str, value: str) -> dict[str, object]:
    criterion = {"comparator": comparator, "key": "S3_BUCKET_NAME", "values": [value]}
    return {"and": [{"simpleCriterion": criterion}]}


def severities(macie: Any, **criterion: object) -> list[tuple[str, str]]:
    ids = macie.list_findings(findingCriteria={"criterion": criterion})["findingIds"]
    findings = macie.get_findings(findingIds=ids)["findings"] if ids else []
    return sorted((each["resourcesAffected"]["s3Bucket"]["name"], each["severity"]["description"]) for each in findings)


def test_macie_has_to_be_enabled(account: Account) -> None:
    client = account.session().client("macie2")

    with pytest.raises(ClientError, match="Macie is not enabled"):
        client.list_classification_jobs()
    with pytest.raises(ClientError, match="Macie is not enabled"):
        client.describe_buckets()
    for call in (client.get_macie_session, client.get_administrator_account):
        with pytest.raises(ClientError, match=r"AccessDeniedException.*Macie is not enabled"):
            call()


def test_a_suspended_macie_cancels_its_jobs(macie: Any) -> None:
    assert macie.get_macie_session()["status"] == "ENABLED"
    once = run(macie, bucketDefinitions=named("training-clean"))
    daily = run(macie, kind="SCHEDULED", bucketDefinitions=named("training-clean"))
    macie.update_macie_session(status="PAUSED")

    assert macie.get_macie_session()["status"] == "PAUSED"
    assert macie.describe_classification_job(jobId=once)["jobStatus"] == "COMPLETE"
    assert macie.describe_classification_job(jobId=daily)["jobStatus"] == "CANCELLED"


def test_nobody_manages_a_lone_account(macie: Any) -> None:
    assert "administrator" not in macie.get_administrator_account()


def test_findings_are_counted(macie: Any) -> None:
    run(macie, bucketDefinitions=named("training-keys", "training-payments"))
    criterion = {"archived": {"eq": ["false"]}, "category": {"eq": ["CLASSIFICATION"]}}

    def counted(by: str, **more: object) -> dict[str, int]:
        criteria: dict[str, Any] = {"criterion": {**criterion, **more}}
        groups = macie.get_finding_statistics(groupBy=by, findingCriteria=criteria)["countsByGroup"]
        return {group["groupKey"]: group["count"] for group in groups}

    assert counted("severity.description") == {"High": 1, "Medium": 1}
    assert counted("resourcesAffected.s3Bucket.name") == {"training-keys": 1, "training-payments": 1}
    assert counted("severity.description", archived={"eq": ["true"]}) == {}


def test_a_recurring_job_for_new_objects_waits_for_its_first_run(macie: Any) -> None:
    job = macie.create_classification_job(
        name="new",
        jobType="SCHEDULED",
        scheduleFrequency={"dailySchedule": {}},
        s3JobDefinition={"bucketDefinitions": named("training-keys")},
    )["jobId"]
    [bucket] = macie.describe_buckets(criteria={"bucketName": {"eq": ["training-keys"]}})["buckets"]

    assert macie.describe_classification_job(jobId=job)["statistics"]["numberOfRuns"] == 0
    assert bucket["jobDetails"] == {"isDefinedInJob": "TRUE", "isMonitoredByJob": "TRUE"}
    assert severities(macie) == []


def test_buckets_say_what_can_be_read_in_them(account: Account, macie: Any) -> None:
    s3 = account.session().client("s3")
    s3.put_object(Bucket="training-clean", Key="scan.png", Body=b"", ServerSideEncryption="aws:kms")
    s3.put_bucket_tagging(Bucket="training-clean", Tagging={"TagSet": [{"Key": "team", "Value": "ai"}]})
    [bucket] = macie.describe_buckets(criteria={"bucketName": {"eq": ["training-clean"]}})["buckets"]

    assert (bucket["objectCount"], bucket["classifiableObjectCount"]) == (2, 1)
    assert bucket["objectCountByEncryptionType"] == {"kmsManaged": 1, "s3Managed": 1}
    assert bucket["tags"] == [{"key": "team", "value": "ai"}]
    assert bucket["sensitivityScore"] == 50


def test_a_job_finds_what_is_in_the_buckets_that_it_names(macie: Any) -> None:
    job = run(macie, bucketDefinitions=named("training-keys", "training-clean"))

    assert macie.describe_classification_job(jobId=job)["jobStatus"] == "COMPLETE"
    assert severities(macie) == [("training-keys", "High")]
    assert severities(macie, **{"severity.description": {"eq": ["Medium"]}}) == []
    assert severities(macie, **{"resourcesAffected.s3Bucket.name": {"eq": ["training-keys"]}}) != []
    assert severities(macie, archived={"neq": ["true"]}) != []


@pytest.mark.parametrize(
    ("criteria", "buckets"),
    [
        pytest.param(
            {
                "includes": {
                    "and": [
                        {
                            "simpleCriterion": {
                                "comparator": "STARTS_WITH",
                                "key": "S3_BUCKET_NAME",
                                "values": ["training-"],
                            }
                        }
                    ]
                }
            },
            ["training-keys", "training-payments"],
            id="included",
        ),
        pytest.param(
            {
                "excludes": {
                    "and": [
                        {"simpleCriterion": {"comparator": "EQ", "key": "S3_BUCKET_NAME", "values": ["training-keys"]}}
                    ]
                }
            },
            ["training-payments"],
            id="excluded",
        ),
        pytest.param(
            {"includes": {"and": [{"tagCriterion": {"comparator": "NE", "tagValues": [{"key": "team"}]}}]}},
            ["training-keys", "training-payments"],
            id="by-tag",
        ),
    ],
)
def test_a_job_may_choose_buckets_by_criteria(macie: Any, criteria: dict[str, object], buckets: list[str]) -> None:
    run(macie, bucketCriteria=criteria)

    assert [bucket for bucket, _ in severities(macie)] == buckets


def test_jobs_are_listed_by_criteria_page_by_page(account: Account, macie: Any) -> None:
    run(macie, "once", bucketDefinitions=named("training-clean"))
    run(macie, "daily", "SCHEDULED", bucketDefinitions=named("training-clean"))
    account.faults.page_size(1)
    pages = list(macie.get_paginator("list_classification_jobs").paginate())
    account.faults.clear()
    terms = [{"comparator": "EQ", "key": "jobType", "values": ["SCHEDULED"]}]

    assert [[each["name"] for each in page["items"]] for page in pages] == [["once"], ["daily"]]
    included = macie.list_classification_jobs(filterCriteria={"includes": terms})["items"]
    excluded = macie.list_classification_jobs(filterCriteria={"excludes": terms})["items"]
    assert [each["name"] for each in included] == ["daily"]
    assert [each["name"] for each in excluded] == ["once"]
    assert included[0]["bucketDefinitions"] == named("training-clean")


def test_a_job_is_cancelled(macie: Any) -> None:
    job = run(macie, kind="SCHEDULED", bucketDefinitions=named("training-clean"))
    assert macie.describe_classification_job(jobId=job)["jobStatus"] == "IDLE"
    macie.update_classification_job(jobId=job, jobStatus="CANCELLED")

    assert macie.describe_classification_job(jobId=job)["jobStatus"] == "CANCELLED"


def test_buckets_say_which_job_looked_into_them(macie: Any) -> None:
    job = run(macie, kind="SCHEDULED", bucketDefinitions=named("training-keys"))
    buckets = {each["bucketName"]: each for each in macie.describe_buckets()["buckets"]}
    [filtered] = macie.describe_buckets(criteria={"bucketName": {"prefix": "training-k"}})["buckets"]

    assert buckets["training-keys"]["jobDetails"]["lastJobId"] == job
    assert buckets["training-keys"]["jobDetails"]["isMonitoredByJob"] == "TRUE"
    assert buckets["training-clean"]["jobDetails"] == {"isDefinedInJob": "FALSE", "isMonitoredByJob": "FALSE"}
    assert "lastAutomatedDiscoveryTime" not in buckets["training-keys"]
    assert filtered["bucketName"] == "training-keys"


def test_automated_discovery_looks_into_every_bucket(macie: Any) -> None:
    assert macie.get_automated_discovery_configuration()["status"] == "DISABLED"
    macie.update_automated_discovery_configuration(status="ENABLED")
    buckets = {each["bucketName"]: each for each in macie.describe_buckets()["buckets"]}

    assert macie.get_automated_discovery_configuration()["status"] == "ENABLED"
    assert severities(macie) == [("training-keys", "High"), ("training-payments", "Medium")]
    assert buckets["training-clean"]["sensitivityScore"] == 1
    assert buckets["training-keys"]["sensitivityScore"] == 100
    assert buckets["training-keys"]["automatedDiscoveryMonitoringStatus"] == "MONITORED"
    macie.update_automated_discovery_configuration(status="DISABLED")
    assert "disabledAt" in macie.get_automated_discovery_configuration()
