"""Policy documents: every shape that IAM stores, and a sentence for every one that it would not."""

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from rules.permissions.document import (
    Condition,
    Effect,
    PolicyDocument,
    PolicyType,
    Principal,
    Statement,
    Version,
    parse,
    shown,
)
from rules.permissions.domains import MODEL_INVOCATION
from rules.permissions.layers import layers
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies
from rules.permissions.refusals import MalformedPolicyError
from rules.permissions.relevance import relevant_statements

ALLOW = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [ALLOW]}
STATEMENT = Statement(
    sid=None,
    index=1,
    effect=Effect.ALLOW,
    actions=("bedrock:InvokeModel",),
    not_actions=None,
    resources=("*",),
    not_resources=None,
    principals=None,
    not_principals=None,
    conditions=(),
)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(DOCUMENT, id="decoded object"),
        pytest.param([DOCUMENT], id="list of one decoded object"),
        pytest.param(json.dumps(DOCUMENT), id="JSON text"),
        pytest.param(f"  {json.dumps(DOCUMENT, indent=2)}\n", id="JSON text with white space around"),
        pytest.param(quote(json.dumps(DOCUMENT)), id="percent-encoded JSON text as IAM delivers it"),
        pytest.param(quote(json.dumps([DOCUMENT])), id="percent-encoded list of one object"),
        pytest.param({**DOCUMENT, "Statement": ALLOW}, id="single statement that is not in a list"),
        pytest.param({**DOCUMENT, "Statement": [{**ALLOW, "Action": ["bedrock:InvokeModel"]}]}, id="action list"),
        pytest.param({**DOCUMENT, "Statement": [{**ALLOW, "Resource": ["*"]}]}, id="resource list"),
        pytest.param({**DOCUMENT, "Statement": [{**ALLOW, "Condition": {}}]}, id="empty condition block"),
    ],
)
def test_every_delivery_of_a_document_parses_alike(document: object) -> None:
    parsed = parse(document)

    assert (parsed.version, parsed.id, parsed.statements) == (Version.V2012, None, (STATEMENT,))


def test_percent_signs_in_plain_json_stay() -> None:
    document = parse(json.dumps({"Statement": {**ALLOW, "Resource": "arn:aws:s3:::b/%7B"}}))

    assert document.statements[0].resources == ("arn:aws:s3:::b/%7B",)


def test_a_document_without_version_is_of_the_older_one() -> None:
    assert parse({"Statement": []}).version is Version.V2008


def test_every_element_of_a_statement_is_kept() -> None:
    document = parse(
        {
            "Version": "2008-10-17",
            "Id": "example",
            "Statement": [
                ALLOW,
                {
                    "Sid": "NotMine",
                    "Effect": "Deny",
                    "NotAction": ["s3:*", "iam:*"],
                    "NotResource": "arn:aws:s3:::mine/*",
                    "NotPrincipal": {"AWS": ["111122223333", "444455556666"], "Service": "config.amazonaws.com"},
                    "Condition": {
                        "Bool": {"aws:SecureTransport": False},
                        "NumericLessThan": {"s3:max-keys": [10, "20", 1.5]},
                    },
                },
            ][1:],
        },
        PolicyType.RESOURCE,
    )

    assert document.id == "example"
    assert document.statements == (
        Statement(
            sid="NotMine",
            index=1,
            effect=Effect.DENY,
            actions=None,
            not_actions=("s3:*", "iam:*"),
            resources=None,
            not_resources=("arn:aws:s3:::mine/*",),
            principals=None,
            not_principals=(
                Principal("AWS", "111122223333"),
                Principal("AWS", "444455556666"),
                Principal("Service", "config.amazonaws.com"),
            ),
            conditions=(
                Condition("Bool", "aws:SecureTransport", ("false",)),
                Condition("NumericLessThan", "s3:max-keys", ("10", "20", "1.5")),
            ),
        ),
    )


def test_a_trust_policy_has_principals_and_no_resource() -> None:
    document = parse({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}}, PolicyType.TRUST)

    assert document.statements[0].principals == (Principal("*", "*"),)
    assert document.statements[0].resources is None


class Text(str):
    """Text of a class of its own, such as a parser may deliver."""

    __slots__ = ()


def test_lists_may_be_tuples_and_texts_of_another_class() -> None:
    actions = parse({"Statement": {**ALLOW, "Action": ("s3:*", Text("iam:*"))}}).statements[0].actions

    assert actions == ("s3:*", "iam:*")


def test_a_document_can_be_made_of_statements() -> None:
    second = replace(STATEMENT, index=2, effect=Effect.DENY)
    document = PolicyDocument(Version.V2012, "made", (second,))
    who = PrincipalPolicies("arn:aws:iam::123456789012:role/app", (Policy("made", PolicyKind.INLINE, document),))

    assert document.statements == (second,)
    assert document.statements[0] is second
    assert layers(who).denies[0].statement is second
    assert list(relevant_statements(document, MODEL_INVOCATION)) == [second]


def test_a_statement_is_always_the_same_object() -> None:
    document = parse(DOCUMENT)

    assert document.statements[0] is document.statements[0]


MALFORMED: list[tuple[str, object, str]] = [
    ("text that is not JSON", "{Version}", "is not JSON: Expecting property name"),
    ("empty text", "", "is not JSON"),
    ("nesting without end", "[" * 100_000, "nested too deeply"),
    ("null", None, "is null, not an object"),
    ("number", 7, "is a number, not an object"),
    ("boolean", True, "is a boolean, not an object"),
    ("list of two documents", [DOCUMENT, DOCUMENT], "is a list, not an object"),
    ("bytes", b"{}", "is of an unknown type, not an object"),
    ("JSON text of a text", '"*"', "is text, not an object"),
    ("no statement", {"Version": "2012-10-17"}, "has no Statement element"),
    ("statement element that is text", {"Statement": "Allow"}, "The Statement element is text"),
    ("statement that is text", {"Statement": ["Allow"]}, "Statement 1 is text, not an object"),
    ("unknown version", {**DOCUMENT, "Version": "2020-01-01"}, 'Version "2020-01-01"; IAM knows 2012-10-17'),
    ("version that is a number", {**DOCUMENT, "Version": 2012}, "Version a number"),
    ("identifier that is a number", {**DOCUMENT, "Id": 1}, "a number as Id"),
    ("unknown element of the document", {**DOCUMENT, "statement": []}, 'unknown element "statement"'),
]


@pytest.mark.parametrize(("document", "words"), [pytest.param(*case[1:], id=case[0]) for case in MALFORMED])
def test_a_malformed_document_is_refused_in_words(document: object, words: str) -> None:
    with pytest.raises(MalformedPolicyError, match=words):
        parse(document)


MALFORMED_STATEMENTS: list[tuple[str, dict[str, object], str]] = [
    ("effect that is null", {"Effect": None}, "has Effect null"),
    ("unknown effect", {"Effect": "Permit"}, 'has Effect "Permit", which is neither Allow nor Deny'),
    ("effect in lower case", {"Effect": "allow"}, 'has Effect "allow"'),
    ("effect that is a list", {"Effect": ["Allow"]}, "has Effect a list"),
    ("both actions", {"NotAction": "s3:*"}, "has both Action and NotAction"),
    ("both resources", {"NotResource": "*"}, "has both Resource and NotResource"),
    ("action that is a number", {"Action": 5}, "has a Action that is a number"),
    ("action that is an object", {"Action": {"a": "b"}}, "has a Action that is an object"),
    ("action that is null", {"Action": None}, "has a Action that is null"),
    ("empty action list", {"Action": []}, "has an empty Action list"),
    ("number in the action list", {"Action": ["s3:*", 1]}, "has a number in its Action list"),
    ("empty resource list", {"Resource": []}, "has an empty Resource list"),
    ("null in the resource list", {"Resource": [None]}, "has null in its Resource list"),
    ("condition that is a list", {"Condition": []}, "has a Condition that is a list"),
    ("condition operator without keys", {"Condition": {"Bool": "true"}}, 'operator "Bool" without keys'),
    ("condition key without value", {"Condition": {"Bool": {"a": None}}}, 'compares "a" with null'),
    ("object in condition values", {"Condition": {"Bool": {"a": [{}]}}}, 'compares "a" with an object'),
    ("condition key that is no text", {"Condition": {"Bool": {1: "a"}}}, "a number as a condition key"),
    ("identifier that is a list", {"Sid": ["a"]}, "has a list as Sid"),
    ("unknown element", {"Conditions": {}}, 'unknown element "Conditions"'),
    ("principal in an identity-based policy", {"Principal": "*"}, "an identity-based policy cannot have"),
]


@pytest.mark.parametrize(("elements", "words"), [pytest.param(*case[1:], id=case[0]) for case in MALFORMED_STATEMENTS])
def test_a_malformed_statement_is_named(elements: dict[str, object], words: str) -> None:
    with pytest.raises(MalformedPolicyError, match=words) as refusal:
        parse({**DOCUMENT, "Statement": [ALLOW, {**ALLOW, **elements}]})

    assert str(refusal.value).startswith("Statement 2 ")


@pytest.mark.parametrize("element", ["Effect", "Action", "Resource"])
def test_a_statement_without_a_needed_element_is_refused(element: str) -> None:
    statement = {name: value for name, value in ALLOW.items() if name != element}

    with pytest.raises(MalformedPolicyError, match=f"Statement 1 has (no|neither) {element}"):
        parse({**DOCUMENT, "Statement": statement})


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        pytest.param({}, "has an empty Principal", id="empty"),
        pytest.param(["*"], "has a Principal that is a list", id="list"),
        pytest.param("arn:aws:iam::123456789012:root", "has a Principal that is text", id="bare ARN"),
        pytest.param({"Aws": "*"}, 'has a Principal of the unknown type "Aws"', id="unknown type"),
        pytest.param({"AWS": 1}, r"has a Principal.AWS that is a number", id="number"),
    ],
)
def test_a_malformed_principal_is_refused(principal: object, words: str) -> None:
    with pytest.raises(MalformedPolicyError, match=f"^Statement 1 {words}"):
        parse({"Statement": {**ALLOW, "Principal": principal}}, PolicyType.RESOURCE)


def test_a_resource_based_policy_needs_a_principal() -> None:
    with pytest.raises(MalformedPolicyError, match="Statement 1 has neither Principal nor NotPrincipal"):
        parse(DOCUMENT, PolicyType.RESOURCE)


def test_a_trust_policy_with_a_resource_is_refused() -> None:
    with pytest.raises(MalformedPolicyError, match="Statement 1 has a Resource, which a trust policy"):
        parse({"Statement": {**ALLOW, "Principal": "*"}}, PolicyType.TRUST)


def test_a_malformed_document_is_no_value_error() -> None:
    assert not issubclass(MalformedPolicyError, (ValueError, KeyError))


@pytest.mark.parametrize(
    ("sid", "handle"),
    [
        pytest.param("AllowInvoke", 'statement "AllowInvoke"', id="by its Sid"),
        pytest.param("", "statement 1", id="empty Sid, by its place"),
        pytest.param(None, "statement 1", id="no Sid, by its place"),
        pytest.param("a\nb\x1b[31m", 'statement "a?b?[31m"', id="control characters replaced"),
    ],
)
def test_a_statement_is_named_for_its_reader(sid: str | None, handle: str) -> None:
    assert parse({"Statement": {**ALLOW, "Sid": sid}}).statements[0].handle == handle


def test_long_text_is_cut_where_it_is_shown() -> None:
    assert shown("x" * 64) == "x" * 64
    assert shown("x" * 65) == "x" * 63 + "…"
