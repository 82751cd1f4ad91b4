"""AWS Lambda: the VPC of a function, and who may see its environment variables."""

from typing import Any, Final

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Moto, Result, amendment, replacement
from cli.sandbox.roles import require_decrypting

_SHOWN_TO_ALL: Final = "Moto shows environment variables also to callers that may not use their key."


@amendment("lambda", "ListFunctions", reason=_SHOWN_TO_ALL)
def list_functions(call: Call, moto: Moto) -> Result:
    """Return the functions, without the variables that the caller may not decrypt."""
    answer = moto()
    return {**answer, "Functions": [_shown(call, each) for each in answer["Functions"]]}


@amendment("lambda", "GetFunctionConfiguration", reason=_SHOWN_TO_ALL)
def get_function_configuration(call: Call, moto: Moto) -> Result:
    """Return a function's configuration, without the variables if the caller may not decrypt them."""
    return _shown(call, moto())


@amendment("lambda", "UpdateFunctionConfiguration", reason="Moto keeps the key that a function was made with.")
def update_function_configuration(call: Call, moto: Moto) -> Result:
    """Change a function, its key included; a caller that sets variables sees them."""
    answer = moto()
    if "KMSKeyArn" not in call.params:
        return answer
    key = call.params["KMSKeyArn"]
    get_backend(call.account_id, call.region).get_function(call.params["FunctionName"]).kms_key_arn = key
    return {**answer, "KMSKeyArn": key}


def _shown(call: Call, configuration: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration as AWS Lambda answers it (Lambda API, EnvironmentResponse); moto names no key as ""."""
    described = {name: value for name, value in configuration.items() if name != "KMSKeyArn" or value}
    if "KMSKeyArn" not in described or not described.get("Environment"):
        return described
    try:
        require_decrypting(call, described["KMSKeyArn"])
    except AwsError as refused:
        return {**described, "Environment": {"Error": {"ErrorCode": refused.code, "Message": refused.message}}}
    call.beside.add("kms:Decrypt")
    return described


def _vpc_config(function: LambdaFunction) -> dict[str, Any] | None:
    """Return the function's subnets and security groups with the VPC that the subnets are in."""
    if not function._vpc_config:  # noqa: SLF001 - moto's model, which this replaces a part of
        return None
    config = dict(function._vpc_config)  # noqa: SLF001 - as above
    if not config.get("SubnetIds"):
        return config
    # Only functions in a VPC pay the second that these models take to import.
    from moto.ec2.models import ec2_backends  # noqa: PLC0415

    zones = ec2_backends[function.account_id][function.region].subnets.values()
    vpcs = {subnet.id: subnet.vpc_id for zone in zones for subnet in zone.values()}
    return {**config, "VpcId": vpcs.get(config["SubnetIds"][0], "")}


replacement(LambdaFunction, "vpc_config", reason="Moto makes up the same VPC for every function that is in one.")(
    property(_vpc_config)
)
