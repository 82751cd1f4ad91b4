from dataclasses import replace
from typing import Any

import pytest

from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.ai_networks import AiVpc, PrivateEndpoint
from rules.facts.bedrock_usage import BedrockUsage
from rules.facts.ec2 import AiService, Ingress, SecurityGroup, VpcEndpoint
from rules.network.bedrock_vpc_endpoint_private import BedrockVpcEndpointPrivate

OWN = "123456789012"
FROM_VPC = SecurityGroup("sg-1", (Ingress("tcp", 443, 443, ("10.0.0.0/16",)),))


def resource(resource_type: str, name: str) -> Resource:
    return Resource(resource_type, name, name, f"arn:aws:ec2:us-east-1:{OWN}:{name.partition('-')[0]}/{name}")


def endpoint(service: str, name: str = "vpce-1", *groups: SecurityGroup, **settings: Any) -> PrivateEndpoint:
    read = VpcEndpoint(
        resource=resource("AWS::EC2::VPCEndpoint", name),
        tags={},
        account_id=OWN,
        partition="aws",
        vpc_id="vpc-1",
        type="Interface",
        service=service,
        region="us-east-1",
        state="available",
        private_dns=True,
        policy_text=None,
        security_group_ids=tuple(group.id for group in groups),
    )
    return PrivateEndpoint(replace(read, **settings), groups or (FROM_VPC,))


RUNTIME = endpoint("bedrock-runtime")
VPC = AiVpc(
    resource=resource("AWS::EC2::VPC", "vpc-1"),
    tags={},
    owner_id=OWN,
    shared=False,
    workloads=("function claims",),
    invokes=True,
    endpoints=(RUNTIME,),
    usage=BedrockUsage(),
    offered=frozenset({"bedrock", "bedrock-agent-runtime", "bedrock-mantle", "bedrock-runtime"}),
)
SERVED = compliant("Private endpoints serve bedrock-runtime.")
MISSING = non_compliant("No interface endpoint serves bedrock-runtime to function claims.")
AGENTS = BedrockUsage(agents=1)


@pytest.mark.parametrize(
    ("vpc", "verdict"),
    [
        pytest.param(VPC, SERVED, id="private endpoint"),
        pytest.param(replace(VPC, endpoints=()), MISSING, id="no endpoint"),
        pytest.param(
            replace(VPC, endpoints=(), workloads=("function claims", "function mail", "domain d-1")),
            non_compliant("No interface endpoint serves bedrock-runtime to function claims and 2 more."),
            id="no endpoint for several workloads",
        ),
        pytest.param(
            replace(VPC, endpoints=(endpoint("bedrock"), endpoint("bedrock-agent-runtime"))),
            MISSING,
            id="endpoints of other services only",
        ),
        pytest.param(
            replace(VPC, endpoints=(endpoint("bedrock-runtime", state="pending"),)),
            non_compliant("Endpoint vpce-1 for bedrock-runtime is pending; available is wanted."),
            id="endpoint that is not available",
        ),
        pytest.param(
            replace(VPC, endpoints=(endpoint("bedrock-runtime", private_dns=False),)),
            non_compliant("Endpoint vpce-1 for bedrock-runtime has no private DNS; it is wanted."),
            id="endpoint without private DNS",
        ),
        pytest.param(
            replace(VPC, endpoints=(endpoint("bedrock-runtime", "vpce-0", private_dns=False), RUNTIME)),
            SERVED,
            id="second endpoint with private DNS",
        ),
        pytest.param(
            replace(VPC, endpoints=(endpoint("bedrock-runtime", "vpce-0", state="pending"), RUNTIME)),
            SERVED,
            id="second endpoint that is available",
        ),
        pytest.param(
            replace(
                VPC,
                endpoints=(
                    endpoint("bedrock-runtime", "vpce-0", private_dns=True, state="failed"),
                    endpoint("bedrock-runtime", "vpce-2", private_dns=False),
                ),
            ),
            non_compliant("Endpoint vpce-2 for bedrock-runtime has no private DNS; it is wanted."),
            id="private DNS of an endpoint that failed",
        ),
        pytest.param(
            replace(VPC, usage=AGENTS),
            non_compliant("No interface endpoint serves bedrock-agent-runtime to function claims."),
            id="one of two services in use",
        ),
        pytest.param(
            replace(VPC, usage=AGENTS, endpoints=(RUNTIME, endpoint("bedrock-agent-runtime", "vpce-2"))),
            compliant("Private endpoints serve bedrock-runtime and bedrock-agent-runtime."),
            id="every service in use",
        ),
        pytest.param(
            replace(
                VPC, usage=replace(AGENTS, mantle=True), endpoints=(endpoint("bedrock-runtime", private_dns=False),)
            ),
            non_compliant(
                "No interface endpoint serves bedrock-agent-runtime and bedrock-mantle to function claims.",
                "Endpoint vpce-1 for bedrock-runtime has no private DNS; it is wanted.",
            ),
            id="several defects",
        ),
        pytest.param(
            replace(VPC, usage=replace(AGENTS, mantle=True), offered=frozenset({"bedrock-runtime"})),
            SERVED,
            id="services that the Region does not offer",
        ),
        pytest.param(
            replace(VPC, offered=frozenset()),
            out_of_scope("The account uses no service that this Region has private endpoints for."),
            id="Region without endpoints for Bedrock",
        ),
        pytest.param(
            replace(VPC, workloads=("domain d-1",), invokes=False, endpoints=()),
            out_of_scope("The account uses no service that this Region has private endpoints for."),
            id="SageMaker in an account without Bedrock",
        ),
        pytest.param(
            replace(VPC, workloads=("domain d-1",), invokes=False, endpoints=(), usage=BedrockUsage(guardrails=1)),
            non_compliant("No interface endpoint serves bedrock-runtime to domain d-1."),
            id="SageMaker in an account with Bedrock",
        ),
        pytest.param(
            replace(VPC, workloads=(), invokes=False, endpoints=()),
            out_of_scope("No AI workload is known to run in this VPC."),
            id="no workload",
        ),
        pytest.param(
            replace(VPC, shared=True, owner_id="111122223333", endpoints=()),
            not_applicable("Account 111122223333 shares this VPC; its endpoints cannot be seen from here."),
            id="VPC of another account",
        ),
    ],
)
def test_judges_a_vpc_by_its_endpoints(vpc: AiVpc, verdict: Verdict) -> None:
    assert BedrockVpcEndpointPrivate().judge(vpc) == verdict


def opened(*ingress: Ingress) -> AiVpc:
    return replace(VPC, endpoints=(endpoint("bedrock-runtime", "vpce-1", SecurityGroup("sg-2", ingress)),))


WORLD = ("0.0.0.0/0",)


def test_an_endpoint_that_everybody_may_reach_is_open() -> None:
    assert BedrockVpcEndpointPrivate().judge(opened(Ingress("-1", None, None, WORLD))) == non_compliant(
        "Security group sg-2 of endpoint vpce-1 lets in 0.0.0.0/0 on port 443; the workloads' own addresses are wanted."
    )
    assert BedrockVpcEndpointPrivate().judge(opened(Ingress("tcp", 80, 80, WORLD))) == SERVED


def test_every_available_endpoint_of_the_vpc_counts_as_open() -> None:
    world = SecurityGroup("sg-2", (Ingress("tcp", 443, 443, WORLD),))
    other = endpoint("bedrock", "vpce-2", FROM_VPC, world)

    opened_beside = replace(VPC, endpoints=(RUNTIME, other))
    pending = replace(VPC, endpoints=(RUNTIME, replace(other, endpoint=replace(other.endpoint, state="pending"))))

    assert BedrockVpcEndpointPrivate().judge(opened_beside) == non_compliant(
        "Security group sg-2 of endpoint vpce-2 lets in 0.0.0.0/0 on port 443; the workloads' own addresses are wanted."
    )
    assert BedrockVpcEndpointPrivate().judge(pending) == SERVED


def test_private_dns_may_be_left_to_the_network() -> None:
    rule = BedrockVpcEndpointPrivate.configured({"requirePrivateDns": "false"})

    assert rule.judge(replace(VPC, endpoints=(endpoint("bedrock-runtime", private_dns=False),))) == SERVED


def test_the_services_may_be_chosen() -> None:
    rule = BedrockVpcEndpointPrivate.configured({"services": "bedrock, bedrock-agent"})

    assert rule.judge(VPC) == non_compliant("No interface endpoint serves bedrock to function claims.")
    assert rule.judge(replace(VPC, endpoints=(endpoint("bedrock"),))) == compliant("Private endpoints serve bedrock.")


@pytest.mark.parametrize(
    ("scope", "judged"),
    [
        pytest.param("workloads", False, id="workloads"),
        pytest.param("all", True, id="all"),
        pytest.param("vpc-0123456789abcdef0", True, id="this VPC"),
        pytest.param("vpc-0123456789abcdef1", False, id="another VPC"),
        pytest.param("workloads,vpc-0123456789abcdef0", True, id="workloads and this VPC"),
    ],
)
def test_the_scope_says_which_vpcs_are_judged(scope: str, judged: bool) -> None:
    rule = BedrockVpcEndpointPrivate.configured({"vpcScope": scope})
    name = "vpc-0123456789abcdef0"
    idle = replace(
        VPC, resource=resource("AWS::EC2::VPC", name), workloads=(), invokes=False, endpoints=(), usage=AGENTS
    )

    missing = non_compliant("No interface endpoint serves bedrock-runtime and bedrock-agent-runtime.")
    assert rule.judge(idle) == (missing if judged else out_of_scope("No AI workload is known to run in this VPC."))


def test_a_list_of_vpcs_leaves_out_workloads_elsewhere() -> None:
    rule = BedrockVpcEndpointPrivate.configured({"vpcScope": "vpc-0123456789abcdef0"})

    assert not rule.judge(VPC).in_scope


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"services": "bedrock-runtme"}, id="a service that does not exist"),
        pytest.param({"vpcScope": "some"}, id="a scope that does not exist"),
        pytest.param({"vpcScope": "vpc-XYZ"}, id="a VPC id that is none"),
        pytest.param({"requirePrivateDns": "maybe"}, id="neither true nor false"),
    ],
)
def test_refuses_parameters_that_it_does_not_know(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        BedrockVpcEndpointPrivate.configured(given)


def test_names_every_service_that_is_asked_for() -> None:
    services: tuple[AiService, ...] = (
        *("bedrock", "bedrock-agent", "bedrock-agent-runtime", "bedrock-agentcore"),
        *("bedrock-mantle", "bedrock-runtime", "sagemaker.runtime"),
    )
    rule = BedrockVpcEndpointPrivate.configured({"services": ",".join(services)})
    vpc = replace(VPC, offered=frozenset(services), endpoints=tuple(map(endpoint, services)))

    names = f"{', '.join(services[:-1])} and {services[-1]}"
    assert rule.judge(vpc) == compliant(f"Private endpoints serve {names}.")
