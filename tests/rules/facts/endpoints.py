"""Endpoints of Amazon SageMaker AI in the embedded account, with models behind them."""

from typing import Any

from cli.sandbox import Account
from rules.engine.resource import Resource

ROLE = "arn:aws:iam::123456789012:role/serving"
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312"
REGISTRY_IMAGE = {"Image": IMAGE, "ModelDataUrl": "s3://models/model.tar.gz"}


def sagemaker(account: Account) -> Any:
    return account.session().client("sagemaker")


def endpoint_resource(name: str) -> Resource:
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}"
    return Resource("AWS::SageMaker::Endpoint", arn, name, arn)


def version(account: Account, group: str, status: str = "Approved") -> str:
    """Register one more version of a group and return its ARN."""
    client = sagemaker(account)
    groups = client.list_model_package_groups()["ModelPackageGroupSummaryList"]
    if group not in [each["ModelPackageGroupName"] for each in groups]:
        client.create_model_package_group(ModelPackageGroupName=group)
    arn: str = client.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus=status,
        InferenceSpecification={
            "Containers": [REGISTRY_IMAGE],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    return arn


def model(account: Account, name: str, *packages: str | None) -> None:
    """Make a model with a container per package; None is a container that names an image instead."""
    containers = [{"ModelPackageName": package} if package else {"Image": IMAGE} for package in packages or (None,)]
    sagemaker(account).create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        **({"PrimaryContainer": containers[0]} if len(containers) == 1 else {"Containers": containers}),
    )


def variant(name: str = "main", model_name: str | None = "fraud", **settings: Any) -> dict[str, Any]:
    served = {"ModelName": model_name} if model_name else {}
    sized = {} if "ServerlessConfig" in settings else {"InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
    return {"VariantName": name, **served, **sized, **settings}


def endpoint(
    account: Account,
    name: str,
    *variants: dict[str, Any],
    tags: tuple[tuple[str, str], ...] = (),
    config: str | None = None,
    **settings: Any,
) -> Resource:
    """Make an endpoint in service, with a configuration of its own."""
    client = sagemaker(account)
    config = config or f"{name}-config"
    chosen = list(variants) or [variant()]
    client.create_endpoint_config(EndpointConfigName=config, ProductionVariants=chosen, **settings)
    client.create_endpoint(
        EndpointName=name, EndpointConfigName=config, Tags=[{"Key": key, "Value": value} for key, value in tags]
    )
    return endpoint_resource(name)


def component(account: Account, name: str, endpoint_name: str, **specification: Any) -> None:
    sagemaker(account).create_inference_component(
        InferenceComponentName=name,
        EndpointName=endpoint_name,
        Specification={"ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}, **specification},
        RuntimeConfig={"CopyCount": 1},
    )
