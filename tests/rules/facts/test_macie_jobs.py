from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.facts import macie_jobs
from rules.facts.macie_jobs import TAG, ClassificationJob, Condition, Scope

HOME = "us-east-1"
OWN = {"accountId": "123456789012", "buckets": ["corpus"]}
DAILY: dict[str, Any] = {"jobType": "SCHEDULED", "scheduleFrequency": {"dailySchedule": {}}}
JOB = ClassificationJob(
    id="",
    name="once",
    status="COMPLETE",
    scheduled=False,
    runs=1,
    days_since_run=0,
    failed=False,
    buckets=frozenset({"corpus"}),
    choice=None,
    objects=Scope(),
    sampling=100,
    existing=True,
    selector="RECOMMENDED",
    identifiers=frozenset(),
)


@pytest.fixture
def client(account: Account) -> Any:
    account.session().client("s3").create_bucket(Bucket="corpus")
    client = account.session().client("macie2")
    client.enable_macie()
    return client


def make(client: Any, name: str = "once", **settings: Any) -> str:
    wanted = {"jobType": "ONE_TIME", "s3JobDefinition": {"bucketDefinitions": [OWN]}, **settings}
    return str(client.create_classification_job(name=name, **wanted)["jobId"])


def only(aws: Aws, days: int = 30) -> ClassificationJob:
    (job,) = macie_jobs.classification_jobs(aws, HOME, days)
    return job


def test_reads_a_job_that_ran_once(client: Any, aws: Aws) -> None:
    job_id = make(client)

    assert only(aws) == ClassificationJob(**{**vars(JOB), "id": job_id})


def test_reads_a_recurring_job_with_all_of_its_settings(client: Any, aws: Aws) -> None:
    simple = {"key": "S3_BUCKET_NAME", "comparator": "EQ", "values": ["corpus", "other"]}
    tagged = {"comparator": "NE", "tagValues": [{"key": "stage", "value": "test"}, {"key": "temporary", "value": ""}]}
    job_id = make(
        client,
        "daily",
        **DAILY,
        initialRun=True,
        samplingPercentage=40,
        managedDataIdentifierSelector="INCLUDE",
        managedDataIdentifierIds=["USA_PASSPORT_NUMBER"],
        s3JobDefinition={
            "bucketCriteria": {
                "includes": {"and": [{"simpleCriterion": simple}]},
                "excludes": {"and": [{"tagCriterion": tagged}]},
            },
            "scoping": {
                "includes": {
                    "and": [
                        {"simpleScopeTerm": {"key": "OBJECT_KEY", "comparator": "STARTS_WITH", "values": ["train/"]}}
                    ]
                },
                "excludes": {
                    "and": [
                        {
                            "tagScopeTerm": {
                                "comparator": "EQ",
                                "key": "TAG",
                                "target": "S3_OBJECT",
                                "tagValues": [{"key": "clean", "value": "yes"}],
                            }
                        }
                    ]
                },
            },
        },
    )

    assert only(aws) == ClassificationJob(
        id=job_id,
        name="daily",
        status="IDLE",
        scheduled=True,
        runs=1,
        days_since_run=0,
        failed=False,
        buckets=frozenset(),
        choice=Scope(
            (Condition("S3_BUCKET_NAME", "EQ", ("corpus", "other")),),
            (Condition(TAG, "NE", (("stage", "test"), ("temporary", None))),),
        ),
        objects=Scope(
            (Condition("OBJECT_KEY", "STARTS_WITH", ("train/",)),), (Condition(TAG, "EQ", (("clean", "yes"),)),)
        ),
        sampling=40,
        existing=True,
        selector="INCLUDE",
        identifiers=frozenset({"USA_PASSPORT_NUMBER"}),
    )


def test_a_recurring_job_that_leaves_out_what_there_was(client: Any, aws: Aws) -> None:
    make(client, "daily", **DAILY)

    assert (only(aws).existing, only(aws).runs) == (False, 0)


def test_buckets_of_other_accounts_are_not_this_one_s(client: Any, aws: Aws) -> None:
    make(client, s3JobDefinition={"bucketDefinitions": [OWN | {"accountId": "111122223333"}]})

    assert only(aws).buckets == frozenset()


def test_reads_that_a_run_failed(aws: Aws) -> None:
    described = {
        "jobId": "job",
        "name": "daily",
        "jobStatus": "IDLE",
        "jobType": "SCHEDULED",
        "lastRunTime": aws.now - timedelta(days=3, hours=1),
        "lastRunErrorStatus": {"code": "ERROR"},
        "statistics": {"numberOfRuns": 4.0},
        "s3JobDefinition": {"bucketCriteria": {}},
    }
    with Stubber(aws.client("macie2")) as stubber:
        item = {"jobId": "job", "jobStatus": "IDLE", "jobType": "SCHEDULED"}
        stubber.add_response("list_classification_jobs", {"items": [item]})
        stubber.add_response("describe_classification_job", described, {"jobId": "job"})
        job = only(aws)

    assert (job.failed, job.days_since_run, job.runs, job.choice) == (True, 3, 4, Scope())


@pytest.mark.parametrize("status", ["CANCELLED", "USER_PAUSED", "PAUSED"])
def test_a_job_that_was_stopped_on_its_way_does_not_count(client: Any, aws: Aws, status: str) -> None:
    client.update_classification_job(jobId=make(client, **DAILY, initialRun=True), jobStatus=status)

    assert macie_jobs.classification_jobs(aws, HOME, 30) == ()


def test_of_jobs_from_long_ago_only_recurring_ones_count(client: Any, aws: Aws) -> None:
    make(client, "once")
    make(client, "daily", **DAILY, initialRun=True)
    aws.now += timedelta(days=400)

    assert only(aws).name == "daily"


def test_reads_every_page(client: Any, account: Account, aws: Aws) -> None:
    for name in ("a", "b", "c"):
        make(client, name)
    account.faults.page_size(1)

    assert {job.name for job in macie_jobs.classification_jobs(aws, HOME, 30)} == {"a", "b", "c"}


def test_a_job_that_is_gone_is_left_out(client: Any, account: Account, aws: Aws) -> None:
    make(client, "a")
    gone = make(client, "b")
    account.faults.add(Fault("gone", "macie2:DescribeClassificationJob", resource=gone))

    assert only(aws).name == "a"


@pytest.mark.parametrize("action", ["macie2:ListClassificationJobs", "macie2:DescribeClassificationJob"])
def test_what_is_refused_is_raised(client: Any, account: Account, aws: Aws, action: str) -> None:
    make(client)
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        macie_jobs.classification_jobs(aws, HOME, 30)


@pytest.mark.usefixtures("client")
def test_without_jobs_there_are_none(aws: Aws) -> None:
    assert macie_jobs.classification_jobs(aws, HOME, 30) == ()
