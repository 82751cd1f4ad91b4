import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import ai_resource_policies
from rules.facts.ai_resource_policies import GuardedResource
from tests.rules.facts.endpoints import endpoint, model, sagemaker

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Sid": "Share", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
    }
)


def group(account: Account, name: str, policy: str | None = None) -> None:
    client = sagemaker(account)
    client.create_model_package_group(ModelPackageGroupName=name, Tags=[{"Key": "kind", "Value": "group"}])
    if policy:
        client.put_model_package_group_policy(ModelPackageGroupName=name, ResourcePolicy=policy)


def serve(account: Account, name: str, policy: str | None = None) -> None:
    model(account, name)
    endpoint(account, name, {"VariantName": "a", "ModelName": name, "InstanceType": "ml.m5.large"})
    if policy:
        sagemaker(account).put_endpoint_policy(EndpointName=name, ResourcePolicy=policy)


def guardrail(account: Account, name: str, policy: str | None = None) -> str:
    bedrock: Any = account.session().client("bedrock")
    arn: str = bedrock.create_guardrail(name=name, blockedInputMessaging="no", blockedOutputsMessaging="no")[
        "guardrailArn"
    ]
    if policy:
        bedrock.put_resource_policy(resourceArn=arn, resourcePolicy=policy)
    return arn


@pytest.fixture
def shared(account: Account) -> Account:
    """Return an account with one resource of each kind, each with a policy."""
    group(account, "group", POLICY)
    serve(account, "endpoint", POLICY)
    guardrail(account, "guardrail", POLICY)
    return account


def statements(aws: Aws) -> dict[str, str | None]:
    return {
        each.resource.name: None if each.policy is None else each.policy.statements[0].sid
        for each in ai_resource_policies.guarded_resources(aws)
        if isinstance(each, GuardedResource)
    }


@pytest.mark.usefixtures("shared")
def test_reads_the_policies_of_every_kind_of_resource(aws: Aws) -> None:
    found = ai_resource_policies.guarded_resources(aws)

    assert [(each.resource.type, each.resource.name) for each in found] == [
        ("AWS::SageMaker::ModelPackageGroup", "group"),
        ("AWS::SageMaker::Endpoint", "endpoint"),
        ("AWS::Bedrock::Guardrail", "guardrail"),
    ]
    assert all(each.resource.id == each.resource.arn for each in found)
    assert statements(aws) == {"group": "Share", "endpoint": "Share", "guardrail": "Share"}
    assert isinstance(found[0], GuardedResource)
    assert found[0].tags == {"kind": "group"}


def test_resources_without_a_policy_have_none(account: Account, aws: Aws) -> None:
    group(account, "group")
    serve(account, "endpoint")
    guardrail(account, "guardrail")

    assert statements(aws) == {"group": None, "endpoint": None, "guardrail": None}


def test_an_account_without_such_resources_has_none(aws: Aws) -> None:
    assert ai_resource_policies.guarded_resources(aws) == ()


def test_a_region_without_the_services_has_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "*:List*"))

    assert ai_resource_policies.guarded_resources(aws) == ()


def test_reads_every_page(account: Account, aws: Aws) -> None:
    for number in range(2):
        group(account, f"group-{number}", POLICY)
        serve(account, f"endpoint-{number}")
        guardrail(account, f"guardrail-{number}")
    account.faults.page_size(1)

    assert sorted(statements(aws)) == [
        f"{kind}-{number}" for kind in ("endpoint", "group", "guardrail") for number in range(2)
    ]


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("sagemaker:GetModelPackageGroupPolicy", "group"),
        ("sagemaker:ListTags", "group"),
        ("sagemaker:GetEndpointPolicy", "endpoint"),
        ("sagemaker:DescribeEndpoint", "endpoint"),
        ("bedrock:GetResourcePolicy", "guardrail"),
        ("bedrock:ListTagsForResource", "guardrail"),
    ],
)
def test_a_resource_that_cannot_be_read_leaves_the_others(shared: Account, aws: Aws, action: str, name: str) -> None:
    shared.faults.deny(action, resource="model-package-group/group" if action == "sagemaker:ListTags" else "")

    found = {each.resource.name: type(each) for each in ai_resource_policies.guarded_resources(aws)}

    assert found == {"group": GuardedResource, "endpoint": GuardedResource, "guardrail": GuardedResource} | {
        name: Unreadable
    }


def test_a_refusal_in_other_words_is_no_missing_policy(shared: Account, aws: Aws) -> None:
    refusal = Fault(
        "gone",
        "sagemaker:GetModelPackageGroupPolicy",
        code="ValidationException",
        message="1 validation error detected",
    )
    shared.faults.add(refusal)

    (found,) = ai_resource_policies.model_package_groups(aws)

    assert isinstance(found, Unreadable)


def test_a_policy_that_cannot_be_understood_is_unreadable(account: Account, aws: Aws) -> None:
    guardrail(account, "guardrail", '{"Statement": "all"}')

    (found,) = ai_resource_policies.guardrails(aws)

    assert isinstance(found, Unreadable)
    assert found.code == "MalformedPolicy"


@pytest.mark.parametrize(
    ("action", "name"), [("sagemaker:ListTags", "group"), ("bedrock:ListTagsForResource", "guardrail")]
)
def test_a_resource_that_was_deleted_since_it_was_listed_is_left_out(
    shared: Account, aws: Aws, action: str, name: str
) -> None:
    shared.faults.add(
        Fault("gone", action, resource="model-package-group/group" if action == "sagemaker:ListTags" else "")
    )

    assert name not in statements(aws)


@pytest.mark.parametrize(
    "action", ["sagemaker:ListModelPackageGroups", "sagemaker:ListEndpoints", "bedrock:ListGuardrails"]
)
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        ai_resource_policies.guarded_resources(aws)


def test_declares_the_actions_that_it_uses(shared: Account, aws: Aws) -> None:
    before = len(shared.calls)

    ai_resource_policies.guarded_resources(aws)

    used = {call.action for call in list(shared.calls)[before:]}
    assert used == {action.name for action in ai_resource_policies.guarded_resources.actions}
