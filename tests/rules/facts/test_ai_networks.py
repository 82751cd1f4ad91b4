import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import ACCOUNT_ID, REGION, Account
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import ai_networks
from rules.facts.ai_networks import AiVpc
from rules.facts.bedrock_usage import BedrockUsage
from rules.network.bedrock_vpc_endpoint_private import BedrockVpcEndpointPrivate

MODEL = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class Company:
    """An account with one VPC, to which workloads and endpoints are added."""

    def __init__(self, account: Account) -> None:
        self.account = account
        session = account.session()
        self.ec2, self.functions = session.client("ec2"), session.client("lambda")
        self.sagemaker, self.iam = session.client("sagemaker"), session.client("iam")
        self.vpc_id, self.subnet_id = self.vpc("10.0.0.0/16")
        self.group_id = self.ec2.create_security_group(GroupName="app", Description="x", VpcId=self.vpc_id)["GroupId"]
        for name, actions in (("models", "bedrock:InvokeModel"), ("mail", "ses:SendEmail")):
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
            statement = {"Effect": "Allow", "Action": actions, "Resource": MODEL if name == "models" else "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self.iam.put_role_policy(RoleName=name, PolicyName="app", PolicyDocument=document)

    def vpc(self, block: str) -> tuple[str, str]:
        vpc_id = self.ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
        subnet = self.ec2.create_subnet(VpcId=vpc_id, CidrBlock=block.replace("/16", "/24"))
        return vpc_id, subnet["Subnet"]["SubnetId"]

    def function(self, name: str, role: str = "models", *, in_vpc: bool = True) -> None:
        content = BytesIO()
        with ZipFile(content, "w") as file:
            file.writestr("app.py", "def handler(event, context): ...\n")
        network = {"SubnetIds": [self.subnet_id], "SecurityGroupIds": [self.group_id]}
        self.functions.create_function(
            FunctionName=name,
            Role=f"arn:aws:iam::{ACCOUNT_ID}:role/{role}",
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": content.getvalue()},
            **({"VpcConfig": network} if in_vpc else {}),
        )

    def domain(self, subnet_id: str) -> None:
        self.sagemaker.create_domain(
            DomainName="science", AuthMode="IAM", DefaultUserSettings={}, SubnetIds=[subnet_id], VpcId=self.vpc_id
        )

    def model(self, name: str, *subnet_ids: str) -> None:
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/models",
            PrimaryContainer={"Image": "image"},
            VpcConfig={"SecurityGroupIds": [self.group_id], "Subnets": list(subnet_ids)},
        )

    def endpoint(self, service: str, **settings: Any) -> str:
        answer = self.ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=self.vpc_id,
            ServiceName=f"com.amazonaws.{settings.pop('region', REGION)}.{service}",
            SubnetIds=[self.subnet_id],
            **settings,
        )
        return str(answer["VpcEndpoint"]["VpcEndpointId"])

    def read(self) -> dict[str, AiVpc | Unreadable]:
        """Return the facts by VPC id, as a new run reads them."""
        now = datetime.now(UTC)
        aws = Aws(self.account.session(), account_id=ACCOUNT_ID, region=REGION, now=now)
        return {fact.resource.id: fact for fact in ai_networks.ai_vpcs(aws)}

    def own(self) -> AiVpc:
        """Return the fact of the company's VPC."""
        found = self.read()[self.vpc_id]
        assert isinstance(found, AiVpc)
        return found


@pytest.fixture
def company(account: Account) -> Company:
    return Company(account)


def test_reads_a_vpc_with_what_runs_in_it(company: Company) -> None:
    company.function("claims")
    company.function("outside", in_vpc=False)
    company.function("mailer", "mail")
    company.domain(company.subnet_id)
    company.ec2.create_tags(Resources=[company.vpc_id], Tags=[{"Key": "stage", "Value": "prod"}])
    endpoint_id = company.endpoint("bedrock-runtime", SecurityGroupIds=[company.group_id])

    found = company.own()

    arn = f"arn:aws:ec2:us-east-1:123456789012:vpc/{company.vpc_id}"
    assert found.resource == Resource("AWS::EC2::VPC", company.vpc_id, company.vpc_id, arn)
    assert found.tags == {"stage": "prod"}
    assert (found.owner_id, found.shared) == (ACCOUNT_ID, False)
    assert (found.workloads, found.invokes) == (("function claims", "domain d-science"), True)
    (private,) = found.endpoints
    assert private.endpoint.resource.id == endpoint_id
    assert [group.id for group in private.security_groups] == [company.group_id]
    assert found.usage == BedrockUsage()
    assert found.offered >= {"bedrock-runtime", "bedrock-agent-runtime"}


def test_a_vpc_without_workloads_has_none(company: Company) -> None:
    company.function("mailer", "mail")

    found = company.own()

    assert (found.workloads, found.invokes, found.endpoints) == ((), False, ())


def test_each_workload_counts_in_its_own_vpc(company: Company) -> None:
    other_vpc, other_subnet = company.vpc("10.1.0.0/16")
    company.function("claims")
    company.model("fraud", other_subnet, "subnet-0deleted", company.subnet_id)
    company.model("churn", "subnet-0deleted")

    facts = company.read()

    workloads = {vpc_id: fact.workloads for vpc_id, fact in facts.items() if isinstance(fact, AiVpc)}
    assert workloads[company.vpc_id] == ("function claims", "model fraud")
    assert workloads[other_vpc] == ("model fraud",)


def test_only_interface_endpoints_for_the_region_serve_a_vpc(company: Company) -> None:
    company.endpoint("bedrock-runtime", region="eu-west-1")
    company.endpoint("logs")
    here = company.endpoint("bedrock")

    assert [private.endpoint.resource.id for private in company.own().endpoints] == [here]


def test_a_vpc_of_another_account_is_shared(company: Company) -> None:
    aws = Aws(company.account.session(), account_id="111122223333", region=REGION, now=datetime.now(UTC))

    facts = {fact.resource.id: fact for fact in ai_networks.ai_vpcs(aws)}

    found = facts[company.vpc_id]
    assert isinstance(found, AiVpc)
    assert (found.owner_id, found.shared) == (ACCOUNT_ID, True)


def test_a_function_that_cannot_be_read_leaves_its_own_vpc_undecided(company: Company) -> None:
    other_vpc, _ = company.vpc("10.1.0.0/16")
    company.function("claims")
    company.function("hidden")
    company.account.faults.deny("lambda:ListTags", resource="hidden")

    facts = company.read()

    assert isinstance(facts[other_vpc], AiVpc)
    undecided = facts[company.vpc_id]
    assert isinstance(undecided, Unreadable)
    assert undecided.resource.type == "AWS::EC2::VPC"
    assert (undecided.code, undecided.message.partition(": ")[0]) == ("AccessDeniedException", "What runs in it")
    assert "hidden" in undecided.message


def test_a_vpc_with_an_unread_function_has_no_verdict_and_others_have(company: Company) -> None:
    other_vpc, _ = company.vpc("10.1.0.0/16")
    company.function("claims")
    company.function("hidden")
    company.account.faults.deny("lambda:ListTags", resource="hidden")
    aws = Aws(company.account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime.now(UTC))

    judged = {"vpcScope": f"{company.vpc_id},{other_vpc}", "services": "bedrock-runtime"}

    found = assess(BedrockVpcEndpointPrivate.configured(judged), aws)

    assert [one.resource.id for one in found.judged] == [other_vpc]
    assert [one.resource.id for one in found.unreadable] == [company.vpc_id]


def test_a_function_outside_of_vpcs_that_cannot_be_read_leaves_none_undecided(company: Company) -> None:
    company.function("hidden", in_vpc=False)
    company.account.faults.deny("lambda:ListTags", resource="hidden")

    assert {type(fact) for fact in company.read().values()} == {AiVpc}


def test_a_sagemaker_resource_that_cannot_be_read_leaves_vpcs_undecided(company: Company) -> None:
    company.domain(company.subnet_id)
    company.account.faults.deny("sagemaker:DescribeDomain")

    assert isinstance(company.read()[company.vpc_id], Unreadable)


def test_a_vpc_in_which_something_is_known_to_run_is_decided_whatever_else_cannot_be_read(company: Company) -> None:
    company.function("claims")
    company.domain(company.subnet_id)
    company.account.faults.deny("sagemaker:DescribeDomain")

    assert isinstance(company.read()[company.vpc_id], AiVpc)


def test_a_vpc_whose_security_groups_cannot_be_read_is_unreadable_alone(company: Company) -> None:
    other_vpc, other_subnet = company.vpc("10.1.0.0/16")
    company.function("claims")
    company.model("fraud", other_subnet)
    company.endpoint("bedrock-runtime", SecurityGroupIds=[company.group_id])
    company.account.faults.deny("ec2:DescribeSecurityGroups")

    facts = company.read()

    assert isinstance(facts[company.vpc_id], Unreadable)
    assert isinstance(facts[other_vpc], AiVpc)


@pytest.mark.parametrize(
    "action",
    [
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "lambda:ListFunctions",
        "sagemaker:ListDomains",
        "iam:GetAccountAuthorizationDetails",
    ],
)
def test_a_listing_that_is_denied_is_no_empty_listing(company: Company, action: str) -> None:
    company.account.faults.deny(action)

    with pytest.raises(ClientError):
        company.read()


@pytest.mark.parametrize("action", ["ec2:DescribeVpcEndpointServices", "bedrock:ListAgents", "cloudwatch:ListMetrics"])
def test_what_every_vpc_needs_and_is_denied_leaves_all_unreadable(company: Company, action: str) -> None:
    company.function("claims")
    company.account.faults.deny(action)

    assert {type(fact) for fact in company.read().values()} == {Unreadable}


def test_small_pages_tell_the_same(company: Company) -> None:
    company.function("claims")
    company.domain(company.subnet_id)
    company.endpoint("bedrock-runtime", SecurityGroupIds=[company.group_id])
    company.endpoint("bedrock")
    before = company.own()
    company.account.faults.page_size(2)

    assert company.own() == before


def test_declares_the_actions_that_it_uses(company: Company) -> None:
    entry = {"Cidr": "198.51.100.0/24"}
    prefix_list = company.ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=5, AddressFamily="IPv4", Entries=[entry]
    )["PrefixList"]["PrefixListId"]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": prefix_list}]}
    company.ec2.authorize_security_group_ingress(GroupId=company.group_id, IpPermissions=[permission])
    company.function("claims")
    company.domain(company.subnet_id)
    company.endpoint("bedrock-runtime", SecurityGroupIds=[company.group_id])
    company.account.calls.clear()

    company.read()

    declared = {action.name for action in ai_networks.ai_vpcs.actions}
    assert company.account.calls.actions() <= declared
    # What is left needs a model, a job, a notebook or a managed policy in the account.
    assert {action.partition(":")[0] for action in declared - company.account.calls.actions()} <= {"sagemaker", "iam"}


USED = AiVpc(
    resource=Resource("AWS::EC2::VPC", "vpc-1", "vpc-1"),
    tags={},
    owner_id=ACCOUNT_ID,
    shared=False,
    workloads=(),
    invokes=False,
    endpoints=(),
    usage=BedrockUsage(),
    offered=frozenset(),
)


@pytest.mark.parametrize(
    ("vpc", "services"),
    [
        pytest.param(USED, (), id="nothing"),
        pytest.param(replace(USED, invokes=True), ("bedrock-runtime",), id="a function that may invoke models"),
        pytest.param(replace(USED, usage=BedrockUsage(guardrails=1)), ("bedrock-runtime",), id="guardrails"),
        pytest.param(
            replace(USED, usage=BedrockUsage(agents=1)), ("bedrock-runtime", "bedrock-agent-runtime"), id="agents"
        ),
        pytest.param(
            replace(USED, usage=BedrockUsage(knowledge_bases=2)),
            ("bedrock-runtime", "bedrock-agent-runtime"),
            id="knowledge bases",
        ),
        pytest.param(replace(USED, usage=BedrockUsage(mantle=True)), ("bedrock-mantle",), id="the mantle endpoint"),
    ],
)
def test_services_in_use_follow_what_the_account_has(vpc: AiVpc, services: tuple[str, ...]) -> None:
    assert vpc.services_in_use == services
