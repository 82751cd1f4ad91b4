"""Condition blocks: every operator, and what a missing or unknown key makes of it."""

import time

import pytest

from rules.permissions.conditions import Truth, all_of, any_of, judge, judge_one
from rules.permissions.context import RequestContext
from rules.permissions.document import Condition, Version, parse

TRUE, FALSE, DEPENDS = Truth.TRUE, Truth.FALSE, Truth.DEPENDS
KNOWN = RequestContext(
    {
        "aws:username": "ana",
        "aws:TagKeys": ("team", "cost"),
        "aws:CurrentTime": "2026-03-01T00:00:00Z",
        "aws:EpochTime": "1772323200",
        "aws:MultiFactorAuthAge": "900",
        "aws:MultiFactorAuthPresent": "True",
        "aws:SourceIp": "192.0.2.7",
        "aws:VpcSourceIp": "2001:db8::7",
        "aws:PrincipalArn": "arn:aws:iam::123456789012:role/app/reader",
        "kms:Blob": "YWJj",
        "aws:Odd": "odd",
        "aws:Team": "${aws:username}",
    },
    absent=frozenset({"aws:SourceVpc"}),
)


def told(operator: str, key: str, values: object, version: str = "2012-10-17") -> Truth:
    block = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {key: values}}}
    document = parse({"Version": version, "Statement": block})
    return judge(document.statements[0].conditions, KNOWN, document.version)


OPERATORS: list[tuple[str, str, object, Truth]] = [
    ("StringEquals", "aws:username", "ana", TRUE),
    ("StringEquals", "AWS:UserName", ["bob", "ana"], TRUE),
    ("stringequals", "aws:username", "ana", TRUE),
    ("StringEquals", "aws:username", "ANA", FALSE),
    ("StringEquals", "aws:username", "a*", FALSE),
    ("StringEquals", "aws:username", "${aws:username}", TRUE),
    ("StringEquals", "aws:username", "${aws:PrincipalTag/name}", DEPENDS),
    ("StringEquals", "aws:username", "x${aws:PrincipalTag/name}", FALSE),
    ("StringEquals", "aws:username", "${aws:SourceVpc}", DEPENDS),
    ("StringEquals", "aws:username", "${aws:SourceVpc, 'ana'}", TRUE),
    ("StringNotEquals", "aws:username", "ana", FALSE),
    ("StringNotEquals", "aws:username", ["bob", "eve"], TRUE),
    ("StringNotEquals", "aws:username", ["bob", "ana"], FALSE),
    ("StringEqualsIgnoreCase", "aws:username", "ANA", TRUE),
    ("StringEqualsIgnoreCase", "aws:username", "ANNA", FALSE),
    ("StringEqualsIgnoreCase", "aws:username", "A*", FALSE),
    ("StringEqualsIgnoreCase", "aws:username", "A?A", FALSE),
    ("StringEqualsIgnoreCase", "aws:username", "${aws:PrincipalTag/name}", DEPENDS),
    ("StringNotEqualsIgnoreCase", "aws:username", "ANA", FALSE),
    ("StringLike", "aws:username", "a*", TRUE),
    ("StringLike", "aws:username", "A*", FALSE),
    ("StringLike", "aws:username", "a?a", TRUE),
    ("StringLike", "aws:username", "${*}", FALSE),
    ("StringNotLike", "aws:username", "a*", FALSE),
    ("NumericEquals", "aws:MultiFactorAuthAge", 900, TRUE),
    ("NumericEquals", "aws:MultiFactorAuthAge", "900.0", TRUE),
    ("NumericNotEquals", "aws:MultiFactorAuthAge", "900", FALSE),
    ("NumericLessThan", "aws:MultiFactorAuthAge", "900", FALSE),
    ("NumericLessThanEquals", "aws:MultiFactorAuthAge", "900", TRUE),
    ("NumericGreaterThan", "aws:MultiFactorAuthAge", "10", TRUE),
    ("NumericGreaterThanEquals", "aws:MultiFactorAuthAge", "901", FALSE),
    ("NumericEquals", "aws:MultiFactorAuthAge", "many", DEPENDS),
    ("DateEquals", "aws:CurrentTime", "2026-03-01T01:00:00+01:00", TRUE),
    ("DateEquals", "aws:CurrentTime", "2026-03-01", TRUE),
    ("DateEquals", "aws:EpochTime", "2026-03-01T00:00:00Z", TRUE),
    ("DateNotEquals", "aws:CurrentTime", "2026-03-01T00:00:00Z", FALSE),
    ("DateLessThan", "aws:CurrentTime", "2026-03-01T00:00:01Z", TRUE),
    ("DateLessThanEquals", "aws:CurrentTime", "2026-02-28T00:00:00Z", FALSE),
    ("DateGreaterThan", "aws:CurrentTime", "2025-01-01T00:00:00Z", TRUE),
    ("DateGreaterThanEquals", "aws:CurrentTime", "2027-01-01T00:00:00Z", FALSE),
    ("DateGreaterThan", "aws:CurrentTime", "yesterday", DEPENDS),
    ("Bool", "aws:MultiFactorAuthPresent", True, TRUE),
    ("Bool", "aws:MultiFactorAuthPresent", "false", FALSE),
    ("BinaryEquals", "kms:Blob", "YWJj", TRUE),
    ("BinaryEquals", "kms:Blob", "ywjj", FALSE),
    ("IpAddress", "aws:SourceIp", "192.0.2.0/24", TRUE),
    ("IpAddress", "aws:SourceIp", "192.0.2.200/24", TRUE),
    ("IpAddress", "aws:SourceIp", ["198.51.100.0/24", "192.0.2.7"], TRUE),
    ("IpAddress", "aws:SourceIp", "2001:db8::/32", FALSE),
    ("IpAddress", "aws:VpcSourceIp", "2001:db8::/32", TRUE),
    ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24", FALSE),
    ("NotIpAddress", "aws:VpcSourceIp", "192.0.2.0/24", TRUE),
    ("IpAddress", "aws:SourceIp", "everywhere", DEPENDS),
    ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/app/reader", TRUE),
    ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*", TRUE),
    ("ArnLike", "aws:PrincipalArn", "arn:*:role/*", DEPENDS),
    ("ArnLike", "aws:PrincipalArn", "*", DEPENDS),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam:*:role/app/reader:", FALSE),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1*:role/${aws:username}", FALSE),
    ("ArnLike", "aws:PrincipalArn", "${aws:PrincipalArn}", TRUE),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/${aws:PrincipalTag/path}", DEPENDS),
    ("ArnLike", "aws:username", "arn:aws:iam::*:role/*", FALSE),
    ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*", FALSE),
    ("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:user/*", TRUE),
    ("Null", "aws:username", "false", TRUE),
    ("Null", "aws:username", "true", FALSE),
    ("Null", "aws:username", ["true", "false"], TRUE),
    ("Null", "aws:SourceVpce", ["true", "false"], TRUE),
    ("Null", "aws:SourceVpc", "true", TRUE),
    ("Null", "aws:SourceVpc", False, FALSE),
    ("Null", "aws:SourceVpce", "true", DEPENDS),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["team", "cost", "other"], TRUE),
    ("ForAllValues:StringEquals", "aws:TagKeys", "team", FALSE),
    ("ForAllValues:StringLike", "aws:username", "a*", TRUE),
    ("ForAnyValue:StringEquals", "aws:TagKeys", "team", TRUE),
    ("ForAnyValue:StringEquals", "aws:TagKeys", "owner", FALSE),
    ("ForAnyValue:StringNotEquals", "aws:TagKeys", "team", TRUE),
    ("ForAllValues:StringNotEquals", "aws:TagKeys", "team", FALSE),
    ("StringEquals", "aws:TagKeys", "team", DEPENDS),
    ("StringResembles", "aws:username", "ana", DEPENDS),
    ("ForSomeValues:StringEquals", "aws:username", "ana", DEPENDS),
    ("StringEquals", "aws:username", [], FALSE),
]


@pytest.mark.parametrize(("operator", "key", "values", "wanted"), OPERATORS)
def test_an_operator_compares_as_documented(operator: str, key: str, values: object, wanted: Truth) -> None:
    assert told(operator, key, values) is wanted


ABSENT_KEY: list[tuple[str, Truth]] = [
    ("StringEquals", FALSE),
    ("StringLike", FALSE),
    ("ArnLike", FALSE),
    ("Bool", FALSE),
    ("NumericLessThan", FALSE),
    ("IpAddress", FALSE),
    ("StringNotEquals", TRUE),
    ("StringNotLike", TRUE),
    ("ArnNotEquals", TRUE),
    ("NotIpAddress", TRUE),
    ("StringEqualsIfExists", TRUE),
    ("StringNotEqualsIfExists", TRUE),
    ("BoolIfExists", TRUE),
    ("ForAllValues:StringEquals", TRUE),
    ("ForAllValues:StringNotEquals", TRUE),
    ("ForAnyValue:StringEquals", FALSE),
    ("ForAnyValue:StringNotEquals", FALSE),
    ("ForAnyValue:StringEqualsIfExists", FALSE),
]


@pytest.mark.parametrize(("operator", "wanted"), ABSENT_KEY)
def test_an_absent_key_decides(operator: str, wanted: Truth) -> None:
    assert told(operator, "aws:SourceVpc", "vpc-1") is wanted


@pytest.mark.parametrize("operator", [operator for operator, _ in ABSENT_KEY])
def test_an_unknown_key_decides_nothing(operator: str) -> None:
    assert told(operator, "aws:SourceVpce", "vpce-1") is DEPENDS


def test_a_key_that_exists_is_compared_also_with_if_exists() -> None:
    assert told("StringEqualsIfExists", "aws:username", "bob") is FALSE
    assert told("StringNotEqualsIfExists", "aws:username", "ana") is FALSE


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "StringEqualsIgnoreCase"])
def test_the_older_version_compares_variables_as_text(operator: str) -> None:
    assert told(operator, "aws:Team", "${aws:username}", "2008-10-17") is TRUE
    assert told(operator, "aws:username", "${aws:username}", "2008-10-17") is FALSE


def test_every_key_and_every_operator_must_hold() -> None:
    conditions = {"StringEquals": {"aws:username": "ana", "aws:Odd": "even"}, "Null": {"aws:SourceVpce": "true"}}
    document = parse({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": conditions}})

    assert judge(document.statements[0].conditions, KNOWN, Version.V2012) is FALSE
    assert judge(document.statements[0].conditions[:1], KNOWN, Version.V2012) is TRUE
    assert judge((), KNOWN, Version.V2012) is TRUE


def test_a_time_without_a_zone_is_universal(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        told_there = told("DateEquals", "aws:CurrentTime", "2026-03-01T00:00:00")
    time.tzset()

    assert told_there is TRUE


@pytest.mark.parametrize(
    ("values", "wanted"),
    [(("true", "FALSE"), TRUE), (("true",), FALSE), (("False",), TRUE), (("maybe",), FALSE), ((), FALSE)],
)
def test_null_asks_whether_a_key_is_there(values: tuple[str, ...], wanted: Truth) -> None:
    assert judge_one(Condition("Null", "aws:username", values), KNOWN, Version.V2012) is wanted


def test_truths_combine() -> None:
    assert all_of([TRUE, DEPENDS]) is DEPENDS
    assert all_of([DEPENDS, FALSE]) is FALSE
    assert any_of([FALSE, DEPENDS]) is DEPENDS
    assert any_of([DEPENDS, TRUE]) is TRUE
    assert any_of([]) is FALSE
    assert DEPENDS.negated() is DEPENDS


def test_a_complete_context_lacks_every_other_key() -> None:
    complete = RequestContext({"aws:username": "ana"}, complete=True)
    document = parse(
        {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Null": {"aws:Other": "true"}}}}
    )

    assert judge(document.statements[0].conditions, complete, document.version) is TRUE
