"""What the data scientists serve in real time: one endpoint by the book, and one that was put up in a hurry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company import data_science
from cli.sandbox.company.data_science import ARTIFACTS, HOME
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

APPROVED = "sagemaker-model-version-approved"
SCALED = "sagemaker-endpoint-autoscaled"

REGISTERED = "readmission-risk-v3"
"""A model that comes from the registry."""

IMAGE = f"{ACCOUNT_ID}.dkr.ecr.{HOME}.amazonaws.com/inference@sha256:{'a' * 64}"

LABELS = (
    Label(data_science.RULE, HOME, REGISTERED, GOOD),
    Label(APPROVED, HOME, "readmission-risk", GOOD),
    Label(SCALED, HOME, "readmission-risk", GOOD),
    # A model that never saw the registry, on one instance.
    Label(APPROVED, HOME, "length-of-stay", BAD),
    Label(SCALED, HOME, "length-of-stay", BAD),
)
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make the model from the registry, and the endpoints."""
    if site.region != HOME:
        return
    sagemaker = site.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="readmission-risk")
    package = sagemaker.create_model_package(
        ModelPackageGroupName="readmission-risk",
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{ARTIFACTS}/readmission-risk/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    sagemaker.create_model(
        ModelName=REGISTERED,
        ExecutionRoleArn=site.role(data_science.ROLE),
        PrimaryContainer={"ModelPackageName": package["ModelPackageArn"]},
    )
    _serve(site, "readmission-risk", REGISTERED, instances=2)
    _scale(site, "readmission-risk")
    if site.mixed:
        _serve(site, "length-of-stay", "length-of-stay", instances=1)


def _serve(site: Site, name: str, model: str, *, instances: int) -> None:
    sagemaker = site.client("sagemaker")
    variant = {
        "VariantName": "live",
        "ModelName": model,
        "InitialInstanceCount": instances,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": 1.0,
    }
    sagemaker.create_endpoint_config(
        EndpointConfigName=f"{name}-1", ProductionVariants=[variant], KmsKeyId=site.keys["models"]
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-1")


def _scale(site: Site, name: str) -> None:
    scaling = site.client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/live",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=2, MaxCapacity=8)
    scaling.put_scaling_policy(
        **target,
        PolicyName="follow-the-load",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 700.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance",
            },
        },
    )
