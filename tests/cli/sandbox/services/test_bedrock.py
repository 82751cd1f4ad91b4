from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from tests.cli.sandbox.services.rounds import Round, go

ROLE = "arn:aws:iam::123456789012:role/r"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
VPC = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
MESSAGES = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "No."}
DATASET = {"taskType": "Generation", "dataset": {"name": "d"}, "metricNames": ["Builtin.Toxicity"]}
EVALUATED = {"models": [{"bedrockModel": {"modelIdentifier": MODEL}}]}

ROUNDS = [
    Round(
        "bedrock",
        "create_guardrail",
        {"name": "g{n}", **MESSAGES, "kmsKeyId": KEY, "description": "d"},
        "guardrailId",
        "list_guardrails",
        "guardrails",
        ("get_guardrail", "guardrailIdentifier"),
        ("delete_guardrail", "guardrailIdentifier"),
        expected={"name": "g{n}", "kmsKeyArn": KEY, "description": "d", "version": "DRAFT", "status": "READY"},
    ),
    Round(
        "bedrock",
        "create_model_customization_job",
        {
            "jobName": "j{n}",
            "customModelName": "m{n}",
            "roleArn": ROLE,
            "baseModelIdentifier": "amazon.nova-lite-v1:0",
            "customModelKmsKeyId": KEY,
            "trainingDataConfig": {"s3Uri": "s3://training/data"},
            "outputDataConfig": {"s3Uri": "s3://output/data"},
            "vpcConfig": VPC,
        },
        "jobArn",
        "list_model_customization_jobs",
        "modelCustomizationJobSummaries",
        ("get_model_customization_job", "jobIdentifier"),
        expected={
            "jobName": "j{n}",
            "outputModelName": "m{n}",
            "status": "Completed",
            "baseModelArn": MODEL,
            "trainingDataConfig": {"s3Uri": "s3://training/data"},
            "vpcConfig": VPC,
            "outputModelKmsKeyArn": KEY,
        },
    ),
    Round(
        "bedrock",
        "create_custom_model",
        {
            "modelName": "m{n}",
            "modelSourceConfig": {"s3DataSource": {"s3Uri": "s3://models/m"}},
            "modelKmsKeyArn": KEY,
            "roleArn": ROLE,
        },
        "modelArn",
        "list_custom_models",
        "modelSummaries",
        ("get_custom_model", "modelIdentifier"),
        ("delete_custom_model", "modelIdentifier"),
        expected={"modelName": "m{n}", "modelKmsKeyArn": KEY, "modelStatus": "Active"},
    ),
    Round(
        "bedrock",
        "create_model_import_job",
        {
            "jobName": "j{n}",
            "importedModelName": "m{n}",
            "roleArn": ROLE,
            "modelDataSource": {"s3DataSource": {"s3Uri": "s3://models/m"}},
            "importedModelKmsKeyId": KEY,
            "vpcConfig": VPC,
        },
        "jobArn",
        "list_model_import_jobs",
        "modelImportJobSummaries",
        ("get_model_import_job", "jobIdentifier"),
        expected={"jobName": "j{n}", "importedModelName": "m{n}", "importedModelKmsKeyArn": KEY, "vpcConfig": VPC},
    ),
    Round(
        "bedrock",
        "create_model_copy_job",
        {
            "sourceModelArn": "arn:aws:bedrock:us-west-2:444455556666:custom-model/amazon.nova-lite-v1:0/abcdefghijkl",
            "targetModelName": "m{n}",
            "modelKmsKeyId": KEY,
        },
        "jobArn",
        "list_model_copy_jobs",
        "modelCopyJobSummaries",
        ("get_model_copy_job", "jobArn"),
        expected={"status": "Completed", "sourceAccountId": "444455556666", "targetModelName": "m{n}"},
    ),
    Round(
        "bedrock",
        "create_provisioned_model_throughput",
        {"provisionedModelName": "p{n}", "modelUnits": 1, "modelId": "amazon.nova-lite-v1:0"},
        "provisionedModelArn",
        "list_provisioned_model_throughputs",
        "provisionedModelSummaries",
        ("get_provisioned_model_throughput", "provisionedModelId"),
        ("delete_provisioned_model_throughput", "provisionedModelId"),
        expected={"provisionedModelName": "p{n}", "modelArn": MODEL, "status": "InService"},
    ),
    Round(
        "bedrock",
        "create_inference_profile",
        {"inferenceProfileName": "p{n}", "modelSource": {"copyFrom": MODEL}},
        "inferenceProfileArn",
        "list_inference_profiles",
        "inferenceProfileSummaries",
        ("get_inference_profile", "inferenceProfileIdentifier"),
        ("delete_inference_profile", "inferenceProfileIdentifier"),
        expected={"inferenceProfileName": "p{n}", "type": "APPLICATION", "models": [{"modelArn": MODEL}]},
    ),
    Round(
        "bedrock",
        "create_prompt_router",
        {
            "promptRouterName": "r{n}",
            "models": [{"modelArn": MODEL}],
            "fallbackModel": {"modelArn": MODEL},
            "routingCriteria": {"responseQualityDifference": 0.5},
        },
        "promptRouterArn",
        "list_prompt_routers",
        "promptRouterSummaries",
        ("get_prompt_router", "promptRouterArn"),
        ("delete_prompt_router", "promptRouterArn"),
        expected={"promptRouterName": "r{n}", "status": "AVAILABLE", "type": "custom"},
    ),
    Round(
        "bedrock",
        "create_marketplace_model_endpoint",
        {
            "endpointName": "e{n}",
            "modelSourceIdentifier": "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/m/1.0.0",
            "endpointConfig": {
                "sageMaker": {"initialInstanceCount": 1, "instanceType": "ml.g5.xlarge", "executionRole": ROLE}
            },
        },
        "endpointArn",
        "list_marketplace_model_endpoints",
        "marketplaceModelEndpoints",
        ("get_marketplace_model_endpoint", "endpointArn"),
        ("delete_marketplace_model_endpoint", "endpointArn"),
        wrapper="marketplaceModelEndpoint",
        expected={"status": "REGISTERED", "endpointStatus": "InService"},
    ),
    Round(
        "bedrock",
        "create_model_invocation_job",
        {
            "jobName": "j{n}",
            "roleArn": ROLE,
            "modelId": "amazon.nova-lite-v1:0",
            "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://input/data"}},
            "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://output/data", "s3EncryptionKeyId": KEY}},
        },
        "jobArn",
        "list_model_invocation_jobs",
        "invocationJobSummaries",
        ("get_model_invocation_job", "jobIdentifier"),
        expected={
            "jobName": "j{n}",
            "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://output/data", "s3EncryptionKeyId": KEY}},
        },
    ),
    Round(
        "bedrock",
        "create_evaluation_job",
        {
            "jobName": "j{n}",
            "roleArn": ROLE,
            "customerEncryptionKeyId": KEY,
            "evaluationConfig": {"automated": {"datasetMetricConfigs": [DATASET]}},
            "inferenceConfig": EVALUATED,
            "outputDataConfig": {"s3Uri": "s3://output/data"},
        },
        "jobArn",
        "list_evaluation_jobs",
        "jobSummaries",
        ("get_evaluation_job", "jobIdentifier"),
        expected={
            "jobName": "j{n}",
            "jobType": "Automated",
            "status": "Completed",
            "evaluationConfig": {"automated": {"datasetMetricConfigs": [DATASET]}},
            "customerEncryptionKeyId": KEY,
        },
    ),
]


ROUND_OF = {each.create: each for each in ROUNDS}


def bedrock(account: Account) -> Any:
    return account.session().client("bedrock")


def make_guardrail(account: Account, **policies: object) -> str:
    return str(bedrock(account).create_guardrail(name="g", **MESSAGES, **policies)["guardrailId"])


@pytest.mark.parametrize("round_trip", ROUNDS, ids=str)
def test_resources_make_the_round(account: Account, round_trip: Round) -> None:
    go(account, round_trip)


def test_policies_come_back_under_the_names_of_answers(account: Account) -> None:
    harm = {
        "type": "HATE",
        "inputStrength": "LOW",
        "outputStrength": "HIGH",
        "inputAction": "BLOCK",
        "outputEnabled": False,
        "inputModalities": ["TEXT", "IMAGE"],
    }
    email = {"type": "EMAIL", "action": "ANONYMIZE", "inputAction": "BLOCK"}
    pattern = {"name": "ticket", "pattern": "T-[0-9]+", "action": "BLOCK"}
    topic = {"name": "Tax", "definition": "Advice on taxes.", "examples": ["How?"], "type": "DENY"}
    grounding = {"type": "GROUNDING", "threshold": 0.8, "action": "BLOCK"}
    identifier = make_guardrail(
        account,
        contentPolicyConfig={"filtersConfig": [harm], "tierConfig": {"tierName": "STANDARD"}},
        sensitiveInformationPolicyConfig={"piiEntitiesConfig": [email], "regexesConfig": [pattern]},
        topicPolicyConfig={"topicsConfig": [topic]},
        wordPolicyConfig={"wordsConfig": [{"text": "w"}], "managedWordListsConfig": [{"type": "PROFANITY"}]},
        contextualGroundingPolicyConfig={"filtersConfig": [grounding]},
        crossRegionConfig={"guardrailProfileIdentifier": "us.guardrail.v1:0"},
    )
    shown = bedrock(account).get_guardrail(guardrailIdentifier=identifier)

    assert shown["contentPolicy"] == {"filters": [harm], "tier": {"tierName": "STANDARD"}}
    assert shown["sensitiveInformationPolicy"] == {"piiEntities": [email], "regexes": [pattern]}
    assert shown["topicPolicy"] == {"topics": [topic]}
    assert shown["wordPolicy"] == {"words": [{"text": "w"}], "managedWordLists": [{"type": "PROFANITY"}]}
    assert shown["contextualGroundingPolicy"] == {"filters": [grounding]}
    assert shown["crossRegionDetails"]["guardrailProfileId"] == "us.guardrail.v1:0"


def test_versions_are_frozen_and_numbered_on(account: Account) -> None:
    client, identifier = bedrock(account), make_guardrail(account, wordPolicyConfig={"wordsConfig": [{"text": "w"}]})
    assert client.create_guardrail_version(guardrailIdentifier=identifier, description="first")["version"] == "1"
    client.update_guardrail(guardrailIdentifier=identifier, name="renamed", **MESSAGES)
    client.create_guardrail_version(guardrailIdentifier=identifier)
    client.delete_guardrail(guardrailIdentifier=identifier, guardrailVersion="2")
    third = client.create_guardrail_version(guardrailIdentifier=identifier)["version"]
    first = client.get_guardrail(guardrailIdentifier=identifier, guardrailVersion="1")
    listed = client.list_guardrails(guardrailIdentifier=identifier)["guardrails"]

    assert (first["name"], first["description"], first["version"]) == ("g", "first", "1")
    assert third == "3"
    assert first["wordPolicy"] == {"words": [{"text": "w"}]}
    assert "wordPolicy" not in client.get_guardrail(guardrailIdentifier=identifier)
    assert [each["version"] for each in listed] == ["DRAFT", "1", "3"]
    assert [each["version"] for each in client.list_guardrails()["guardrails"]] == ["DRAFT"]


def test_a_guardrail_is_found_by_its_arn(account: Account) -> None:
    arn = bedrock(account).create_guardrail(name="g", **MESSAGES)["guardrailArn"]

    assert bedrock(account).get_guardrail(guardrailIdentifier=arn)["guardrailArn"] == arn


@pytest.mark.parametrize("version", ["1", "7"])
def test_a_version_that_does_not_exist_is_not_found(account: Account, version: str) -> None:
    identifier = make_guardrail(account)

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        bedrock(account).get_guardrail(guardrailIdentifier=identifier, guardrailVersion=version)


@pytest.mark.parametrize("operation", ["create_guardrail", "create_custom_model", "create_inference_profile"])
def test_a_name_is_given_once(account: Account, operation: str) -> None:
    create = getattr(bedrock(account), operation)
    create(**ROUND_OF[operation].of())

    with pytest.raises(ClientError, match="ConflictException"):
        create(**ROUND_OF[operation].of())


def test_a_numbered_version_is_enforced_on_the_account(account: Account) -> None:
    client, identifier = bedrock(account), make_guardrail(account)
    client.create_guardrail_version(guardrailIdentifier=identifier)
    wanted = {
        "guardrailIdentifier": identifier,
        "guardrailVersion": "1",
        "modelEnforcement": {"includedModels": ["ALL"], "excludedModels": []},
    }
    config_id = client.put_enforced_guardrail_configuration(guardrailInferenceConfig=wanted)["configId"]
    client.put_enforced_guardrail_configuration(configId=config_id, guardrailInferenceConfig=wanted)
    [config] = client.list_enforced_guardrails_configuration()["guardrailsConfig"]
    client.delete_enforced_guardrail_configuration(configId=config_id)

    assert (config["guardrailId"], config["guardrailVersion"], config["owner"]) == (identifier, "1", "ACCOUNT")
    assert config["modelEnforcement"] == {"includedModels": ["ALL"], "excludedModels": []}
    assert client.list_enforced_guardrails_configuration()["guardrailsConfig"] == []


def test_a_draft_cannot_be_enforced(account: Account) -> None:
    wanted = {"guardrailIdentifier": make_guardrail(account), "guardrailVersion": "DRAFT"}

    with pytest.raises(ClientError, match="ValidationException"):
        bedrock(account).put_enforced_guardrail_configuration(guardrailInferenceConfig=wanted)


def test_tags_of_any_resource_are_kept(account: Account) -> None:
    client = bedrock(account)
    arn = client.create_guardrail(name="g", **MESSAGES, tags=[{"key": "a", "value": "1"}])["guardrailArn"]
    client.tag_resource(resourceARN=arn, tags=[{"key": "b", "value": "2"}])
    client.untag_resource(resourceARN=arn, tagKeys=["a"])

    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "b", "value": "2"}]
    client.delete_guardrail(guardrailIdentifier=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.list_tags_for_resource(resourceARN=arn)


def test_a_customized_model_names_the_key_that_was_given(account: Account) -> None:
    client = bedrock(account)
    alias = account.session().client("kms")
    key = alias.create_key()["KeyMetadata"]["Arn"]
    alias.create_alias(AliasName="alias/models", TargetKeyId=key)
    params = ROUND_OF["create_model_customization_job"].of()
    client.create_model_customization_job(**params | {"jobName": "with", "customModelName": "with"})
    client.create_model_customization_job(
        **params | {"jobName": "alias", "customModelName": "alias", "customModelKmsKeyId": "alias/models"}
    )
    del params["customModelKmsKeyId"]
    client.create_model_customization_job(**params | {"jobName": "without", "customModelName": "without"})

    assert client.get_custom_model(modelIdentifier="with")["modelKmsKeyArn"] == KEY
    assert client.get_custom_model(modelIdentifier="alias")["modelKmsKeyArn"] == key
    assert "modelKmsKeyArn" not in client.get_custom_model(modelIdentifier="without")


def test_an_imported_model_is_there_when_its_job_is_done(account: Account) -> None:
    client = bedrock(account)
    params = ROUND_OF["create_model_import_job"].of()
    client.create_model_import_job(**params)
    [summary] = client.list_imported_models(nameContains="m")["modelSummaries"]
    model = client.get_imported_model(modelIdentifier=summary["modelArn"])
    client.delete_imported_model(modelIdentifier=model["modelName"])

    assert model["modelKmsKeyArn"] == KEY
    assert client.list_imported_models()["modelSummaries"] == []


def test_jobs_can_be_stopped(account: Account) -> None:
    client = bedrock(account)
    creators = {
        "create_model_customization_job": ("stop_model_customization_job", "get_model_customization_job"),
        "create_model_invocation_job": ("stop_model_invocation_job", "get_model_invocation_job"),
        "create_evaluation_job": ("stop_evaluation_job", "get_evaluation_job"),
    }
    for create, (stop, read) in creators.items():
        arn = getattr(client, create)(**ROUND_OF[create].of())["jobArn"]
        getattr(client, stop)(jobIdentifier=arn)
        assert getattr(client, read)(jobIdentifier=arn)["status"] == "Stopped"


def test_evaluations_name_what_they_evaluated_and_can_be_deleted(account: Account) -> None:
    client = bedrock(account)
    params = ROUND_OF["create_evaluation_job"].of()
    arn = client.create_evaluation_job(**params)["jobArn"]
    [summary] = client.list_evaluation_jobs(statusEquals="Completed")["jobSummaries"]

    assert (summary["modelIdentifiers"], summary["evaluationTaskTypes"]) == ([MODEL], ["Generation"])
    assert client.list_evaluation_jobs(statusEquals="Failed")["jobSummaries"] == []
    assert client.batch_delete_evaluation_job(jobIdentifiers=[arn])["evaluationJobs"][0]["jobStatus"] == "Deleting"
    assert client.list_evaluation_jobs()["jobSummaries"] == []


def test_listings_can_be_filtered_and_sorted(account: Account) -> None:
    client = bedrock(account)
    params = ROUND_OF["create_custom_model"].of()
    for name in ("first", "second"):
        client.create_custom_model(**params | {"modelName": name})
    times = [each["creationTime"] for each in client.list_custom_models()["modelSummaries"]]

    def names(**filters: object) -> list[str]:
        return [each["modelName"] for each in client.list_custom_models(**filters)["modelSummaries"]]

    assert names(nameContains="FIR") == ["first"]
    assert names(sortBy="CreationTime", sortOrder="Descending") == ["second", "first"]
    assert names(creationTimeAfter=times[0]) == ["second"]
    assert names(creationTimeBefore=times[1]) == ["first"]
    assert names(modelStatus="Failed") == []
    assert names(baseModelArnEquals="arn:aws:bedrock:us-east-1::foundation-model/cohere.embed-english-v3") == []
    assert names(isOwned=True) == ["first", "second"]


def test_a_custom_model_is_deployed_and_provisioned(account: Account) -> None:
    client = bedrock(account)
    params = ROUND_OF["create_custom_model"].of()
    model = client.create_custom_model(**params)["modelArn"]
    deployment = client.create_custom_model_deployment(modelDeploymentName="d", modelArn=model)
    arn = deployment["customModelDeploymentArn"]
    provisioned = client.create_provisioned_model_throughput(provisionedModelName="p", modelUnits=1, modelId=model)
    shown = client.get_provisioned_model_throughput(provisionedModelId=provisioned["provisionedModelArn"])
    [summary] = client.list_custom_model_deployments(modelArnEquals=model)["modelDeploymentSummaries"]

    assert (shown["modelArn"], shown["foundationModelArn"]) == (model, MODEL)
    assert (summary["customModelDeploymentName"], summary["status"]) == ("d", "Active")
    assert client.get_custom_model_deployment(customModelDeploymentIdentifier=arn)["modelArn"] == model
    client.delete_custom_model_deployment(customModelDeploymentIdentifier=arn)
    assert client.list_custom_model_deployments()["modelDeploymentSummaries"] == []


@pytest.mark.parametrize(
    ("region", "prefixes"), [("us-east-1", {"us", "global"}), ("eu-west-1", {"eu", "global"}), ("sa-east-1", set())]
)
def test_aws_defines_profiles_of_the_geography(account: Account, region: str, prefixes: set[str]) -> None:
    client = account.session(region).client("bedrock")
    profiles = client.list_inference_profiles(typeEquals="SYSTEM_DEFINED")["inferenceProfileSummaries"]

    assert {each["inferenceProfileId"].split(".")[0] for each in profiles} == prefixes


def test_an_application_profile_has_the_models_of_the_profile_it_was_copied_from(account: Account) -> None:
    client = bedrock(account)
    source = client.get_inference_profile(inferenceProfileIdentifier="us.amazon.nova-pro-v1:0")
    arn = client.create_inference_profile(
        inferenceProfileName="p", modelSource={"copyFrom": source["inferenceProfileArn"]}
    )["inferenceProfileArn"]

    assert client.get_inference_profile(inferenceProfileIdentifier=arn)["models"] == source["models"]
    assert len(source["models"]) == 3
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.create_inference_profile(
            inferenceProfileName="q",
            modelSource={"copyFrom": "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.no.model"},
        )


def test_foundation_models_are_a_few(account: Account) -> None:
    client = bedrock(account)
    ids = {each["modelId"] for each in client.list_foundation_models()["modelSummaries"]}
    amazon = client.list_foundation_models(byProvider="Amazon", byOutputModality="EMBEDDING")["modelSummaries"]

    assert "anthropic.claude-sonnet-4-20250514-v1:0" in ids
    assert [each["modelId"] for each in amazon] == ["amazon.titan-embed-text-v2:0"]
    assert client.get_foundation_model(modelIdentifier=MODEL)["modelDetails"]["modelName"] == "Nova Lite"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_foundation_model(modelIdentifier="amazon.unknown-v1:0")


def test_a_region_without_invocation_logging_answers_no_configuration(account: Account) -> None:
    client = bedrock(account)
    assert "loggingConfig" not in client.get_model_invocation_logging_configuration()
    config = {"s3Config": {"bucketName": "logs"}, "textDataDeliveryEnabled": True}
    client.put_model_invocation_logging_configuration(loggingConfig=config)
    assert client.get_model_invocation_logging_configuration()["loggingConfig"] == config
    client.delete_model_invocation_logging_configuration()
    assert "loggingConfig" not in client.get_model_invocation_logging_configuration()


def test_data_retention_is_inherited_until_it_is_set(account: Account) -> None:
    client = bedrock(account)
    assert client.get_account_data_retention()["mode"] == "inherit"
    client.put_account_data_retention(mode="provider_data_share")

    assert client.get_account_data_retention()["mode"] == "provider_data_share"


def test_resource_policies_are_put_read_and_deleted(account: Account) -> None:
    client = bedrock(account)
    arn = client.create_guardrail(name="g", **MESSAGES)["guardrailArn"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_resource_policy(resourceArn=arn)
    with pytest.raises(ClientError, match="ValidationException"):
        client.put_resource_policy(resourceArn=arn, resourcePolicy="{")
    client.put_resource_policy(resourceArn=arn, resourcePolicy='{"Statement": []}')
    assert client.get_resource_policy(resourceArn=arn)["resourcePolicy"] == '{"Statement": []}'
    client.delete_resource_policy(resourceArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.delete_resource_policy(resourceArn=arn)


def test_marketplace_endpoints_are_told_by_their_model(account: Account) -> None:
    client = bedrock(account)
    params = ROUND_OF["create_marketplace_model_endpoint"].of()
    client.create_marketplace_model_endpoint(**params)
    source = params["modelSourceIdentifier"]

    assert len(client.list_marketplace_model_endpoints(modelSourceEquals=source)["marketplaceModelEndpoints"]) == 1
    other = source.replace("/m/", "/other/")
    assert client.list_marketplace_model_endpoints(modelSourceEquals=other)["marketplaceModelEndpoints"] == []
