"""The VPCs of the company, with the endpoints through which models are reached privately, or are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company.identities import INVOCATION, MODEL
from cli.sandbox.company.labels import BAD, GOOD, Label
from cli.sandbox.company.site import document

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

PRIVATE = "bedrock-vpc-endpoint-private"
SCOPED = "bedrock-vpc-endpoint-policy-scoped"

CLAIMS, RESEARCH, OFFICE, TRIALS = "claims", "research", "office", "trials"


@dataclass(frozen=True)
class Endpoint:
    """
    An interface endpoint for a service ("bedrock-runtime").

    A `scoped` one has a policy for principals of this account only; the others have the default policy of AWS, which
    lets everybody through.
    """

    service: str
    scoped: bool = True
    private_dns: bool = True


@dataclass(frozen=True)
class Vpc:
    """
    A VPC; without `wanted` it hosts nothing that calls models, and no rule says anything of it.

    `repaired` are the endpoints that it has in the company where everything is good.
    """

    name: str
    region: str
    cidr: str
    endpoints: tuple[Endpoint, ...] = ()
    wanted: Compliance | None = None
    repaired: tuple[Endpoint, ...] = ()


PRIVATE_BEDROCK = (Endpoint("bedrock-runtime"), Endpoint("bedrock"), Endpoint("bedrock-agent-runtime"))

VPCS = (
    Vpc(
        CLAIMS,
        "us-east-1",
        "10.10.0.0/16",
        endpoints=(*PRIVATE_BEDROCK, Endpoint("sagemaker.runtime", scoped=False)),
        wanted=GOOD,
        repaired=PRIVATE_BEDROCK,
    ),
    # Notebooks call models through the internet gateway.
    Vpc(RESEARCH, "us-east-1", "10.20.0.0/16", wanted=BAD, repaired=PRIVATE_BEDROCK),
    Vpc(OFFICE, "us-east-1", "10.30.0.0/16"),
    # The endpoint is there, but names do not resolve to it.
    Vpc(
        TRIALS,
        "eu-central-1",
        "10.40.0.0/16",
        endpoints=(Endpoint("bedrock-runtime", scoped=False, private_dns=False), Endpoint("bedrock")),
        wanted=BAD,
        repaired=PRIVATE_BEDROCK,
    ),
)

LABELS = (
    *(Label(PRIVATE, vpc.region, vpc.name, vpc.wanted) for vpc in VPCS if vpc.wanted),
    *(
        Label(SCOPED, vpc.region, f"{vpc.name}-{endpoint.service}", GOOD if endpoint.scoped else BAD)
        for vpc in VPCS
        for endpoint in vpc.endpoints
    ),
)
CLEAN_LABELS = (
    *(Label(PRIVATE, vpc.region, vpc.name, GOOD) for vpc in VPCS if vpc.wanted),
    *(Label(SCOPED, vpc.region, f"{vpc.name}-{endpoint.service}", GOOD) for vpc in VPCS for endpoint in vpc.repaired),
)


def build(site: Site) -> None:
    """Make the VPCs of a Region, each with one subnet."""
    ec2 = site.client("ec2")
    for vpc in VPCS:
        if vpc.region != site.region:
            continue
        made = ec2.create_vpc(CidrBlock=vpc.cidr, TagSpecifications=_named("vpc", vpc.name))["Vpc"]
        ec2.modify_vpc_attribute(VpcId=made["VpcId"], EnableDnsHostnames={"Value": True})
        subnet = ec2.create_subnet(VpcId=made["VpcId"], CidrBlock=vpc.cidr.replace("/16", "/24"))["Subnet"]
        site.names[made["VpcId"]] = vpc.name
        site.subnets[vpc.name] = subnet["SubnetId"]
        group = ec2.create_security_group(GroupName=f"{vpc.name}-https", Description="HTTPS", VpcId=made["VpcId"])
        site.security_groups[vpc.name] = group["GroupId"]
        ec2.authorize_security_group_ingress(
            GroupId=group["GroupId"],
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": vpc.cidr}]}],
        )
        for endpoint in vpc.endpoints if site.mixed else vpc.repaired:
            _endpoint(site, vpc, made["VpcId"], endpoint)


def _endpoint(site: Site, vpc: Vpc, vpc_id: str, endpoint: Endpoint) -> None:
    name = f"{vpc.name}-{endpoint.service}"
    policy = {"PolicyDocument": _own_principals_only(site, endpoint.service)} if endpoint.scoped else {}
    made = site.client("ec2").create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=vpc_id,
        ServiceName=f"com.amazonaws.{site.region}.{endpoint.service}",
        SubnetIds=[site.subnets[vpc.name]],
        SecurityGroupIds=[site.security_groups[vpc.name]],
        PrivateDnsEnabled=endpoint.private_dns,
        TagSpecifications=_named("vpc-endpoint", name),
        **policy,
    )
    site.names[made["VpcEndpoint"]["VpcEndpointId"]] = name


def _own_principals_only(site: Site, service: str) -> str:
    """Return a policy for principals of the account only: one model where models are invoked, else any resource."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "bedrock:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT_ID}},
    }
    if service == "bedrock-runtime":
        model = f"arn:aws:bedrock:{site.region}::foundation-model/{MODEL}"
        statement |= {"Action": list(INVOCATION), "Resource": model}
    return document(statement)


def _named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]
