"""AWS Lambda: the VPC of a function."""

from typing import Any

from moto.awslambda.models import LambdaFunction

from cli.sandbox.operations import replacement


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
