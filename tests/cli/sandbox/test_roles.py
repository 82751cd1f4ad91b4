import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
LISTING = {"Effect": "Allow", "Action": "bedrock:List*", "Resource": "*"}
LOGS = {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]}
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def as_role(account: Account, *statements: dict[str, Any]) -> boto3.session.Session:
    role = account.session().client("iam")
    role.create_role(RoleName="app", Path="/rules/", AssumeRolePolicyDocument=TRUST)
    if statements:
        role.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=document(*statements))
    return assumed(account, "arn:aws:iam::123456789012:role/rules/app")


def assumed(account: Account, role_arn: str) -> boto3.session.Session:
    given = account.session().client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    return account.session(access_key_id=given["AccessKeyId"])


def list_guardrails(session: boto3.session.Session) -> None:
    session.client("bedrock").list_guardrails()


def list_logs(session: boto3.session.Session) -> None:
    session.client("s3").list_objects_v2(Bucket="logs")


def list_other(session: boto3.session.Session) -> None:
    session.client("s3").list_objects_v2(Bucket="other")


def write_log(session: boto3.session.Session) -> None:
    session.client("s3").put_object(Bucket="logs", Key="k", Body=b"")


def read_topic(session: boto3.session.Session) -> None:
    session.client("sns").get_topic_attributes(TopicArn=TOPIC)


@pytest.mark.parametrize(
    ("statements", "call", "allowed"),
    [
        pytest.param([LISTING], list_guardrails, True, id="action-by-pattern"),
        pytest.param([], list_guardrails, False, id="no-policy"),
        pytest.param([LOGS], list_guardrails, False, id="another-action"),
        pytest.param([LISTING, LISTING | {"Effect": "Deny"}], list_guardrails, False, id="denial-wins"),
        pytest.param(
            [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], list_guardrails, True, id="all-but-others"
        ),
        pytest.param(
            [{"Effect": "Allow", "NotAction": "bedrock:*", "Resource": "*"}], list_guardrails, False, id="all-but-this"
        ),
        pytest.param([LOGS], list_logs, True, id="bucket-named"),
        pytest.param([LOGS], write_log, True, id="object-named"),
        pytest.param([LOGS], list_other, False, id="another-bucket"),
        pytest.param(
            [LOGS | {"Resource": "*"}, LOGS | {"Effect": "Deny", "Resource": "arn:aws:s3:::logs"}],
            list_other,
            True,
            id="denial-elsewhere",
        ),
        pytest.param(
            [{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::logs"}],
            list_logs,
            False,
            id="all-buckets-but-this",
        ),
        pytest.param(
            [{"Effect": "Allow", "Action": "sns:*", "Resource": TOPIC}], read_topic, True, id="arn-in-a-parameter"
        ),
        pytest.param(
            [{"Effect": "Allow", "Action": "sns:*", "Resource": TOPIC + "-more"}], read_topic, False, id="another-arn"
        ),
    ],
)
def test_roles_may_do_what_their_policies_allow(
    account: Account, statements: list[dict[str, Any]], call: Any, *, allowed: bool
) -> None:
    for bucket in ("logs", "other"):
        account.session().client("s3").create_bucket(Bucket=bucket)
    account.session().client("sns").create_topic(Name="alarms")
    session = as_role(account, *statements)

    if allowed:
        call(session)
        assert not list(account.calls)[-1].error
    else:
        with pytest.raises(ClientError) as refused:
            call(session)
        assert refused.value.response["Error"]["Code"] in {
            "AccessDenied",
            "AccessDeniedException",
            "AuthorizationError",
        }


def test_policies_of_aws_allow_as_inline_ones_do(account: Account) -> None:
    session = as_role(account)
    iam = account.session().client("iam")
    iam.attach_role_policy(RoleName="app", PolicyArn="arn:aws:iam::aws:policy/AmazonBedrockReadOnly")

    list_guardrails(session)

    assert not list(account.calls)[-1].error


def test_the_default_version_of_a_policy_counts(account: Account) -> None:
    session = as_role(account)
    iam = account.session().client("iam")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=document(LISTING))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(LOGS))

    list_guardrails(session)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")

    with pytest.raises(ClientError, match="AccessDenied"):
        list_guardrails(session)


def test_everybody_may_ask_who_they_are(account: Account) -> None:
    assert as_role(account).client("sts").get_caller_identity()["Arn"].endswith("assumed-role/app/test")


def test_roles_of_other_accounts_are_not_limited(account: Account) -> None:
    list_guardrails(assumed(account, "arn:aws:iam::444455556666:role/audit"))

    assert not list(account.calls)[-1].error
