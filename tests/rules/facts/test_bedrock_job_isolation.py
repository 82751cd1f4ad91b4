from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import bedrock_job_isolation
from rules.facts.bedrock_job_isolation import KINDS, AccountJobs, IsolatedJob, account_jobs
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption

ROLE = "arn:aws:iam::123456789012:role/jobs"
NETWORK = {"subnetIds": ["subnet-0a"], "securityGroupIds": ["sg-0a"]}


class Workshop:
    """An account in which jobs of every kind run, in a VPC."""

    def __init__(self, account: Account) -> None:
        session = account.session()
        self.bedrock = session.client("bedrock")
        self.s3 = session.client("s3")
        self.key: str = session.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.described = Key(self.key, "CUSTOMER", "Enabled", rotation=False)

    def customize(self, name: str, **settings: Any) -> None:
        """Customize a model."""
        self.bedrock.create_model_customization_job(
            jobName=name,
            customModelName=name,
            roleArn=ROLE,
            baseModelIdentifier="amazon.nova-lite-v1:0",
            trainingDataConfig={"s3Uri": "s3://corpus/claims.jsonl"},
            outputDataConfig={"s3Uri": "s3://metrics/"},
            **{"vpcConfig": NETWORK, "customModelKmsKeyId": self.key, **settings},
        )

    def bring_in(self, name: str) -> None:
        """Import a model with the key, in a VPC."""
        self.bedrock.create_model_import_job(
            jobName=name,
            importedModelName=name,
            roleArn=ROLE,
            modelDataSource={"s3DataSource": {"s3Uri": "s3://weights/llama/"}},
            vpcConfig=NETWORK,
            importedModelKmsKeyId=self.key,
        )

    def batch(self, name: str, **output: str) -> None:
        """Run a batch job in no VPC, into the bucket named results."""
        self.bedrock.create_model_invocation_job(
            jobName=name,
            roleArn=ROLE,
            modelId="amazon.nova-pro-v1:0",
            inputDataConfig={"s3InputDataConfig": {"s3Uri": "s3://corpus/in/"}},
            outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://results/out/", **output}},
        )

    def fill(self) -> None:
        """Run a job of each kind."""
        self.s3.create_bucket(Bucket="results")
        self.customize("tuned")
        self.bring_in("llama")
        self.batch("nightly")


@pytest.fixture
def workshop(account: Account) -> Workshop:
    return Workshop(account)


def only(aws: Aws, *kinds: Any) -> AccountJobs:
    (found,) = account_jobs(aws, kinds or KINDS, 30)
    assert isinstance(found, AccountJobs)
    return found


def test_reads_the_jobs_of_every_kind(workshop: Workshop, aws: Aws) -> None:
    workshop.fill()
    workshop.batch("keyed", s3EncryptionKeyId=workshop.key)

    found = only(aws)

    assert found.resource == aws.account
    assert set(found.jobs) == {
        IsolatedJob("tuned", "customization", in_vpc=True, key_id=workshop.key, key=workshop.described),
        IsolatedJob("llama", "import", in_vpc=True, key_id=workshop.key, key=workshop.described),
        IsolatedJob("nightly", "batch", in_vpc=False, bucket=BucketEncryption("AES256", None, None)),
        IsolatedJob("keyed", "batch", in_vpc=False, key_id=workshop.key, key=workshop.described),
    }


def test_reads_only_jobs_of_the_wanted_kinds(workshop: Workshop, aws: Aws) -> None:
    workshop.fill()

    assert [job.kind for job in only(aws, "import", "import").jobs] == ["import"]


def test_a_bucket_that_is_gone_encrypts_nothing(workshop: Workshop, aws: Aws) -> None:
    workshop.batch("nightly")

    assert only(aws).jobs == (IsolatedJob("nightly", "batch", in_vpc=False),)


def test_jobs_that_failed_are_left_out(aws: Aws) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:model-import-job/abcdefghijkl"
    summary = {"jobArn": arn, "jobName": "llama", "status": "Failed", "creationTime": "2026-10-15T00:00:00Z"}
    source = {"s3DataSource": {"s3Uri": "s3://weights/llama/"}}
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response("list_model_import_jobs", {"modelImportJobSummaries": [summary]})
        bedrock_says.add_response("get_model_import_job", {"jobArn": arn, "modelDataSource": source})

        assert account_jobs(aws, ("import",), 30) == ()


@pytest.mark.parametrize(
    "action",
    [
        "bedrock:GetModelCustomizationJob",
        "bedrock:GetModelImportJob",
        "bedrock:ListTagsForResource",
        "kms:DescribeKey",
        "s3:GetEncryptionConfiguration",
    ],
)
def test_the_account_is_unreadable_when_one_job_is(workshop: Workshop, account: Account, aws: Aws, action: str) -> None:
    workshop.fill()
    account.faults.deny(action)

    (unreadable,) = account_jobs(aws, KINDS, 30)

    assert isinstance(unreadable, Unreadable)
    assert unreadable.resource == aws.account
    assert unreadable.code.startswith("AccessDenied")
    assert unreadable.message.partition(":")[0] in {"tuned", "llama", "nightly"}


def test_reads_every_page(workshop: Workshop, account: Account, aws: Aws) -> None:
    for number in range(3):
        workshop.customize(f"tuned-{number}")
    account.faults.page_size(1)

    assert len(only(aws).jobs) == 3


def test_an_empty_account_and_a_region_without_the_jobs_have_nothing_to_judge(account: Account, aws: Aws) -> None:
    assert account_jobs(aws, KINDS, 30) == ()

    account.faults.add(Fault("unknown-operation", "bedrock:List*Jobs"))
    assert account_jobs(aws, KINDS, 7) == ()


@pytest.mark.parametrize("noun", ["Customization", "Import", "Invocation"])
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, noun: str) -> None:
    account.faults.deny(f"bedrock:ListModel{noun}Jobs")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        account_jobs(aws, KINDS, 30)


def test_declares_the_actions_that_it_uses(workshop: Workshop, account: Account, aws: Aws) -> None:
    workshop.s3.create_bucket(Bucket="results")
    workshop.fill()
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": workshop.key}
    workshop.s3.put_bucket_encryption(
        Bucket="results",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    account.calls.clear()

    account_jobs(aws, KINDS, 30)

    assert account.calls.actions() == {action.name for action in bedrock_job_isolation.account_jobs.actions}
