import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import container_images
from rules.facts.container_images import ContainedModel, Image, ModelImage, Scan
from tests.rules.facts.endpoints import IMAGE, ROLE, sagemaker, version

DIGEST = f"sha256:{'a' * 64}"
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
PINNED = f"{REGISTRY}/serve@{DIGEST}"
FOREIGN_PACKAGE = "arn:aws:sagemaker:us-east-1:865070037744:model-package/marketplace/1"


@pytest.fixture
def later(account: Account) -> Aws:
    """Return an Aws of three days after the embedded account's own time."""
    now = datetime.now(UTC) + timedelta(days=3, hours=1)
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=now)


def push(
    account: Account, *, scan: bool = True, findings: str = "{}", mutability: str = "MUTABLE", region: str = REGION
) -> None:
    """Put an image of the tag v1 into a new repository."""
    ecr = account.session(region).client("ecr")
    ecr.create_repository(repositoryName="serve", imageTagMutability=mutability)
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "annotations": {"example.findings": findings},
    }
    ecr.put_image(repositoryName="serve", imageManifest=json.dumps(manifest), imageTag="v1", imageDigest=DIGEST)
    if scan:
        ecr.start_image_scan(repositoryName="serve", imageId={"imageDigest": DIGEST})


def model(account: Account, name: str, *containers: dict[str, Any]) -> Resource:
    sagemaker(account).create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        Tags=[{"Key": "stage", "Value": "prod"}],
        **({"PrimaryContainer": containers[0]} if len(containers) == 1 else {"Containers": list(containers)}),
    )
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:model/{name}"
    return Resource("AWS::SageMaker::Model", arn, name, arn)


def only(aws: Aws) -> ContainedModel:
    (found,) = container_images.contained_models(aws)
    assert isinstance(found, ContainedModel)
    return found


def test_reads_a_model_with_what_ecr_knows_of_its_image(account: Account, later: Aws) -> None:
    push(account, findings='{"HIGH": 2, "LOW": 1}')
    resource = model(account, "fraud", {"Image": PINNED})

    image = Image(3, immutable_tags=False, scan=Scan("COMPLETE", (("HIGH", 2), ("LOW", 1))))
    assert container_images.contained_models(later) == (
        ContainedModel(
            resource, {"stage": "prod"}, (ModelImage(PINNED, ACCOUNT_ID, own=True, pinned=True, image=image),)
        ),
    )


@pytest.mark.parametrize(
    ("uri", "pinned"),
    [
        pytest.param(f"{REGISTRY}/serve:v1", False, id="tag"),
        pytest.param(f"{REGISTRY}/serve@{DIGEST}", True, id="digest"),
        pytest.param(f"{REGISTRY}/serve:v1@{DIGEST}", True, id="tag and digest"),
        pytest.param("123456789012.dkr-ecr.us-east-1.on.aws/serve:v1", False, id="dual stack"),
        pytest.param("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/serve:v1", False, id="FIPS"),
    ],
)
def test_finds_an_image_by_every_form_of_its_name(account: Account, later: Aws, uri: str, *, pinned: bool) -> None:
    push(account, mutability="IMMUTABLE")
    model(account, "fraud", {"Image": uri})

    image = Image(3, immutable_tags=True, scan=Scan("COMPLETE"))
    assert only(later).images == (ModelImage(uri, ACCOUNT_ID, own=True, pinned=pinned, image=image),)


def test_finds_an_image_in_another_region(account: Account, later: Aws) -> None:
    push(account, region="eu-central-1")
    model(account, "fraud", {"Image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/serve:v1"})

    assert only(later).images[0].image is not None


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param(f"{REGISTRY}/nothing:v1", id="no such repository"),
        pytest.param(f"{REGISTRY}/serve:v2", id="no such tag"),
        pytest.param(f"{REGISTRY}/serve", id="without a tag, which means latest"),
        pytest.param(f"{REGISTRY}/serve@sha256:{'b' * 64}", id="no such digest"),
    ],
)
def test_says_when_an_image_does_not_exist(account: Account, later: Aws, uri: str) -> None:
    push(account)
    model(account, "fraud", {"Image": uri})

    assert only(later).images[0].image is None


def test_says_when_an_image_was_never_scanned(account: Account, later: Aws) -> None:
    push(account, scan=False)
    model(account, "fraud", {"Image": PINNED})

    assert only(later).images[0].image == Image(3, immutable_tags=False, scan=None)


@pytest.mark.parametrize(
    ("uri", "registry"),
    [
        pytest.param(IMAGE, "763104351884", id="another account"),
        pytest.param("registry.example.com/serve:v1", "registry.example.com", id="another registry"),
    ],
)
def test_does_not_look_into_registries_of_others(account: Account, aws: Aws, uri: str, registry: str) -> None:
    model(account, "fraud", {"Image": uri})

    assert only(aws).images == (ModelImage(uri, registry, own=False, pinned=False),)
    assert not any(action.startswith("ecr:") for action in account.calls.actions())


def test_reads_the_images_of_every_container_and_package(account: Account, aws: Aws) -> None:
    model(account, "fraud", {"ModelPackageName": version(account, "fraud")}, {"Image": "a.example/b"}, {"Image": IMAGE})
    model(account, "closed", {"ModelPackageName": FOREIGN_PACKAGE})

    found = {each.resource.name: each for each in container_images.contained_models(aws)}

    fraud, closed = found["fraud"], found["closed"]
    assert isinstance(fraud, ContainedModel)
    assert isinstance(closed, ContainedModel)
    assert [image.uri for image in fraud.images] == [IMAGE, "a.example/b"]
    assert (closed.images, closed.closed_packages) == ((), (FOREIGN_PACKAGE,))


def test_reads_the_images_of_additional_specifications_of_a_package(account: Account, aws: Aws) -> None:
    offered = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
    arn = sagemaker(account).create_model_package(
        ModelPackageName="fraud",
        InferenceSpecification={"Containers": [{"Image": IMAGE}], **offered},
        AdditionalInferenceSpecifications=[{"Name": "gpu", "Containers": [{"Image": "a.example/gpu"}], **offered}],
    )["ModelPackageArn"]
    model(account, "fraud", {"ModelPackageName": arn})

    assert [image.uri for image in only(aws).images] == [IMAGE, "a.example/gpu"]


def test_an_account_without_models_has_none(aws: Aws) -> None:
    assert container_images.contained_models(aws) == ()


def test_reads_every_page(account: Account, aws: Aws) -> None:
    for number in range(3):
        model(account, f"model-{number}", {"Image": IMAGE})
    account.faults.page_size(1)

    assert sorted(each.resource.name for each in container_images.contained_models(aws)) == [
        f"model-{number}" for number in range(3)
    ]


@pytest.mark.parametrize("action", ["sagemaker:DescribeModel", "sagemaker:ListTags"])
def test_a_model_that_was_deleted_since_it_was_listed_is_left_out(account: Account, aws: Aws, action: str) -> None:
    model(account, "fraud", {"Image": IMAGE})
    other = model(account, "other", {"Image": IMAGE})
    account.faults.add(Fault("gone", action, resource="fraud"))

    assert [each.resource for each in container_images.contained_models(aws)] == [other]


@pytest.mark.parametrize("action", ["ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:DescribeImageScanFindings"])
def test_one_model_that_cannot_be_read_leaves_the_others(account: Account, aws: Aws, action: str) -> None:
    push(account)
    fraud = model(account, "fraud", {"Image": PINNED})
    other = model(account, "other", {"Image": IMAGE})
    account.faults.deny(action)

    found = {each.resource: type(each) for each in container_images.contained_models(aws)}

    assert found == {fraud: Unreadable, other: ContainedModel}


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("sagemaker:ListModels")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        container_images.contained_models(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    push(account)
    model(account, "fraud", {"ModelPackageName": version(account, "fraud")}, {"Image": PINNED})
    before = len(account.calls)

    container_images.contained_models(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in container_images.contained_models.actions}
