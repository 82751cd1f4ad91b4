from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts.sagemaker_training_jobs import Channel, Cluster, TrainingJob, training_jobs
from tests.rules.facts.jobs import CLUSTER, NETWORK, SERVERLESS, Laboratory

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/fraud-1"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PREFERENCES = [{"InstanceType": "ml.p5.48xlarge"}, {"InstanceType": "ml.m5.large", "InstanceCount": 4}]


@pytest.fixture
def laboratory(account: Account) -> Laboratory:
    return Laboratory(account)


def read(aws: Aws, days: int = 30) -> list[TrainingJob]:
    found = training_jobs(aws, days)
    assert not any(isinstance(job, Unreadable) for job in found)
    return [job for job in found if isinstance(job, TrainingJob)]


def described(aws: Aws, **members: Any) -> TrainingJob:
    """Return the fact of a job that SageMaker describes with these members."""
    summary = {"TrainingJobName": "fraud-1", "TrainingJobArn": ARN, "CreationTime": aws.now}
    answer = {
        **summary,
        "ModelArtifacts": {"S3ModelArtifacts": "s3://models/fraud-1"},
        "StoppingCondition": {},
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        **members,
    }
    listed = {"TrainingJobSummaries": [{**summary, "TrainingJobStatus": answer["TrainingJobStatus"]}]}
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response("list_training_jobs", listed)
        sagemaker_says.add_response("describe_training_job", answer)
        (job,) = read(aws)
    return job


def test_reads_a_job_with_everything_that_it_was_told(laboratory: Laboratory, aws: Aws) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://corpus/claims/"}}
    laboratory.train(
        "fraud-1",
        InputDataConfig=[{"ChannelName": "train", "DataSource": source}],
        OutputDataConfig={"S3OutputPath": "s3://models/fraud", "KmsKeyId": KEY},
        ResourceConfig={**CLUSTER, "InstanceCount": 3, "VolumeKmsKeyId": KEY, "KeepAlivePeriodInSeconds": 600},
        VpcConfig=NETWORK,
        EnableNetworkIsolation=True,
        EnableInterContainerTrafficEncryption=True,
    )

    assert read(aws) == [
        TrainingJob(
            resource=Resource("AWS::SageMaker::TrainingJob", ARN, "fraud-1", ARN),
            status="Completed",
            started=True,
            started_by=None,
            channels=(Channel("train", "s3://corpus/claims/", "S3Prefix"),),
            output_uri="s3://models/fraud",
            output_key=KEY,
            subnet_ids=("subnet-0a", "subnet-0b"),
            network_isolation=True,
            traffic_encryption=True,
            cluster=Cluster(("ml.m5.large",), 3, KEY),
        )
    ]


def test_what_a_job_was_not_told_is_absent(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.train("fraud-1")

    assert read(aws) == [
        TrainingJob(
            resource=Resource("AWS::SageMaker::TrainingJob", ARN, "fraud-1", ARN),
            status="Completed",
            started=True,
            started_by=None,
            channels=(),
            output_uri="s3://models",
            output_key=None,
            subnet_ids=(),
            network_isolation=False,
            traffic_encryption=False,
            cluster=Cluster(("ml.m5.large",), 1, None),
        )
    ]


def test_a_serverless_job_has_no_cluster(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.train("fraud-1", ServerlessJobConfig=SERVERLESS)

    (job,) = read(aws)

    assert job.cluster is None


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        pytest.param(
            {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "s3://corpus/list.manifest"}},
            Channel("train", "s3://corpus/list.manifest", "ManifestFile"),
            id="manifest",
        ),
        pytest.param(
            {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": "s3://jumpstart-cache-prod-us-east-1/m/",
                    "HubAccessConfig": {"HubContentArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/h/Model/m/1"},
                }
            },
            Channel("train", "s3://jumpstart-cache-prod-us-east-1/m/", "S3Prefix", from_hub=True),
            id="model of a hub",
        ),
        pytest.param(
            {
                "FileSystemDataSource": {
                    "FileSystemId": "fs-0123456789a",
                    "FileSystemAccessMode": "ro",
                    "FileSystemType": "EFS",
                    "DirectoryPath": "/claims",
                }
            },
            Channel("train", None, elsewhere="fs-0123456789a"),
            id="file system",
        ),
        pytest.param(
            {"DatasetSource": {"DatasetArn": "arn:aws:sagemaker:us-east-1:123456789012:hub-content/h/DataSet/d/1"}},
            Channel("train", None, elsewhere="arn:aws:sagemaker:us-east-1:123456789012:hub-content/h/DataSet/d/1"),
            id="data set",
        ),
    ],
)
def test_says_where_a_channel_reads(aws: Aws, source: dict[str, Any], channel: Channel) -> None:
    job = described(aws, InputDataConfig=[{"ChannelName": "train", "DataSource": source}])

    assert job.channels == (channel,)


@pytest.mark.parametrize(
    ("config", "cluster"),
    [
        pytest.param(
            {
                "InstanceGroups": [
                    {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2, "InstanceGroupName": "train"},
                    {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1, "InstanceGroupName": "read"},
                ]
            },
            Cluster(("ml.p4d.24xlarge", "ml.c5.xlarge"), 3, None),
            id="a heterogeneous cluster counts all of its groups",
        ),
        pytest.param(
            {"InstancePreferences": PREFERENCES, "InstanceCount": 1},
            Cluster(("ml.p5.48xlarge", "ml.m5.large"), 4, None),
            id="preferences are all that it may be",
        ),
        pytest.param(
            {"InstancePreferences": PREFERENCES, "SelectedInstanceType": "ml.m5.large", "SelectedInstanceCount": 4},
            Cluster(("ml.m5.large",), 4, None),
            id="a selection is what it was",
        ),
        pytest.param(
            {"InstanceConfigs": [{"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 10}]},
            Cluster(("ml.m5.large",), 2, None),
            id="the list of a tuning job",
        ),
        pytest.param({**CLUSTER, "VolumeKmsKeyId": ""}, Cluster(("ml.m5.large",), 1, None), id="an empty key is none"),
    ],
)
def test_counts_the_instances_of_a_cluster(config: dict[str, Any], cluster: Cluster) -> None:
    assert Cluster.from_api(config) == cluster


@pytest.mark.parametrize("member", ["TuningJobArn", "AutoMLJobArn", "LabelingJobArn"])
def test_says_which_job_started_it(aws: Aws, member: str) -> None:
    parent = {
        "TuningJobArn": "hyper-parameter-tuning-job/search",
        "AutoMLJobArn": "automl-job/auto",
        "LabelingJobArn": "labeling-job/labels",
    }[member]
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{parent}"

    assert described(aws, **{member: arn}).started_by == arn


def test_reads_the_jobs_that_a_tuning_job_started(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.train("fraud-1")
    tuning = laboratory.tune("search")

    assert sorted(job.started_by or "" for job in read(aws)) == ["", tuning]


@pytest.mark.parametrize(
    ("status", "start", "started"),
    [
        ("Completed", True, True),
        ("Failed", True, True),
        ("Failed", False, False),
        ("Stopped", False, False),
        ("InProgress", False, True),
    ],
)
def test_says_whether_training_began(aws: Aws, status: str, *, start: bool, started: bool) -> None:
    times = {"TrainingStartTime": aws.now} if start else {}

    assert described(aws, TrainingJobStatus=status, **times).started == started


def test_jobs_from_before_the_look_back_are_left_out(laboratory: Laboratory, account: Account) -> None:
    laboratory.train("fraud-1")
    later = datetime.now(UTC) + timedelta(days=8)
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=later)

    assert read(aws, 7) == []
    assert len(read(aws, 9)) == 1


def test_reads_every_page(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    for number in range(3):
        laboratory.train(f"fraud-{number}")
    account.faults.page_size(1)

    assert [job.resource.name for job in read(aws)] == ["fraud-0", "fraud-1", "fraud-2"]


def test_one_job_that_cannot_be_read_leaves_the_others(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    laboratory.train("fraud-1")
    laboratory.train("fraud-2")
    account.faults.deny("sagemaker:DescribeTrainingJob", resource="fraud-1")

    one, other = training_jobs(aws, 30)

    assert isinstance(one, Unreadable)
    assert one.resource == Resource("AWS::SageMaker::TrainingJob", ARN, "fraud-1", ARN)
    assert isinstance(other, TrainingJob)


def test_a_job_that_was_deleted_since_it_was_listed_is_left_out(
    laboratory: Laboratory, account: Account, aws: Aws
) -> None:
    laboratory.train("fraud-1")
    laboratory.train("fraud-2")
    account.faults.add(Fault("gone", "sagemaker:DescribeTrainingJob", resource="fraud-1"))

    assert [job.resource.name for job in read(aws)] == ["fraud-2"]


def test_an_empty_account_and_a_region_without_sagemaker_have_none(account: Account, aws: Aws) -> None:
    assert read(aws) == []

    account.faults.add(Fault("unknown-operation", "sagemaker:*"))
    assert read(aws, 7) == []


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("sagemaker:ListTrainingJobs")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        read(aws)


def test_declares_the_actions_that_it_uses(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    laboratory.train("fraud-1")
    account.calls.clear()

    read(aws)

    assert account.calls.actions() == {action.name for action in training_jobs.actions}
