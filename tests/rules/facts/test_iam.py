import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import ACCOUNT_ID, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource
from rules.facts import iam
from rules.permissions.document import Principal
from rules.permissions.refusals import MalformedPolicyError

TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}},
    },
}


@pytest.fixture
def iam_client(account: Account) -> Any:
    return account.session().client("iam")


def test_reads_a_role_with_its_trust_policy(iam_client: Any, aws: Aws) -> None:
    made = iam_client.create_role(
        RoleName="delivery",
        Path="/service-role/",
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Tags=[{"Key": "team", "Value": "ai"}],
    )["Role"]

    role = iam.role(aws, "delivery")

    assert role is not None
    assert role.resource == Resource("AWS::IAM::Role", made["RoleId"], "delivery", made["Arn"])
    assert role.resource.arn == f"arn:aws:iam::{ACCOUNT_ID}:role/service-role/delivery"
    assert role.tags == {"team": "ai"}
    assert role.path == "/service-role/"
    (statement,) = role.trust.statements
    assert statement.principals == (Principal("Service", "bedrock.amazonaws.com"),)
    assert [(one.key, one.values) for one in statement.conditions] == [("aws:SourceAccount", (ACCOUNT_ID,))]


def test_a_role_without_tags_has_none(iam_client: Any, aws: Aws) -> None:
    iam_client.create_role(RoleName="plain", AssumeRolePolicyDocument=json.dumps(TRUST))

    role = iam.role(aws, "plain")

    assert role is not None
    assert role.tags == {}


def test_says_none_of_a_role_that_does_not_exist(aws: Aws) -> None:
    assert iam.role(aws, "deleted") is None


def test_refuses_a_trust_policy_that_it_does_not_understand(iam_client: Any, aws: Aws) -> None:
    trust = TRUST | {"Version": "2030-01-01"}
    iam_client.create_role(RoleName="odd", AssumeRolePolicyDocument=json.dumps(trust))

    with pytest.raises(MalformedPolicyError, match="2030-01-01"):
        iam.role(aws, "odd")


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        pytest.param("arn:aws:iam::123456789012:role/app", "app", id="without a path"),
        pytest.param("arn:aws:iam::123456789012:role/service-role/app", "app", id="with a path"),
        pytest.param("app", "app", id="a name alone"),
    ],
)
def test_takes_the_name_out_of_a_role_arn(arn: str, name: str) -> None:
    assert iam.role_name(arn) == name


def test_does_not_take_a_denied_read_for_a_role_that_does_not_exist(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("deny", action="iam:GetRole"))

    with pytest.raises(ClientError, match="AccessDenied"):
        iam.role(aws, "hidden")
