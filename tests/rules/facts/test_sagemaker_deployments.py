from typing import Any

import pytest
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import sagemaker_deployments
from rules.facts.sagemaker_deployments import Container, DeployedEndpoint, Deployment, ModelPackage
from tests.rules.facts.endpoints import IMAGE, component, endpoint, model, sagemaker, variant, version

FOREIGN = "arn:aws:sagemaker:us-east-1:111122223333:model-package/fraud/7"
IMAGE_ONLY = (Container(None, None),)
PACKAGE = {
    "ModelPackageArn": FOREIGN,
    "CreationTime": "2026-10-01T00:00:00Z",
    "ModelPackageStatus": "Completed",
    "ModelPackageStatusDetails": {"ValidationStatuses": []},
}


def read(aws: Aws) -> dict[str, DeployedEndpoint | Unreadable]:
    return {each.resource.name: each for each in sagemaker_deployments.deployed_endpoints(aws)}


def deployments(aws: Aws) -> tuple[Deployment, ...]:
    (found,) = sagemaker_deployments.deployed_endpoints(aws)
    assert isinstance(found, DeployedEndpoint)
    return found.deployments


def test_reads_the_versions_behind_every_variant(account: Account, aws: Aws) -> None:
    approved, waiting = version(account, "fraud"), version(account, "fraud", "PendingManualApproval")
    model(account, "fraud", approved)
    model(account, "pipeline", waiting, None)
    resource = endpoint(
        account,
        "fraud",
        variant("blue", "fraud"),
        tags=(("stage", "prod"),),
        ShadowProductionVariants=[variant("next", "pipeline")],
    )

    assert sagemaker_deployments.deployed_endpoints(aws) == (
        DeployedEndpoint(
            resource,
            {"stage": "prod"},
            serving=True,
            deployments=(
                Deployment("variant blue", "fraud", (Container(approved, ModelPackage("fraud", 1, "Approved")),)),
                Deployment(
                    "shadow variant next",
                    "pipeline",
                    (
                        Container(waiting, ModelPackage("fraud", 2, "PendingManualApproval")),
                        Container(None, None),
                    ),
                ),
            ),
        ),
    )


def test_reads_what_inference_components_run(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    endpoint(account, "shared", variant("shared", None))
    component(account, "llm", "shared", ModelName="fraud")
    component(account, "adapter", "shared", BaseInferenceComponentName="llm", Container={"ArtifactUrl": "s3://a/b"})
    component(account, "image", "shared", Container={"Image": IMAGE, "ArtifactUrl": "s3://a/b"})

    assert deployments(aws) == (
        Deployment("inference component adapter", None, ()),
        Deployment("inference component image", None, ()),
        Deployment("inference component llm", "fraud", IMAGE_ONLY),
    )


def test_reads_a_component_with_a_specification_for_each_instance_type(account: Account, aws: Aws) -> None:
    model(account, "small")
    model(account, "large")
    endpoint(account, "shared", variant("shared", None))
    sagemaker(account).create_inference_component(
        InferenceComponentName="llm",
        EndpointName="shared",
        Specifications=[
            {"ModelName": name, "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}}
            for name in ("small", "large")
        ],
    )

    assert [each.model for each in deployments(aws)] == ["small", "large"]


def test_reads_the_models_of_instance_pools(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    model(account, "fraud-neuron")
    pools = [{"InstanceType": "ml.inf2.xlarge", "ModelNameOverride": "fraud-neuron", "Priority": 1}]
    endpoint(account, "fraud", variant("blue", "fraud", InstancePools=pools))

    assert [each.model for each in deployments(aws)] == ["fraud", "fraud-neuron"]


def test_says_what_is_gone(account: Account, aws: Aws) -> None:
    package = version(account, "fraud").replace("/1", "/9")
    model(account, "packaged", package)
    model(account, "deleted")
    endpoint(account, "packaged", variant("blue", "packaged"))
    endpoint(account, "deleted", variant("blue", "deleted"))
    endpoint(account, "unknown", variant("blue", "packaged"))
    sagemaker(account).delete_model(ModelName="deleted")
    sagemaker(account).delete_endpoint_config(EndpointConfigName="unknown-config")

    found = read(aws)

    described = {name: each for name, each in found.items() if isinstance(each, DeployedEndpoint)}
    assert described["packaged"].deployments == (Deployment("variant blue", "packaged", (Container(package, None),)),)
    assert described["deleted"].deployments == (Deployment("variant blue", "deleted", None),)
    assert described["unknown"].deployments == ()
    assert described["unknown"].missing_configs == ("unknown-config",)


@pytest.mark.parametrize(
    ("answer", "package"),
    [
        pytest.param(
            {"ModelPackageGroupName": "fraud", "ModelPackageVersion": 7, "ModelApprovalStatus": "Rejected"},
            ModelPackage("fraud", 7, "Rejected"),
            id="version of another account's group",
        ),
        pytest.param(
            {"ModelPackageGroupName": "fraud", "ModelPackageVersion": 7},
            ModelPackage("fraud", 7, "PendingManualApproval"),
            id="version that nobody has judged",
        ),
        pytest.param({"ModelPackageName": "llm"}, ModelPackage("llm", None, None), id="no version of a group"),
    ],
)
def test_reads_a_package_of_another_account(aws: Aws, answer: dict[str, Any], package: ModelPackage) -> None:
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response(
            "describe_model_package",
            {"ModelPackageName": "fraud"} | PACKAGE | answer,
            {"ModelPackageName": FOREIGN, "IncludedData": "MetadataOnly"},
        )

        assert sagemaker_deployments.model_package(aws, FOREIGN) == package


def test_an_endpoint_that_does_not_serve_is_not_looked_into(account: Account, aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/failed"
    times = {"CreationTime": "2026-10-01T00:00:00Z", "LastModifiedTime": "2026-10-01T00:00:00Z"}
    failed = {"EndpointName": "failed", "EndpointArn": arn, "EndpointStatus": "Failed", **times}
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response("list_endpoints", {"Endpoints": [failed]})
        sagemaker_says.add_response("describe_endpoint", failed | {"EndpointConfigName": "any"})
        sagemaker_says.add_response("list_tags", {"Tags": []})

        assert sagemaker_deployments.deployed_endpoints(aws) == (
            DeployedEndpoint(
                Resource("AWS::SageMaker::Endpoint", arn, "failed", arn), {}, serving=False, deployments=()
            ),
        )
    assert "sagemaker:DescribeEndpointConfig" not in account.calls.actions()


def test_a_component_that_was_deleted_since_it_was_listed_is_left_out(account: Account, aws: Aws) -> None:
    model(account, "fraud")
    endpoint(account, "shared", variant("shared", None))
    component(account, "llm", "shared", ModelName="fraud")
    account.faults.add(Fault("gone", "sagemaker:DescribeInferenceComponent"))

    assert deployments(aws) == ()


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sagemaker:DescribeEndpoint", "fraud"),
        ("sagemaker:DescribeEndpointConfig", "fraud-config"),
        ("sagemaker:DescribeModel", "fraud"),
        ("sagemaker:DescribeModelPackage", "fraud/1"),
        ("sagemaker:DescribeInferenceComponent", "llm"),
    ],
)
def test_one_endpoint_that_cannot_be_read_leaves_the_others(
    account: Account, aws: Aws, action: str, resource: str
) -> None:
    model(account, "fraud", version(account, "fraud"))
    model(account, "other")
    endpoint(account, "fraud", variant("blue", "fraud"))
    endpoint(account, "other", variant("blue", "other"))
    component(account, "llm", "fraud", ModelName="fraud")
    account.faults.deny(action, resource=resource)

    found = read(aws)

    assert isinstance(found["fraud"], Unreadable)
    assert isinstance(found["other"], DeployedEndpoint)


def test_reads_the_same_in_small_pages(account: Account, aws: Aws) -> None:
    model(account, "fraud", version(account, "fraud"))
    for name in ("first", "second"):
        endpoint(account, name, variant("blue", "fraud"))
        for number in range(2):
            component(account, f"{name}-{number}", name, ModelName="fraud")
    account.faults.page_size(1)

    assert {
        name: [one.place for one in each.deployments]
        for name, each in read(aws).items()
        if isinstance(each, DeployedEndpoint)
    } == {
        name: ["variant blue", f"inference component {name}-0", f"inference component {name}-1"]
        for name in ("first", "second")
    }


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    model(account, "fraud", version(account, "fraud"))
    endpoint(account, "fraud")
    component(account, "llm", "fraud", ModelName="fraud")
    before = len(account.calls)

    sagemaker_deployments.deployed_endpoints(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in sagemaker_deployments.deployed_endpoints.actions}
