"""Amazon SageMaker AI: models on endpoints, the jobs that make and try them, and where people work on them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.company.grounds import ARTIFACTS, DROPBOX, IMAGES, allow, document, one_in, role
from benchmarks.company.identities import name_of
from benchmarks.company.storage import OBJECT, corpus
from cli.sandbox import ACCOUNT_ID

if TYPE_CHECKING:
    from benchmarks.company.grounds import Grounds

DIGEST = f"sha256:{'a' * 64}"


def build(grounds: Grounds) -> None:
    """Make what the company has in Amazon SageMaker AI, and the images that it runs."""
    size = grounds.size
    for number in range(size.parts):
        _image(grounds, number)
        _registered(grounds, number)
        _workspace(grounds, number)
    for number in range(size.models):
        _model(grounds, number)
    for number in range(size.endpoints):
        _endpoint(grounds, number)
    for number in range(size.jobs):
        _train(grounds, number)
        _process(grounds, number)
        if one_in(number, 4):
            _transform(grounds, number)
            _tune(grounds, number)
            _automate(grounds, number)
    _domain(grounds)


def _role(grounds: Grounds) -> str:
    return role(name_of(grounds, grounds.size.roles - 1))


def _image(grounds: Grounds, number: int) -> None:
    """Push an image that a scan has found something in, or nothing."""
    name = f"inference-{number}"
    findings = {"CRITICAL": 1, "HIGH": 4} if one_in(number, 5) else {}
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "annotations": {"example.findings": json.dumps(findings)},
    }
    grounds.ask("ecr", "CreateRepository", repositoryName=name, imageTagMutability="IMMUTABLE")
    image = {"imageTag": "v1", "imageManifest": json.dumps(manifest), "imageDigest": DIGEST}
    grounds.ask("ecr", "PutImage", repositoryName=name, **image)
    grounds.ask("ecr", "StartImageScan", repositoryName=name, imageId={"imageDigest": DIGEST})


def _registered(grounds: Grounds, number: int) -> None:
    name = f"registry-{number}"
    grounds.ask("sagemaker", "CreateModelPackageGroup", ModelPackageGroupName=name)
    anybody = "*" if one_in(number, 4) else {"AWS": ACCOUNT_ID}
    policy = document(allow("sagemaker:DescribeModelPackage", Principal=anybody))
    grounds.ask("sagemaker", "PutModelPackageGroupPolicy", ModelPackageGroupName=name, ResourcePolicy=policy)


def _model(grounds: Grounds, number: int) -> None:
    bucket = DROPBOX if one_in(number, 5) else ARTIFACTS
    image = f"{IMAGES}/inference-{number % grounds.size.parts}@{DIGEST}"
    isolated = {} if one_in(number, 3) else {"VpcConfig": grounds.network(number), "EnableNetworkIsolation": True}
    grounds.ask(
        "sagemaker",
        "CreateModel",
        ModelName=f"model-{number}",
        ExecutionRoleArn=_role(grounds),
        PrimaryContainer={"Image": image, "ModelDataUrl": f"s3://{bucket}/{OBJECT}"},
        **isolated,
    )


def _endpoint(grounds: Grounds, number: int) -> None:
    name = f"endpoint-{number}"
    variant = {
        "VariantName": "live",
        "ModelName": f"model-{number % grounds.size.models}",
        "InitialInstanceCount": 1 if one_in(number, 4) else 2,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": 1.0,
    }
    key = {} if one_in(number, 5) else {"KmsKeyId": grounds.key(number)}
    grounds.ask("sagemaker", "CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[variant], **key)
    grounds.ask("sagemaker", "CreateEndpoint", EndpointName=name, EndpointConfigName=name)
    if one_in(number, 4):
        return
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/live",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    grounds.ask("application-autoscaling", "RegisterScalableTarget", **target, MinCapacity=2, MaxCapacity=8)
    metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    grounds.ask(
        "application-autoscaling",
        "PutScalingPolicy",
        **target,
        PolicyName="follow-the-load",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 700.0, "PredefinedMetricSpecification": metric},
    )
    if one_in(number, 2):
        _monitor(grounds, number)


def _monitor(grounds: Grounds, number: int) -> None:
    name = f"endpoint-{number}-bias"
    report = {"S3Uri": f"s3://{ARTIFACTS}/reports", "LocalPath": "/opt/ml/processing/output"}
    key = grounds.key(number)
    grounds.ask(
        "sagemaker",
        "CreateModelBiasJobDefinition",
        JobDefinitionName=name,
        ModelBiasAppSpecification={"ImageUri": f"{IMAGES}/clarify:1", "ConfigUri": f"s3://{ARTIFACTS}/bias.json"},
        ModelBiasJobInput={
            "EndpointInput": {"EndpointName": f"endpoint-{number}", "LocalPath": "/opt/ml/processing/input"},
            "GroundTruthS3Input": {"S3Uri": f"s3://{ARTIFACTS}/truth"},
        },
        ModelBiasJobOutputConfig={"MonitoringOutputs": [{"S3Output": report}], "KmsKeyId": key},
        JobResources={"ClusterConfig": {**_cluster(grounds, number), "InstanceCount": 1}},
        RoleArn=_role(grounds),
    )
    grounds.ask(
        "sagemaker",
        "CreateMonitoringSchedule",
        MonitoringScheduleName=name,
        MonitoringScheduleConfig={
            "ScheduleConfig": {"ScheduleExpression": "cron(0 6 ? * * *)"},
            "MonitoringJobDefinitionName": name,
            "MonitoringType": "ModelBias",
        },
    )


def _cluster(grounds: Grounds, number: int) -> dict[str, Any]:
    key = {} if one_in(number, 4) else {"VolumeKmsKeyId": grounds.key(number)}
    return {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 50, **key}


def _output(grounds: Grounds, number: int) -> dict[str, str]:
    if one_in(number, 4):
        return {"S3OutputPath": f"s3://{DROPBOX}/out"}
    return {"S3OutputPath": f"s3://{ARTIFACTS}/out", "KmsKeyId": grounds.key(number)}


def _channel(grounds: Grounds, number: int) -> dict[str, Any]:
    uri = f"s3://{corpus(number % grounds.size.buckets)}/train/"
    return {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}}


def _training(grounds: Grounds, number: int) -> dict[str, Any]:
    isolated: dict[str, Any] = {
        "VpcConfig": grounds.network(number),
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
    }
    return {
        "AlgorithmSpecification": {"TrainingImage": f"{IMAGES}/training:1", "TrainingInputMode": "File"},
        "RoleArn": _role(grounds),
        "OutputDataConfig": _output(grounds, number),
        "ResourceConfig": _cluster(grounds, number),
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **({} if one_in(number, 5) else isolated),
    }


def _train(grounds: Grounds, number: int) -> None:
    data = [{"ChannelName": "train", **_channel(grounds, number)}]
    settings = _training(grounds, number)
    grounds.ask(
        "sagemaker", "CreateTrainingJob", TrainingJobName=f"training-{number}", InputDataConfig=data, **settings
    )


def _process(grounds: Grounds, number: int) -> None:
    network = {"EnableNetworkIsolation": True, "VpcConfig": grounds.network(number)}
    grounds.ask(
        "sagemaker",
        "CreateProcessingJob",
        ProcessingJobName=f"processing-{number}",
        ProcessingResources={"ClusterConfig": {**_cluster(grounds, number), "InstanceCount": 1}},
        AppSpecification={"ImageUri": f"{IMAGES}/features:1"},
        RoleArn=_role(grounds),
        **({} if one_in(number, 3) else {"NetworkConfig": network}),
    )


def _transform(grounds: Grounds, number: int) -> None:
    grounds.ask(
        "sagemaker",
        "CreateTransformJob",
        TransformJobName=f"transform-{number}",
        ModelName=f"model-{number % grounds.size.models}",
        TransformInput=_channel(grounds, number),
        TransformOutput=_output(grounds, number + 1),
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeKmsKeyId": grounds.key(number)},
    )


def _tune(grounds: Grounds, number: int) -> None:
    grounds.ask(
        "sagemaker",
        "CreateHyperParameterTuningJob",
        HyperParameterTuningJobName=f"tuning-{number}",
        HyperParameterTuningJobConfig={
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 2},
        },
        TrainingJobDefinitions=[{"DefinitionName": "trees", **_training(grounds, number + 1)}],
    )


def _automate(grounds: Grounds, number: int) -> None:
    problem = {"ContentColumn": "note", "TargetLabelColumn": "shown", "CompletionCriteria": {"MaxCandidates": 5}}
    grounds.ask(
        "sagemaker",
        "CreateAutoMLJobV2",
        AutoMLJobName=f"automl-{number}",
        AutoMLJobInputDataConfig=[{"ChannelType": "training", **_channel(grounds, number)}],
        AutoMLProblemTypeConfig={"TextClassificationJobConfig": problem},
        OutputDataConfig=_output(grounds, number + 1),
        RoleArn=_role(grounds),
        SecurityConfig={
            "VolumeKmsKeyId": grounds.key(number),
            "EnableInterContainerTrafficEncryption": True,
            "VpcConfig": grounds.network(number),
        },
    )


def _workspace(grounds: Grounds, number: int) -> None:
    subnet, group = grounds.networks[number % len(grounds.networks)]
    grounds.ask(
        "sagemaker",
        "CreateNotebookInstance",
        NotebookInstanceName=f"notebook-{number}",
        InstanceType="ml.t3.medium",
        RoleArn=_role(grounds),
        SubnetId=subnet,
        SecurityGroupIds=[group],
        **({} if one_in(number, 3) else {"KmsKeyId": grounds.key(number), "DirectInternetAccess": "Disabled"}),
    )


def _domain(grounds: Grounds) -> None:
    subnet, _ = grounds.networks[0]
    (described,) = grounds.ask("ec2", "DescribeSubnets", SubnetIds=[subnet])["Subnets"]
    grounds.ask(
        "sagemaker",
        "CreateDomain",
        DomainName="studio",
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": _role(grounds)},
        SubnetIds=[subnet],
        VpcId=described["VpcId"],
        AppNetworkAccessType="VpcOnly",
        KmsKeyId=grounds.key(0),
        Tags=[{"Key": "team", "Value": "research"}],
    )
