from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts.kms import Key
from rules.facts.sagemaker_endpoint_configs import NamedKey, Output
from rules.facts.sagemaker_isolation import JOB, Job, Network, Part, Volumes, training_jobs
from tests.rules.facts.jobs import CLUSTER, NETWORK, SERVERLESS, Laboratory

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/fraud-1"
FRAUD = Resource("AWS::SageMaker::TrainingJob", ARN, "fraud-1", ARN)


@pytest.fixture
def laboratory(account: Account) -> Laboratory:
    return Laboratory(account)


def test_reads_a_job_with_its_network_and_keys(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.train(
        "fraud-1",
        OutputDataConfig={"S3OutputPath": "s3://models", "KmsKeyId": "alias/aws/s3"},
        ResourceConfig={**CLUSTER, "InstanceCount": 3, "VolumeKmsKeyId": laboratory.key},
        VpcConfig=NETWORK,
        EnableNetworkIsolation=True,
        EnableInterContainerTrafficEncryption=True,
        Tags=[{"Key": "stage", "Value": "prod"}],
    )

    own = NamedKey(laboratory.key, Key(laboratory.key, "CUSTOMER", "Enabled", rotation=False))
    of_aws = NamedKey("alias/aws/s3", Key("alias/aws/s3", "AWS", "Enabled", rotation=None))
    network = Network(JOB, isolated=True, in_vpc=True, traffic_encrypted=True, instance_count=3)
    part = Part(JOB, network, Volumes(("ml.m5.large",), own), (Output("output", of_aws),))
    assert training_jobs(aws, 30) == (Job(FRAUD, (part,), {"stage": "prod"}),)


def test_reads_what_a_job_does_by_default(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.train("fraud-1")

    network = Network(JOB, isolated=False, in_vpc=False, traffic_encrypted=False, instance_count=1)
    part = Part(JOB, network, Volumes(("ml.m5.large",), None), (Output("output", None),))
    assert training_jobs(aws, 30) == (Job(FRAUD, (part,), {}),)


def test_a_serverless_job_has_a_vpc_and_an_output_key_only(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.train("fraud-1", ServerlessJobConfig=SERVERLESS, VpcConfig=NETWORK)

    part = Part(JOB, Network(JOB, in_vpc=True), None, (Output("output", None),))
    assert training_jobs(aws, 30) == (Job(FRAUD, (part,), {}),)


def test_leaves_out_what_other_jobs_started(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.train("fraud-1")
    laboratory.tune("search")
    laboratory.automate("auto")

    (job,) = training_jobs(aws, 30)

    assert job.resource == FRAUD


def test_jobs_from_before_the_look_back_are_left_out(laboratory: Laboratory, account: Account) -> None:
    laboratory.train("fraud-1")
    later = datetime.now(UTC) + timedelta(days=8)
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=later)

    assert training_jobs(aws, 7) == ()
    assert len(training_jobs(aws, 9)) == 1


@pytest.mark.parametrize("action", ["sagemaker:DescribeTrainingJob", "sagemaker:ListTags"])
def test_one_job_that_cannot_be_read_leaves_the_others(
    laboratory: Laboratory, account: Account, aws: Aws, action: str
) -> None:
    laboratory.train("fraud-1")
    laboratory.train("fraud-2")
    account.faults.deny(action, resource="fraud-1" if action.endswith("Job") else ARN)

    found = {job.resource.name: job for job in training_jobs(aws, 30)}

    assert isinstance(found["fraud-1"], Unreadable)
    assert found["fraud-1"].resource == FRAUD
    assert isinstance(found["fraud-2"], Job)


def test_a_key_that_cannot_be_read_makes_the_job_unreadable(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    laboratory.train("fraud-1", ResourceConfig={**CLUSTER, "VolumeKmsKeyId": laboratory.key})
    account.faults.deny("kms:DescribeKey")

    (unreadable,) = training_jobs(aws, 30)

    assert isinstance(unreadable, Unreadable)
    assert (unreadable.resource, unreadable.code) == (FRAUD, "AccessDeniedException")


@pytest.mark.parametrize("action", ["sagemaker:DescribeTrainingJob", "sagemaker:ListTags"])
def test_a_job_that_was_deleted_since_it_was_listed_is_left_out(
    laboratory: Laboratory, account: Account, aws: Aws, action: str
) -> None:
    laboratory.train("fraud-1")
    account.faults.add(Fault("gone", action))

    assert training_jobs(aws, 30) == ()


def test_reads_every_page(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    for number in range(3):
        laboratory.train(f"fraud-{number}")
    account.faults.page_size(1)

    assert len(training_jobs(aws, 30)) == 3


def test_an_empty_account_and_a_region_without_sagemaker_have_none(account: Account, aws: Aws) -> None:
    assert training_jobs(aws, 30) == ()

    account.faults.add(Fault("unknown-operation", "sagemaker:*"))
    assert training_jobs(aws, 7) == ()


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("sagemaker:ListTrainingJobs")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        training_jobs(aws, 30)


def test_declares_the_actions_that_it_uses(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    laboratory.train("fraud-1", ResourceConfig={**CLUSTER, "VolumeKmsKeyId": laboratory.key})
    account.calls.clear()

    training_jobs(aws, 30)

    assert account.calls.actions() == {action.name for action in training_jobs.actions}
