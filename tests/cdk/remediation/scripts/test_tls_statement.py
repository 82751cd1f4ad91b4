import copy
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from cdk.remediation.scripts import tls_statement
from cdk.remediation.scripts.tls_statement import Bucket, ConcurrentChangeError, attach, inspect, verify
from cli.sandbox import Account
from rules.permissions.document import PolicyType, parse
from rules.permissions.resource_policy import requires_tls

ARNS = ("arn:aws:s3:::logs", "arn:aws:s3:::logs/*")
EVENT = {"BucketName": "logs", "AccountId": "123456789012", "Pause": "0"}
DENY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": list(ARNS),
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ALLOW: dict[str, Any] = {"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": ARNS[1]}
OTHER: dict[str, Any] = ALLOW | {"Sid": "Other"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("statements", "right"),
    [
        pytest.param([DENY], True, id="the statement"),
        pytest.param([ALLOW, DENY], True, id="behind others"),
        pytest.param([], False, id="none"),
        pytest.param([ALLOW], False, id="another"),
        pytest.param([DENY | {"Principal": {"AWS": "*"}}], True, id="everybody as an AWS principal"),
        pytest.param([DENY | {"Principal": {"AWS": ["*"]}}], True, id="everybody in a list"),
        pytest.param([DENY | {"Action": "*"}], True, id="all actions"),
        pytest.param([DENY | {"Action": ["S3:*"]}], True, id="actions in any case"),
        pytest.param([DENY | {"Resource": "*"}], True, id="all resources"),
        pytest.param([DENY | {"Resource": "arn:aws:s3:::logs*"}], True, id="resources by a pattern"),
        pytest.param([DENY | {"Resource": ARNS[0]}, DENY | {"Resource": ARNS[1]}], True, id="in two statements"),
        pytest.param([DENY | {"Condition": {"Bool": {"AWS:securetransport": [False]}}}], True, id="a boolean"),
        pytest.param([DENY | {"Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}}], True, id="if exists"),
        pytest.param([DENY | {"Effect": "Allow"}], False, id="allowed"),
        pytest.param([DENY | {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}], False, id="an account"),
        pytest.param([DENY | {"Action": "s3:GetObject"}], False, id="one action"),
        pytest.param([DENY | {"Resource": ARNS[1]}], False, id="objects alone"),
        pytest.param([DENY | {"Resource": "arn:aws:s3:::logs/AWSLogs/*"}], False, id="some objects"),
        pytest.param([DENY | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}], False, id="the opposite"),
        pytest.param([DENY | {"Condition": {"NumericLessThan": {"s3:TlsVersion": 1.2}}}], False, id="old versions"),
        pytest.param(
            [DENY | {"Condition": DENY["Condition"] | {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}],
            False,
            id="under another condition",
        ),
        pytest.param(
            [DENY | {"Condition": {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}}],
            False,
            id="under another key",
        ),
    ],
)
def test_agrees_with_the_rules_on_what_requires_tls(statements: list[dict[str, Any]], right: bool) -> None:
    document = policy(*statements)

    assert tls_statement.requires_tls(document, ARNS) is right
    if statements:
        assert requires_tls(parse(json.dumps(document), PolicyType.RESOURCE), ARNS) is right


def test_what_is_added_satisfies_the_rules_and_changes_nothing_else() -> None:
    before = policy(ALLOW, OTHER)
    kept = copy.deepcopy(before)

    merged = tls_statement.with_tls(before, ARNS)

    assert before == kept
    assert merged["Statement"][:2] == [ALLOW, OTHER]
    assert requires_tls(parse(json.dumps(merged), PolicyType.RESOURCE), ARNS)


def test_a_policy_that_would_become_too_long_is_refused() -> None:
    long = policy(*(ALLOW | {"Sid": f"Read{number:04}"} for number in range(200)))

    with pytest.raises(ValueError, match=r"would have 2\d{4} bytes; Amazon S3 takes 20480"):
        tls_statement.with_tls(long, ARNS)


@pytest.fixture
def s3(account: Account) -> Any:
    client = account.session().client("s3")
    client.create_bucket(Bucket="logs")
    client.put_bucket_policy(Bucket="logs", Policy=json.dumps(policy(ALLOW)))
    return client


def sids(s3: Any) -> list[str]:
    found = json.loads(s3.get_bucket_policy(Bucket="logs")["Policy"])
    return [statement["Sid"] for statement in found["Statement"]]


def test_a_statement_that_was_added_since_the_inspection_stays(s3: Any) -> None:
    assert inspect(EVENT, {})["Statements"] == 1
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(policy(ALLOW, OTHER)))

    put = attach(EVENT, {})

    assert verify(EVENT | put, {}) == {"Statements": 3}
    assert sids(s3) == ["Read", "Other", "DenyRequestsWithoutTls"]


def test_a_statement_that_somebody_else_attached_meanwhile_is_enough(s3: Any) -> None:
    assert not inspect(EVENT, {})["RequiresTls"]
    theirs = policy(ALLOW, DENY | {"Sid": "Theirs"})
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(theirs))

    put = attach(EVENT, {})

    assert verify(EVENT | put, {}) == {"Statements": 2}
    assert sids(s3) == ["Read", "Theirs"]


@pytest.mark.parametrize(
    ("since", "message"),
    [
        pytest.param(policy(ALLOW), "one that does not deny requests without TLS", id="our statement is gone"),
        pytest.param(policy(DENY | {"Sid": "T"}), "one that lacks 2 of the statements", id="others are gone"),
    ],
)
def test_a_policy_that_was_replaced_afterwards_is_told(s3: Any, since: dict[str, Any], message: str) -> None:
    put = attach(EVENT, {})
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(since))

    with pytest.raises(ConcurrentChangeError, match=message):
        verify(EVENT | put, {})


def test_a_statement_that_was_added_afterwards_does_no_harm(s3: Any) -> None:
    put = attach(EVENT, {})
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(json.loads(put["Policy"]) | {"Id": "x"}))
    more = json.loads(put["Policy"])
    more["Statement"].append(OTHER)
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(more))

    assert verify(EVENT | put, {}) == {"Statements": 3}


def test_a_change_that_shows_late_is_waited_for(s3: Any) -> None:
    put = attach(EVENT, {})
    new = put["Policy"]
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(policy(ALLOW)))
    reads = 0

    def late(**_: object) -> None:
        nonlocal reads
        reads += 1
        if reads == 2:
            boto3.client("s3").put_bucket_policy(Bucket="logs", Policy=new)

    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-call.s3.GetBucketPolicy", late)

    assert verify(EVENT | put, {}) == {"Statements": 2}
    assert reads == 2


def failing(call: Callable[[dict[str, str], object], object]) -> object:
    return pytest.param(call, id=call.__name__)


@pytest.mark.parametrize("call", [failing(inspect), failing(attach)])
def test_other_errors_are_not_taken_for_an_absent_policy(
    account: Account, s3: Any, call: Callable[[dict[str, str], object], object]
) -> None:
    account.faults.deny("s3:GetBucketPolicy")

    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        call(EVENT, {})


@pytest.mark.usefixtures("account")
def test_arns_are_of_the_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    monkeypatch.setenv("AWS_REGION", "cn-north-1")

    assert Bucket(EVENT).arns == ("arn:aws-cn:s3:::logs", "arn:aws-cn:s3:::logs/*")
