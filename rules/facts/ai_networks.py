"""Facts about VPCs that AI workloads run in, with the private endpoints that they may use."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from rules.engine.collector import reads
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_usage, ec2, lambda_functions, sagemaker_networks
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.facts.bedrock_usage import BedrockUsage
    from rules.facts.ec2 import AiService, SecurityGroup, Vpc, VpcEndpoint


@dataclass(frozen=True)
class PrivateEndpoint:
    """An interface endpoint of an AI service with the security groups in front of it."""

    endpoint: VpcEndpoint
    security_groups: tuple[SecurityGroup, ...]


@dataclass(frozen=True)
class AiVpc:
    """
    A VPC with its AI workloads and its interface endpoints of AI services in the Region.

    `workloads` says in words what runs in it: first functions that may invoke models ("function claims"), then
    SageMaker resources; `invokes` tells whether there are such functions. `offered` are the services that the Region
    has endpoints for. An account that another account shares its VPC with does not see its endpoints.
    """

    resource: Resource
    tags: Mapping[str, str]
    owner_id: str
    shared: bool
    workloads: tuple[str, ...]
    invokes: bool
    endpoints: tuple[PrivateEndpoint, ...]
    usage: BedrockUsage
    offered: frozenset[AiService]

    @property
    def services_in_use(self) -> tuple[AiService, ...]:
        """The endpoint services that carry prompts and answers of what the account uses; none if it uses nothing."""
        usage = self.usage
        used: dict[AiService, bool] = {
            "bedrock-runtime": usage.in_use or self.invokes,
            "bedrock-agent-runtime": bool(usage.agents or usage.knowledge_bases),
            "bedrock-mantle": usage.mantle,
        }
        return tuple(service for service, use in used.items() if use)


class _Workload(NamedTuple):
    kind: str
    name: str


FUNCTION = "function"


@reads(
    uses=(
        bedrock_usage.usage,
        ec2.ai_endpoints,
        ec2.offered_services,
        ec2.security_groups,
        ec2.vpc_of_subnets,
        ec2.vpcs,
        lambda_functions.configurations,
        lambda_functions.functions,
        sagemaker_networks.placements,
    )
)
def ai_vpcs(aws: Aws) -> tuple[AiVpc | Unreadable, ...]:
    """
    Return every VPC of the Region with what runs in it.

    A VPC is unreadable when a security group of its endpoints or a function in it is. Where SageMaker resources run
    that cannot be read is not known: they leave those VPCs undecided in which nothing is known to run.
    """
    workloads, unread_functions, unread_elsewhere = _workloads(aws)
    endpoints: defaultdict[str, list[VpcEndpoint]] = defaultdict(list)
    for endpoint in sorted(ec2.ai_endpoints(aws), key=lambda endpoint: endpoint.resource.id):
        if endpoint.type == "Interface" and endpoint.region == aws.region:
            endpoints[endpoint.vpc_id].append(endpoint)

    def read(vpc: Vpc) -> AiVpc | Unreadable:
        found = workloads.get(vpc.resource.id, [])
        invokes = any(workload.kind == FUNCTION for workload in found)
        if hidden := unread_functions.get(vpc.resource.id) or (() if found else unread_elsewhere):
            first = hidden[0]
            return Unreadable(vpc.resource, first.code, f"What runs in it: {first.resource.name}: {first.message}")
        return AiVpc(
            resource=vpc.resource,
            tags=vpc.tags,
            owner_id=vpc.owner_id,
            shared=vpc.owner_id != aws.account_id,
            workloads=tuple(f"{workload.kind} {workload.name}" for workload in found),
            invokes=invokes,
            endpoints=tuple(
                PrivateEndpoint(endpoint, ec2.security_groups(aws, endpoint.security_group_ids))
                for endpoint in endpoints[vpc.resource.id]
            ),
            usage=bedrock_usage.usage(aws),
            offered=ec2.offered_services(aws),
        )

    return aws.read_each(ec2.vpcs(aws), lambda vpc: vpc.resource, read)


def _workloads(
    aws: Aws,
) -> tuple[Mapping[str, list[_Workload]], Mapping[str, list[Unreadable]], list[Unreadable]]:
    """
    Return what runs in each VPC, by its id, the functions in each that could not be read, and what else could not.

    The listing of functions says where they run, whether or not the rest of them can be read.
    """
    workloads: defaultdict[str, list[_Workload]] = defaultdict(list)
    unread_functions: defaultdict[str, list[Unreadable]] = defaultdict(list)
    unread_elsewhere: list[Unreadable] = []
    places = {
        one["FunctionName"]: (one.get("VpcConfig") or {}).get("VpcId", "")
        for one in lambda_functions.configurations(aws)
    }
    for function in sorted(lambda_functions.functions(aws), key=lambda function: function.resource.name):
        if isinstance(function, Unreadable):
            unread_functions[places[function.resource.name]].append(function)
        elif function.vpc is not None and function.model_access.allowed:
            workloads[function.vpc.id].append(_Workload(FUNCTION, function.resource.name))
    vpc_of_subnets = ec2.vpc_of_subnets(aws)
    for placement in sagemaker_networks.placements(aws):
        if isinstance(placement, Unreadable):
            unread_elsewhere.append(placement)
            continue
        # A model or a job that is over may name subnets that were deleted since.
        vpc_ids = dict.fromkeys(vpc_of_subnets[subnet] for subnet in placement.subnet_ids if subnet in vpc_of_subnets)
        for vpc_id in vpc_ids:
            workloads[vpc_id].append(_Workload(placement.kind, placement.resource.name))
    return workloads, unread_functions, unread_elsewhere
