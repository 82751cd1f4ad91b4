import json
from functools import partial
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto.iam.models import iam_backends

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import lambda_functions
from rules.facts.iam_policies import managed_document
from rules.facts.lambda_functions import Function, Vpc
from tests.rules.permissions.principals import INVOKE, MODEL_A, allow

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def archive() -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as file:
        file.writestr("app.py", "def handler(event, context): ...\n")
    return content.getvalue()


class Company:
    """An account to which roles and functions are added."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.iam = account.session().client("iam")
        self.functions = account.session().client("lambda")

    def role(self, name: str, *statements: dict[str, Any]) -> str:
        role = self.iam.create_role(RoleName=name, Path="/service-role/", AssumeRolePolicyDocument=json.dumps(TRUST))
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="app", PolicyDocument=document(*statements))
        return str(role["Role"]["Arn"])

    def function(self, name: str, role: str, **settings: Any) -> str:
        answer = self.functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": archive()},
            **settings,
        )
        return str(answer["FunctionArn"])


@pytest.fixture
def company(account: Account) -> Company:
    return Company(account)


@pytest.fixture
def mixed(company: Company) -> Company:
    """Return an account with a function that calls a model, one that does not, and one without a role."""
    models, others, gone = company.role("models", allow(INVOKE, MODEL_A)), company.role("others"), company.role("gone")
    company.function("answers", models, Timeout=60, MemorySize=512, Tags={"team": "ai"})
    company.function("mailer", others, Tags={"team": "post"})
    company.function("orphan", gone, Tags={"team": "none"})
    company.iam.delete_role(RoleName="gone")
    policy = company.iam.create_policy(PolicyName="logs", PolicyDocument=document(allow("logs:*")))["Policy"]
    company.iam.attach_role_policy(RoleName="models", PolicyArn=policy["Arn"])
    company.account.calls.clear()
    return company


def by_name(aws: Aws) -> dict[str, Function]:
    return {one.resource.name: one for one in lambda_functions.functions(aws) if isinstance(one, Function)}


@pytest.mark.usefixtures("mixed")
def test_reads_a_function_that_calls_models(aws: Aws) -> None:
    answers = by_name(aws)["answers"]

    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:answers"
    assert answers.resource == Resource("AWS::Lambda::Function", "answers", "answers", arn)
    assert answers.tags == {"team": "ai"}
    assert (answers.timeout, answers.memory_size, answers.vpc) == (60, 512, None)
    assert answers.role is not None
    assert answers.role.resource.arn == answers.role_arn == f"arn:aws:iam::{ACCOUNT_ID}:role/service-role/models"
    assert [one.name for one in answers.model_access.named] == ["foundation-model/anthropic.claude-v2:1"]


@pytest.mark.usefixtures("mixed")
def test_reads_tags_only_of_functions_that_can_call_models(aws: Aws) -> None:
    found = by_name(aws)

    assert {name: (one.tags, one.model_access.allowed) for name, one in found.items()} == {
        "answers": ({"team": "ai"}, True),
        "mailer": ({}, False),
        "orphan": ({}, False),
    }
    assert found["orphan"].role is None


def test_tells_where_in_a_vpc_a_function_runs(company: Company, aws: Aws) -> None:
    ec2 = company.account.session().client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="f", Description="f", VpcId=vpc)["GroupId"]
    network = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    company.function("inside", company.role("others"), VpcConfig=network)

    assert by_name(aws)["inside"].vpc == Vpc(vpc, (subnet,), (group,))


@pytest.mark.usefixtures("mixed")
def test_reading_one_function_gives_the_same_fact_as_listing_all(aws: Aws) -> None:
    listed = lambda_functions.functions(aws)

    read = [lambda_functions.function(aws, one.resource) for one in listed]

    assert [one.resource.name for one in listed] == ["answers", "mailer", "orphan"]
    assert [repr(one) for one in listed] == [repr(one) for one in read if one is not None]


def test_small_pages_tell_the_same(mixed: Company, aws: Aws) -> None:
    whole = [repr(one) for one in lambda_functions.functions(aws)]
    mixed.account.faults.add(Fault("page-size", size=1))
    again = Aws(mixed.account.session(), account_id=ACCOUNT_ID, region=REGION, now=aws.now)

    assert [repr(one) for one in lambda_functions.functions(again)] == whole


def test_an_account_without_functions_has_none(aws: Aws) -> None:
    assert lambda_functions.functions(aws) == ()


def test_says_none_of_a_function_that_is_gone(aws: Aws) -> None:
    assert lambda_functions.function(aws, Resource("AWS::Lambda::Function", "gone", "gone")) is None


def test_a_function_that_goes_while_it_is_read_is_left_out(mixed: Company, aws: Aws) -> None:
    mixed.account.faults.add(Fault("gone", action="lambda:ListTags"))

    assert set(by_name(aws)) == {"mailer", "orphan"}


def test_a_function_whose_tags_are_hidden_is_unreadable(mixed: Company, aws: Aws) -> None:
    mixed.account.faults.add(Fault("deny", action="lambda:ListTags"))

    answers, *others = lambda_functions.functions(aws)

    assert isinstance(answers, Unreadable)
    assert (answers.resource.name, answers.code) == ("answers", "AccessDeniedException")
    assert [one.resource.name for one in others if isinstance(one, Function)] == ["mailer", "orphan"]


@pytest.mark.usefixtures("mixed")
def test_a_function_whose_role_has_a_malformed_policy_is_unreadable(aws: Aws) -> None:
    iam_backends[ACCOUNT_ID]["aws"].get_role("others").policies["odd"] = '{"Version": "2012-10-17"}'

    answers, mailer, orphan = lambda_functions.functions(aws)
    read = aws.read_one(mailer.resource, partial(lambda_functions.function, aws, mailer.resource))

    message = 'Role others: Inline policy "odd": The policy document has no Statement element.'
    assert mailer == Unreadable(mailer.resource, "MalformedPolicy", message)
    assert isinstance(read, Unreadable)
    assert read.code == "MalformedPolicy"
    assert isinstance(answers, Function)
    assert isinstance(orphan, Function)


def test_a_function_with_a_role_of_another_account_is_unreadable(aws: Aws) -> None:
    resource = Resource(
        "AWS::Lambda::Function", "foreign", "foreign", "arn:aws:lambda:us-east-1:123456789012:function:f"
    )
    role = "arn:aws:iam::111122223333:role/others"
    answer = {"FunctionName": "foreign", "FunctionArn": resource.arn, "Role": role, "Timeout": 3, "MemorySize": 128}
    with Stubber(aws.client("lambda")) as answers:
        answers.add_response("get_function_configuration", answer)

        foreign = aws.read_one(resource, partial(lambda_functions.function, aws, resource))

    message = f"its execution role {role} is in another account"
    assert foreign == Unreadable(resource, "UnexpectedAnswer", message)


@pytest.mark.usefixtures("mixed")
def test_a_role_made_again_under_another_path_is_not_the_functions_role(company: Company, aws: Aws) -> None:
    company.iam.create_role(RoleName="gone", AssumeRolePolicyDocument=json.dumps(TRUST))
    orphan = Resource("AWS::Lambda::Function", "orphan", "orphan")

    read = lambda_functions.function(aws, orphan)

    assert isinstance(read, Function)
    assert read.role is None
    assert by_name(aws)["orphan"].role is None


def test_declares_what_reading_needs(mixed: Company, aws: Aws) -> None:
    lambda_functions.functions(aws)

    used = {"iam:GetAccountAuthorizationDetails", "lambda:ListFunctions", "lambda:ListTags"}
    missing_policies = {action.name for action in managed_document.actions}
    assert mixed.account.calls.actions() == used
    assert {action.name for action in lambda_functions.functions.actions} == used | missing_policies

    mixed.account.calls.clear()
    again = Aws(mixed.account.session(), account_id=ACCOUNT_ID, region=REGION, now=aws.now)
    lambda_functions.function(again, Resource("AWS::Lambda::Function", "answers", "answers"))

    assert mixed.account.calls.actions() == {action.name for action in lambda_functions.function.actions}


@pytest.mark.parametrize("action", ["lambda:ListFunctions", "iam:GetAccountAuthorizationDetails"])
def test_knows_nothing_when_a_listing_is_denied(mixed: Company, aws: Aws, action: str) -> None:
    mixed.account.faults.add(Fault("deny", action=action))

    with pytest.raises(ClientError, match=action.partition(":")[2]):
        lambda_functions.functions(aws)


@pytest.mark.parametrize("action", ["lambda:GetFunctionConfiguration", "lambda:ListTags", "iam:GetRole"])
def test_does_not_take_a_denied_read_for_a_deleted_function(mixed: Company, aws: Aws, action: str) -> None:
    mixed.account.faults.add(Fault("deny", action=action))

    with pytest.raises(ClientError, match=action.partition(":")[2]):
        lambda_functions.function(aws, Resource("AWS::Lambda::Function", "answers", "answers"))
