import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import lambda_environments
from rules.facts.iam_policies import managed_document
from rules.facts.kms import Key
from rules.facts.lambda_environments import Found, FunctionEnvironment
from tests.rules.facts.test_lambda_functions import Company
from tests.rules.permissions.principals import INVOKE, MODEL_A, allow

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
READING = (
    "lambda:GetFunctionConfiguration", "lambda:ListFunctions", "lambda:ListTags", "iam:GetAccountAuthorizationDetails",
    "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetPolicy",
    "iam:GetPolicyVersion", "kms:DescribeKey", "kms:GetKeyRotationStatus",
)  # fmt: skip


@pytest.fixture
def company(account: Account) -> Company:
    return Company(account)


@pytest.fixture
def key(account: Account) -> str:
    arn: str = account.session().client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def mixed(company: Company, key: str) -> Company:
    """Make functions with a credential, with variables under a key, without variables, and without models."""
    models, others = company.role("models", allow(INVOKE, MODEL_A)), company.role("others")
    secret = {"Variables": {"PARTNER": ACCESS_KEY, "LOG_LEVEL": "info", "PLAN": "acme-0042"}}
    company.function("leaky", models, Environment=secret, Tags={"team": "ai"})
    company.function("sealed", models, Environment={"Variables": {"LOG_LEVEL": "info"}}, KMSKeyArn=key)
    company.function("bare", models, KMSKeyArn=key)
    company.function("mailer", others, Environment=secret, KMSKeyArn=key)
    company.account.calls.clear()
    return company


def aws_again(account: Account, aws: Aws) -> Aws:
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=aws.now)


def resource(name: str) -> Resource:
    return Resource("AWS::Lambda::Function", name, name, f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}")


@pytest.mark.usefixtures("mixed")
def test_reads_what_variables_hold(aws: Aws, key: str) -> None:
    own = Key(key, "CUSTOMER", "Enabled", rotation=False)

    assert lambda_environments.environments(aws) == (
        FunctionEnvironment(
            resource("leaky"),
            {"team": "ai"},
            calls_models=True,
            variables=3,
            credentials=(Found("PARTNER", "an AWS access key"),),
        ),
        FunctionEnvironment(resource("sealed"), {}, calls_models=True, variables=1, key_name=key, key=own),
        FunctionEnvironment(resource("bare"), {}, calls_models=True, key_name=key),
        FunctionEnvironment(resource("mailer"), {}, calls_models=False),
    )


@pytest.mark.usefixtures("mixed")
def test_looks_for_patterns_too(aws: Aws) -> None:
    leaky, *_ = lambda_environments.environments(aws, (r"acme-\d{4}",))

    assert isinstance(leaky, FunctionEnvironment)
    assert leaky.credentials == (
        Found("PARTNER", "an AWS access key"),
        Found("PLAN", "a text that extraPatterns describes"),
    )


@pytest.mark.usefixtures("mixed")
def test_reading_one_environment_gives_the_same_fact_as_listing_all(aws: Aws) -> None:
    patterns = (r"acme-\d{4}",)
    listed = lambda_environments.environments(aws, patterns)

    assert tuple(lambda_environments.environment(aws, one.resource, patterns) for one in listed) == listed


def test_small_pages_tell_the_same(mixed: Company, aws: Aws) -> None:
    whole = lambda_environments.environments(aws)
    mixed.account.faults.add(Fault("page-size", size=1))

    assert lambda_environments.environments(aws_again(mixed.account, aws)) == whole


@pytest.mark.usefixtures("mixed")
def test_keeps_no_value(aws: Aws) -> None:
    assert ACCESS_KEY not in repr(lambda_environments.environments(aws))


def test_an_account_without_functions_has_none(aws: Aws) -> None:
    assert lambda_environments.environments(aws) == ()


def test_says_none_of_a_function_that_is_gone(aws: Aws) -> None:
    assert lambda_environments.environment(aws, resource("gone")) is None


def test_a_function_that_goes_while_it_is_read_is_left_out(mixed: Company, aws: Aws) -> None:
    mixed.account.faults.add(Fault("gone", action="lambda:ListTags"))

    assert [one.resource.name for one in lambda_environments.environments(aws)] == ["mailer"]


def test_variables_that_may_not_be_decrypted_are_unreadable_and_not_absent(mixed: Company, key: str) -> None:
    aws = as_auditor(mixed)

    listed = {one.resource.name: one for one in lambda_environments.environments(aws)}
    read = lambda_environments.environment(aws, resource("sealed"))

    sealed = listed.pop("sealed")
    assert isinstance(sealed, Unreadable)
    assert sealed == read
    assert sealed.code == "AccessDeniedException"
    assert sealed.message.startswith("its environment variables could not be decrypted: ")
    assert all(isinstance(one, FunctionEnvironment) for one in listed.values())
    assert key not in sealed.resource.name


def test_a_key_that_cannot_be_described_makes_the_environment_unreadable(mixed: Company, aws: Aws) -> None:
    mixed.account.faults.add(Fault("deny", action="kms:DescribeKey"))

    unreadable = [one for one in lambda_environments.environments(aws) if isinstance(one, Unreadable)]

    assert [(one.resource.name, one.code) for one in unreadable] == [("sealed", "AccessDeniedException")]


def test_an_unreadable_function_stays_so(mixed: Company, aws: Aws) -> None:
    mixed.account.faults.add(Fault("deny", action="lambda:ListTags", resource="leaky"))

    leaky, *others = lambda_environments.environments(aws)

    assert isinstance(leaky, Unreadable)
    assert all(isinstance(one, FunctionEnvironment) for one in others)


def test_declares_what_reading_needs(mixed: Company, aws: Aws) -> None:
    lambda_environments.environments(aws)

    missing = {action.name for action in managed_document.actions}
    assert {action.name for action in lambda_environments.environments.actions} == (
        mixed.account.calls.actions() | missing
    )

    mixed.account.calls.clear()
    again = aws_again(mixed.account, aws)
    lambda_environments.environment(again, resource("sealed"))

    assert {action.name for action in lambda_environments.environment.actions} == (
        mixed.account.calls.actions() | missing
    )
    assert {one.via for one in lambda_environments.environment.actions if one.name == "kms:Decrypt"} == {"lambda"}


def as_auditor(company: Company) -> Aws:
    """Return what reads with a role that may read everything, and decrypt nothing."""
    trust: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam = company.iam
    role = iam.create_role(
        RoleName="auditor", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(READING), "Resource": "*"}]}
    iam.put_role_policy(RoleName="auditor", PolicyName="reading", PolicyDocument=json.dumps(policy))
    session = company.account.session()
    given = session.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
    return Aws(
        company.account.session(access_key_id=given["AccessKeyId"]),
        account_id=ACCOUNT_ID,
        region=REGION,
        now=datetime(2026, 11, 1, tzinfo=UTC),
    )
