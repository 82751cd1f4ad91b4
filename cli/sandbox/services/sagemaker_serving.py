"""Amazon SageMaker AI: endpoints with all settings of their configurations, inference components, policies."""

from collections.abc import Mapping
from typing import Any, Final

from moto.sagemaker.models import FakeEndpointConfig, SageMakerModelBackend, sagemaker_backends

from cli.sandbox.calls import Call
from cli.sandbox.constraints import check
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Moto, Result, amendment, operation, replacement
from cli.sandbox.shelves import Record, Shelf

COMPONENTS: Final = Shelf("sagemaker", "inference component", ("InferenceComponentName", "InferenceComponentArn"))
_DROPPED: Final = (
    "ShadowProductionVariants",
    "ExplainerConfig",
    "ExecutionRoleArn",
    "VpcConfig",
    "EnableNetworkIsolation",
)
_PAGE: Final = 10


@replacement(
    FakeEndpointConfig, "validate_instance_type", reason="Moto refuses the instance types that were added since 2020."
)
def _validate_instance_type(self: FakeEndpointConfig, instance_type: str) -> None:
    """Take any type: the constraints of the service model were checked before."""


@replacement(
    SageMakerModelBackend,
    "validate_production_variants",
    reason="Moto knows no variants without a model of their own, which host inference components.",
)
def _validate_production_variants(self: SageMakerModelBackend, production_variants: list[dict[str, Any]]) -> None:
    known = self._models
    for variant in production_variants:
        name = variant.get("ModelName")
        if name is not None and name not in known:
            arn = f"arn:aws:sagemaker:{self.region_name}:{self.account_id}:model/{name}"
            raise AwsError("ValidationException", f'Could not find model "{arn}".')


@amendment("sagemaker", "CreateEndpointConfig", reason="Moto drops shadow variants, networks and explainers.")
def create_endpoint_config(call: Call, moto: Moto) -> Result:
    """Create a configuration, and remember what moto does not."""
    check(call.service, call.operation, call.params)
    answer = moto()
    dropped = {name: call.params[name] for name in _DROPPED if name in call.params}
    call.table("endpoint configuration")[call.params["EndpointConfigName"]] = dropped
    return answer


@amendment("sagemaker", "DescribeEndpointConfig", reason="Moto drops shadow variants, networks and explainers.")
def describe_endpoint_config(call: Call, moto: Moto) -> Result:
    """Return a configuration with everything that it was created with."""
    settings: Record = {name: value for name, value in moto().items() if name != "DataCaptureConfig" or value}
    dropped: Record = call.table("endpoint configuration").get(call.params["EndpointConfigName"], {})
    return settings | dropped


@amendment("sagemaker", "CreateEndpoint", reason="Moto's endpoints forget asynchronous inference and managed scaling.")
def create_endpoint(call: Call, moto: Moto) -> Result:
    """Create an endpoint, and remember what moto does not say of it."""
    answer = moto()
    backend = sagemaker_backends[call.account_id][call.region]
    config = backend.describe_endpoint_config(call.params["EndpointConfigName"])
    call.table("endpoint")[call.params["EndpointName"]] = {
        "AsyncInferenceConfig": config.get("AsyncInferenceConfig"),
        "DataCaptureConfig": config.get("DataCaptureConfig"),
        "ProductionVariants": {variant["VariantName"]: variant for variant in config["ProductionVariants"]},
    }
    return answer


@amendment(
    "sagemaker", "DescribeEndpoint", reason="Moto's endpoints forget asynchronous inference and managed scaling."
)
def describe_endpoint(call: Call, moto: Moto) -> Result:
    """Return an endpoint with the settings that its variants run with."""
    answer = dict(moto())
    settings = call.table("endpoint").get(call.params["EndpointName"], {})
    configured = settings.get("ProductionVariants", {})
    answer["ProductionVariants"] = [
        variant | _taken(configured.get(variant["VariantName"], {}), "ManagedInstanceScaling", "RoutingConfig")
        for variant in answer["ProductionVariants"]
    ]
    answer.pop("DataCaptureConfig", None)
    if capture := settings.get("DataCaptureConfig"):
        answer["DataCaptureConfig"] = {
            "EnableCapture": capture.get("EnableCapture", False),
            "CaptureStatus": "Started" if capture.get("EnableCapture") else "Stopped",
            "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
            "DestinationS3Uri": capture["DestinationS3Uri"],
            "KmsKeyId": capture.get("KmsKeyId", ""),
        }
    return answer | _taken(settings, "AsyncInferenceConfig")


@operation("sagemaker", "CreateInferenceComponent", page_size=_PAGE)
def create_inference_component(call: Call) -> Result:
    """Put a model, or an adapter of one, on a variant of an endpoint: it is in service at once."""
    params = call.params
    endpoint = _endpoint(call, params["EndpointName"])
    name = params["InferenceComponentName"]
    if name in COMPONENTS.records(call):
        raise AwsError("ValidationException", f"Cannot create already existing inference component {name}.")
    base = params.get("Specification", {}).get("BaseInferenceComponentName")
    variant = params.get("VariantName") or (COMPONENTS.records(call)[base]["VariantName"] if base else None)
    record = {
        "InferenceComponentName": name,
        "InferenceComponentArn": call.arn(f"inference-component/{name}"),
        "EndpointName": params["EndpointName"],
        "EndpointArn": endpoint.arn,
        "VariantName": variant or endpoint.production_variants[0]["VariantName"],
        "InferenceComponentStatus": "InService",
        "CreationTime": call.now,
        "LastModifiedTime": call.now,
        "Specification": _described(call, params["Specification"]) if "Specification" in params else None,
        "Specifications": [_described(call, each) for each in params.get("Specifications", ())] or None,
    }
    if "RuntimeConfig" in params:
        copies = params["RuntimeConfig"]["CopyCount"]
        record["RuntimeConfig"] = {"DesiredCopyCount": copies, "CurrentCopyCount": copies}
    return COMPONENTS.answer(call, COMPONENTS.put(call, record))


@operation("sagemaker", "DescribeInferenceComponent")
def describe_inference_component(call: Call) -> Result:
    """Return one inference component."""
    return COMPONENTS.answer(call, _component(call))


@operation("sagemaker", "DeleteInferenceComponent")
def delete_inference_component(call: Call) -> Result:
    """Take an inference component off its endpoint."""
    del COMPONENTS.records(call)[_component(call)["InferenceComponentName"]]
    return {}


@operation("sagemaker", "ListInferenceComponents", page_size=_PAGE)
def list_inference_components(call: Call) -> Result:
    """Return the inference components of the account, or of an endpoint or a variant."""
    wanted = {"EndpointNameEquals": "EndpointName", "VariantNameEquals": "VariantName"}
    asked = {member: call.params[name] for name, member in wanted.items() if name in call.params}
    return COMPONENTS.listing(
        call, [each for each in COMPONENTS.records(call).values() if asked.items() <= each.items()]
    )


@operation("sagemaker", "PutEndpointPolicy")
def put_endpoint_policy(call: Call) -> Result:
    """Attach a resource policy to an endpoint."""
    endpoint = _endpoint(call, call.params["EndpointName"])
    call.table("endpoint policy")[call.params["EndpointName"]] = call.params["ResourcePolicy"]
    return {"EndpointArn": endpoint.arn}


@operation("sagemaker", "GetEndpointPolicy")
def get_endpoint_policy(call: Call) -> Result:
    """Return an endpoint's resource policy."""
    name = call.params["EndpointName"]
    endpoint = _endpoint(call, name)
    policies = call.table("endpoint policy")
    if name not in policies:
        raise AwsError("ValidationException", f"Cannot find resource policy for: {endpoint.arn}")
    return {"EndpointName": name, "EndpointArn": endpoint.arn, "ResourcePolicy": policies[name]}


@operation("sagemaker", "DeleteEndpointPolicy")
def delete_endpoint_policy(call: Call) -> Result:
    """Take an endpoint's resource policy away, if it has one."""
    _endpoint(call, call.params["EndpointName"])
    call.table("endpoint policy").pop(call.params["EndpointName"], None)
    return {}


def _described(call: Call, specification: Mapping[str, Any]) -> Record:
    """Return a specification as it is answered: with the image that its name was resolved to."""
    described = dict(specification)
    if "Container" in specification:
        container = dict(specification["Container"])
        image = container.pop("Image", None)
        if image:
            resolved = {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": call.now}
            container["DeployedImage"] = resolved
        described["Container"] = container
    return described


def _component(call: Call) -> Record:
    name = call.params["InferenceComponentName"].rpartition("/")[2]
    if name not in COMPONENTS.records(call):
        arn = call.arn(f"inference-component/{name}")
        raise AwsError("ValidationException", f'Could not find inference component "{arn}".')
    return COMPONENTS.records(call)[name]


def _endpoint(call: Call, name: str) -> Any:
    endpoints = sagemaker_backends[call.account_id][call.region].endpoints
    if name not in endpoints:
        arn = call.arn(f"endpoint/{name}")
        raise AwsError("ValidationException", f'Could not find endpoint "{arn}".')
    return endpoints[name]


def _taken(record: Mapping[str, Any], *names: str) -> Record:
    return {name: record[name] for name in names if record.get(name) is not None}
