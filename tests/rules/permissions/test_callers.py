"""No outsider is overlooked: random policies, asked about random outsiders that were made without looking at them."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.permissions.caller import Caller, Trust, covers
from rules.permissions.conditions import Truth, judge
from rules.permissions.context import ContextValue, RequestContext
from rules.permissions.document import Effect, PolicyDocument, PolicyType, parse
from rules.permissions.resource_policy import outsiders

OWN, PARTNER, STRANGER, NEIGHBOUR = "123456789012", "111122223333", "444455556666", "123400000001"
CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
ORG, OTHER_ORG, THIRD_ORG = "o-a1b2c3d4e5", "o-zzzzzzzzzz", "o-a1b2c3d4e5f6"
TRUST = Trust(OWN, "aws", frozenset({PARTNER}), frozenset({ORG}))

ACCOUNTS = [OWN, PARTNER, STRANGER, "1234*", "44445555666?", "*", "${aws:ResourceAccount}"]
ORGS = [ORG, OTHER_ORG, "o-a1b2*", "o-z*", "*"]
PATHS = [f"{ORG}/*", f"{OTHER_ORG}/*", f"{OTHER_ORG}/r-1/ou-1/", f"{ORG}*", "o-*"]
ARNS = [
    f"arn:aws:iam::{OWN}:role/app",
    f"arn:aws:iam::{OWN}:*",
    f"arn:aws:iam::{STRANGER}:role/app",
    f"arn:aws:iam::{STRANGER}:role/a*",
    "arn:aws:iam::*:role/app",
    "arn:aws:iam::*:role/*p",
    "*/app",
    "*",
]
SOURCES = [
    f"arn:aws:bedrock:us-east-1:{OWN}:*",
    f"arn:aws:bedrock:*:{OWN}:agent/*",
    f"arn:aws:bedrock:us-east-1:{STRANGER}:agent/1",
    "arn:aws:bedrock:*:*:agent/*",
    "arn:aws:s3:::inbox",
    "arn:aws:s3:::in*",
]
VALUES: dict[str, list[str]] = {
    "aws:PrincipalAccount": ACCOUNTS,
    "kms:CallerAccount": ACCOUNTS,
    "aws:PrincipalOrgID": ORGS,
    "aws:PrincipalOrgPaths": PATHS,
    "aws:PrincipalArn": ARNS,
    "aws:userid": ["AROAJQABLZS4A3QDU576Q:*", "*:ann", STRANGER],
    "aws:SourceAccount": ACCOUNTS,
    "aws:SourceArn": SOURCES,
    "aws:SourceOrgID": ORGS,
    "aws:SourceVpce": ["vpce-1a2b3c4d", "vpce-0*", "*"],
    "aws:SourceVpc": ["vpc-1a2b3c4d", "vpc-*"],
    "aws:VpceAccount": ACCOUNTS,
    "s3:DataAccessPointAccount": ACCOUNTS,
    "aws:PrincipalIsAWSService": ["true", "false"],
    "aws:PrincipalServiceName": ["config.amazonaws.com", "logs.amazonaws.com"],
    "aws:SecureTransport": ["true", "false"],
    "aws:ResourceAccount": ACCOUNTS,
}
OPERATORS = [
    *("StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringEqualsIfExists", "StringLikeIfExists"),
    *("StringNotEqualsIfExists", "StringNotLikeIfExists", "StringEqualsIgnoreCase", "Null"),
]
ARN_OPERATORS = ["ArnLike", "ArnEquals", "ArnNotLike", "ArnLikeIfExists", *OPERATORS]
SET_OPERATORS = [f"{over}:{operator}" for over in ("ForAnyValue", "ForAllValues") for operator in OPERATORS[:4]]


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, dict[str, list[str]]]:
    block: dict[str, dict[str, list[str]]] = {}
    for key in draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3, unique=True)):
        operators = ARN_OPERATORS if key.endswith("Arn") else SET_OPERATORS if key.endswith("Paths") else OPERATORS
        operator = draw(st.sampled_from(operators))
        values = ["true", "false"] if operator == "Null" else VALUES[key]
        chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))
        block.setdefault(operator, {})[key] = chosen
    return block


PRINCIPALS: list[Any] = [
    "*",
    {"AWS": "*"},
    {"AWS": [OWN, STRANGER]},
    {"AWS": f"arn:aws:iam::{STRANGER}:role/app"},
    {"AWS": f"arn:aws:sts::{STRANGER}:assumed-role/app/session"},
    {"AWS": f"arn:aws:iam::{OWN}:root"},
    {"Service": "config.amazonaws.com"},
    {"Service": "*"},
    {"CanonicalUser": CANONICAL},
    {"AWS": [OWN], "Service": "logs.amazonaws.com", "CanonicalUser": CANONICAL},
]


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    statements = []
    for effect in ["Allow", *draw(st.lists(st.sampled_from(["Allow", "Deny", "Deny"]), max_size=2))]:
        element = draw(st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]))
        principal = draw(st.sampled_from(PRINCIPALS[:2] + PRINCIPALS))
        written = {"Effect": effect, element: principal, "Action": "s3:*", "Resource": "*"}
        statements.append(written | {"Condition": draw(conditions())})
    return {"Version": "2012-10-17", "Statement": statements}


def context(**known: ContextValue | None) -> RequestContext:
    """Return a whole request: every key that is not there, the request does not carry."""
    values = {name.replace("__", ":"): value for name, value in known.items() if value is not None}
    return RequestContext({"aws:ResourceAccount": OWN, **values}, complete=True)


PLACES: list[dict[str, ContextValue]] = [
    {},
    {"aws__SourceVpce": "vpce-0f0f0f0f", "aws__SourceVpc": "vpc-0f0f0f0f", "aws__VpceAccount": STRANGER},
    {"aws__SourceVpce": "vpce-9", "aws__SourceVpc": "vpc-9", "aws__VpceAccount": NEIGHBOUR},
    {"s3__DataAccessPointAccount": STRANGER},
]


@st.composite
def callers(draw: st.DrawFn) -> Caller:
    place = draw(st.sampled_from(PLACES)) | {"aws__SecureTransport": draw(st.sampled_from(["true", "false"]))}
    kind = draw(st.sampled_from(["anonymous", "principal", "principal", "service"]))
    if kind == "anonymous":
        return Caller(context(aws__PrincipalIsAWSService="false", **place))
    account = draw(st.sampled_from([STRANGER, NEIGHBOUR, "999988887777"]))
    org = draw(st.sampled_from([None, OTHER_ORG, THIRD_ORG]))
    paths = None if org is None else (draw(st.sampled_from([f"{org}/r-1/ou-1/", f"{org}/r-2/"])),)
    if kind == "service":
        name = draw(st.sampled_from(["config.amazonaws.com", "logs.amazonaws.com", "new.amazonaws.com"]))
        arn = draw(
            st.sampled_from(
                [
                    None,
                    "arn:aws:s3:::inside",
                    f"arn:aws:bedrock:us-east-1:{account}:agent/1",
                    f"arn:aws:bedrock:eu-west-1:{account}:flow/2",
                ]
            )
        )
        known = context(
            aws__PrincipalIsAWSService="true",
            aws__PrincipalServiceName=name,
            aws__SourceAccount=draw(st.sampled_from([None, account])),
            aws__SourceArn=arn,
            aws__SourceOrgID=org,
            aws__SourceOrgPaths=paths,
            **place,
        )
        return Caller(known, account, service=name)
    role = f"arn:aws:iam::{account}:role/{draw(st.sampled_from(['app', 'ap', 'path/app', 'x']))}"
    signer = draw(st.sampled_from([role, role, CANONICAL]))
    known = context(
        aws__PrincipalIsAWSService="false",
        aws__PrincipalAccount=account,
        kms__CallerAccount=account,
        aws__PrincipalArn=role,
        aws__PrincipalOrgID=org,
        aws__PrincipalOrgPaths=paths,
        aws__userid=draw(st.sampled_from(["AROAXXXXXXXXXXXXXXXXX:ann", "AROAXXXXXXXXXXXXXXXXX:bob", account])),
        **place,
    )
    return Caller(known, account, signer)


def admits(document: PolicyDocument, caller: Caller) -> bool:
    """Say whether a policy surely lets a caller in, statement by statement, as IAM evaluates them."""
    met = {
        statement.effect
        for statement in document.statements
        if (
            any(covers(entry, caller) for entry in statement.principals)
            if statement.principals is not None
            else not any(covers(entry, caller) for entry in statement.not_principals or ())
        )
        and judge(statement.conditions, caller.context, document.version) is Truth.TRUE
    }
    return met == {Effect.ALLOW}


def with_condition(principal: object, condition: Mapping[str, object]) -> dict[str, Any]:
    allow = {"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [allow]}


@pytest.mark.slow
@pytest.mark.repeats
@settings(max_examples=200, deadline=None)
@given(policies(), callers())
@example(
    with_condition("*", {"StringLike": {"aws:PrincipalArn": ["*/app"]}}),
    Caller(context(aws__PrincipalArn=f"arn:aws:iam::{STRANGER}:role/app"), STRANGER),
)
@example(
    with_condition("*", {"Null": {"aws:PrincipalArn": ["true"]}}),
    Caller(context()),
)
def test_no_outsider_is_overlooked(written: dict[str, Any], caller: Caller) -> None:
    document = parse(written, PolicyType.RESOURCE)

    assert outsiders(document, TRUST) or not admits(document, caller)
