import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.errors import UnexpectedAnswerError
from rules.engine.resource import Resource, Unreadable
from rules.facts import ec2
from rules.facts.ec2 import GuardedEndpoint, Ingress, SecurityGroup, VpcEndpoint
from rules.permissions.refusals import MalformedPolicyError

RUNTIME = "com.amazonaws.us-east-1.bedrock-runtime"
POLICY = {"Statement": [{"Sid": "Own", "Effect": "Allow", "Principal": "*", "Action": "bedrock:*", "Resource": "*"}]}


@pytest.fixture
def client(account: Account) -> Any:
    return account.session().client("ec2")


@pytest.fixture
def vpc_id(client: Any) -> str:
    return str(client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def made(client: Any, vpc_id: str, service: str = RUNTIME, **settings: Any) -> str:
    asked = {"VpcEndpointType": "Interface", "VpcId": vpc_id, "ServiceName": service, **settings}
    return str(client.create_vpc_endpoint(**asked)["VpcEndpoint"]["VpcEndpointId"])


def resource(endpoint_id: str) -> Resource:
    arn = f"arn:aws:ec2:us-east-1:123456789012:vpc-endpoint/{endpoint_id}"
    return Resource("AWS::EC2::VPCEndpoint", endpoint_id, endpoint_id, arn)


def tagged(**tags: str) -> list[dict[str, Any]]:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": "vpc-endpoint", "Tags": listed}]


def described(**settings: Any) -> dict[str, Any]:
    return {
        "VpcEndpointId": "vpce-1",
        "VpcEndpointType": "Interface",
        "VpcId": "vpc-1",
        "ServiceName": RUNTIME,
        "State": "available",
        **settings,
    }


def test_reads_an_endpoint_with_its_policy(client: Any, vpc_id: str, aws: Aws) -> None:
    group = client.create_security_group(GroupName="endpoint", Description="x", VpcId=vpc_id)["GroupId"]
    endpoint_id = made(
        client,
        vpc_id,
        PolicyDocument=json.dumps(POLICY),
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
        TagSpecifications=tagged(stage="prod"),
    )

    (guarded,) = ec2.guarded_endpoints(aws)

    assert isinstance(guarded, GuardedEndpoint)
    assert guarded.endpoint == VpcEndpoint(
        resource=resource(endpoint_id),
        tags={"stage": "prod"},
        account_id="123456789012",
        partition="aws",
        vpc_id=vpc_id,
        type="Interface",
        service="bedrock-runtime",
        region="us-east-1",
        state="available",
        private_dns=True,
        policy_text=json.dumps(POLICY),
        security_group_ids=(group,),
    )
    assert guarded.resource == resource(endpoint_id)
    assert guarded.tags == {"stage": "prod"}
    assert guarded.policy is not None
    assert [statement.handle for statement in guarded.policy.statements] == ['statement "Own"']


SERVICES = [
    ("Bedrock", "com.amazonaws.us-east-1.bedrock", "bedrock"),
    ("Bedrock with FIPS", "com.amazonaws.us-east-1.bedrock-fips", "bedrock"),
    ("model invocation", RUNTIME, "bedrock-runtime"),
    ("model invocation with FIPS", "com.amazonaws.us-gov-west-1.bedrock-runtime-fips", "bedrock-runtime"),
    ("agents and knowledge bases", "com.amazonaws.eu-central-1.bedrock-agent-runtime", "bedrock-agent-runtime"),
    ("building agents", "com.amazonaws.ap-southeast-2.bedrock-agent", "bedrock-agent"),
    ("the newer inference engine", "com.amazonaws.us-east-1.bedrock-mantle", "bedrock-mantle"),
    ("AgentCore", "com.amazonaws.us-east-1.bedrock-agentcore", "bedrock-agentcore"),
    ("AgentCore gateways", "com.amazonaws.us-east-1.bedrock-agentcore.gateway", "bedrock-agentcore.gateway"),
    ("SageMaker inference", "com.amazonaws.us-east-1.sagemaker.runtime", "sagemaker.runtime"),
    ("SageMaker inference with FIPS", "com.amazonaws.us-east-1.sagemaker.runtime-fips", "sagemaker.runtime"),
    ("SageMaker inference in China", "cn.com.amazonaws.cn-north-1.sagemaker.runtime", "sagemaker.runtime"),
    ("Bedrock in the European Sovereign Cloud", "eu.amazonaws.eusc-de-east-1.bedrock-runtime", "bedrock-runtime"),
    ("SageMaker's API", "com.amazonaws.us-east-1.sagemaker.api", None),
    ("SageMaker Studio", "aws.sagemaker.us-east-1.studio", None),
    ("Amazon S3", "com.amazonaws.us-east-1.s3", None),
    ("a service of a partner", "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0", None),
    ("a service whose name begins alike", "com.amazonaws.us-east-1.bedrocks", None),
]


@pytest.mark.parametrize(("name", "service"), [pytest.param(*case[1:], id=case[0]) for case in SERVICES])
def test_knows_ai_services_by_their_names(aws: Aws, name: str, service: str | None) -> None:
    with Stubber(aws.client("ec2")) as ec2_says:
        ec2_says.add_response("describe_vpc_endpoints", {"VpcEndpoints": [described(ServiceName=name)]})

        found = ec2.ai_endpoints(aws)

    assert [endpoint.service for endpoint in found] == ([] if service is None else [service])
    assert [endpoint.region for endpoint in found if endpoint.region not in name] == []


def test_an_endpoint_without_a_service_is_none_of_an_ai_service(aws: Aws) -> None:
    lattice = described(VpcEndpointType="ServiceNetwork")
    del lattice["ServiceName"]
    with Stubber(aws.client("ec2")) as ec2_says:
        ec2_says.add_response("describe_vpc_endpoints", {"VpcEndpoints": [lattice]})

        assert ec2.ai_endpoints(aws) == ()


def test_an_answer_leaves_out_what_an_endpoint_does_not_have(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2_says:
        ec2_says.add_response("describe_vpc_endpoints", {"VpcEndpoints": [described(State="Pending")]})

        (guarded,) = ec2.guarded_endpoints(aws)

    assert isinstance(guarded, GuardedEndpoint)
    endpoint = guarded.endpoint
    assert (guarded.policy, endpoint.policy_text, endpoint.tags, endpoint.security_group_ids) == (None, None, {}, ())
    assert (endpoint.private_dns, endpoint.state) == (False, "pending")


def test_one_malformed_policy_does_not_hide_the_others(aws: Aws) -> None:
    bad, good = described(PolicyDocument="{}"), described(VpcEndpointId="vpce-2")
    with Stubber(aws.client("ec2")) as ec2_says:
        ec2_says.add_response("describe_vpc_endpoints", {"VpcEndpoints": [bad, good]})

        unreadable, guarded = ec2.guarded_endpoints(aws)

    assert unreadable == Unreadable(
        resource("vpce-1"), "MalformedPolicy", "The policy document has no Statement element."
    )
    assert isinstance(guarded, GuardedEndpoint)


def test_one_endpoint_is_read_as_the_listing_reads_it(client: Any, vpc_id: str, aws: Aws) -> None:
    made(client, vpc_id, TagSpecifications=tagged(stage="prod"))
    (listed,) = ec2.guarded_endpoints(aws)
    assert isinstance(listed, GuardedEndpoint)

    found = ec2.guarded_endpoint(aws, listed.resource)

    assert found is not None
    assert found.endpoint == listed.endpoint
    assert found.policy is not None
    assert listed.policy is not None
    assert found.policy.statements == listed.policy.statements


def test_an_endpoint_of_another_service_is_not_what_a_change_is_about(client: Any, vpc_id: str, aws: Aws) -> None:
    endpoint_id = made(client, vpc_id, "com.amazonaws.us-east-1.logs")

    assert ec2.guarded_endpoint(aws, resource(endpoint_id)) is None


def test_a_deleted_endpoint_is_gone(client: Any, aws: Aws) -> None:
    del client

    assert ec2.guarded_endpoint(aws, resource("vpce-0123456789abcdef0")) is None


@pytest.mark.parametrize("fault", ["deny", "expire"])
def test_an_endpoint_that_cannot_be_read_is_not_gone(
    client: Any, vpc_id: str, account: Account, aws: Aws, fault: str
) -> None:
    endpoint_id = made(client, vpc_id)
    account.faults.add(Fault(fault, "ec2:DescribeVpcEndpoints"))

    with pytest.raises(ClientError):
        ec2.guarded_endpoint(aws, resource(endpoint_id))
    with pytest.raises(ClientError):
        ec2.ai_endpoints(aws)


def test_a_malformed_policy_of_a_changed_endpoint_is_raised(aws: Aws) -> None:
    with Stubber(aws.client("ec2")) as ec2_says:
        answer = {"VpcEndpoints": [described(PolicyDocument="{")]}
        ec2_says.add_response("describe_vpc_endpoints", answer, {"VpcEndpointIds": ["vpce-1"]})

        with pytest.raises(MalformedPolicyError):
            ec2.guarded_endpoint(aws, resource("vpce-1"))


def test_reads_vpcs_of_the_account_and_of_others(aws: Aws) -> None:
    vpcs = [
        {"VpcId": "vpc-1", "OwnerId": "123456789012", "Tags": [{"Key": "stage", "Value": "prod"}]},
        {"VpcId": "vpc-2", "OwnerId": "111122223333"},
    ]
    with Stubber(aws.client("ec2")) as ec2_says:
        ec2_says.add_response("describe_vpcs", {"Vpcs": vpcs})

        own, other = ec2.vpcs(aws)

    arn = "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1"
    assert own == ec2.Vpc(Resource("AWS::EC2::VPC", "vpc-1", "vpc-1", arn), {"stage": "prod"}, "123456789012")
    assert (other.owner_id, other.resource.arn) == (
        "111122223333",
        "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-2",
    )


def test_reads_what_security_groups_let_in(client: Any, vpc_id: str, aws: Aws) -> None:
    entries = [{"Cidr": "198.51.100.0/24"}, {"Cidr": "0.0.0.0/0"}]
    prefix_list_id = client.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=5, AddressFamily="IPv4", Entries=entries
    )["PrefixList"]["PrefixListId"]
    first, second = (
        client.create_security_group(GroupName=name, Description="x", VpcId=vpc_id)["GroupId"]
        for name in ("first", "second")
    )
    client.authorize_security_group_ingress(
        GroupId=first,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "10.0.0.0/16"}],
                "Ipv6Ranges": [{"CidrIpv6": "fd00::/8"}],
                "PrefixListIds": [{"PrefixListId": prefix_list_id}],
                "UserIdGroupPairs": [{"GroupId": first}],
            },
        ],
    )
    client.authorize_security_group_ingress(
        GroupId=second, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": first}]}]
    )

    blocks = ("10.0.0.0/16", "fd00::/8", "198.51.100.0/24", "0.0.0.0/0")
    assert ec2.security_groups(aws, (second, first)) == (
        SecurityGroup(second, (Ingress("-1", None, None, ()),)),
        SecurityGroup(first, (Ingress("tcp", 443, 443, blocks),)),
    )


def test_a_security_group_that_cannot_be_seen_is_not_left_out(client: Any, vpc_id: str, aws: Aws) -> None:
    group = client.create_security_group(GroupName="own", Description="x", VpcId=vpc_id)["GroupId"]

    with pytest.raises(UnexpectedAnswerError, match="security group sg-0123456789abcdef0 cannot be seen"):
        ec2.security_groups(aws, (group, "sg-0123456789abcdef0"))


def test_asks_for_many_security_groups_in_parts(aws: Aws) -> None:
    ids = tuple(f"sg-{number:08x}" for number in range(201))

    def answer(some: tuple[str, ...]) -> dict[str, Any]:
        return {"SecurityGroups": [{"GroupId": group_id, "IpPermissions": []} for group_id in some]}

    with Stubber(aws.client("ec2")) as ec2_says:
        for some in (ids[:200], ids[200:]):
            wanted = {"Filters": [{"Name": "group-id", "Values": list(some)}]}
            ec2_says.add_response("describe_security_groups", answer(some), wanted)

        assert [group.id for group in ec2.security_groups(aws, ids)] == list(ids)


def test_no_security_groups_need_no_call(account: Account, aws: Aws) -> None:
    assert ec2.security_groups(aws, ()) == ()
    assert list(account.calls) == []


def test_reads_which_ai_services_the_region_offers(aws: Aws) -> None:
    names = [
        "com.amazonaws.us-east-1.bedrock-runtime-fips",
        "com.amazonaws.us-east-1.bedrock-mantle",
        "com.amazonaws.us-east-1.bedrock-future",
        "com.amazonaws.us-east-1.s3",
        "com.amazonaws.s3-global.accesspoint",
    ]
    with Stubber(aws.client("ec2")) as ec2_says:
        ec2_says.add_response("describe_vpc_endpoint_services", {"ServiceNames": names})

        assert ec2.offered_services(aws) == {"bedrock-runtime", "bedrock-mantle"}


def test_reads_every_page(client: Any, vpc_id: str, account: Account, aws: Aws) -> None:
    subnets = {
        str(client.create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"])
        for number in range(3)
    }
    for service in ("bedrock", "bedrock-runtime", "bedrock-agent-runtime"):
        made(client, vpc_id, f"com.amazonaws.us-east-1.{service}")
    vpc_ids = {vpc["VpcId"] for vpc in client.describe_vpcs()["Vpcs"]}
    account.faults.page_size(1)

    assert {vpc.resource.id for vpc in ec2.vpcs(aws)} == vpc_ids
    assert len(ec2.ai_endpoints(aws)) == 3
    assert {subnet for subnet, vpc in ec2.vpc_of_subnets(aws).items() if vpc == vpc_id} == subnets


def test_an_account_without_endpoints_has_none(aws: Aws) -> None:
    assert ec2.guarded_endpoints(aws) == ()
