from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import sagemaker_data_jobs
from rules.facts.kms import Key
from rules.facts.sagemaker_data_jobs import KINDS, data_jobs
from rules.facts.sagemaker_endpoint_configs import NamedKey, Output
from rules.facts.sagemaker_isolation import JOB, Job, Network, Part, Volumes
from tests.rules.facts.jobs import CLUSTER, NETWORK, Laboratory

RESULTS = {"OutputName": "clean", "S3Output": {"S3Uri": "s3://results", "S3UploadMode": "EndOfJob"}}
CLARIFY = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"
PROCESSING_ARN = "arn:aws:sagemaker:us-east-1:123456789012:processing-job/clean-1"
DESCRIPTIONS = (
    "DescribeProcessingJob",
    "DescribeTransformJob",
    "DescribeHyperParameterTuningJob",
    "DescribeAutoMLJobV2",
)
PROCESSING, TRANSFORM, TUNING, AUTOML = (
    "AWS::SageMaker::ProcessingJob",
    "AWS::SageMaker::TransformJob",
    "AWS::SageMaker::HyperParameterTuningJob",
    "AWS::SageMaker::AutoMLJob",
)


@pytest.fixture
def laboratory(account: Account) -> Laboratory:
    return Laboratory(account)


def named(arn: str) -> NamedKey:
    return NamedKey(arn, Key(arn, "CUSTOMER", "Enabled", rotation=False))


def resource(resource_type: str, arn: str) -> Resource:
    return Resource(resource_type, arn, arn.rpartition("/")[2], arn)


def fill(laboratory: Laboratory) -> None:
    """Start a job of each kind."""
    laboratory.process("clean-1", ProcessingResources={"ClusterConfig": {**CLUSTER, "VolumeKmsKeyId": laboratory.key}})
    laboratory.model("fraud")
    laboratory.transform("score-1")
    laboratory.tune("search")
    laboratory.automate("auto")


def only(aws: Aws, *kinds: Any) -> Job:
    (job,) = data_jobs(aws, kinds, 30)
    assert isinstance(job, Job)
    return job


def described(aws: Aws, **members: Any) -> tuple[Job | Unreadable, ...]:
    """Return the facts of one processing job that SageMaker describes with these members."""
    summary = {"ProcessingJobName": "clean-1", "ProcessingJobArn": PROCESSING_ARN, "CreationTime": aws.now}
    answer = {
        **summary,
        "ProcessingJobStatus": "Completed",
        "ProcessingStartTime": aws.now,
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingResources": {"ClusterConfig": CLUSTER},
        **members,
    }
    answer = {name: value for name, value in answer.items() if value is not None}
    listed = {"ProcessingJobSummaries": [{**summary, "ProcessingJobStatus": answer["ProcessingJobStatus"]}]}
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response("list_processing_jobs", listed)
        sagemaker_says.add_response("describe_processing_job", answer)
        sagemaker_says.add_response("list_tags", {"Tags": []})
        return data_jobs(aws, ("processing",), 30)


def test_reads_a_processing_job_with_its_network_and_keys(laboratory: Laboratory, aws: Aws) -> None:
    arn = laboratory.process(
        "clean-1",
        ProcessingResources={"ClusterConfig": {**CLUSTER, "InstanceCount": 2, "VolumeKmsKeyId": laboratory.key}},
        ProcessingOutputConfig={"Outputs": [RESULTS], "KmsKeyId": laboratory.key},
        NetworkConfig={
            "EnableNetworkIsolation": True,
            "EnableInterContainerTrafficEncryption": True,
            "VpcConfig": NETWORK,
        },
        Tags=[{"Key": "stage", "Value": "prod"}],
    )

    network = Network(JOB, isolated=True, in_vpc=True, traffic_encrypted=True, instance_count=2)
    key = named(laboratory.key)
    part = Part(JOB, network, Volumes(("ml.m5.large",), key), (Output("output", key),))
    assert only(aws, "processing") == Job(resource(PROCESSING, arn), (part,), {"stage": "prod"})


def test_reads_what_a_processing_job_does_by_default(laboratory: Laboratory, aws: Aws) -> None:
    arn = laboratory.process("clean-1", ProcessingOutputConfig={"Outputs": [RESULTS]})

    network = Network(JOB, isolated=False, in_vpc=False, traffic_encrypted=False, instance_count=1)
    part = Part(JOB, network, Volumes(("ml.m5.large",), None), (Output("output", None),))
    assert only(aws, "processing") == Job(resource(PROCESSING, arn), (part,), {})


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(None, id="nothing"),
        pytest.param(
            {"Outputs": [{"OutputName": "store", "FeatureStoreOutput": {"FeatureGroupName": "claims"}}]},
            id="features only",
        ),
    ],
)
def test_a_processing_job_that_writes_no_object_has_no_output(aws: Aws, written: dict[str, Any] | None) -> None:
    (job,) = described(aws, ProcessingOutputConfig=written)

    assert isinstance(job, Job)
    assert job.parts[0].outputs == ()


@pytest.mark.parametrize(
    ("image", "isolated"),
    [
        pytest.param(CLARIFY, None, id="Clarify calls a model"),
        pytest.param(CLARIFY.replace(":1.0", f"@sha256:{'a' * 64}"), None, id="Clarify by its digest"),
        pytest.param(
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0", False, id="own namesake"
        ),
        pytest.param(CLARIFY.replace(":1.0", "-2:1.0"), False, id="longer name"),
        pytest.param("246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-scikit-learn:1.2", False, id="other"),
    ],
)
def test_only_clarify_cannot_be_isolated(aws: Aws, image: str, *, isolated: bool | None) -> None:
    (job,) = described(aws, AppSpecification={"ImageUri": image})

    assert isinstance(job, Job)
    assert job.parts[0].network == Network(
        JOB, isolated=isolated, in_vpc=False, traffic_encrypted=False, instance_count=1
    )


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"AutoMLJobArn": "arn:aws:sagemaker:us-east-1:123456789012:automl-job/auto"}, id="of AutoML"),
        pytest.param({"TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/t"}, id="debugger"),
        pytest.param({"ProcessingJobStatus": "Failed", "ProcessingStartTime": None}, id="failed before it began"),
        pytest.param({"ProcessingJobStatus": "Stopped", "ProcessingStartTime": None}, id="stopped before it began"),
    ],
)
def test_leaves_out_processing_jobs_that_are_not_the_account_s_own(aws: Aws, members: dict[str, Any]) -> None:
    assert described(aws, **members) == ()


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"ProcessingJobStatus": "InProgress", "ProcessingStartTime": None}, id="about to begin"),
        pytest.param({"ProcessingJobStatus": "Failed"}, id="failed later"),
    ],
)
def test_reads_processing_jobs_that_began_or_will(aws: Aws, members: dict[str, Any]) -> None:
    assert len(described(aws, **members)) == 1


def test_of_a_monitoring_schedule_the_newest_job_stands_for_all(laboratory: Laboratory, aws: Aws) -> None:
    ages = {"bias-1": 2, "bias-2": 1, "bias-3": 3, "drift-1": 9}
    for name in (*ages, "clean-1"):
        laboratory.process(name)

    def by_a_schedule(parsed: dict[str, Any], **_: object) -> None:
        name = parsed["ProcessingJobName"]
        if name in ages:
            schedule = name.partition("-")[0]
            parsed["MonitoringScheduleArn"] = f"arn:aws:sagemaker:us-east-1:123456789012:monitoring-schedule/{schedule}"
            parsed["CreationTime"] = aws.now - timedelta(hours=ages[name])

    aws.client("sagemaker").meta.events.register("after-call.sagemaker.DescribeProcessingJob", by_a_schedule)

    found = {job.resource.name for job in data_jobs(aws, ("processing",), 30)}

    assert found == {"bias-2", "drift-1", "clean-1"}


def test_reads_a_transform_job_with_the_network_of_its_model(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.model("fraud", VpcConfig=NETWORK, EnableNetworkIsolation=True)
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeKmsKeyId": laboratory.key}
    arn = laboratory.transform(
        "score-1",
        TransformOutput={"S3OutputPath": "s3://results", "KmsKeyId": laboratory.key},
        TransformResources=resources,
        DataCaptureConfig={"DestinationS3Uri": "s3://captured"},
        Tags=[{"Key": "stage", "Value": "prod"}],
    )

    network = Network("Model fraud", isolated=True, in_vpc=True)
    outputs = (Output("output", named(laboratory.key)), Output("captured data", None))
    part = Part(JOB, network, Volumes(("ml.m5.large",), named(laboratory.key)), outputs)
    assert only(aws, "transform") == Job(resource(TRANSFORM, arn), (part,), {"stage": "prod"})


def test_reads_what_a_transform_job_and_its_model_do_by_default(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.model("fraud")
    arn = laboratory.transform("score-1")

    network = Network("Model fraud", isolated=False, in_vpc=False)
    part = Part(JOB, network, Volumes(("ml.m5.large",), None), (Output("output", None),))
    assert only(aws, "transform") == Job(resource(TRANSFORM, arn), (part,), {})


def test_says_that_the_model_of_a_transform_job_is_gone(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.model("fraud")
    laboratory.transform("score-1")
    laboratory.sagemaker.delete_model(ModelName="fraud")

    job = only(aws, "transform")

    assert job.gone_model == "fraud"
    assert job.parts[0].network is None


def test_reads_a_tuning_job_with_every_definition(laboratory: Laboratory, aws: Aws) -> None:
    arn = laboratory.tune(
        "search",
        {
            "DefinitionName": "trees",
            "ResourceConfig": {**CLUSTER, "VolumeKmsKeyId": laboratory.key},
            "OutputDataConfig": {"S3OutputPath": "s3://models", "KmsKeyId": laboratory.key},
            "VpcConfig": NETWORK,
            "EnableNetworkIsolation": True,
            "EnableInterContainerTrafficEncryption": True,
        },
        {
            "DefinitionName": "nets",
            "HyperParameterTuningResourceConfig": {
                "InstanceConfigs": [{"InstanceType": "ml.p3.2xlarge", "InstanceCount": 2, "VolumeSizeInGB": 10}],
                "AllocationStrategy": "Prioritized",
            },
        },
        Tags=[{"Key": "stage", "Value": "prod"}],
    )

    trees, nets, key = "Definition trees", "Definition nets", named(laboratory.key)
    assert only(aws, "tuning") == Job(
        resource(TUNING, arn),
        (
            Part(
                nets,
                Network(nets, isolated=False, in_vpc=False, traffic_encrypted=False, instance_count=2),
                Volumes(("ml.p3.2xlarge",), None),
                (Output("output", None),),
            ),
            Part(
                trees,
                Network(trees, isolated=True, in_vpc=True, traffic_encrypted=True, instance_count=1),
                Volumes(("ml.m5.large",), key),
                (Output("output", key),),
            ),
        ),
        {"stage": "prod"},
    )


def test_the_only_definition_of_a_tuning_job_is_the_job(laboratory: Laboratory, aws: Aws) -> None:
    laboratory.tune("search")

    (part,) = only(aws, "tuning").parts

    assert part.name == JOB
    assert part.network == Network(JOB, isolated=False, in_vpc=False, traffic_encrypted=False, instance_count=1)


def test_reads_an_automl_job(laboratory: Laboratory, aws: Aws) -> None:
    arn = laboratory.automate(
        "auto",
        OutputDataConfig={"S3OutputPath": "s3://models", "KmsKeyId": laboratory.key},
        SecurityConfig={
            "VolumeKmsKeyId": laboratory.key,
            "EnableInterContainerTrafficEncryption": True,
            "VpcConfig": NETWORK,
        },
        Tags=[{"Key": "stage", "Value": "prod"}],
    )

    key = named(laboratory.key)
    part = Part(JOB, Network(JOB, in_vpc=True, traffic_encrypted=True), Volumes((), key), (Output("output", key),))
    assert only(aws, "automl") == Job(resource(AUTOML, arn), (part,), {"stage": "prod"})


def test_reads_what_an_automl_job_does_by_default(laboratory: Laboratory, aws: Aws) -> None:
    arn = laboratory.automate("auto")

    part = Part(JOB, Network(JOB, in_vpc=False, traffic_encrypted=False), Volumes((), None), (Output("output", None),))
    assert only(aws, "automl") == Job(resource(AUTOML, arn), (part,), {})


def test_jobs_are_read_once_and_only_those_of_the_wanted_kinds(laboratory: Laboratory, aws: Aws) -> None:
    fill(laboratory)

    assert [job.resource.type for job in data_jobs(aws, KINDS, 30)] == [PROCESSING, TRANSFORM, TUNING, AUTOML]
    assert [job.resource.type for job in data_jobs(aws, ("tuning", "tuning"), 30)] == [TUNING]


def test_jobs_from_before_the_look_back_are_left_out(laboratory: Laboratory, account: Account) -> None:
    fill(laboratory)
    later = datetime.now(UTC) + timedelta(days=8)
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=later)

    assert data_jobs(aws, KINDS, 7) == ()
    assert len(data_jobs(aws, KINDS, 9)) == 4


@pytest.mark.parametrize("operation", [*DESCRIPTIONS, "DescribeModel"])
def test_one_job_that_cannot_be_read_leaves_the_others(
    laboratory: Laboratory, account: Account, aws: Aws, operation: str
) -> None:
    fill(laboratory)
    account.faults.deny(f"sagemaker:{operation}")

    found = data_jobs(aws, KINDS, 30)

    unreadable = [job for job in found if isinstance(job, Unreadable)]
    assert {job.code for job in unreadable} == {"AccessDeniedException"}
    assert len(found) - len(unreadable) == 3


def test_jobs_without_readable_tags_or_keys_are_unreadable(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    fill(laboratory)
    account.faults.deny("sagemaker:ListTags", resource=PROCESSING_ARN)
    account.faults.deny("kms:DescribeKey")

    found = [job.resource.name for job in data_jobs(aws, KINDS, 30) if isinstance(job, Unreadable)]

    assert found == ["clean-1"]


@pytest.mark.parametrize("operation", [*DESCRIPTIONS, "ListTags"])
def test_a_job_that_was_deleted_since_it_was_listed_is_left_out(
    laboratory: Laboratory, account: Account, aws: Aws, operation: str
) -> None:
    fill(laboratory)
    account.faults.add(Fault("gone", f"sagemaker:{operation}"))

    found = data_jobs(aws, KINDS, 30)

    assert len(found) == (0 if operation == "ListTags" else 3)
    assert not any(isinstance(job, Unreadable) for job in found)


def test_reads_every_page(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    laboratory.model("fraud")
    for number in range(3):
        laboratory.process(f"clean-{number}")
        laboratory.transform(f"score-{number}")
        laboratory.tune(f"search-{number}")
        laboratory.automate(f"auto-{number}")
    account.faults.page_size(1)

    assert len(data_jobs(aws, KINDS, 30)) == 12


def test_an_empty_account_and_a_region_without_sagemaker_have_none(account: Account, aws: Aws) -> None:
    assert data_jobs(aws, KINDS, 30) == ()

    account.faults.add(Fault("unknown-operation", "sagemaker:*"))
    assert data_jobs(aws, KINDS, 7) == ()


@pytest.mark.parametrize(
    "operation", ["ListProcessingJobs", "ListTransformJobs", "ListHyperParameterTuningJobs", "ListAutoMLJobs"]
)
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, operation: str) -> None:
    account.faults.deny(f"sagemaker:{operation}")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        data_jobs(aws, KINDS, 30)


def test_declares_the_actions_that_it_uses(laboratory: Laboratory, account: Account, aws: Aws) -> None:
    fill(laboratory)
    account.calls.clear()

    data_jobs(aws, KINDS, 30)

    assert account.calls.actions() == {action.name for action in sagemaker_data_jobs.data_jobs.actions}
