"""Single decisions, and the layers and principals that they rest on."""

import pytest

from rules.permissions.conditions import Truth
from rules.permissions.context import RequestContext, Unresolved
from rules.permissions.decision import decide
from rules.permissions.layers import Surroundings, layers
from rules.permissions.principal import PolicyKind, PrincipalKind, PrincipalPolicies
from tests.rules.permissions.principals import (
    INVOKE,
    MODEL_A,
    MODEL_B,
    MODELS,
    ROLE,
    USER,
    allow,
    boundary,
    deny,
    policy,
    principal,
    service_control,
    statement,
)

OFFICE = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
TAGGED = f"{MODELS}/${{aws:PrincipalTag/model}}"
DECISIONS: list[tuple[str, PrincipalPolicies, Truth]] = [
    ("no statement", principal(), Truth.FALSE),
    ("allowed", principal(allow(INVOKE, MODEL_A)), Truth.TRUE),
    ("another resource", principal(allow(INVOKE, MODEL_B)), Truth.FALSE),
    ("another action", principal(allow("bedrock:Get*")), Truth.FALSE),
    ("allowed sometimes", principal(allow(INVOKE, MODEL_A, OFFICE)), Truth.DEPENDS),
    ("allowed sometimes and always", principal(allow(INVOKE, MODEL_A, OFFICE), allow("*")), Truth.TRUE),
    ("denied", principal(allow("*"), deny(INVOKE)), Truth.FALSE),
    ("denied sometimes", principal(allow("*"), deny("*", condition=OFFICE)), Truth.DEPENDS),
    ("denied elsewhere", principal(allow("*"), deny(INVOKE, MODEL_B)), Truth.TRUE),
    ("outside the boundary", principal(allow("*"), limit=boundary(allow("*", MODEL_B))), Truth.FALSE),
    ("inside the boundary", principal(allow("*"), limit=boundary(allow(INVOKE))), Truth.TRUE),
    ("denied by the boundary", principal(allow("*"), limit=boundary(allow("*"), deny("*"))), Truth.FALSE),
    ("sometimes inside the boundary", principal(allow("*"), limit=boundary(allow("*", "*", OFFICE))), Truth.DEPENDS),
    ("allowed by an unknown tag", principal(allow(INVOKE, TAGGED)), Truth.DEPENDS),
    ("denied by an unknown tag", principal(allow("*"), deny(INVOKE, TAGGED)), Truth.DEPENDS),
    ("left out by an unknown tag", principal(statement("Allow", Action="*", NotResource=TAGGED)), Truth.DEPENDS),
    (
        "denied but for an unknown tag",
        principal(allow("*"), statement("Deny", Action="*", NotResource=TAGGED.replace("model/", "model/x"))),
        Truth.FALSE,
    ),
    (
        "left out by a variable without a value",
        principal(statement("Allow", Action="*", NotResource=f"{MODELS}/${{aws:username}}")),
        Truth.DEPENDS,
    ),
    (
        "far from a variable without a value",
        principal(statement("Allow", Action="*", NotResource="arn:aws:s3:::${aws:username}/*")),
        Truth.TRUE,
    ),
]


@pytest.mark.parametrize(("who", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in DECISIONS])
def test_a_request_is_decided(who: PrincipalPolicies, wanted: Truth) -> None:
    assert decide(who, INVOKE, MODEL_A).truth is wanted


def test_a_context_settles_conditions() -> None:
    who = principal(allow(INVOKE, MODEL_A, OFFICE))

    for address, wanted in (("192.0.2.7", Truth.TRUE), ("198.51.100.7", Truth.FALSE)):
        surroundings = Surroundings(context=RequestContext({"aws:SourceIp": address}))
        assert decide(who, "BEDROCK:invokemodel", MODEL_A, surroundings).truth is wanted


def test_every_level_of_service_control_must_allow() -> None:
    levels = ((service_control(allow("*")),), (service_control(allow("*", MODEL_B)),))

    decision = decide(principal(allow("*")), INVOKE, MODEL_A, Surroundings(service_control=levels))

    assert decision.truth is Truth.FALSE
    assert [len(layer) for layer in decision.allows] == [1, 1, 0]


def test_a_decision_names_the_statements_that_bear_on_it() -> None:
    who = principal(allow("s3:*"), allow(INVOKE, Sid="Yes"), deny(INVOKE, MODEL_A, OFFICE, Sid="No"))

    decision = decide(who, INVOKE, MODEL_A)

    assert [[live.statement.sid for live in layer] for layer in decision.allows] == [["Yes"]]
    assert [live.statement.sid for live in decision.denies] == ["No"]


def test_statements_that_never_apply_are_left_out_of_the_layers() -> None:
    never = {"Null": {"aws:PrincipalArn": "true"}}

    found = layers(principal(allow("*", condition=never), deny("*", condition=never), allow(INVOKE)))

    assert [live.statement.index for live in found.identity] == [3]
    assert found.denies == ()


@pytest.mark.parametrize(
    ("arn", "kind", "name", "path", "service_linked"),
    [
        (ROLE, PrincipalKind.ROLE, "app", "/service-role/", False),
        (USER, PrincipalKind.USER, "ana", "/", False),
        (
            "arn:aws-cn:iam::123456789012:role/aws-service-role/lex.amazonaws.com/AWSServiceRoleForLex",
            PrincipalKind.ROLE,
            "AWSServiceRoleForLex",
            "/aws-service-role/lex.amazonaws.com/",
            True,
        ),
        ("arn:aws:iam::123456789012:user/aws-service-role/x", PrincipalKind.USER, "x", "/aws-service-role/", False),
    ],
)
def test_a_principal_is_known_by_its_arn(
    arn: str, kind: PrincipalKind, name: str, path: str, service_linked: bool
) -> None:
    who = PrincipalPolicies(arn, ())

    assert (who.kind, who.name, who.path, who.service_linked) == (kind, name, path, service_linked)
    assert who.account_id == "123456789012"
    assert who.partition == arn.split(":")[1]


def test_the_context_of_a_principal_can_be_overruled() -> None:
    known = RequestContext({"aws:PrincipalOrgID": "o-1"}, absent=frozenset({"aws:PrincipalArn"}))
    who = PrincipalPolicies(USER, (), context={"aws:PrincipalTag/team": "red", "aws:PrincipalOrgId": "o-2"})

    context = who.request_context(known)

    assert context.value("aws:username") == "ana"
    assert context.value("aws:PrincipalTag/team") == "red"
    assert context.value("AWS:principalorgid") == "o-1"
    assert context.value("aws:PrincipalArn") is Unresolved.ABSENT
    assert principal().request_context(known).value("aws:username") is Unresolved.ABSENT


def test_a_policy_is_named_for_its_reader() -> None:
    managed = "arn:aws-us-gov:iam::aws:policy/service-role/AmazonBedrockFullAccess"

    assert policy(allow("*"), kind=PolicyKind.ATTACHED, name="a\n").handle == 'attached policy "a?"'
    assert (
        policy(allow("*"), kind=PolicyKind.GROUP_INLINE, name="a", group="b").handle == 'inline policy "a" of group "b"'
    )
    assert policy(allow("*"), arn=managed).aws_managed
    assert not policy(allow("*"), arn="arn:aws:iam::123456789012:policy/aws:policy/app").aws_managed
    assert not policy(allow("*")).aws_managed
