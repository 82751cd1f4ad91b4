from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import sagemaker_models
from rules.facts.s3 import OtherBucket, OtherKind
from rules.facts.s3_objects import Stored
from rules.facts.sagemaker_models import Model

ROLE = "arn:aws:iam::123456789012:role/serving"
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312"
CONTENT = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
FOREIGN_PACKAGE = "arn:aws:sagemaker:us-east-1:865070037744:model-package/marketplace/1"


@pytest.fixture
def sagemaker(account: Account) -> Any:
    s3 = account.session().client("s3")
    s3.create_bucket(Bucket="models")
    for name in ("model.tar.gz", "llm/config.json", "llm/weights"):
        s3.put_object(Bucket="models", Key=name, Body=b"x", ServerSideEncryption="AES256")
    return account.session().client("sagemaker")


def made(sagemaker: Any, name: str, *containers: dict[str, Any], **settings: Any) -> Resource:
    chosen = {"PrimaryContainer": containers[0]} if len(containers) == 1 else {"Containers": list(containers)}
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, **chosen, **settings)
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:model/{name}"
    return Resource("AWS::SageMaker::Model", arn, name, arn)


def container(**settings: Any) -> dict[str, Any]:
    return {"Image": IMAGE, **settings}


def source(uri: str, kind: str = "S3Object", **settings: Any) -> dict[str, Any]:
    return {"S3DataSource": {"S3Uri": uri, "S3DataType": kind, "CompressionType": "None", **settings}}


def described(
    aws: Aws, *containers: dict[str, Any], packages: tuple[dict[str, Any], ...] = ()
) -> Model | Unreadable | None:
    """Return the fact of a model that SageMaker describes with these containers."""
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model/fraud"
    answer = {"ModelName": "fraud", "ModelArn": arn, "CreationTime": "2026-10-01T00:00:00Z"}
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response("describe_model", answer | {"Containers": list(containers)}, {"ModelName": "fraud"})
        sagemaker_says.add_response("list_tags", {"Tags": []}, {"ResourceArn": arn})
        for package in packages:
            sagemaker_says.add_response("describe_model_package", PACKAGE | package)
        return sagemaker_models.model(aws, Resource("AWS::SageMaker::Model", arn, "fraud", arn))


PACKAGE = {
    "ModelPackageName": "fraud",
    "ModelPackageArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/fraud/1",
    "CreationTime": "2026-10-01T00:00:00Z",
    "ModelPackageStatus": "Completed",
    "ModelPackageStatusDetails": {"ValidationStatuses": []},
}


def uris(model: Model | Unreadable | None) -> list[str]:
    assert isinstance(model, Model)
    return [artifact.uri for artifact in model.artifacts]


def names(model: Model | Unreadable | None) -> list[list[str]]:
    assert isinstance(model, Model)
    stored = [artifact.stored for artifact in model.artifacts]
    return [[one.name for one in each.objects] for each in stored if isinstance(each, Stored)]


def test_reads_a_model_with_its_tags_and_artifact(sagemaker: Any, aws: Aws) -> None:
    resource = made(
        sagemaker,
        "fraud",
        container(ModelDataUrl="s3://models/model.tar.gz"),
        Tags=[{"Key": "stage", "Value": "prod"}],
    )

    (model,) = sagemaker_models.models(aws)

    assert isinstance(model, Model)
    assert model.resource == resource
    assert model.tags == {"stage": "prod"}
    assert uris(model) == ["s3://models/model.tar.gz"]
    assert names(model) == [["model.tar.gz"]]
    assert model.closed_packages == ()


@pytest.mark.usefixtures("sagemaker")
@pytest.mark.parametrize(
    ("loaded", "found"),
    [
        pytest.param({}, {}, id="image only"),
        pytest.param(
            {"ModelDataUrl": "s3://models/model.tar.gz"}, {"s3://models/model.tar.gz": ["model.tar.gz"]}, id="URL"
        ),
        pytest.param(
            {"ModelDataUrl": "https://models.s3.us-east-1.amazonaws.com/model.tar.gz"},
            {"https://models.s3.us-east-1.amazonaws.com/model.tar.gz": ["model.tar.gz"]},
            id="https URL",
        ),
        pytest.param(
            {"ModelDataUrl": "s3://models/llm", "Mode": "MultiModel"},
            {"s3://models/llm": ["llm/config.json", "llm/weights"]},
            id="many models under a prefix",
        ),
        pytest.param(
            {"ModelDataUrl": "s3://models/model.tar", "Mode": "SingleModel"},
            {"s3://models/model.tar": []},
            id="one model, by its whole name only",
        ),
        pytest.param(
            {"ModelDataUrl": "s3://models/llm/"},
            {"s3://models/llm/": ["llm/config.json", "llm/weights"]},
            id="a name that ends in a slash is a prefix",
        ),
        pytest.param(
            {"ModelDataSource": source("s3://models/model.tar.gz")},
            {"s3://models/model.tar.gz": ["model.tar.gz"]},
            id="data source that is an object",
        ),
        pytest.param(
            {"ModelDataSource": source("s3://models/llm/", "S3Prefix")},
            {"s3://models/llm/": ["llm/config.json", "llm/weights"]},
            id="data source that is a prefix",
        ),
        pytest.param(
            {"ModelDataSource": source("s3://models/llm/", "S3Prefix", ManifestS3Uri="s3://models/manifest.csv")},
            {"s3://models/llm/": ["llm/config.json", "llm/weights"], "s3://models/manifest.csv": []},
            id="data source with a manifest",
        ),
        pytest.param(
            {
                "ModelDataUrl": "s3://models/model.tar.gz",
                "AdditionalModelDataSources": [
                    {"ChannelName": "adapter", **source("s3://models/llm/weights")},
                    {"ChannelName": "draft", **source("s3://models/llm/", "S3Prefix")},
                ],
            },
            {
                "s3://models/model.tar.gz": ["model.tar.gz"],
                "s3://models/llm/weights": ["llm/weights"],
                "s3://models/llm/": ["llm/config.json", "llm/weights"],
            },
            id="additional data sources",
        ),
    ],
)
def test_reads_everything_that_a_container_loads(aws: Aws, loaded: dict[str, Any], found: dict[str, list[str]]) -> None:
    model = described(aws, container(**loaded))

    assert dict(zip(uris(model), names(model), strict=True)) == found


@pytest.mark.usefixtures("sagemaker")
def test_reads_every_container_and_each_location_once(aws: Aws) -> None:
    model = described(
        aws,
        container(ModelDataUrl="s3://models/model.tar.gz"),
        container(ModelDataUrl="s3://models/llm/weights"),
        container(ModelDataUrl="s3://models/model.tar.gz"),
    )

    assert uris(model) == ["s3://models/model.tar.gz", "s3://models/llm/weights"]


def test_a_location_that_is_not_the_accounts_is_named(sagemaker: Any, aws: Aws) -> None:
    made(sagemaker, "fraud", container(ModelDataUrl="s3://models--use1-az4--x-s3/model.tar.gz"))
    made(sagemaker, "gone", container(ModelDataUrl="s3://never-made/model.tar.gz"))

    models = {model.resource.name: model for model in sagemaker_models.models(aws) if isinstance(model, Model)}

    (fraud,) = models["fraud"].artifacts
    assert isinstance(fraud.stored, OtherBucket)
    assert fraud.stored.kind is OtherKind.DIRECTORY
    assert [artifact.stored for artifact in models["gone"].artifacts] == [None]


def test_a_location_that_is_none_makes_the_model_unreadable(sagemaker: Any, aws: Aws) -> None:
    resource = made(sagemaker, "fraud", container(ModelDataUrl="https://example.com/model.tar.gz"))

    assert sagemaker_models.models(aws) == (
        Unreadable(resource, "UnexpectedAnswer", "'https://example.com/model.tar.gz' is not a location in Amazon S3"),
    )


def test_reads_the_artifacts_of_a_model_package(sagemaker: Any, aws: Aws) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="fraud")
    package = sagemaker.create_model_package(
        ModelPackageGroupName="fraud",
        InferenceSpecification=CONTENT | {"Containers": [container(ModelDataUrl="s3://models/model.tar.gz")]},
    )["ModelPackageArn"]
    made(sagemaker, "fraud", {"ModelPackageName": package})

    (model,) = sagemaker_models.models(aws)

    assert uris(model) == ["s3://models/model.tar.gz"]


@pytest.mark.usefixtures("sagemaker")
@pytest.mark.parametrize(
    ("package", "specification", "found"),
    [
        pytest.param(
            {
                "InferenceSpecification": {
                    "Containers": [container(ModelDataSource=source("s3://models/llm/", "S3Prefix")), container()]
                }
            },
            {},
            ["s3://models/llm/"],
            id="data source of one of two containers",
        ),
        pytest.param(
            {
                "InferenceSpecification": {
                    "Containers": [
                        container(AdditionalS3DataSource={"S3DataType": "S3Object", "S3Uri": "s3://models/llm/weights"})
                    ]
                }
            },
            {},
            ["s3://models/llm/weights"],
            id="additional S3 data source",
        ),
        pytest.param(
            {
                "SourceAlgorithmSpecification": {
                    "SourceAlgorithms": [{"AlgorithmName": "xgboost", "ModelDataUrl": "s3://models/model.tar.gz"}]
                }
            },
            {},
            ["s3://models/model.tar.gz"],
            id="made by an algorithm",
        ),
        pytest.param(
            {
                "InferenceSpecification": {"Containers": [container(ModelDataUrl="s3://models/model.tar.gz")]},
                "AdditionalInferenceSpecifications": [
                    {"Name": "large", "Containers": [container(ModelDataUrl="s3://models/llm/weights")]}
                ],
            },
            {"InferenceSpecificationName": "large"},
            ["s3://models/llm/weights"],
            id="the inference specification that the container names",
        ),
    ],
)
def test_reads_every_form_in_which_a_package_holds_artifacts(
    aws: Aws, package: dict[str, Any], specification: dict[str, str], found: list[str]
) -> None:
    model = described(aws, {"ModelPackageName": "fraud", **specification}, packages=(package,))

    assert uris(model) == found


@pytest.mark.usefixtures("sagemaker")
def test_a_package_without_the_specification_makes_the_model_unreadable(aws: Aws) -> None:
    model = described(aws, {"ModelPackageName": "fraud", "InferenceSpecificationName": "large"}, packages=({},))

    assert isinstance(model, Unreadable)
    assert model.message == "the model package has no inference specification 'large'"


@pytest.mark.parametrize(
    "package",
    [
        pytest.param(FOREIGN_PACKAGE, id="of AWS Marketplace"),
        pytest.param("arn:aws:sagemaker:us-east-1:123456789012:model-package/deleted/3", id="deleted"),
    ],
)
def test_names_the_packages_that_cannot_be_seen(sagemaker: Any, account: Account, aws: Aws, package: str) -> None:
    made(sagemaker, "fraud", {"ModelPackageName": package})

    (model,) = sagemaker_models.models(aws)

    assert isinstance(model, Model)
    assert (model.artifacts, model.closed_packages) == ((), (package,))
    asked = [call.parameters for call in account.calls if call.operation == "DescribeModelPackage"]
    assert asked == (
        [] if package == FOREIGN_PACKAGE else [{"ModelPackageName": package, "IncludedData": "MetadataOnly"}]
    )


def test_reads_one_model_as_the_listing_does(sagemaker: Any, aws: Aws) -> None:
    resource = made(
        sagemaker,
        "fraud",
        container(ModelDataUrl="s3://models/model.tar.gz"),
        Tags=[{"Key": "stage", "Value": "prod"}],
    )
    made(sagemaker, "other", container())
    found = next(model for model in sagemaker_models.models(aws) if model.resource == resource)

    assert sagemaker_models.model(aws, resource) == found
    named = Resource("AWS::SageMaker::Model", "fraud", "fraud")
    assert sagemaker_models.model(aws, named) == found


def test_a_model_that_is_gone_is_none(sagemaker: Any, aws: Aws) -> None:
    resource = made(sagemaker, "fraud", container())
    sagemaker.delete_model(ModelName="fraud")

    assert sagemaker_models.model(aws, resource) is None


@pytest.mark.parametrize("action", ["sagemaker:DescribeModel", "sagemaker:ListTags"])
def test_a_model_that_was_deleted_since_it_was_listed_is_left_out(
    sagemaker: Any, account: Account, aws: Aws, action: str
) -> None:
    made(sagemaker, "fraud", container())
    other = made(sagemaker, "other", container())
    account.faults.add(Fault("gone", action, resource="fraud"))

    assert [model.resource for model in sagemaker_models.models(aws)] == [other]


@pytest.mark.parametrize("action", ["sagemaker:DescribeModel", "sagemaker:ListTags", "s3:GetObject"])
def test_one_model_that_cannot_be_read_leaves_the_others(
    sagemaker: Any, account: Account, aws: Aws, action: str
) -> None:
    fraud = made(sagemaker, "fraud", container(ModelDataUrl="s3://models/model.tar.gz"))
    other = made(sagemaker, "other", container())
    account.faults.deny(action, resource="model.tar.gz" if action == "s3:GetObject" else "fraud")

    models = {model.resource: model for model in sagemaker_models.models(aws)}

    assert isinstance(models[fraud], Unreadable)
    assert isinstance(models[other], Model)


def test_a_request_that_sagemaker_refuses_otherwise_is_not_gone(sagemaker: Any, account: Account, aws: Aws) -> None:
    resource = made(sagemaker, "fraud", container())
    refusal = Fault(
        "gone", "sagemaker:DescribeModel", code="ValidationException", message="1 validation error detected"
    )
    account.faults.add(refusal)

    assert sagemaker_models.models(aws) == (
        Unreadable(resource, "ValidationException", "DescribeModel: 1 validation error detected"),
    )


def test_a_package_that_is_denied_is_not_one_of_another_account(sagemaker: Any, account: Account, aws: Aws) -> None:
    made(sagemaker, "fraud", {"ModelPackageName": "arn:aws:sagemaker:us-east-1:123456789012:model-package/fraud/1"})
    account.faults.deny("sagemaker:DescribeModelPackage")

    assert [type(model) for model in sagemaker_models.models(aws)] == [Unreadable]


def test_reads_every_page(sagemaker: Any, account: Account, aws: Aws) -> None:
    tags = [{"Key": "stage", "Value": "prod"}, {"Key": "team", "Value": "risk"}]
    for number in range(3):
        made(sagemaker, f"model-{number}", container(), Tags=tags)
    account.faults.page_size(1)

    models = sagemaker_models.models(aws)

    assert sorted(model.resource.name for model in models) == ["model-0", "model-1", "model-2"]
    assert {len(model.tags) for model in models if isinstance(model, Model)} == {2}


def test_an_account_without_models_has_none(aws: Aws) -> None:
    assert sagemaker_models.models(aws) == ()


def test_a_region_without_sagemaker_has_no_models(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "sagemaker:ListModels"))

    assert sagemaker_models.models(aws) == ()


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("sagemaker:ListModels")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        sagemaker_models.models(aws)


def test_declares_the_actions_that_it_uses(sagemaker: Any, account: Account, aws: Aws) -> None:
    kms = account.session().client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    account.session().client("s3").put_object(
        Bucket="models", Key="own.tar.gz", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key
    )
    made(sagemaker, "fraud", container(ModelDataUrl="s3://models/own.tar.gz"))
    made(sagemaker, "packaged", {"ModelPackageName": "arn:aws:sagemaker:us-east-1:123456789012:model-package/m/1"})
    before = len(account.calls)

    sagemaker_models.models(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in sagemaker_models.models.actions}
