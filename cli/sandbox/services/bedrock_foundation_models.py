"""Amazon Bedrock: a few foundation models, and the inference profiles that AWS defines over them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import NoSuchThingError
from cli.sandbox.operations import Result, operation

_TEXT: Final = ("TEXT",)
_SEES: Final = ("TEXT", "IMAGE")
_TUNABLE: Final = ("FINE_TUNING",)

# id: name, provider, input, output, customizations
_MODELS: Final[dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]] = {
    "amazon.nova-lite-v1:0": ("Nova Lite", "Amazon", _SEES, _TEXT, _TUNABLE),
    "amazon.nova-pro-v1:0": ("Nova Pro", "Amazon", _SEES, _TEXT, _TUNABLE),
    "amazon.titan-embed-text-v2:0": ("Titan Embeddings V2", "Amazon", _TEXT, ("EMBEDDING",), ()),
    "amazon.titan-text-express-v1": ("Titan Text Express", "Amazon", _TEXT, _TEXT, _TUNABLE),
    "anthropic.claude-3-haiku-20240307-v1:0": ("Claude 3 Haiku", "Anthropic", _SEES, _TEXT, _TUNABLE),
    "anthropic.claude-sonnet-4-20250514-v1:0": ("Claude Sonnet 4", "Anthropic", _SEES, _TEXT, ()),
    "cohere.embed-english-v3": ("Embed English", "Cohere", _TEXT, ("EMBEDDING",), ()),
    "meta.llama3-1-8b-instruct-v1:0": ("Llama 3.1 8B", "Meta", _TEXT, _TEXT, _TUNABLE),
}
_GEOGRAPHIES: Final[dict[str, tuple[str, ...]]] = {
    "us": ("us-east-1", "us-east-2", "us-west-2"),
    "eu": ("eu-central-1", "eu-west-1", "eu-west-3"),
    "apac": ("ap-northeast-1", "ap-southeast-1", "ap-southeast-2"),
}
_PROFILED: Final = ("amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "anthropic.claude-sonnet-4-20250514-v1:0")
_GLOBAL: Final = ("anthropic.claude-sonnet-4-20250514-v1:0",)


@operation("bedrock", "ListFoundationModels")
def list_foundation_models(call: Call) -> Result:
    """Return the models of the Region."""
    summaries = [_details(call, model_id) for model_id in _MODELS]
    return {"modelSummaries": [summary for summary in summaries if _is_wanted(call, summary)]}


@operation("bedrock", "GetFoundationModel")
def get_foundation_model(call: Call) -> Result:
    """Return one model, by id or ARN."""
    model_id = call.params["modelIdentifier"].rsplit("/", 1)[-1]
    if model_id not in _MODELS:
        raise NoSuchThingError(f"The model {model_id} does not exist.")
    return {"modelDetails": _details(call, model_id)}


def model_arn(call: Call, identifier: str) -> str:
    """Return the ARN of the foundation model that an id or an ARN names."""
    if identifier.startswith("arn:"):
        return identifier
    return f"arn:{call.partition}:bedrock:{call.region}::foundation-model/{identifier}"


def model_name(arn: str) -> str:
    """Return a foundation model's name, its id for one that is not known here."""
    model_id = arn.rsplit("/", 1)[-1]
    return _MODELS[model_id][0] if model_id in _MODELS else model_id


def system_profiles(call: Call) -> Iterator[dict[str, Any]]:
    """Yield the inference profiles that AWS defines for the call's Region."""
    geography = next((name for name, regions in _GEOGRAPHIES.items() if call.region in regions), None)
    if geography is None:
        return
    for model_id in _PROFILED:
        yield _profile(call, geography, model_id, _GEOGRAPHIES[geography])
    for model_id in _GLOBAL:
        # The model without a Region stands for all of them.
        # https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
        yield _profile(call, "global", model_id, (call.region, ""))


def _profile(call: Call, prefix: str, model_id: str, regions: tuple[str, ...]) -> dict[str, Any]:
    profile_id = f"{prefix}.{model_id}"
    models = [f"arn:{call.partition}:bedrock:{region}::foundation-model/{model_id}" for region in regions]
    name, provider = _MODELS[model_id][:2]
    return {
        "inferenceProfileId": profile_id,
        "inferenceProfileArn": call.arn(f"inference-profile/{profile_id}"),
        "inferenceProfileName": f"{prefix.upper()} {provider} {name}",
        "description": f"Routes requests to {name} across Regions.",
        "models": [{"modelArn": arn} for arn in models],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    }


def _details(call: Call, model_id: str) -> dict[str, Any]:
    name, provider, takes, gives, customizations = _MODELS[model_id]
    return {
        "modelArn": model_arn(call, model_id),
        "modelId": model_id,
        "modelName": name,
        "providerName": provider,
        "inputModalities": list(takes),
        "outputModalities": list(gives),
        "responseStreamingSupported": "TEXT" in gives,
        "customizationsSupported": list(customizations),
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": {"status": "ACTIVE"},
    }


def _is_wanted(call: Call, summary: Mapping[str, Any]) -> bool:
    filters = {
        "byProvider": [summary["providerName"]],
        "byCustomizationType": summary["customizationsSupported"],
        "byOutputModality": summary["outputModalities"],
        "byInferenceType": summary["inferenceTypesSupported"],
    }
    return all(call.params.get(name) in (None, *allowed) for name, allowed in filters.items())
