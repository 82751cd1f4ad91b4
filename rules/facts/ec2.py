"""Facts about networks: VPCs, VPC endpoints of AI services, and the security groups in front of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, get_args

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import UnexpectedAnswerError, error_code
from rules.engine.resource import Resource
from rules.expressions import Expression
from rules.frozen import dataclass
from rules.permissions.document import PolicyDocument, PolicyType, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

# Customer-managed prefix lists may be shared by other accounts, and those of AWS have "aws" for an account.
PREFIX_LIST = "arn:{partition}:ec2:{region}:*:prefix-list/*"

SERVICE_NAME = Expression(r"(?:[a-z0-9-]+\.)+(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)\.(?P<service>.+)")
FILTER_VALUES = 200
"""Values that one filter of a Describe request takes (Amazon EC2 API, Filter)."""


AiService = Literal[
    "bedrock",
    "bedrock-agent",
    "bedrock-agent-runtime",
    "bedrock-agentcore",
    "bedrock-mantle",
    "bedrock-runtime",
    "sagemaker.runtime",
]
"""Services that workloads call through interface endpoints, named as in VpcEndpoint.service."""


@dataclass(frozen=True)
class Vpc:
    """A VPC that the account owns or that another account, its `owner_id`, shares with it."""

    resource: Resource
    tags: Mapping[str, str]
    owner_id: str


@dataclass(frozen=True)
class VpcEndpoint:
    """
    A VPC endpoint of an AI service (Amazon EC2 API, VpcEndpoint).

    `service` is the part of the service's name behind the Region, without "-fips": "bedrock-runtime",
    "sagemaker.runtime" …; `region` is the one that it serves, almost always the endpoint's own. `state` is in lower
    case: available, pending, deleting …. `policy_text` is None for a service that takes no endpoint policy.
    """

    resource: Resource
    tags: Mapping[str, str]
    account_id: str
    partition: str
    vpc_id: str
    type: str
    service: str
    region: str
    state: str
    private_dns: bool
    policy_text: str | None
    security_group_ids: tuple[str, ...]


@dataclass(frozen=True)
class GuardedEndpoint:
    """A VPC endpoint of an AI service with its policy, None for a service that takes none."""

    endpoint: VpcEndpoint
    policy: PolicyDocument | None

    @property
    def resource(self) -> Resource:
        """The endpoint."""
        return self.endpoint.resource

    @property
    def tags(self) -> Mapping[str, str]:
        """The endpoint's tags."""
        return self.endpoint.tags


@dataclass(frozen=True)
class Ingress:
    """
    One kind of traffic that a security group lets in.

    `protocol` is a name or number, "-1" for all of them; ports are None for all of them. `blocks` are the CIDR
    blocks that it may come from, those of prefix lists included; members of other security groups are left out,
    because they are in the network already.
    """

    protocol: str
    from_port: int | None
    to_port: int | None
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class SecurityGroup:
    """A security group with what it lets in."""

    id: str
    ingress: tuple[Ingress, ...]


@reads(Action("ec2:DescribeVpcs"))
def vpcs(aws: Aws) -> tuple[Vpc, ...]:
    """Return every VPC that the account owns or shares in the Region."""
    pages = aws.client("ec2").get_paginator("describe_vpcs").paginate()
    return tuple(_vpc(aws, vpc) for page in pages for vpc in page["Vpcs"])


@reads(Action("ec2:DescribeVpcEndpoints"))
def ai_endpoints(aws: Aws) -> tuple[VpcEndpoint, ...]:
    """Return the account's VPC endpoints of Amazon Bedrock, Amazon Bedrock AgentCore and SageMaker inference."""
    pages = aws.client("ec2").get_paginator("describe_vpc_endpoints").paginate()
    described = (_ai_endpoint(aws, endpoint) for page in pages for endpoint in page["VpcEndpoints"])
    return tuple(endpoint for endpoint in described if endpoint is not None)


@reads(uses=(ai_endpoints,))
def guarded_endpoints(aws: Aws) -> tuple[GuardedEndpoint | Unreadable, ...]:
    """Return the endpoints of `ai_endpoints` with their policies."""
    return aws.read_each(ai_endpoints(aws), lambda endpoint: endpoint.resource, _guarded)


@reads(Action("ec2:DescribeVpcEndpoints"))
def guarded_endpoint(aws: Aws, resource: Resource) -> GuardedEndpoint | None:
    """
    Return one endpoint as `guarded_endpoints` does, None when it is gone or is one of another service.

    Raises MalformedPolicyError for a policy that cannot be understood.
    """
    try:
        answer = aws.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[resource.id])
    except ClientError as error:
        if error_code(error) == "InvalidVpcEndpointId.NotFound":
            return None
        raise
    (described,) = answer["VpcEndpoints"]
    endpoint = _ai_endpoint(aws, described)
    return None if endpoint is None else _guarded(endpoint)


@reads(Action("ec2:DescribeVpcEndpointServices"))
def offered_services(aws: Aws) -> frozenset[AiService]:
    """Return the AI services that the Region offers VPC endpoints for."""
    pages = aws.client("ec2").get_paginator("describe_vpc_endpoint_services").paginate()
    named = (SERVICE_NAME.fullmatch(name) for page in pages for name in page["ServiceNames"])
    offered = {match["service"].removesuffix("-fips") for match in named if match}
    return frozenset(service for service in get_args(AiService) if service in offered)


@reads(Action("ec2:DescribeSubnets"))
def vpc_of_subnets(aws: Aws) -> Mapping[str, str]:
    """Return the VPC id of every subnet that the account owns or shares in the Region, by subnet id."""
    pages = aws.client("ec2").get_paginator("describe_subnets").paginate()
    return {subnet["SubnetId"]: subnet["VpcId"] for page in pages for subnet in page["Subnets"]}


@reads(Action("ec2:GetManagedPrefixListEntries", PREFIX_LIST))
def prefix_list(aws: Aws, prefix_list_id: str) -> tuple[str, ...]:
    """Return the CIDR blocks of a prefix list."""
    pages = aws.client("ec2").get_paginator("get_managed_prefix_list_entries").paginate(PrefixListId=prefix_list_id)
    return tuple(entry["Cidr"] for page in pages for entry in page["Entries"])


@reads(Action("ec2:DescribeSecurityGroups"), uses=(prefix_list,))
def security_groups(aws: Aws, ids: tuple[str, ...]) -> tuple[SecurityGroup, ...]:
    """Return these security groups; raises UnexpectedAnswerError when the account cannot see one of them."""
    paginator = aws.client("ec2").get_paginator("describe_security_groups")
    found: dict[str, SecurityGroup] = {}
    for start in range(0, len(ids), FILTER_VALUES):
        chosen = {"Name": "group-id", "Values": list(ids[start : start + FILTER_VALUES])}
        for page in paginator.paginate(Filters=[chosen]):
            for group in page["SecurityGroups"]:
                ingress = tuple(_ingress(aws, permission) for permission in group["IpPermissions"])
                found[group["GroupId"]] = SecurityGroup(group["GroupId"], ingress)
    missing = [group_id for group_id in ids if group_id not in found]
    if missing:
        raise UnexpectedAnswerError(f"security group {missing[0]} cannot be seen")
    return tuple(found[group_id] for group_id in ids)


def _vpc(aws: Aws, vpc: Mapping[str, Any]) -> Vpc:
    arn = f"arn:{aws.partition}:ec2:{aws.region}:{vpc['OwnerId']}:vpc/{vpc['VpcId']}"
    return Vpc(Resource("AWS::EC2::VPC", vpc["VpcId"], vpc["VpcId"], arn), _tags(vpc), vpc["OwnerId"])


def _ai_endpoint(aws: Aws, endpoint: Mapping[str, Any]) -> VpcEndpoint | None:
    name = SERVICE_NAME.fullmatch(endpoint.get("ServiceName", ""))
    service = name["service"].removesuffix("-fips") if name else ""
    if name is None or not (re.match(r"bedrock\b", service) or service == "sagemaker.runtime"):
        return None
    endpoint_id = endpoint["VpcEndpointId"]
    arn = aws.arn("ec2", f"vpc-endpoint/{endpoint_id}")
    return VpcEndpoint(
        resource=Resource("AWS::EC2::VPCEndpoint", endpoint_id, endpoint_id, arn),
        tags=_tags(endpoint),
        account_id=aws.account_id,
        partition=aws.partition,
        vpc_id=endpoint["VpcId"],
        type=endpoint["VpcEndpointType"],
        service=service,
        region=name["region"],
        # The service model writes Available where the service answers available.
        state=endpoint["State"].lower(),
        private_dns=endpoint.get("PrivateDnsEnabled", False),
        policy_text=endpoint.get("PolicyDocument"),
        security_group_ids=tuple(sorted(group["GroupId"] for group in endpoint.get("Groups", ()))),
    )


def _guarded(endpoint: VpcEndpoint) -> GuardedEndpoint:
    text = endpoint.policy_text
    return GuardedEndpoint(endpoint, parse(text, PolicyType.RESOURCE) if text else None)


def _ingress(aws: Aws, permission: Mapping[str, Any]) -> Ingress:
    lists = (prefix_list(aws, entry["PrefixListId"]) for entry in permission.get("PrefixListIds", ()))
    return Ingress(
        protocol=permission["IpProtocol"],
        from_port=permission.get("FromPort"),
        to_port=permission.get("ToPort"),
        blocks=(
            *(entry["CidrIp"] for entry in permission.get("IpRanges", ())),
            *(entry["CidrIpv6"] for entry in permission.get("Ipv6Ranges", ())),
            *(block for blocks in lists for block in blocks),
        ),
    )


def _tags(described: Mapping[str, Any]) -> dict[str, str]:
    tags: Iterable[Mapping[str, str]] = described.get("Tags", ())
    return {tag["Key"]: tag["Value"] for tag in tags}
