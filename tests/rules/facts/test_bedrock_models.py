from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_models
from rules.facts.bedrock_models import OwnedModel
from rules.facts.kms import Key

ROLE = "arn:aws:iam::123456789012:role/customization"
BASE_MODEL = "amazon.nova-lite-v1:0"
SUMMARY = {
    "modelName": "claims",
    "creationTime": "2026-10-01T00:00:00Z",
    "baseModelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{BASE_MODEL}",
    "baseModelName": "Nova Lite",
}


@pytest.fixture
def key(account: Account) -> str:
    client = account.session().client("kms")
    arn: str = client.create_key()["KeyMetadata"]["Arn"]
    client.enable_key_rotation(KeyId=arn)
    return arn


def customized(account: Account, name: str, *, key: str | None = None, **settings: Any) -> Resource:
    bedrock = account.session().client("bedrock")
    bedrock.create_model_customization_job(
        jobName=f"job-{name}",
        customModelName=name,
        roleArn=ROLE,
        baseModelIdentifier=BASE_MODEL,
        trainingDataConfig={"s3Uri": "s3://corpus/train.jsonl"},
        outputDataConfig={"s3Uri": "s3://corpus/output/"},
        hyperParameters={},
        **({"customModelKmsKeyId": key} if key else {}),
        **settings,
    )
    arn = bedrock.get_custom_model(modelIdentifier=name)["modelArn"]
    return Resource("AWS::Bedrock::CustomModel", arn, name, arn)


def imported(account: Account, name: str, *, key: str | None = None, **settings: Any) -> Resource:
    bedrock = account.session().client("bedrock")
    bedrock.create_model_import_job(
        jobName=f"job-{name}",
        importedModelName=name,
        roleArn=ROLE,
        modelDataSource={"s3DataSource": {"s3Uri": "s3://weights/"}},
        **({"importedModelKmsKeyId": key} if key else {}),
        **settings,
    )
    arn = bedrock.get_imported_model(modelIdentifier=name)["modelArn"]
    return Resource("AWS::Bedrock::ImportedModel", arn, name, arn)


def test_reads_customized_and_imported_models_with_their_keys(account: Account, aws: Aws, key: str) -> None:
    claims = customized(account, "claims", key=key, customModelTags=[{"key": "stage", "value": "prod"}])
    drafts = customized(account, "drafts")
    llama = imported(account, "llama", key=key, importedModelTags=[{"key": "stage", "value": "test"}])
    plain = imported(account, "plain")
    good = Key(key, "CUSTOMER", "Enabled", rotation=True)

    models = bedrock_models.owned_models(aws)

    assert {model.resource.name: model for model in models} == {
        "claims": OwnedModel(claims, {"stage": "prod"}, key, good),
        "drafts": OwnedModel(drafts, {}, None, None),
        "llama": OwnedModel(llama, {"stage": "test"}, key, good),
        "plain": OwnedModel(plain, {}, None, None),
    }
    assert [model.resource.type.rpartition("::")[2] for model in models] == [
        "CustomModel",
        "CustomModel",
        "ImportedModel",
        "ImportedModel",
    ]


def test_an_account_without_models_has_none(aws: Aws) -> None:
    assert bedrock_models.owned_models(aws) == ()


def test_reads_every_page(account: Account, aws: Aws) -> None:
    for number in range(3):
        customized(account, f"custom-{number}")
        imported(account, f"imported-{number}")
    account.faults.page_size(1)

    models = bedrock_models.owned_models(aws)

    assert sorted(model.resource.name for model in models) == [
        *(f"custom-{number}" for number in range(3)),
        *(f"imported-{number}" for number in range(3)),
    ]


@pytest.mark.parametrize(
    ("summary", "names"),
    [
        pytest.param({"ownerAccountId": "123456789012", "modelStatus": "Active"}, ["claims"], id="own"),
        pytest.param({}, ["claims"], id="own, from before models had an owner and a status"),
        pytest.param({"ownerAccountId": "111122223333"}, [], id="shared by another account"),
        pytest.param({"modelStatus": "Archived"}, ["claims"], id="in a state that nobody knows yet"),
        pytest.param({"modelStatus": "Creating"}, [], id="still being made"),
        pytest.param({"modelStatus": "Failed"}, [], id="never made"),
    ],
)
def test_takes_only_models_that_the_account_owns_and_has(aws: Aws, summary: dict[str, str], names: list[str]) -> None:
    arn = f"arn:aws:bedrock:us-east-1:123456789012:custom-model/{BASE_MODEL}/abcdefghijkl"
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response(
            "list_custom_models",
            {"modelSummaries": [SUMMARY | {"modelArn": arn} | summary]},
            {"isOwned": True, "maxResults": 1000},
        )
        bedrock_says.add_response(
            "get_custom_model",
            {"modelArn": arn, "modelName": "claims", "creationTime": SUMMARY["creationTime"]},
            {"modelIdentifier": arn},
        )
        bedrock_says.add_response("list_tags_for_resource", {"tags": []}, {"resourceARN": ANY})

        models = bedrock_models.custom_models(aws)

    assert [model.resource.name for model in models] == names


def test_a_key_that_no_longer_exists_is_no_key(account: Account, aws: Aws) -> None:
    missing = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    resource = imported(account, "llama")
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response(
            "list_imported_models",
            {
                "modelSummaries": [
                    {"modelArn": resource.arn, "modelName": "llama", "creationTime": SUMMARY["creationTime"]}
                ]
            },
        )
        bedrock_says.add_response("get_imported_model", {"modelKmsKeyArn": missing}, {"modelIdentifier": resource.arn})
        bedrock_says.add_response("list_tags_for_resource", {"tags": []}, {"resourceARN": resource.arn})

        assert bedrock_models.imported_models(aws) == (OwnedModel(resource, {}, missing, None),)


@pytest.mark.parametrize("action", ["bedrock:GetCustomModel", "bedrock:ListTagsForResource", "kms:DescribeKey"])
def test_one_model_that_cannot_be_read_leaves_the_others(account: Account, aws: Aws, key: str, action: str) -> None:
    claims = customized(account, "claims", key=key)
    drafts = customized(account, "drafts")
    account.faults.deny(action, resource=key if action.startswith("kms") else str(claims.arn))

    models = {model.resource: model for model in bedrock_models.custom_models(aws)}

    unreadable = models[claims]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.code == "AccessDeniedException"
    assert models[drafts] == OwnedModel(drafts, {}, None, None)


@pytest.mark.parametrize("action", ["bedrock:GetImportedModel", "bedrock:ListTagsForResource"])
def test_a_model_that_was_deleted_since_it_was_listed_is_left_out(account: Account, aws: Aws, action: str) -> None:
    llama = imported(account, "llama")
    plain = imported(account, "plain")
    account.faults.add(Fault("gone", action, resource=str(llama.arn)))

    assert bedrock_models.imported_models(aws) == (OwnedModel(plain, {}, None, None),)


@pytest.mark.parametrize("operation", ["bedrock:ListCustomModels", "bedrock:ListImportedModels"])
def test_a_region_without_the_operation_has_no_such_models(account: Account, aws: Aws, operation: str) -> None:
    customized(account, "claims")
    imported(account, "llama")
    account.faults.add(Fault("unknown-operation", operation))

    left = {"bedrock:ListCustomModels": "llama", "bedrock:ListImportedModels": "claims"}[operation]
    assert [model.resource.name for model in bedrock_models.owned_models(aws)] == [left]


@pytest.mark.parametrize("operation", ["bedrock:ListCustomModels", "bedrock:ListImportedModels"])
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, operation: str) -> None:
    account.faults.deny(operation)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        bedrock_models.owned_models(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws, key: str) -> None:
    customized(account, "claims", key=key)
    imported(account, "llama", key=key)
    before = len(account.calls)

    bedrock_models.owned_models(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_models.owned_models.actions}
