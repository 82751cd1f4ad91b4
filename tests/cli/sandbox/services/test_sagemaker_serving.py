from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

ROLE = "arn:aws:iam::123456789012:role/serving"
SPECIFICATION = {"ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}}
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 50,
    "DestinationS3Uri": "s3://captured/",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}


@pytest.fixture
def sagemaker(account: Account) -> Any:
    client = account.session().client("sagemaker")
    client.create_model(ModelName="fraud", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "image"})
    return client


def variant(name: str, **settings: Any) -> dict[str, Any]:
    return {"VariantName": name, "InstanceType": "ml.g6e.xlarge", "InitialInstanceCount": 1, **settings}


def endpoint(sagemaker: Any, name: str = "fraud", **settings: Any) -> None:
    shared = variant("pool", ManagedInstanceScaling={"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 2})
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[shared], **settings)
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


def test_a_configuration_keeps_all_of_its_settings(sagemaker: Any) -> None:
    settings: dict[str, Any] = {
        "ShadowProductionVariants": [variant("shadow", ModelName="fraud")],
        "ExecutionRoleArn": ROLE,
        "EnableNetworkIsolation": True,
        "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    }
    endpoint(sagemaker, **settings)

    described = sagemaker.describe_endpoint_config(EndpointConfigName="fraud")

    assert {name: described[name] for name in settings} == settings
    assert "DataCaptureConfig" not in described


def test_a_configuration_of_an_unknown_model_or_instance_type_is_refused(sagemaker: Any) -> None:
    for settings, message in (
        ({"ModelName": "nothing"}, "Could not find model"),
        ({"InstanceType": "ml.nothing.large"}, "Member must satisfy enum value set"),
    ):
        with pytest.raises(ClientError, match=message):
            sagemaker.create_endpoint_config(EndpointConfigName="bad", ProductionVariants=[variant("a", **settings)])


def test_an_endpoint_says_what_it_was_configured_with(sagemaker: Any) -> None:
    answers = {"OutputConfig": {"S3OutputPath": "s3://answers/"}}
    endpoint(sagemaker, DataCaptureConfig=CAPTURE, AsyncInferenceConfig=answers)

    described = sagemaker.describe_endpoint(EndpointName="fraud")

    assert described["AsyncInferenceConfig"] == answers
    assert described["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 50,
        "DestinationS3Uri": "s3://captured/",
        "KmsKeyId": "",
    }
    (pool,) = described["ProductionVariants"]
    assert pool["ManagedInstanceScaling"]["MaxInstanceCount"] == 2


def test_an_inference_component_comes_and_goes(sagemaker: Any) -> None:
    endpoint(sagemaker)
    sagemaker.create_inference_component(
        InferenceComponentName="llm",
        EndpointName="fraud",
        VariantName="pool",
        Specification={**SPECIFICATION, "Container": {"Image": "image", "ArtifactUrl": "s3://models/llm"}},
        RuntimeConfig={"CopyCount": 3},
    )

    described = sagemaker.describe_inference_component(InferenceComponentName="llm")
    sagemaker.delete_inference_component(InferenceComponentName="llm")

    assert described["InferenceComponentStatus"] == "InService"
    assert described["RuntimeConfig"] == {"DesiredCopyCount": 3, "CurrentCopyCount": 3}
    assert described["Specification"]["Container"]["DeployedImage"]["SpecifiedImage"] == "image"
    assert "Image" not in described["Specification"]["Container"]
    with pytest.raises(ClientError, match="Could not find inference component"):
        sagemaker.describe_inference_component(InferenceComponentName="llm")


def test_inference_components_are_listed_by_endpoint_and_variant(sagemaker: Any) -> None:
    for name in ("first", "second"):
        endpoint(sagemaker, name)
        for number in range(6):
            sagemaker.create_inference_component(
                InferenceComponentName=f"{name}-{number}", EndpointName=name, Specification=SPECIFICATION
            )

    def listed(**asked: str) -> list[str]:
        pages = sagemaker.get_paginator("list_inference_components").paginate(**asked)
        return [each["InferenceComponentName"] for page in pages for each in page["InferenceComponents"]]

    assert len(sagemaker.list_inference_components()["InferenceComponents"]) == 10
    assert len(listed()) == 12
    assert listed(EndpointNameEquals="second") == [f"second-{number}" for number in range(6)]
    assert listed(VariantNameEquals="other") == []


def test_a_component_needs_an_endpoint_and_a_name_of_its_own(sagemaker: Any) -> None:
    endpoint(sagemaker)
    named = {"InferenceComponentName": "llm", "Specification": SPECIFICATION}
    sagemaker.create_inference_component(EndpointName="fraud", **named)

    for name, message in (("fraud", "already existing"), ("nothing", "Could not find endpoint")):
        with pytest.raises(ClientError, match=message):
            sagemaker.create_inference_component(EndpointName=name, **named)


def test_an_endpoint_policy_comes_and_goes(sagemaker: Any) -> None:
    endpoint(sagemaker)
    sagemaker.put_endpoint_policy(EndpointName="fraud", ResourcePolicy="{}")

    assert sagemaker.get_endpoint_policy(EndpointName="fraud")["ResourcePolicy"] == "{}"
    for _ in range(2):
        sagemaker.delete_endpoint_policy(EndpointName="fraud")
    with pytest.raises(ClientError, match="ValidationException") as refused:
        sagemaker.get_endpoint_policy(EndpointName="fraud")
    assert "Cannot find resource policy" in str(refused.value)
