from typing import Any

import pytest

from cli.sandbox import Account

ROLE = "arn:aws:iam::123456789012:role/science"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NETWORK = {"SecurityGroupIds": ["sg-0a"], "Subnets": ["subnet-0a"]}
CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 10, "VolumeKmsKeyId": KEY}
DEFINITION = {
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "RoleArn": ROLE,
    "OutputDataConfig": {"S3OutputPath": "s3://models/tuned"},
    "ResourceConfig": {**CLUSTER},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "VpcConfig": NETWORK,
    "EnableNetworkIsolation": True,
}
TUNING = {"Strategy": "Bayesian", "ResourceLimits": {"MaxParallelTrainingJobs": 1}}


@pytest.fixture
def sagemaker(account: Account) -> Any:
    return account.session().client("sagemaker")


def train(sagemaker: Any, name: str, **settings: Any) -> dict[str, Any]:
    wanted = {
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://models"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **settings,
    }
    sagemaker.create_training_job(TrainingJobName=name, **wanted)
    answer: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
    return answer


def process(sagemaker: Any, name: str, **settings: Any) -> dict[str, Any]:
    sagemaker.create_processing_job(
        ProcessingJobName=name,
        ProcessingResources={"ClusterConfig": CLUSTER},
        AppSpecification={"ImageUri": "image"},
        RoleArn=ROLE,
        **settings,
    )
    answer: dict[str, Any] = sagemaker.describe_processing_job(ProcessingJobName=name)
    return answer


def test_a_training_job_keeps_its_settings(sagemaker: Any) -> None:
    settings = {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "ResourceConfig": CLUSTER,
        "RemoteDebugConfig": {"EnableRemoteDebug": True},
        "Environment": {"STAGE": "prod"},
    }
    answer = train(sagemaker, "fraud-1", **settings)

    assert {name: answer[name] for name in ("ResourceConfig", "RemoteDebugConfig", "Environment")} == {
        name: settings[name] for name in ("ResourceConfig", "RemoteDebugConfig", "Environment")
    }
    assert answer["OutputDataConfig"] == {"KmsKeyId": "", "S3OutputPath": "s3://models"}
    assert "ServerlessJobConfig" not in answer


def test_a_serverless_job_has_neither_an_algorithm_nor_instances(sagemaker: Any) -> None:
    serverless = {"BaseModelArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/h/Model/m", "JobType": "FineTuning"}
    answer = train(sagemaker, "tuned-1", ServerlessJobConfig=serverless)

    assert answer["ServerlessJobConfig"] == serverless
    assert not {"AlgorithmSpecification", "ResourceConfig"} & answer.keys()


def test_a_processing_job_keeps_its_settings(sagemaker: Any) -> None:
    answer = process(sagemaker, "clean-1", Environment={"STAGE": "prod"}, NetworkConfig={"VpcConfig": NETWORK})

    assert answer["ProcessingResources"] == {"ClusterConfig": CLUSTER}
    assert answer["Environment"] == {"STAGE": "prod"}
    assert answer["NetworkConfig"] == {"VpcConfig": NETWORK}
    assert answer["ProcessingStartTime"] <= answer["ProcessingEndTime"]


@pytest.mark.parametrize("isolated", [True, False])
def test_a_model_keeps_its_network(sagemaker: Any, *, isolated: bool) -> None:
    sagemaker.create_model(
        ModelName="fraud",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": "image"},
        VpcConfig=NETWORK,
        **({"EnableNetworkIsolation": True} if isolated else {}),
    )

    described = sagemaker.describe_model(ModelName="fraud")

    assert described["VpcConfig"] == NETWORK
    assert described["EnableNetworkIsolation"] == isolated


def test_a_transform_job_without_tags_and_key_says_so(sagemaker: Any) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://corpus/in"}}
    arn = sagemaker.create_transform_job(
        TransformJobName="score-1",
        ModelName="fraud",
        TransformInput={"DataSource": source},
        TransformOutput={"S3OutputPath": "s3://results"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )["TransformJobArn"]

    described = sagemaker.describe_transform_job(TransformJobName="score-1")

    assert described["TransformOutput"] == {"KmsKeyId": "", "S3OutputPath": "s3://results"}
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_a_tuning_job_trains_once_per_definition(sagemaker: Any) -> None:
    arn = sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="search",
        HyperParameterTuningJobConfig=TUNING,
        TrainingJobDefinitions=[{**DEFINITION, "DefinitionName": name} for name in ("trees", "nets")],
    )["HyperParameterTuningJobArn"]

    names = [each["TrainingJobName"] for each in sagemaker.list_training_jobs()["TrainingJobSummaries"]]
    jobs = [sagemaker.describe_training_job(TrainingJobName=name) for name in names]

    assert [job["TuningJobArn"] for job in jobs] == [arn, arn]
    assert [job["EnableNetworkIsolation"] for job in jobs] == [True, True]
    assert all(name.startswith("search-001-") for name in names)
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_an_automl_job_processes_and_trains(sagemaker: Any) -> None:
    arn = sagemaker.create_auto_ml_job_v2(
        AutoMLJobName="auto",
        AutoMLJobInputDataConfig=[
            {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://corpus/auto"}}}
        ],
        OutputDataConfig={"S3OutputPath": "s3://models/auto", "KmsKeyId": KEY},
        AutoMLProblemTypeConfig={
            "TextClassificationJobConfig": {
                "ContentColumn": "a",
                "TargetLabelColumn": "b",
                "CompletionCriteria": {"MaxCandidates": 1},
            }
        },
        RoleArn=ROLE,
        SecurityConfig={"VpcConfig": NETWORK},
    )["AutoMLJobArn"]

    ((training,), (processing,)) = (
        sagemaker.list_training_jobs()["TrainingJobSummaries"],
        sagemaker.list_processing_jobs()["ProcessingJobSummaries"],
    )
    trained = sagemaker.describe_training_job(TrainingJobName=training["TrainingJobName"])
    processed = sagemaker.describe_processing_job(ProcessingJobName=processing["ProcessingJobName"])

    assert trained["AutoMLJobArn"] == processed["AutoMLJobArn"] == arn
    assert trained["VpcConfig"] == processed["NetworkConfig"]["VpcConfig"] == NETWORK


def test_jobs_are_listed_page_by_page(account: Account, sagemaker: Any) -> None:
    for number in range(12):
        process(sagemaker, f"clean-{number}")

    def listed() -> list[str]:
        pages = sagemaker.get_paginator("list_processing_jobs").paginate(NameContains="clean-1")
        return [each["ProcessingJobName"] for page in pages for each in page["ProcessingJobSummaries"]]

    assert len(sagemaker.list_processing_jobs()["ProcessingJobSummaries"]) == 10
    assert listed() == ["clean-1", "clean-10", "clean-11"]
    account.faults.page_size(1)
    assert listed() == ["clean-1", "clean-10", "clean-11"]
