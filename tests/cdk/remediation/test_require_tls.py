import json
from typing import Any

import pytest

from cdk.remediation.require_tls import REQUIRE_TLS
from cli.sandbox import Account
from rules.permissions.document import PolicyType, parse
from rules.permissions.resource_policy import requires_tls
from tests.cdk.remediation.deployed import actions, outcome, run

ARNS = ("arn:aws:s3:::logs", "arn:aws:s3:::logs/*")
WRITER: dict[str, Any] = {
    "Sid": "DenyRequestsWithoutTls",
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::logs/AWSLogs/*",
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}, "Bool": {"aws:SecureTransport": True}},
}
READER: dict[str, Any] = {"Effect": "Allow", "NotPrincipal": {"AWS": ["111122223333"]}, "NotAction": "s3:Put*"}
READER |= {"Resource": list(ARNS)}

pytestmark = pytest.mark.slow


@pytest.fixture
def s3(account: Account) -> Any:
    client = account.session().client("s3")
    client.create_bucket(Bucket="logs")
    return client


def put(s3: Any, *statements: dict[str, Any], **members: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": list(statements)} | members
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(policy))


def policy(s3: Any) -> Any:
    return json.loads(s3.get_bucket_policy(Bucket="logs")["Policy"])


def is_right(s3: Any) -> bool:
    return requires_tls(parse(json.dumps(policy(s3)), PolicyType.RESOURCE), ARNS)


def test_a_bucket_without_a_policy_gets_one(account: Account, s3: Any) -> None:
    done = run(account, REQUIRE_TLS, BucketName="logs")

    assert outcome(done) == ("Success", "CHANGED")
    assert policy(s3) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyRequestsWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": list(ARNS),
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
    assert is_right(s3)
    assert actions(account, done) == {action.name for action in REQUIRE_TLS.permissions}


def test_what_the_policy_has_stays_as_it_is(account: Account, s3: Any) -> None:
    put(s3, WRITER, READER, Version="2008-10-17", Id="hand-made")

    done = run(account, REQUIRE_TLS, BucketName="logs")

    after = policy(s3)
    assert outcome(done) == ("Success", "CHANGED")
    assert after["Statement"][:2] == [WRITER, READER]
    assert after["Statement"][2]["Sid"] == "DenyRequestsWithoutTls2"
    assert (after["Version"], after["Id"]) == ("2008-10-17", "hand-made")
    assert is_right(s3)


def test_a_policy_of_one_statement_without_a_list_keeps_it(account: Account, s3: Any) -> None:
    put(s3, Statement=WRITER)

    run(account, REQUIRE_TLS, BucketName="logs")

    assert policy(s3)["Statement"][0] == WRITER
    assert len(policy(s3)["Statement"]) == 2


def test_a_second_run_has_nothing_to_do(account: Account, s3: Any) -> None:
    run(account, REQUIRE_TLS, BucketName="logs")
    before = policy(s3)

    done = run(account, REQUIRE_TLS, BucketName="logs")

    assert outcome(done) == ("Success", "NOTHING_TO_DO")
    assert policy(s3) == before
    assert actions(account, done) == {"s3:GetBucketPolicy"}


def test_a_dry_run_shows_the_policy_and_does_not_put_it(account: Account, s3: Any) -> None:
    put(s3, WRITER)

    done = run(account, REQUIRE_TLS, BucketName="logs", DryRun="true")

    assert done.variables["Outcome"] == (
        "WOULD_CHANGE: A statement that denies requests without TLS would be added to the 1 of the policy of the "
        "bucket logs."
    )
    assert len(json.loads(done.outputs["Inspect.Policy"])["Statement"]) == 2
    assert policy(s3)["Statement"] == [WRITER]
    assert actions(account, done) == {"s3:GetBucketPolicy"}


def test_a_bucket_that_does_not_exist_is_told(account: Account) -> None:
    done = run(account, REQUIRE_TLS, BucketName="gone")

    assert done.status == "Failed"
    assert done.failure.startswith("Step Inspect fails: NoSuchBucket")


def test_a_refused_write_is_told(account: Account, s3: Any) -> None:
    put(s3, WRITER)
    account.faults.deny("s3:PutBucketPolicy")

    done = run(account, REQUIRE_TLS, BucketName="logs")

    assert done.status == "Failed"
    assert done.failure.startswith("Step Attach fails: AccessDenied: ")
    assert policy(s3)["Statement"] == [WRITER]


def test_a_bucket_of_another_account_is_refused(account: Account) -> None:
    given = (
        account.session().client("sts").assume_role(RoleArn="arn:aws:iam::444455556666:role/o", RoleSessionName="owner")
    )
    theirs = account.session(access_key_id=given["Credentials"]["AccessKeyId"]).client("s3")
    theirs.create_bucket(Bucket="theirs")

    done = run(account, REQUIRE_TLS, BucketName="theirs")

    assert done.failure.startswith("Step Inspect fails: AccessDenied: ")
