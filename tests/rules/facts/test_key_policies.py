import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.facts.key_policies import key_policy
from rules.permissions.refusals import MalformedPolicyError

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Owner", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}],
}


@pytest.fixture
def key(account: Account) -> str:
    kms: Any = account.session().client("kms")
    return str(kms.create_key(Policy=json.dumps(POLICY))["KeyMetadata"]["Arn"])


def test_reads_the_policy_of_a_key(key: str, aws: Aws) -> None:
    policy = key_policy(aws, key)

    assert policy is not None
    assert [statement.sid for statement in policy.statements] == ["Owner"]


def test_reads_the_policy_of_a_key_of_another_region(account: Account, aws: Aws) -> None:
    kms = account.session().client("kms", region_name="eu-west-1")

    assert key_policy(aws, kms.create_key(Policy=json.dumps(POLICY))["KeyMetadata"]["Arn"]) is not None


def test_nobody_reads_the_policy_of_another_account_s_key(account: Account, aws: Aws) -> None:
    assert key_policy(aws, "arn:aws:kms:us-east-1:111122223333:key/1111") is None
    assert list(account.calls) == []


def test_a_key_that_is_gone_has_no_policy(aws: Aws) -> None:
    assert key_policy(aws, "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab") is None


def test_a_policy_that_is_refused_is_raised(key: str, account: Account, aws: Aws) -> None:
    account.faults.deny("kms:GetKeyPolicy")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        key_policy(aws, key)


def test_a_policy_that_cannot_be_understood_is_raised(account: Account, aws: Aws) -> None:
    kms = account.session().client("kms")
    arn = kms.create_key(Policy='{"Statement": 7}')["KeyMetadata"]["Arn"]

    with pytest.raises(MalformedPolicyError):
        key_policy(aws, arn)
