from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_jobs
from rules.facts.bedrock_jobs import Job

ROLE = "arn:aws:iam::123456789012:role/jobs"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MODEL = "amazon.nova-pro-v1:0"
DATASET = {"taskType": "Generation", "dataset": {"name": "Builtin.Bold"}, "metricNames": ["Builtin.Toxicity"]}


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock")


def batch(bedrock: Any, name: str, *, uri: str = "s3://results/out/", **output: str) -> Resource:
    arn = bedrock.create_model_invocation_job(
        jobName=name,
        roleArn=ROLE,
        modelId=MODEL,
        inputDataConfig={"s3InputDataConfig": {"s3Uri": "s3://corpus/in/"}},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": uri, **output}},
        tags=[{"key": "stage", "value": "prod"}],
    )["jobArn"]
    return Resource("AWS::Bedrock::ModelInvocationJob", arn, name, arn)


def evaluation(bedrock: Any, name: str, **settings: Any) -> Resource:
    arn = bedrock.create_evaluation_job(
        jobName=name,
        roleArn=ROLE,
        evaluationConfig={"automated": {"datasetMetricConfigs": [DATASET]}},
        inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": MODEL}}]},
        outputDataConfig={"s3Uri": "s3://evaluations/out/"},
        **settings,
    )["jobArn"]
    return Resource("AWS::Bedrock::EvaluationJob", arn, name, arn)


def test_reads_batch_jobs_with_their_keys_and_buckets(bedrock: Any, aws: Aws) -> None:
    nightly = batch(bedrock, "nightly", s3EncryptionKeyId=KEY)
    plain = batch(bedrock, "plain")

    jobs = {job.resource.name: job for job in bedrock_jobs.batch_jobs(aws, 30)}

    assert jobs == {
        "nightly": Job(nightly, {"stage": "prod"}, KEY, "results"),
        "plain": Job(plain, {"stage": "prod"}, None, "results"),
    }


def test_reads_the_subnets_of_batch_jobs(bedrock: Any, aws: Aws) -> None:
    bedrock.create_model_invocation_job(
        jobName="nightly",
        roleArn=ROLE,
        modelId=MODEL,
        inputDataConfig={"s3InputDataConfig": {"s3Uri": "s3://corpus/in/"}},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://results/out/"}},
        vpcConfig={"subnetIds": ["subnet-0a"], "securityGroupIds": ["sg-0a"]},
    )

    (job,) = bedrock_jobs.batch_jobs(aws, 30)

    assert isinstance(job, Job)
    assert job.subnet_ids == ("subnet-0a",)


def test_reads_evaluation_jobs_with_their_keys_and_buckets(bedrock: Any, aws: Aws) -> None:
    safety = evaluation(bedrock, "safety", customerEncryptionKeyId=KEY, jobTags=[{"key": "stage", "value": "prod"}])
    plain = evaluation(bedrock, "plain")

    jobs = {job.resource.name: job for job in bedrock_jobs.evaluation_jobs(aws, 30)}

    assert jobs == {
        "safety": Job(safety, {"stage": "prod"}, KEY, "evaluations"),
        "plain": Job(plain, {}, None, "evaluations"),
    }


def test_jobs_from_before_the_look_back_are_left_out(bedrock: Any, account: Account) -> None:
    batch(bedrock, "nightly")
    evaluation(bedrock, "safety")
    later = datetime.now(UTC) + timedelta(days=8)
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=later)

    assert bedrock_jobs.batch_jobs(aws, 7) == ()
    assert bedrock_jobs.evaluation_jobs(aws, 7) == ()
    assert len(bedrock_jobs.batch_jobs(aws, 9)) == 1
    assert len(bedrock_jobs.evaluation_jobs(aws, 9)) == 1


@pytest.mark.parametrize("status", ["Failed", "Expired"])
def test_batch_jobs_that_ended_without_results_are_left_out(aws: Aws, status: str) -> None:
    summary = {
        "jobArn": "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghijkl",
        "jobName": "nightly",
        "modelId": MODEL,
        "roleArn": ROLE,
        "status": status,
        "submitTime": "2026-10-15T00:00:00Z",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://corpus/in/"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://results/out/"}},
    }
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response("list_model_invocation_jobs", {"invocationJobSummaries": [summary]})

        assert bedrock_jobs.batch_jobs(aws, 30) == ()


def test_evaluation_jobs_that_failed_are_left_out(aws: Aws) -> None:
    summary = {
        "jobArn": "arn:aws:bedrock:us-east-1:123456789012:evaluation-job/abcdefghijkl",
        "jobName": "safety",
        "status": "Failed",
        "creationTime": "2026-10-15T00:00:00Z",
        "jobType": "Automated",
        "evaluationTaskTypes": ["Generation"],
    }
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response("list_evaluation_jobs", {"jobSummaries": [summary]})

        assert bedrock_jobs.evaluation_jobs(aws, 30) == ()


@pytest.mark.parametrize("action", ["bedrock:GetEvaluationJob", "bedrock:ListTagsForResource"])
def test_one_job_that_cannot_be_read_leaves_the_others(bedrock: Any, account: Account, aws: Aws, action: str) -> None:
    safety, plain = evaluation(bedrock, "safety"), evaluation(bedrock, "plain")
    account.faults.deny(action, resource=safety.id)

    jobs = {job.resource: job for job in bedrock_jobs.evaluation_jobs(aws, 30)}

    assert isinstance(jobs[safety], Unreadable)
    assert isinstance(jobs[plain], Job)


@pytest.mark.parametrize("action", ["bedrock:GetEvaluationJob", "bedrock:ListTagsForResource"])
def test_a_job_that_was_deleted_since_it_was_listed_is_left_out(
    bedrock: Any, account: Account, aws: Aws, action: str
) -> None:
    safety, plain = evaluation(bedrock, "safety"), evaluation(bedrock, "plain")
    account.faults.add(Fault("gone", action, resource=safety.id))

    assert [job.resource for job in bedrock_jobs.evaluation_jobs(aws, 30)] == [plain]


def test_reads_every_page(bedrock: Any, account: Account, aws: Aws) -> None:
    for number in range(3):
        batch(bedrock, f"nightly-{number}")
        evaluation(bedrock, f"safety-{number}")
    account.faults.page_size(1)

    assert len(bedrock_jobs.batch_jobs(aws, 30)) == 3
    assert len(bedrock_jobs.evaluation_jobs(aws, 30)) == 3


def test_an_account_without_jobs_has_none(aws: Aws) -> None:
    assert bedrock_jobs.batch_jobs(aws, 30) == ()
    assert bedrock_jobs.evaluation_jobs(aws, 30) == ()


@pytest.mark.parametrize("operation", ["bedrock:ListModelInvocationJobs", "bedrock:ListEvaluationJobs"])
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, operation: str) -> None:
    account.faults.deny(operation)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        (bedrock_jobs.batch_jobs(aws, 30), bedrock_jobs.evaluation_jobs(aws, 30))


def test_a_region_without_the_jobs_has_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:List*Jobs"))

    assert bedrock_jobs.batch_jobs(aws, 30) == ()
    assert bedrock_jobs.evaluation_jobs(aws, 30) == ()


def test_declares_the_actions_that_it_uses(bedrock: Any, account: Account, aws: Aws) -> None:
    batch(bedrock, "nightly")
    evaluation(bedrock, "safety")
    before = len(account.calls)

    bedrock_jobs.batch_jobs(aws, 30)

    middle = len(account.calls)
    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_jobs.batch_jobs.actions}

    bedrock_jobs.evaluation_jobs(aws, 30)

    used = {call.action for call in list(account.calls)[middle:]}
    assert used == {action.name for action in bedrock_jobs.evaluation_jobs.actions}
