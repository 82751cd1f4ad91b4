"""Amazon Bedrock: models of the account (customized, copied, imported) and the jobs that make them.

Jobs are over when they are created, where AWS takes hours.
"""

from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.bedrock_foundation_models import model_arn, model_name
from cli.sandbox.services.bedrock_tags import tag, untag
from cli.sandbox.services.kms_keys import key_arn
from cli.sandbox.shelves import Record, Shelf

_REASON: Final = "Moto's models have no status, an invented key and ARNs of another form; its jobs never end."

CUSTOM_MODELS: Final = Shelf("bedrock", "custom model", ("modelArn", "modelName"), "modelName", "creationTime")
CUSTOMIZATIONS: Final = Shelf("bedrock", "model customization job", ("jobArn", "jobName"), "jobName", "creationTime")
IMPORTED_MODELS: Final = Shelf("bedrock", "imported model", ("modelArn", "modelName"), "modelName", "creationTime")
IMPORTS: Final = Shelf("bedrock", "model import job", ("jobArn", "jobName"), "jobName", "creationTime")
COPIES: Final = Shelf("bedrock", "model copy job", ("jobArn",), "targetModelName", "creationTime")
DEPLOYMENTS: Final = Shelf(
    "bedrock",
    "custom model deployment",
    ("customModelDeploymentArn", "modelDeploymentName"),
    "modelDeploymentName",
    "createdAt",
    aliases={"customModelDeploymentName": "modelDeploymentName"},
)
PROVISIONED: Final = Shelf(
    "bedrock",
    "provisioned model",
    ("provisionedModelArn", "provisionedModelName"),
    "provisionedModelName",
    "creationTime",
)


def create_model_customization_job(call: Call) -> Result:
    """Customize a model: the job is completed, the custom model active."""
    params = call.params
    _refuse_taken(CUSTOMIZATIONS, call, params["jobName"])
    _refuse_taken(CUSTOM_MODELS, call, params["customModelName"])
    base = model_arn(call, params["baseModelIdentifier"])
    base_id = base.rsplit("/", 1)[-1]
    validation = params.get("validationDataConfig", {"validators": []})
    learned = {
        name: params[name]
        for name in (
            "roleArn",
            "trainingDataConfig",
            "outputDataConfig",
            "vpcConfig",
            "customizationConfig",
            "clientRequestToken",
        )
        if name in params
    } | {
        "jobArn": call.arn(f"model-customization-job/{base_id}/{random_id(12)}"),
        "jobName": params["jobName"],
        "baseModelArn": base,
        "baseModelName": model_name(base),
        "customizationType": params.get("customizationType", "FINE_TUNING"),
        "hyperParameters": params.get("hyperParameters", {}),
        "validationDataConfig": validation,
        "trainingMetrics": {"trainingLoss": 0.5},
        "validationMetrics": [
            {"validationLoss": 0.5} for _ in params.get("validationDataConfig", {}).get("validators", ())
        ],
        "creationTime": call.now,
    }
    key = key_arn(call, params.get("customModelKmsKeyId"))
    model = _new_custom_model(call, params["customModelName"], base_id, key, learned)
    tag(call, model["modelArn"], params.get("customModelTags"))
    job = learned | {
        "status": "Completed",
        "lastModifiedTime": call.now,
        "endTime": call.now,
        "outputModelName": model["modelName"],
        "outputModelArn": model["modelArn"],
        "customModelName": model["modelName"],
        "customModelArn": model["modelArn"],
        "outputModelKmsKeyArn": key,
    }
    tag(call, job["jobArn"], params.get("jobTags"))
    return CUSTOMIZATIONS.answer(call, CUSTOMIZATIONS.put(call, job))


@operation("bedrock", "CreateCustomModel")
def create_custom_model(call: Call) -> Result:
    """Take a custom model over from Amazon S3 or from a model package."""
    _refuse_taken(CUSTOM_MODELS, call, call.params["modelName"])
    learned = {
        "baseModelArn": model_arn(call, "amazon.nova-lite-v1:0"),
        "baseModelName": "Nova Lite",
        "customizationType": "IMPORTED",
        "creationTime": call.now,
    }
    key = key_arn(call, call.params.get("modelKmsKeyArn"))
    model = _new_custom_model(call, call.params["modelName"], "imported", key, learned)
    tag(call, model["modelArn"], call.params.get("modelTags"))
    return CUSTOM_MODELS.answer(call, model)


def delete_custom_model(call: Call) -> Result:
    """Delete a custom model."""
    untag(call, CUSTOM_MODELS.remove(call, call.params["modelIdentifier"])["modelArn"])
    return {}


@operation("bedrock", "CreateModelImportJob")
def create_model_import_job(call: Call) -> Result:
    """Import a model: the job is completed, the model there."""
    params = call.params
    _refuse_taken(IMPORTS, call, params["jobName"])
    _refuse_taken(IMPORTED_MODELS, call, params["importedModelName"])
    key = key_arn(call, params.get("importedModelKmsKeyId"))
    job = {name: params[name] for name in ("roleArn", "modelDataSource", "vpcConfig") if name in params} | {
        "jobArn": call.arn(f"model-import-job/{random_id(12)}"),
        "jobName": params["jobName"],
        "status": "Completed",
        "creationTime": call.now,
        "lastModifiedTime": call.now,
        "endTime": call.now,
        "importedModelName": params["importedModelName"],
        "importedModelArn": call.arn(f"imported-model/{random_id(12)}"),
        "importedModelKmsKeyArn": key,
    }
    model = {
        "modelArn": job["importedModelArn"],
        "modelName": job["importedModelName"],
        "jobArn": job["jobArn"],
        "jobName": job["jobName"],
        "modelDataSource": job["modelDataSource"],
        "creationTime": job["creationTime"],
        "modelArchitecture": "llama",
        "modelKmsKeyArn": key,
        "instructSupported": True,
    }
    IMPORTED_MODELS.put(call, model)
    tag(call, model["modelArn"], params.get("importedModelTags"))
    tag(call, job["jobArn"], params.get("jobTags"))
    return IMPORTS.answer(call, IMPORTS.put(call, job))


@operation("bedrock", "DeleteImportedModel")
def delete_imported_model(call: Call) -> Result:
    """Delete an imported model."""
    untag(call, IMPORTED_MODELS.remove(call, call.params["modelIdentifier"])["modelArn"])
    return {}


@operation("bedrock", "CreateModelCopyJob")
def create_model_copy_job(call: Call) -> Result:
    """Copy a model, perhaps of another Region or account, into the call's Region."""
    params, source = call.params, call.params["sourceModelArn"]
    _refuse_taken(CUSTOM_MODELS, call, params["targetModelName"])
    key = key_arn(call, params.get("modelKmsKeyId"))
    base_id = source.split("/")[-2] if source.count("/") > 1 else "imported"
    base = model_arn(call, base_id)
    learned = {"baseModelArn": base, "baseModelName": model_name(base), "creationTime": call.now}
    model = _new_custom_model(call, params["targetModelName"], base_id, key, learned)
    tag(call, model["modelArn"], params.get("targetModelTags"))
    job = {
        "jobArn": call.arn(f"model-copy-job/{random_id(12)}"),
        "status": "Completed",
        "creationTime": call.now,
        "sourceModelArn": source,
        "sourceAccountId": source.split(":")[4],
        "targetModelArn": model["modelArn"],
        "targetModelName": model["modelName"],
        "targetModelKmsKeyArn": key,
        "targetModelTags": params.get("targetModelTags"),
    }
    return COPIES.answer(call, COPIES.put(call, job))


@operation("bedrock", "CreateCustomModelDeployment")
def create_custom_model_deployment(call: Call) -> Result:
    """Deploy a custom model for on-demand inference."""
    model = CUSTOM_MODELS.find(call, call.params["modelArn"])
    record = {
        "customModelDeploymentArn": call.arn(f"custom-model-deployment/{random_id(12)}"),
        "modelDeploymentName": call.params["modelDeploymentName"],
        "modelArn": model["modelArn"],
        "createdAt": call.now,
        "status": "Active",
        "description": call.params.get("description"),
    }
    tag(call, record["customModelDeploymentArn"], call.params.get("tags"))
    return DEPLOYMENTS.answer(call, DEPLOYMENTS.put(call, record))


@operation("bedrock", "CreateProvisionedModelThroughput")
def create_provisioned_model_throughput(call: Call) -> Result:
    """Buy throughput for a model."""
    params = call.params
    _refuse_taken(PROVISIONED, call, params["provisionedModelName"])
    arn = model_arn(call, params["modelId"])
    custom = CUSTOM_MODELS.records(call).get(arn)
    record = {
        "provisionedModelArn": call.arn(f"provisioned-model/{random_id(12)}"),
        "provisionedModelName": params["provisionedModelName"],
        "modelUnits": params["modelUnits"],
        "desiredModelUnits": params["modelUnits"],
        "modelArn": arn,
        "desiredModelArn": arn,
        "foundationModelArn": custom["baseModelArn"] if custom else arn,
        "status": "InService",
        "creationTime": call.now,
        "lastModifiedTime": call.now,
        "commitmentDuration": params.get("commitmentDuration"),
    }
    tag(call, record["provisionedModelArn"], params.get("tags"))
    return PROVISIONED.answer(call, PROVISIONED.put(call, record))


def _new_custom_model(call: Call, name: str, base_id: str, key: str | None, learned: Record) -> Record:
    model = learned | {
        "modelArn": call.arn(f"custom-model/{base_id}/{random_id(12)}"),
        "modelName": name,
        "modelKmsKeyArn": key,
        "modelStatus": "Active",
        "ownerAccountId": call.account_id,
    }
    return CUSTOM_MODELS.put(call, model)


def _refuse_taken(shelf: Shelf, call: Call, name: str) -> None:
    if any(record.get(shelf.name) == name for record in shelf.records(call).values()):
        raise AwsError("ConflictException", f"The {shelf.kind} {name} exists already.")


CUSTOMIZATIONS.registers("CreateModelCustomizationJob", create_model_customization_job, amends=_REASON)
CUSTOMIZATIONS.serves_get("GetModelCustomizationJob", "jobIdentifier", amends=_REASON)
CUSTOMIZATIONS.serves_list("ListModelCustomizationJobs", amends=_REASON)
CUSTOMIZATIONS.serves_status("StopModelCustomizationJob", "jobIdentifier", "Stopped", amends=_REASON)
CUSTOM_MODELS.serves_get("GetCustomModel", "modelIdentifier", amends=_REASON)
CUSTOM_MODELS.serves_list("ListCustomModels", amends=_REASON)
CUSTOM_MODELS.registers("DeleteCustomModel", delete_custom_model, amends=_REASON)
IMPORTED_MODELS.serves_get("GetImportedModel", "modelIdentifier")
IMPORTED_MODELS.serves_list("ListImportedModels")
IMPORTS.serves_get("GetModelImportJob", "jobIdentifier")
IMPORTS.serves_list("ListModelImportJobs")
COPIES.serves_get("GetModelCopyJob", "jobArn")
COPIES.serves_list("ListModelCopyJobs")
DEPLOYMENTS.serves_get("GetCustomModelDeployment", "customModelDeploymentIdentifier")
DEPLOYMENTS.serves_list("ListCustomModelDeployments")
DEPLOYMENTS.serves_delete("DeleteCustomModelDeployment", "customModelDeploymentIdentifier")
PROVISIONED.serves_get("GetProvisionedModelThroughput", "provisionedModelId")
PROVISIONED.serves_list("ListProvisionedModelThroughputs")
PROVISIONED.serves_delete("DeleteProvisionedModelThroughput", "provisionedModelId")
