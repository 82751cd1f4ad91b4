from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_jobs
from rules.facts.bedrock_jobs import ModelJob

ROLE = "arn:aws:iam::123456789012:role/jobs"
MODEL = "amazon.nova-lite-v1:0"
NETWORK = {"subnetIds": ["subnet-0a", "subnet-0b"], "securityGroupIds": ["sg-0a"]}
READERS = ("bedrock:GetModelCustomizationJob", "bedrock:GetModelImportJob")


class Workshop:
    """An account in which models are made."""

    def __init__(self, account: Account) -> None:
        self.bedrock = account.session().client("bedrock")
        self.key: str = account.session().client("kms").create_key()["KeyMetadata"]["Arn"]

    def customize(self, name: str, **settings: Any) -> Resource:
        """Customize a model."""
        arn = self.bedrock.create_model_customization_job(
            jobName=name,
            customModelName=f"{name}-model",
            roleArn=ROLE,
            baseModelIdentifier=MODEL,
            trainingDataConfig=settings.pop("trainingDataConfig", {"s3Uri": "s3://corpus/claims.jsonl"}),
            outputDataConfig={"s3Uri": "s3://metrics/out/"},
            **settings,
        )["jobArn"]
        return Resource("AWS::Bedrock::ModelCustomizationJob", arn, name, arn)

    def bring_in(self, name: str, **settings: Any) -> Resource:
        """Import a model."""
        arn = self.bedrock.create_model_import_job(
            jobName=name,
            importedModelName=f"{name}-model",
            roleArn=ROLE,
            modelDataSource={"s3DataSource": {"s3Uri": "s3://weights/llama/"}},
            **settings,
        )["jobArn"]
        return Resource("AWS::Bedrock::ModelImportJob", arn, name, arn)


@pytest.fixture
def workshop(account: Account) -> Workshop:
    return Workshop(account)


def jobs(aws: Aws, days: int = 30) -> tuple[ModelJob | Unreadable, ...]:
    return (*bedrock_jobs.customization_jobs(aws, days), *bedrock_jobs.import_jobs(aws, days))


def test_reads_customization_jobs_with_what_they_read(workshop: Workshop, aws: Aws) -> None:
    tuned = workshop.customize(
        "tuned",
        validationDataConfig={"validators": [{"s3Uri": "s3://corpus/held-out.jsonl"}]},
        vpcConfig=NETWORK,
        customModelKmsKeyId=workshop.key,
    )
    plain = workshop.customize("plain")

    found = {job.resource.name: job for job in bedrock_jobs.customization_jobs(aws, 30)}

    assert found == {
        "tuned": ModelJob(
            resource=tuned,
            status="Completed",
            inputs=("s3://corpus/claims.jsonl", "s3://corpus/held-out.jsonl"),
            output="s3://metrics/out/",
            subnet_ids=("subnet-0a", "subnet-0b"),
            key_id=workshop.key,
        ),
        "plain": ModelJob(plain, "Completed", ("s3://corpus/claims.jsonl",), "s3://metrics/out/", (), None),
    }


def test_reads_the_invocation_logs_that_a_model_learned_from(workshop: Workshop, aws: Aws) -> None:
    logs = {"usePromptResponse": True, "invocationLogSource": {"s3Uri": "s3://logs/invocations/"}}
    workshop.customize("distilled", trainingDataConfig={"invocationLogsConfig": logs})

    (job,) = bedrock_jobs.customization_jobs(aws, 30)

    assert isinstance(job, ModelJob)
    assert job.inputs == ("s3://logs/invocations/",)


def test_reads_import_jobs_with_what_they_read(workshop: Workshop, aws: Aws) -> None:
    guarded = workshop.bring_in("guarded", vpcConfig=NETWORK, importedModelKmsKeyId=workshop.key)
    plain = workshop.bring_in("plain")

    found = {job.resource.name: job for job in bedrock_jobs.import_jobs(aws, 30)}

    assert found == {
        "guarded": ModelJob(
            resource=guarded,
            status="Completed",
            inputs=("s3://weights/llama/",),
            output=None,
            subnet_ids=("subnet-0a", "subnet-0b"),
            key_id=workshop.key,
        ),
        "plain": ModelJob(plain, "Completed", ("s3://weights/llama/",), None, (), None),
    }


def test_keeps_jobs_that_failed_and_says_so(aws: Aws) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:model-import-job/abcdefghijkl"
    summary = {"jobArn": arn, "jobName": "llama", "status": "Failed", "creationTime": "2026-10-15T00:00:00Z"}
    source = {"s3DataSource": {"s3Uri": "s3://weights/llama/"}}
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response("list_model_import_jobs", {"modelImportJobSummaries": [summary]})
        bedrock_says.add_response("get_model_import_job", {"jobArn": arn, "modelDataSource": source})

        (job,) = bedrock_jobs.import_jobs(aws, 30)

    resource = Resource("AWS::Bedrock::ModelImportJob", arn, "llama", arn)
    assert job == ModelJob(resource, "Failed", ("s3://weights/llama/",), None, (), None)


def test_jobs_from_before_the_look_back_are_left_out(workshop: Workshop, account: Account) -> None:
    workshop.customize("tuned")
    workshop.bring_in("llama")
    later = datetime.now(UTC) + timedelta(days=8)
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=later)

    assert jobs(aws, 7) == ()
    assert len(jobs(aws, 9)) == 2


@pytest.mark.parametrize("action", READERS)
def test_one_job_that_cannot_be_read_leaves_the_others(
    workshop: Workshop, account: Account, aws: Aws, action: str
) -> None:
    workshop.customize("tuned")
    workshop.bring_in("llama")
    account.faults.deny(action)

    one, other = sorted(jobs(aws), key=lambda job: isinstance(job, ModelJob))

    assert isinstance(one, Unreadable)
    assert one.code == "AccessDeniedException"
    assert isinstance(other, ModelJob)


@pytest.mark.parametrize("action", READERS)
def test_a_job_that_was_deleted_since_it_was_listed_is_left_out(
    workshop: Workshop, account: Account, aws: Aws, action: str
) -> None:
    workshop.customize("tuned")
    workshop.bring_in("llama")
    account.faults.add(Fault("gone", action))

    assert len(jobs(aws)) == 1


def test_reads_every_page(workshop: Workshop, account: Account, aws: Aws) -> None:
    for number in range(3):
        workshop.customize(f"tuned-{number}")
        workshop.bring_in(f"llama-{number}")
    account.faults.page_size(1)

    assert len(jobs(aws)) == 6


def test_an_empty_account_and_a_region_without_the_jobs_have_none(account: Account, aws: Aws) -> None:
    assert jobs(aws) == ()

    account.faults.add(Fault("unknown-operation", "bedrock:List*Jobs"))
    assert jobs(aws, 7) == ()


@pytest.mark.parametrize("operation", ["bedrock:ListModelCustomizationJobs", "bedrock:ListModelImportJobs"])
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, operation: str) -> None:
    account.faults.deny(operation)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        jobs(aws)


def test_declares_the_actions_that_it_uses(workshop: Workshop, account: Account, aws: Aws) -> None:
    workshop.customize("tuned")
    workshop.bring_in("llama")
    account.calls.clear()

    jobs(aws)

    declared = bedrock_jobs.customization_jobs.actions | bedrock_jobs.import_jobs.actions
    assert account.calls.actions() == {action.name for action in declared}
