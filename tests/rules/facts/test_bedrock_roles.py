import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import bedrock_roles
from rules.facts.bedrock_roles import ServiceRole
from rules.facts.iam_policies import managed_document
from rules.facts.iam_principals import role_principal
from rules.permissions.document import PolicyType, parse
from tests.rules.facts.people import MALFORMED

LAMBDA, BEDROCK = {"Service": "lambda.amazonaws.com"}, {"Service": "bedrock.amazonaws.com"}
NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


def allows(principal: object, **elements: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **elements}
    return {"Version": "2012-10-17", "Statement": [statement]}


def make(account: Account, name: str, trust: dict[str, object], path: str = "/") -> None:
    account.session().client("iam").create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(trust), Tags=[{"Key": "role", "Value": name}]
    )


def names(aws: Aws) -> list[str]:
    return [one.resource.name for one in bedrock_roles.service_roles(aws)]


def test_reads_a_role_with_its_trust_and_its_permissions(account: Account, aws: Aws) -> None:
    make(account, "agent", allows(BEDROCK), "/service-role/")
    make(account, "function", allows(LAMBDA))
    iam = account.session().client("iam")
    iam.put_role_policy(RoleName="agent", PolicyName="read", PolicyDocument=json.dumps(POLICY))
    (role,) = bedrock_roles.service_roles(aws)
    principal = role_principal(aws, "agent")

    assert isinstance(role, ServiceRole)
    assert principal is not None
    assert role.resource == principal.resource
    assert role.resource.arn == "arn:aws:iam::123456789012:role/service-role/agent"
    assert role.tags == {"role": "agent"}
    assert role.trust.statements == parse(allows(BEDROCK), PolicyType.TRUST).statements
    assert [policy.name for policy in role.principal.policies.policies] == ["read"]


@pytest.mark.parametrize(
    ("trust", "found"),
    [
        pytest.param(allows(BEDROCK), True, id="bedrock"),
        pytest.param(allows({"Service": ["lambda.amazonaws.com", "bedrock.amazonaws.com"]}), True, id="among others"),
        pytest.param(allows({"Service": "bedrock-agentcore.amazonaws.com"}), True, id="agentcore"),
        pytest.param(allows({"Service": "bedrock-mantle.amazonaws.com"}), True, id="mantle"),
        pytest.param(
            allows(BEDROCK, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:eu-west-1:123456789012:*"}}),
            True,
            id="for another Region",
        ),
        pytest.param(allows("*"), True, id="everybody"),
        pytest.param(
            allows("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
            False,
            id="everybody of an organization, which no service is in",
        ),
        pytest.param(allows(LAMBDA), False, id="another service"),
        pytest.param(allows({"Service": "sagemaker.amazonaws.com"}), False, id="another AI service"),
        pytest.param(allows({"AWS": "111122223333"}), False, id="another account"),
        pytest.param(allows(BEDROCK, Action="sts:TagSession"), False, id="not to assume it"),
        pytest.param(allows(BEDROCK, Effect="Deny"), False, id="denied"),
    ],
)
def test_finds_roles_by_whom_they_trust(account: Account, aws: Aws, trust: dict[str, object], found: bool) -> None:
    make(account, "role", trust)

    assert names(aws) == (["role"] if found else [])


def test_service_linked_roles_are_left_out(account: Account, aws: Aws) -> None:
    make(account, "linked", allows(BEDROCK), "/aws-service-role/bedrock.amazonaws.com/")

    assert names(aws) == []


def test_small_pages_tell_the_same(account: Account, aws: Aws) -> None:
    for name in ("first", "second", "third"):
        make(account, name, allows(BEDROCK))
    account.faults.add(Fault("page-size"))

    assert sorted(names(aws)) == ["first", "second", "third"]


def test_a_role_that_cannot_be_read_is_unreadable(account: Account, aws: Aws) -> None:
    make(account, "agent", allows(BEDROCK))
    make(account, "flow", allows(BEDROCK))
    aws.client("iam").meta.events.register_last("after-call.iam.GetAccountAuthorizationDetails", garble)
    agent, flow = sorted(bedrock_roles.service_roles(aws), key=lambda one: one.resource.name)

    assert isinstance(agent, Unreadable)
    assert (agent.resource.name, agent.code) == ("agent", "MalformedPolicy")
    assert agent.resource.id.startswith("AROA")
    assert isinstance(flow, ServiceRole)


def garble(parsed: dict[str, Any], **_: object) -> None:
    """Give the role `agent` a policy that cannot be understood."""
    for role in parsed.get("RoleDetailList", ()):
        if role["RoleName"] == "agent":
            role["RolePolicyList"] = [{"PolicyName": "own", "PolicyDocument": MALFORMED}]


def test_roles_that_cannot_be_listed_are_an_error(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("deny", "iam:GetAccountAuthorizationDetails"))

    with pytest.raises(ClientError, match="AccessDenied"):
        bedrock_roles.service_roles(aws)


def test_calls_what_it_declares(account: Account) -> None:
    make(account, "agent", allows(BEDROCK))
    iam = account.session().client("iam")
    iam.put_role_policy(RoleName="agent", PolicyName="read", PolicyDocument=json.dumps(POLICY))
    arn = iam.create_policy(PolicyName="attached", PolicyDocument=json.dumps(POLICY))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="agent", PolicyArn=arn)
    account.calls.clear()
    bedrock_roles.service_roles(Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=NOW))

    declared = {action.name for action in bedrock_roles.service_roles.actions}
    # A policy that the listing lacks is read on its own.
    assert account.calls.actions() == declared - {action.name for action in managed_document.actions}


def test_a_role_whose_trust_policy_is_missing_is_unreadable_and_hides_no_other(account: Account, aws: Aws) -> None:
    make(account, "agent", allows(BEDROCK))
    make(account, "flow", allows(BEDROCK))
    aws.client("iam").meta.events.register_last("after-call.iam.GetAccountAuthorizationDetails", forget)
    agent, flow = sorted(bedrock_roles.service_roles(aws), key=lambda one: one.resource.name)

    assert isinstance(agent, Unreadable)
    assert agent.code == "MalformedPolicy"
    assert isinstance(flow, ServiceRole)


def forget(parsed: dict[str, Any], **_: object) -> None:
    """Take the trust policy of the role `agent` out of an answer."""
    for role in parsed.get("RoleDetailList", ()):
        if role["RoleName"] == "agent":
            del role["AssumeRolePolicyDocument"]
