"""What else the data scientists serve: a pool that models share, monitors for bias, and a pilot without care."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.sandbox.company import data_science, endpoints
from cli.sandbox.company.data_science import HOME
from cli.sandbox.company.endpoints import APPROVED, REGISTERED, SCALED
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad
from cli.sandbox.company.networks import RESEARCH
from cli.sandbox.company.site import document

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

HARDENED = "sagemaker-endpoint-config-hardened"
MONITORED = "sagemaker-endpoint-bias-monitored"
RESTRICTED = "ai-resource-policy-restricted"
SCANNED = "sagemaker-container-scanned"

RISK = "readmission-risk"
POOL = "care-pool"
PILOT = "discharge-pilot"
HURRIED = "length-of-stay"
DRAFTS = "shared-drafts"
LAB = "discharge-lab"
"""A model that runs whatever was pushed last."""

LABELS = (
    Label(HARDENED, HOME, f"{RISK}-1", GOOD),
    Label(HARDENED, HOME, f"{HURRIED}-1", GOOD),
    Label(MONITORED, HOME, RISK, GOOD),
    Label(MONITORED, HOME, HURRIED, BAD),
    *(Label(rule, HOME, POOL, GOOD) for rule in (APPROVED, SCALED, MONITORED)),
    Label(HARDENED, HOME, f"{POOL}-1", GOOD),
    # Its monitor was stopped, its data is captured without a key, and its target has no policy.
    *(Label(rule, HOME, PILOT, BAD) for rule in (APPROVED, SCALED, MONITORED)),
    Label(HARDENED, HOME, f"{PILOT}-1", BAD),
    # The registry is open to the account's own pipelines, the pool to its applications; drafts are open to anybody.
    Label(RESTRICTED, HOME, RISK, GOOD),
    Label(RESTRICTED, HOME, POOL, GOOD),
    Label(RESTRICTED, HOME, DRAFTS, BAD),
    *(Label(SCANNED, HOME, name, GOOD) for name in (REGISTERED, *(model.name for model in data_science.MODELS))),
    Label(SCANNED, HOME, LAB, BAD),
)
CLARIFY = f"205585389593.dkr.ecr.{HOME}.amazonaws.com/sagemaker-clarify-processing:1.0"
"""The container of SageMaker Clarify, which AWS publishes."""

LEFT_OUT = {f"{HURRIED}-1", *(model.name for model in data_science.MODELS if model.wanted is BAD)}
"""What the clean company lacks, though some rules would pass it."""
CLEAN_LABELS = tuple(label for label in without_bad(LABELS) if label.resource not in LEFT_OUT)

CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
}


def build(site: Site) -> None:
    """Make the pool, the monitors and the pilot, beside the endpoints that are there."""
    if site.region != HOME:
        return
    _pool(site)
    for name in (RISK, POOL):
        _monitor(site, name)
    _image(site, "inference", "v1", {}, imageTagMutability="IMMUTABLE")
    sagemaker = site.client("sagemaker")
    sagemaker.put_model_package_group_policy(
        ModelPackageGroupName=RISK, ResourcePolicy=_policy("sagemaker:DescribeModelPackage", {"AWS": site.account_id})
    )
    sagemaker.put_endpoint_policy(
        EndpointName=POOL, ResourcePolicy=_policy("sagemaker:InvokeEndpoint", {"AWS": site.account_id})
    )
    if site.mixed:
        _pilot(site)
        _image(site, "inference-lab", "latest", {"CRITICAL": 1, "HIGH": 4})
        sagemaker.create_model(
            ModelName=LAB,
            ExecutionRoleArn=site.role(data_science.ROLE),
            PrimaryContainer={"Image": f"{endpoints.IMAGE.partition('/')[0]}/inference-lab:latest"},
        )
        sagemaker.create_model_package_group(ModelPackageGroupName=DRAFTS)
        sagemaker.put_model_package_group_policy(
            ModelPackageGroupName=DRAFTS, ResourcePolicy=_policy("sagemaker:*", "*")
        )


def _pool(site: Site) -> None:
    scaling = {"Status": "ENABLED", "MinInstanceCount": 2, "MaxInstanceCount": 6}
    _endpoint(
        site,
        POOL,
        {"VariantName": "pool", "InstanceType": "ml.g5.2xlarge", "InitialInstanceCount": 2}
        | {"ManagedInstanceScaling": scaling},
        DataCaptureConfig=CAPTURE
        | {"DestinationS3Uri": f"s3://{data_science.ARTIFACTS}/captured", "KmsKeyId": site.keys["models"]},
    )
    site.client("sagemaker").create_inference_component(
        InferenceComponentName="readmission",
        EndpointName=POOL,
        VariantName="pool",
        Specification={
            "ModelName": REGISTERED,
            "ComputeResourceRequirements": {"NumberOfCpuCoresRequired": 1.0, "MinMemoryRequiredInMb": 2048},
        },
        RuntimeConfig={"CopyCount": 2},
    )
    autoscaling = site.client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "inference-component/readmission",
        "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
    }
    autoscaling.register_scalable_target(**target, MinCapacity=2, MaxCapacity=8)
    metric = {"PredefinedMetricType": "SageMakerInferenceComponentInvocationsPerCopy"}
    autoscaling.put_scaling_policy(
        **target,
        PolicyName="follow-the-load",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 50.0, "PredefinedMetricSpecification": metric},
    )


def _pilot(site: Site) -> None:
    variant = {
        "VariantName": "live",
        "ModelName": HURRIED,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
        "EnableSSMAccess": True,
    }
    _endpoint(
        site, PILOT, variant, DataCaptureConfig=CAPTURE | {"DestinationS3Uri": f"s3://{data_science.DROPBOX}/pilot"}
    )
    site.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId=f"endpoint/{PILOT}/variant/live",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=2,
        MaxCapacity=4,
    )
    _monitor(site, PILOT, careful=False)
    site.client("sagemaker").stop_monitoring_schedule(MonitoringScheduleName=f"{PILOT}-bias")


def _image(site: Site, repository: str, tag: str, findings: dict[str, int], **settings: str) -> None:
    """Push an image that a scan finds something in, under the digest that the company's models name."""
    ecr = site.client("ecr")
    ecr.create_repository(repositoryName=repository, **settings)
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "annotations": {"example.findings": json.dumps(findings)},
    }
    digest = endpoints.IMAGE.partition("@")[2]
    ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=json.dumps(manifest), imageDigest=digest)
    ecr.start_image_scan(repositoryName=repository, imageId={"imageDigest": digest})


def _policy(action: str, principal: object) -> str:
    return document({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"})


def _endpoint(site: Site, name: str, variant: dict[str, Any], **settings: Any) -> None:
    sagemaker = site.client("sagemaker")
    sagemaker.create_endpoint_config(EndpointConfigName=f"{name}-1", ProductionVariants=[variant], **settings)
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-1")


def _monitor(site: Site, endpoint: str, *, careful: bool = True) -> None:
    sagemaker = site.client("sagemaker")
    name = f"{endpoint}-bias"
    vpc = {"Subnets": [site.subnets[RESEARCH]], "SecurityGroupIds": [site.security_groups[RESEARCH]]}
    network = {"EnableInterContainerTrafficEncryption": True, "EnableNetworkIsolation": False, "VpcConfig": vpc}
    volume, output = (
        ({"VolumeKmsKeyId": site.keys["models"]}, {"KmsKeyId": site.keys["models"]}) if careful else ({}, {})
    )
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20, **volume}
    report = {"S3Uri": f"s3://{data_science.ARTIFACTS}/reports", "LocalPath": "/opt/ml/processing/output"}
    sagemaker.create_model_bias_job_definition(
        JobDefinitionName=name,
        ModelBiasAppSpecification={
            "ImageUri": CLARIFY,
            "ConfigUri": f"s3://{data_science.ARTIFACTS}/bias.json",
        },
        ModelBiasJobInput={
            "EndpointInput": {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input"},
            "GroundTruthS3Input": {"S3Uri": f"s3://{data_science.ARTIFACTS}/truth"},
        },
        ModelBiasJobOutputConfig={"MonitoringOutputs": [{"S3Output": report}], **output},
        JobResources={"ClusterConfig": cluster},
        **({"NetworkConfig": network} if careful else {}),
        RoleArn=site.role(data_science.ROLE),
    )
    sagemaker.create_monitoring_schedule(
        MonitoringScheduleName=name,
        MonitoringScheduleConfig={
            "ScheduleConfig": {"ScheduleExpression": "cron(0 6 ? * * *)"},
            "MonitoringJobDefinitionName": name,
            "MonitoringType": "ModelBias",
        },
    )
