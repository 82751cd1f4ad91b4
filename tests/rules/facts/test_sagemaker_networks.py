from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import sagemaker_networks
from rules.facts.sagemaker_networks import MOST_JOBS, Placement

ROLE = "arn:aws:iam::123456789012:role/science"
SUBNETS = ["subnet-0a", "subnet-0b"]
VPC_CONFIG = {"SecurityGroupIds": ["sg-0a"], "Subnets": SUBNETS}


class Laboratory:
    """An account to which SageMaker resources are added, in a VPC or in none."""

    def __init__(self, account: Account) -> None:
        self.sagemaker = account.session().client("sagemaker")

    def model(self, name: str, **settings: Any) -> None:
        self.sagemaker.create_model(
            ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "image"}, **settings
        )

    def training_job(self, name: str, **settings: Any) -> None:
        self.sagemaker.create_training_job(
            TrainingJobName=name,
            AlgorithmSpecification={"TrainingInputMode": "File", "TrainingImage": "image"},
            RoleArn=ROLE,
            OutputDataConfig={"S3OutputPath": "s3://models"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
            StoppingCondition={},
            **settings,
        )

    def processing_job(self, name: str, **settings: Any) -> None:
        cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
        self.sagemaker.create_processing_job(
            ProcessingJobName=name,
            ProcessingResources={"ClusterConfig": cluster},
            AppSpecification={"ImageUri": "image"},
            RoleArn=ROLE,
            **settings,
        )

    def notebook_instance(self, name: str, **settings: Any) -> None:
        self.sagemaker.create_notebook_instance(
            NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=ROLE, **settings
        )

    def domain(self, name: str) -> None:
        self.sagemaker.create_domain(
            DomainName=name, AuthMode="IAM", DefaultUserSettings={}, SubnetIds=SUBNETS, VpcId="vpc-0a"
        )

    def fill(self) -> None:
        self.model("fraud", VpcConfig=VPC_CONFIG)
        self.training_job("fraud-1", VpcConfig=VPC_CONFIG)
        self.processing_job("clean-1", NetworkConfig={"VpcConfig": VPC_CONFIG})
        self.notebook_instance("ann", SubnetId="subnet-0a")
        self.domain("science")


@pytest.fixture
def laboratory(account: Account) -> Laboratory:
    return Laboratory(account)


@pytest.fixture
def aws(account: Account) -> Aws:
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime.now(UTC))


def placement(kind: str, resource_type: str, path: str, *subnet_ids: str) -> Placement:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{path}"
    return Placement(Resource(f"AWS::SageMaker::{resource_type}", arn, path.partition("/")[2], arn), kind, subnet_ids)


PLACED = (
    placement("model", "Model", "model/fraud", *SUBNETS),
    placement("training job", "TrainingJob", "training-job/fraud-1", *SUBNETS),
    placement("processing job", "ProcessingJob", "processing-job/clean-1", *SUBNETS),
    placement("notebook instance", "NotebookInstance", "notebook-instance/ann", "subnet-0a"),
    placement("domain", "Domain", "domain/d-science", *SUBNETS),
)


def test_reads_where_every_kind_of_resource_runs(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.fill()

    assert sagemaker_networks.placements(aws) == PLACED


def test_a_resource_outside_of_any_vpc_has_no_subnets(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.model("fraud")
    laboratory.training_job("fraud-1")
    laboratory.processing_job("clean-1")
    laboratory.processing_job("clean-2", NetworkConfig={"EnableNetworkIsolation": True})
    laboratory.notebook_instance("ann")

    found = sagemaker_networks.placements(aws)

    assert {one.resource.name: one.subnet_ids for one in found if isinstance(one, Placement)} == dict.fromkeys(
        ("fraud", "fraud-1", "clean-1", "clean-2", "ann"), ()
    )


def test_jobs_of_weeks_ago_are_not_looked_at(laboratory: Laboratory, account: Account) -> None:
    laboratory.fill()
    later = datetime.now(UTC) + timedelta(days=8)
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=later)

    kinds = [one.kind for one in sagemaker_networks.placements(aws) if isinstance(one, Placement)]

    assert kinds == ["model", "notebook instance", "domain"]


def test_only_the_newest_jobs_are_looked_at(aws: Aws) -> None:
    since = aws.now - timedelta(days=7)
    newest = {"SortBy": "CreationTime", "SortOrder": "Descending", "CreationTimeAfter": since, "MaxResults": 100}
    summaries = [
        {
            "TrainingJobName": f"job-{number}",
            "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/job-{number}",
            "CreationTime": aws.now,
            "TrainingJobStatus": "Completed",
        }
        for number in range(MOST_JOBS + 1)
    ]
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response("list_models", {"Models": []})
        sagemaker_says.add_response("list_training_jobs", {"TrainingJobSummaries": summaries, "NextToken": "2"}, newest)
        for _ in range(MOST_JOBS):
            sagemaker_says.add_client_error("describe_training_job", "ValidationException", "Could not find it.")
        sagemaker_says.add_response("list_processing_jobs", {"ProcessingJobSummaries": []}, newest)
        sagemaker_says.add_response("list_notebook_instances", {"NotebookInstances": []})
        sagemaker_says.add_response("list_domains", {"Domains": []})

        assert sagemaker_networks.placements(aws) == ()
        sagemaker_says.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        pytest.param("DescribeModel", "Could not find model", id="model"),
        pytest.param("DescribeNotebookInstance", "RecordNotFound", id="notebook instance"),
        pytest.param("DescribeDomain", "Domain [d-science] does not exist.", id="domain"),
    ],
)
def test_what_is_gone_since_it_was_listed_is_left_out(
    laboratory: Laboratory, account: Account, aws: Aws, operation: str, message: str
) -> None:
    laboratory.fill()
    account.faults.add(Fault("gone", f"sagemaker:{operation}", code="ValidationException", message=message))

    found = sagemaker_networks.placements(aws)

    assert len(found) == len(PLACED) - 1
    assert set(found) < set(PLACED)


@pytest.mark.parametrize(
    "operation",
    ["DescribeModel", "DescribeTrainingJob", "DescribeProcessingJob", "DescribeNotebookInstance", "DescribeDomain"],
)
def test_what_cannot_be_read_is_unreadable_and_hides_nothing(
    laboratory: Laboratory, account: Account, aws: Aws, operation: str
) -> None:
    laboratory.fill()
    account.faults.deny(f"sagemaker:{operation}")

    found = sagemaker_networks.placements(aws)

    (unreadable,) = (one for one in found if isinstance(one, Unreadable))
    assert unreadable.code == "AccessDeniedException"
    assert unreadable.resource in [placed.resource for placed in PLACED]
    assert len(found) == len(PLACED)


@pytest.mark.parametrize(
    "operation",
    ["ListModels", "ListTrainingJobs", "ListProcessingJobs", "ListNotebookInstances", "ListDomains"],
)
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, operation: str) -> None:
    account.faults.deny(f"sagemaker:{operation}")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        sagemaker_networks.placements(aws)


def test_reads_every_page(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    laboratory.fill()
    laboratory.model("churn")
    laboratory.training_job("churn-1")
    account.faults.page_size(1)

    names = {one.resource.name for one in sagemaker_networks.placements(aws)}

    assert names == {"fraud", "churn", "fraud-1", "churn-1", "clean-1", "ann", "d-science"}


def test_an_empty_account_and_a_region_without_sagemaker_have_none(account: Account, aws: Aws) -> None:
    assert sagemaker_networks.placements(aws) == ()

    account.faults.add(Fault("unknown-operation", "sagemaker:*"))
    again = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=aws.now)
    assert sagemaker_networks.placements(again) == ()


def test_declares_the_actions_that_it_uses(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    laboratory.fill()
    account.calls.clear()

    sagemaker_networks.placements(aws)

    assert account.calls.actions() == {action.name for action in sagemaker_networks.placements.actions}
