"""Amazon Bedrock: inference profiles, prompt routers, marketplace endpoints, batch inference."""

from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError, NoSuchThingError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.bedrock_foundation_models import system_profiles
from cli.sandbox.services.bedrock_tags import tag, untag
from cli.sandbox.shelves import Record, Shelf

PROFILES: Final = Shelf("bedrock", "inference profile", ("inferenceProfileArn", "inferenceProfileId"))
ROUTERS: Final = Shelf("bedrock", "prompt router", ("promptRouterArn",))
MARKETPLACE: Final = Shelf("bedrock", "marketplace model endpoint", ("endpointArn",))
BATCHES: Final = Shelf("bedrock", "model invocation job", ("jobArn", "jobId"), "jobName", "submitTime")


@operation("bedrock", "CreateInferenceProfile")
def create_inference_profile(call: Call) -> Result:
    """Create an application inference profile over a model or over a profile that AWS defines."""
    source = call.params["modelSource"]["copyFrom"]
    known = {profile["inferenceProfileArn"]: profile for profile in system_profiles(call)}
    if ":inference-profile/" in source and source not in known:
        raise NoSuchThingError(f"The inference profile {source} does not exist.")
    profile_id = random_id(12)
    record = {
        "inferenceProfileId": profile_id,
        "inferenceProfileArn": call.arn(f"application-inference-profile/{profile_id}"),
        "inferenceProfileName": call.params["inferenceProfileName"],
        "description": call.params.get("description"),
        "models": known[source]["models"] if source in known else [{"modelArn": source}],
        "createdAt": call.now,
        "updatedAt": call.now,
        "status": "ACTIVE",
        "type": "APPLICATION",
    }
    if record["inferenceProfileName"] in [each["inferenceProfileName"] for each in PROFILES.records(call).values()]:
        raise AwsError("ConflictException", f"The profile {record['inferenceProfileName']} exists already.")
    tag(call, record["inferenceProfileArn"], call.params.get("tags"))
    return PROFILES.answer(call, PROFILES.put(call, record))


# Global profiles name a model without a Region, which the service model's pattern does not foresee.
@operation("bedrock", "GetInferenceProfile", forms=False)
def get_inference_profile(call: Call) -> Result:
    """Return a profile of the account or of AWS, by id or ARN."""
    wanted = call.params["inferenceProfileIdentifier"]
    for profile in system_profiles(call):
        if wanted in (profile["inferenceProfileId"], profile["inferenceProfileArn"]):
            return PROFILES.answer(call, profile)
    return PROFILES.answer(call, PROFILES.find(call, wanted))


@operation("bedrock", "ListInferenceProfiles", forms=False)
def list_inference_profiles(call: Call) -> Result:
    """Return the profiles of AWS and of the account."""
    return PROFILES.listing(call, [*system_profiles(call), *PROFILES.records(call).values()])


@operation("bedrock", "DeleteInferenceProfile")
def delete_inference_profile(call: Call) -> Result:
    """Delete a profile of the account."""
    untag(call, PROFILES.remove(call, call.params["inferenceProfileIdentifier"])["inferenceProfileArn"])
    return {}


@operation("bedrock", "CreatePromptRouter")
def create_prompt_router(call: Call) -> Result:
    """Create a prompt router over models."""
    record: Record = {
        name: call.params[name]
        for name in ("promptRouterName", "models", "description", "routingCriteria", "fallbackModel")
        if name in call.params
    } | {
        "promptRouterArn": call.arn(f"default-prompt-router/{random_id(12)}"),
        "createdAt": call.now,
        "updatedAt": call.now,
        "status": "AVAILABLE",
        "type": "custom",
    }
    tag(call, record["promptRouterArn"], call.params.get("tags"))
    return ROUTERS.answer(call, ROUTERS.put(call, record))


@operation("bedrock", "CreateMarketplaceModelEndpoint")
def create_marketplace_model_endpoint(call: Call) -> Result:
    """Deploy a model of the marketplace on an Amazon SageMaker endpoint."""
    record = {
        "endpointArn": call.arn(f"endpoint/{call.params['endpointName']}", "sagemaker"),
        "modelSourceIdentifier": call.params["modelSourceIdentifier"],
        "endpointConfig": call.params["endpointConfig"],
        "status": "REGISTERED",
        "endpointStatus": "InService",
        "createdAt": call.now,
        "updatedAt": call.now,
    }
    tag(call, record["endpointArn"], call.params.get("tags"))
    return {"marketplaceModelEndpoint": MARKETPLACE.put(call, record)}


@operation("bedrock", "GetMarketplaceModelEndpoint")
def get_marketplace_model_endpoint(call: Call) -> Result:
    """Return a marketplace endpoint."""
    return {"marketplaceModelEndpoint": MARKETPLACE.find(call, call.params["endpointArn"])}


@operation("bedrock", "ListMarketplaceModelEndpoints")
def list_marketplace_model_endpoints(call: Call) -> Result:
    """Return the marketplace endpoints."""
    wanted = call.params.get("modelSourceEquals")
    records = MARKETPLACE.records(call).values()
    return MARKETPLACE.listing(call, [each for each in records if wanted in (None, each["modelSourceIdentifier"])])


@operation("bedrock", "CreateModelInvocationJob")
def create_model_invocation_job(call: Call) -> Result:
    """Run a batch inference: the job is completed."""
    job_id = random_id(12)
    record: Record = {
        name: call.params[name]
        for name in (
            "jobName",
            "roleArn",
            "clientRequestToken",
            "modelId",
            "inputDataConfig",
            "outputDataConfig",
            "vpcConfig",
            "timeoutDurationInHours",
            "modelInvocationType",
        )
        if name in call.params
    } | {
        "jobId": job_id,
        "jobArn": call.arn(f"model-invocation-job/{job_id}"),
        "status": "Completed",
        "submitTime": call.now,
        "lastModifiedTime": call.now,
        "endTime": call.now,
    }
    tag(call, record["jobArn"], call.params.get("tags"))
    return BATCHES.answer(call, BATCHES.put(call, record))


ROUTERS.serves_get("GetPromptRouter", "promptRouterArn")
ROUTERS.serves_list("ListPromptRouters")
ROUTERS.serves_delete("DeletePromptRouter", "promptRouterArn")
MARKETPLACE.serves_delete("DeleteMarketplaceModelEndpoint", "endpointArn")
BATCHES.serves_get("GetModelInvocationJob", "jobIdentifier")
BATCHES.serves_list("ListModelInvocationJobs")
BATCHES.serves_status("StopModelInvocationJob", "jobIdentifier", "Stopped")
