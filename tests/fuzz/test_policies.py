"""Policies as large and as intertwined as AWS stores them: decided or refused, in bounded time."""

from __future__ import annotations

import json
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.permissions.access import effective_access
from rules.permissions.caller import Trust
from rules.permissions.document import PolicyType, parse
from rules.permissions.domains import ENDPOINT_INVOCATION, GUARDRAIL_APPLICATION, MODEL_INVOCATION, RETRIEVAL
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies
from rules.permissions.refusals import MalformedPolicyError, UndecidedError
from rules.permissions.resource_policy import outsiders, requires_tls
from rules.permissions.trust_policy import deputies
from tests.fuzz.budget import examples, share_of
from tests.fuzz.limits import at_most
from tests.fuzz.odd_values import as_text, changed

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE: Final = "arn:aws:iam::123456789012:role/app"
TRUST: Final = Trust("123456789012", "aws", frozenset({"111122223333"}), frozenset({"o-a1b2c3d4e5"}))
BUCKET: Final = ("arn:aws:s3:::documents", "arn:aws:s3:::documents/*")
DOMAINS: Final = (MODEL_INVOCATION, RETRIEVAL, ENDPOINT_INVOCATION, GUARDRAIL_APPLICATION)
ROLE_LIMIT: Final = 10_240
"""Characters of a role's inline policies, the largest of a principal (IAM quotas)."""
BUCKET_LIMIT: Final = 20_480
CPU_SECONDS: Final = 60
"""A minute, where policies that people write take milliseconds: a Lambda function has 15 minutes for all of them."""

Document = dict[str, Any]


def document(*statements: Document) -> Document:
    """Return a policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(**elements: Any) -> Document:
    """Return a statement that allows everything but what the elements narrow."""
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **elements}


def deny_but(pattern: str) -> Document:
    """Return a statement that denies everything but a pattern."""
    return {"Effect": "Deny", "Action": "*", "NotResource": pattern}


def letter(number: int) -> str:
    """Return one of the letters."""
    return ascii_lowercase[number % 26]


def filled(limit: int, make: Callable[[list[int]], Document]) -> str:
    """Return the largest policy that `make` makes of numbers and that has at most `limit` characters."""
    least, most = 0, limit
    while least < most:
        middle = (least + most + 1) // 2
        if len(json.dumps(make(list(range(middle))), separators=(",", ":"))) <= limit:
            least = middle
        else:
            most = middle - 1
    return json.dumps(make(list(range(least))), separators=(",", ":"))


IDENTITY: Final[dict[str, Callable[[list[int]], Document]]] = {
    "one pattern of wildcards": lambda n: document(allow(Resource="arn:aws:bedrock:" + "*a?" * len(n) + "q")),
    "one action of wildcards": lambda n: document(allow(Action="bedrock:" + "?*" * len(n) + "l")),
    "many statements": lambda n: document(*(allow() for _ in n)),
    "many patterns": lambda n: document(
        allow(Resource=[f"arn:aws:bedrock:*{letter(i)}*{letter(i // 26)}*" for i in n])
    ),
    "denials that leave out": lambda n: document(
        allow(Resource="arn:aws:bedrock:*"), *(deny_but(f"*{letter(i)}{'?' * (i // 2 + 1)}") for i in n)
    ),
    "one variable of spaces": lambda n: document(allow(Resource="arn:aws:bedrock:*:${" + " " * len(n) + "}")),
    "variables that do not end": lambda n: document(allow(Resource="arn:aws:bedrock:*:" + "${" * len(n))),
    "one condition of many values": lambda n: document(
        allow(Condition={"StringNotLike": {"aws:PrincipalTag/team": [f"*{i}?*" for i in n]}})
    ),
    "many condition keys": lambda n: document(
        allow(Condition={"ForAllValues:StringLikeIfExists": {f"aws:RequestTag/{i}": "*" for i in n}})
    ),
    "unknown operators": lambda n: document(allow(Condition={f"ForSomeValues:Sounds{i}": {"a": "b"} for i in n})),
}


def shared(**elements: Any) -> Document:
    """Return a statement of a bucket policy that lets in everybody whom the elements do not keep out."""
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", **elements}


RESOURCE: Final[dict[str, Callable[[list[int]], Document]]] = {
    "many accounts": lambda n: document(shared(Principal={"AWS": [f"{i:012}" for i in n]})),
    "many roles by a pattern": lambda n: document(
        shared(Condition={"ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::*:role/*{i}*" for i in n]}})
    ),
    "many statements with conditions": lambda n: document(
        *(
            shared(
                Condition={
                    "StringLike": {"aws:PrincipalOrgPaths": f"o-a1*{i}/*"},
                    "ArnLike": {"aws:PrincipalArn": f"*{i}*"},
                }
            )
            for i in n
        )
    ),
    "many services and sources": lambda n: document(
        shared(
            Principal={"Service": [f"s{i}.amazonaws.com" for i in n]},
            Condition={"ArnLike": {"aws:SourceArn": [f"arn:aws:*:*:*:*s{i}" for i in n]}},
        )
    ),
    "denials without TLS": lambda n: document(
        *(
            shared(
                Effect="Deny",
                Resource=f"*{letter(i)}{'?' * (i // 2)}",
                Condition={"Bool": {"aws:SecureTransport": "false"}},
            )
            for i in n
        )
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("make", IDENTITY.values(), ids=IDENTITY)
def test_a_policy_of_a_principal_at_its_limit_is_decided(make: Callable[[list[int]], Document]) -> None:
    text = filled(share_of(ROLE_LIMIT), make)
    with at_most(CPU_SECONDS):
        judge_principal(text)


@pytest.mark.slow
@pytest.mark.parametrize("make", RESOURCE.values(), ids=RESOURCE)
def test_a_policy_of_a_bucket_at_its_limit_is_decided_or_refused(make: Callable[[list[int]], Document]) -> None:
    text = filled(share_of(BUCKET_LIMIT), make)
    with at_most(CPU_SECONDS):
        judge_bucket(text)


PLAIN: Final = document(
    allow(
        Sid="Models",
        Action=["bedrock:InvokeModel", "bedrock:Converse*"],
        Resource=["arn:aws:bedrock:*::foundation-model/anthropic.*", "arn:aws:bedrock:*:${aws:PrincipalAccount}:*"],
        Condition={
            "StringEquals": {"aws:RequestedRegion": ["us-east-1", "eu-central-1"]},
            "Bool": {"aws:MultiFactorAuthPresent": True},
            "NumericLessThan": {"aws:MultiFactorAuthAge": 3600},
        },
    ),
    {"Effect": "Deny", "NotAction": "bedrock:*", "NotResource": "arn:aws:bedrock:*"},
)
OF_BUCKET: Final = document(
    shared(
        Sid="Partner",
        Principal={"AWS": ["111122223333", "arn:aws:iam::444455556666:role/x"], "Service": "logging.s3.amazonaws.com"},
        Resource=list(BUCKET),
        Condition={
            "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:*"},
        },
    ),
    shared(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
)


@given(st.data())
@examples(125)
def test_a_changed_policy_of_a_principal_is_decided_or_refused(data: st.DataObject) -> None:
    text = data.draw(as_text(data.draw(changed(PLAIN))))
    with at_most(CPU_SECONDS):
        judge_principal(text)


@given(st.data())
@examples(125)
def test_a_changed_policy_of_a_bucket_is_decided_or_refused(data: st.DataObject) -> None:
    text = data.draw(as_text(data.draw(changed(OF_BUCKET))))
    with at_most(CPU_SECONDS):
        judge_bucket(text)


def judge_principal(text: str) -> None:
    """Decide what a policy gives a role in every domain, or see it refused in one line."""
    try:
        policy = Policy("app", PolicyKind.INLINE, parse(text))
    except MalformedPolicyError as error:
        refusal = str(error)
    else:
        for domain in DOMAINS:
            effective_access(PrincipalPolicies(ROLE, (policy,)), domain)
        return
    assert refusal.isprintable()
    assert len(refusal) <= 500


def judge_bucket(text: str) -> None:
    """Decide whom a bucket's or a role's policy lets in, or see it refused in one line."""
    try:
        policy = parse(text, PolicyType.RESOURCE)
        outsiders(policy, TRUST, ("s3:GetObject",), resources=BUCKET)
        requires_tls(policy, BUCKET)
        deputies(policy, TRUST)
    except (MalformedPolicyError, UndecidedError) as error:
        refusal = str(error)
    else:
        return
    assert refusal.isprintable()
    assert len(refusal) <= 500
