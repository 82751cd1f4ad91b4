"""VPCs, each with a subnet, a security group, and for most of them endpoints of Amazon Bedrock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.company.grounds import REGION, allow, document, one_in
from cli.sandbox import ACCOUNT_ID

if TYPE_CHECKING:
    from benchmarks.company.grounds import Grounds

SERVICES = ("bedrock-runtime", "bedrock-agent-runtime")
OWN = allow("bedrock:*", Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT_ID}})


def build(grounds: Grounds) -> None:
    """Make the VPCs."""
    for number in range(grounds.size.networks):
        block = f"10.{number % 250}.0.0/16"
        vpc = grounds.ask("ec2", "CreateVpc", CidrBlock=block)["Vpc"]["VpcId"]
        grounds.ask("ec2", "ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
        place = {"CidrBlock": block.replace("/16", "/24"), "AvailabilityZone": f"{REGION}a"}
        subnet = grounds.ask("ec2", "CreateSubnet", VpcId=vpc, **place)["Subnet"]
        group = grounds.ask("ec2", "CreateSecurityGroup", GroupName="https", Description="HTTPS", VpcId=vpc)["GroupId"]
        grounds.ask(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            GroupId=group,
            IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": block}]},
            ],
        )
        grounds.networks.append((subnet["SubnetId"], group))
        for service in () if one_in(number, 5, 4) else SERVICES:
            scoped = {} if one_in(number, 3, 2) else {"PolicyDocument": document(OWN)}
            grounds.ask(
                "ec2",
                "CreateVpcEndpoint",
                VpcEndpointType="Interface",
                VpcId=vpc,
                ServiceName=f"com.amazonaws.{REGION}.{service}",
                SubnetIds=[subnet["SubnetId"]],
                SecurityGroupIds=[group],
                PrivateDnsEnabled=True,
                **scoped,
            )
