import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.engine.resource import Resource
from rules.facts import logs
from rules.facts.kms import Key
from rules.facts.logs import LogGroup
from rules.permissions.refusals import MalformedPolicyError

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/ai/invocations"
RESOURCE = Resource("AWS::Logs::LogGroup", "/ai/invocations", "/ai/invocations", ARN)
PROTECTION = {"Name": "mask", "Version": "2021-06-01", "Statement": []}


def policy(sid: str) -> str:
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "es.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def client(account: Account) -> Any:
    return account.session().client("logs")


def make_protected(account: Account) -> str:
    """Make a log group with every protection and return the ARN of its key."""
    session = account.session()
    client, kms = session.client("logs"), session.client("kms")
    arn: str = kms.create_key()["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=arn)
    client.create_log_group(logGroupName="/ai/invocations", kmsKeyId=arn, tags={"team": "ai"})
    client.put_retention_policy(logGroupName="/ai/invocations", retentionInDays=365)
    client.put_data_protection_policy(logGroupIdentifier="/ai/invocations", policyDocument=json.dumps(PROTECTION))
    client.put_resource_policy(policyName="search", policyDocument=policy("OfTheAccount"))
    client.put_resource_policy(resourceArn=ARN, policyDocument=policy("OfTheGroup"))
    return arn


def test_reads_everything_that_protects_a_log_group(account: Account, aws: Aws) -> None:
    arn = make_protected(account)

    group = logs.log_group(aws, "/ai/invocations")

    assert group is not None
    assert group == LogGroup(
        resource=RESOURCE,
        tags={"team": "ai"},
        retention_days=365,
        key_arn=arn,
        key=Key(arn, "CUSTOMER", "Enabled", rotation=True),
        masked=True,
        policies=group.policies,
    )
    assert [statement.sid for policy in group.policies for statement in policy.statements] == [
        "OfTheAccount",
        "OfTheGroup",
    ]


def test_reads_a_log_group_that_nothing_protects(client: Any, aws: Aws) -> None:
    client.create_log_group(logGroupName="/ai/invocations")

    assert logs.log_group(aws, "/ai/invocations") == LogGroup(
        resource=RESOURCE, tags={}, retention_days=None, key_arn=None, key=None, masked=False, policies=()
    )


@pytest.mark.parametrize(
    ("described", "masked"),
    [
        pytest.param({"dataProtectionStatus": "ACTIVATED"}, True, id="a policy of its own"),
        pytest.param({"inheritedProperties": ["ACCOUNT_DATA_PROTECTION"]}, True, id="the account's policy"),
        pytest.param({"dataProtectionStatus": "DELETED"}, False, id="a policy that it had"),
        pytest.param({"dataProtectionStatus": "DISABLED", "inheritedProperties": []}, False, id="a disabled policy"),
    ],
)
def test_tells_whether_data_is_masked(aws: Aws, described: dict[str, Any], masked: bool) -> None:
    with Stubber(aws.client("logs")) as logs_say:
        logs_say.add_response("describe_log_groups", {"logGroups": [{"logGroupName": "/ai/invocations"} | described]})
        logs_say.add_response("describe_resource_policies", {"resourcePolicies": []})
        logs_say.add_response("list_tags_for_resource", {"tags": {}}, {"resourceArn": ARN})
        logs_say.add_response("describe_resource_policies", {"resourcePolicies": []})

        group = logs.log_group(aws, "/ai/invocations")

    assert group is not None
    assert group.masked is masked


def test_tells_a_log_group_from_those_whose_names_begin_alike(client: Any, aws: Aws) -> None:
    client.create_log_group(logGroupName="/ai/invocations-old")

    assert logs.log_group(aws, "/ai/invocations") is None
    assert logs.description(aws, "/ai/invocations") is None


def test_finds_everything_on_small_pages(account: Account, client: Any, aws: Aws) -> None:
    make_protected(account)
    client.create_log_group(logGroupName="/ai/invocations-a")
    client.put_resource_policy(policyName="other", policyDocument=policy("AnotherOfTheAccount"))
    account.faults.page_size(1)

    group = logs.log_group(aws, "/ai/invocations")

    assert group is not None
    assert {statement.sid for policy in group.policies for statement in policy.statements} == {
        "OfTheAccount",
        "AnotherOfTheAccount",
        "OfTheGroup",
    }


def test_a_key_that_kms_does_not_know_is_named_all_the_same(aws: Aws) -> None:
    gone = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    with Stubber(aws.client("logs")) as logs_say:
        logs_say.add_response(
            "describe_log_groups", {"logGroups": [{"logGroupName": "/ai/invocations", "kmsKeyId": gone}]}
        )
        logs_say.add_response("describe_resource_policies", {"resourcePolicies": []})
        logs_say.add_response("list_tags_for_resource", {"tags": {}})
        logs_say.add_response("describe_resource_policies", {"resourcePolicies": []})

        group = logs.log_group(aws, "/ai/invocations")

    assert group is not None
    assert (group.key_arn, group.key) == (gone, None)


def test_refuses_a_policy_that_it_does_not_understand(client: Any, aws: Aws) -> None:
    client.create_log_group(logGroupName="/ai/invocations")
    client.put_resource_policy(policyName="odd", policyDocument=json.dumps({"Version": "2030-01-01"}))

    with pytest.raises(MalformedPolicyError, match="no Statement"):
        logs.log_group(aws, "/ai/invocations")


@pytest.mark.parametrize("action", sorted(action.name for action in logs.log_group.actions))
def test_a_log_group_is_read_whole_or_not_at_all(account: Account, aws: Aws, action: str) -> None:
    make_protected(account)
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDenied"):
        logs.log_group(aws, "/ai/invocations")


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    make_protected(account)
    before = len(account.calls)

    logs.log_group(aws, "/ai/invocations")

    assert {call.action for call in list(account.calls)[before:]} == {action.name for action in logs.log_group.actions}


@pytest.mark.parametrize(
    "identifier",
    ["/ai/invocations", ARN, f"{ARN}:*"],
    ids=["a name", "an ARN", "an ARN with a star"],
)
def test_takes_the_name_out_of_every_form(identifier: str) -> None:
    assert logs.log_group_name(identifier) == "/ai/invocations"
