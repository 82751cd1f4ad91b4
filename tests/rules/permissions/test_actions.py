"""Actions beyond the wanted ones, and principals like administrators."""

import pytest

from rules.permissions.actions import administrator_grant, other_actions
from rules.permissions.context import RequestContext
from rules.permissions.layers import Surroundings
from rules.permissions.principal import PrincipalPolicies
from tests.rules.permissions.principals import (
    INVOKE,
    MODEL_A,
    USER,
    allow,
    boundary,
    deny,
    principal,
    statement,
)

PERMITTED = ["bedrock:InvokeModel*", "bedrock:ApplyGuardrail", "bedrock:Retrieve", "bedrock-mantle:CreateInference"]

OTHER: list[tuple[str, PrincipalPolicies, list[tuple[str, str]]]] = [
    ("nothing but the permitted", principal(allow(PERMITTED)), []),
    ("other services", principal(allow(["s3:*", "logs:PutLogEvents", "bedrock-agentcore:*"])), []),
    (
        "one other action",
        principal(allow([INVOKE, "bedrock:CreateAgent"])),
        [("bedrock:CreateAgent", "bedrock:createagent")],
    ),
    (
        "several entries",
        principal(allow(["bedrock:List*", "bedrock:Get*"])),
        [("bedrock:List*", "bedrock:listother"), ("bedrock:Get*", "bedrock:getother")],
    ),
    ("every action", principal(allow("*")), [("*", "bedrock:other")]),
    (
        "permitted in a wider entry",
        principal(allow("bedrock:Retrieve*")),
        [("bedrock:Retrieve*", "bedrock:retrieveother")],
    ),
    (
        "excluded actions",
        principal(statement("Allow", NotAction="s3:*", Resource=MODEL_A)),
        [("NotAction", "bedrock:other")],
    ),
    ("all resources excluded", principal(statement("Allow", Action="bedrock:GetAgent", NotResource="*")), []),
    ("excluded services", principal(statement("Allow", NotAction="bedrock*:*", Resource="*")), []),
    ("denied", principal(allow("bedrock:*"), statement("Deny", NotAction=PERMITTED, Resource="*")), []),
    (
        "denied in part",
        principal(allow("bedrock:*"), deny(["bedrock:?*e*", "bedrock:a*"])),
        [("bedrock:*", "bedrock:b")],
    ),
    (
        "denied on one resource",
        principal(allow("bedrock:Get*", MODEL_A), deny("bedrock:Get*", MODEL_A)),
        [],
    ),
    (
        "left by the boundary on other resources only",
        principal(allow("bedrock:*", MODEL_A), limit=boundary(allow(INVOKE), allow("bedrock:Get*", f"{MODEL_A}x"))),
        [],
    ),
    (
        "left by the boundary",
        principal(allow("*"), limit=boundary(allow([INVOKE, "bedrock:ListAgents", "s3:*"]))),
        [("*", "bedrock:listagents")],
    ),
    (
        "excluded resources",
        principal(statement("Allow", Action="bedrock:GetAgent", NotResource=MODEL_A)),
        [("bedrock:GetAgent", "bedrock:getagent")],
    ),
    ("conditions that never hold", principal(allow("bedrock:*", condition={"Null": {"aws:PrincipalArn": "true"}})), []),
]


@pytest.mark.parametrize(("who", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in OTHER])
def test_other_actions_are_told_with_an_example(who: PrincipalPolicies, wanted: list[tuple[str, str]]) -> None:
    found = other_actions(who, ["bedrock", "bedrock-mantle"], PERMITTED)

    assert [(grant.pattern, grant.action) for grant in found] == wanted


def test_other_actions_say_on_what_and_whether_conditionally() -> None:
    (grant,) = other_actions(
        principal(allow("bedrock:GetAgent", MODEL_A, {"Bool": {"aws:SecureTransport": "true"}})), ["bedrock"], PERMITTED
    )

    assert (grant.resource, grant.conditional, grant.statement.handle) == (MODEL_A, True, "statement 1")


AGENTS = "arn:aws:bedrock:us-east-1:123456789012:agent"
GOV = "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:agent"
TOPIC = "arn:aws:sns:us-east-1:123456789012:"


def all_but(pattern: str) -> PrincipalPolicies:
    """Return a principal that may do one thing on all of a pattern but what would be tried first."""
    return principal(allow("bedrock:GetAgent", pattern), deny("*", pattern.replace("*", "other")))


FOUND: list[tuple[str, PrincipalPolicies, tuple[str, str]]] = [
    ("a pattern with one character", principal(allow("bedrock:GetAgen?", f"{AGENTS}/?")), ("getagenx", f"{AGENTS}/x")),
    ("everything", principal(allow("bedrock:GetAgent")), ("getagent", "*")),
    (
        "everything but something",
        principal(statement("Allow", Action="bedrock:GetAgent", NotResource=AGENTS)),
        ("getagent", "*"),
    ),
    ("agents but one", all_but(f"{AGENTS}/*"), ("getagent", f"{AGENTS}/")),
    ("agents with colons but one", all_but(f"{AGENTS}/*:*"), ("getagent", f"{AGENTS}/:")),
    ("agents after a colon but one", all_but(f"{AGENTS}:*"), ("getagent", f"{AGENTS}:a")),
    ("agents after a colon with slashes but one", all_but(f"{AGENTS}:*/*"), ("getagent", f"{AGENTS}:/")),
    ("agents without a type but one", all_but("arn:aws:sns:us-east-1:123456789012:*"), ("getagent", f"{TOPIC}a")),
    ("agents of another partition but one", all_but(f"{GOV}/*"), ("getagent", f"{GOV}/")),
    ("buckets but one", all_but("arn:aws:s3:::*"), ("getagent", "arn:aws:s3:::a")),
    ("objects but one", all_but("arn:aws:s3:::bucket/*"), ("getagent", "arn:aws:s3:::bucket/")),
]


@pytest.mark.parametrize(("who", "found"), [pytest.param(*case[1:], id=case[0]) for case in FOUND])
def test_other_actions_are_found_on_what_a_statement_is_about(who: PrincipalPolicies, found: tuple[str, str]) -> None:
    (grant,) = other_actions(who, ["bedrock"], PERMITTED)

    assert (grant.action.removeprefix("bedrock:"), grant.resource) == found


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("urn:aws:*", id="what no ARN begins with"),
        pytest.param("arn:aws:bedrock:us-east-1:123:agent/*", id="an account of three digits"),
        pytest.param("arn:aws:bedrock:us-east:123456789012:agent/*", id="a Region without a number"),
        pytest.param("arn:aws:bedrock:us-east-11:123456789012:agent/*", id="a Region with two digits"),
        pytest.param("arn:aws:bedrock:US-east-1:123456789012:agent/*", id="a Region in capitals"),
        pytest.param("arn:aws:Bedrock:us-east-1:123456789012:agent/*", id="a service in capitals"),
        pytest.param("arn:aws:bedrock:us-east-1:123456789012:agent /*", id="a type with a space"),
        pytest.param("arn:aws:bedrock:us-east-1:123456789012:1agent/*:*", id="a type that begins with a digit"),
    ],
)
def test_nothing_is_granted_on_what_cannot_be(pattern: str) -> None:
    assert other_actions(all_but(pattern), ["bedrock"], PERMITTED) == ()


def test_nothing_is_granted_on_a_variable_without_a_value() -> None:
    who = principal(allow("bedrock:GetAgent", f"{AGENTS}/${{aws:PrincipalTag/agent}}"))
    untagged = Surroundings(context=RequestContext({}, complete=True))

    assert other_actions(who, ["bedrock"], PERMITTED, untagged) == ()
    assert len(other_actions(who, ["bedrock"], PERMITTED)) == 1


WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
POWER_USER = statement("Allow", NotAction=["iam:*", "organizations:*", "account:*"], Resource="*")
ADMINISTRATORS: list[tuple[str, PrincipalPolicies, str, bool]] = [
    ("everything", principal(allow("*")), "every service", False),
    ("every service in the action", principal(allow("*:*")), "every service", False),
    ("all but some services", principal(POWER_USER), "every service", False),
    ("all but one resource", principal(statement("Allow", Action="*", NotResource=MODEL_A)), "every service", False),
    ("everything of the partition", principal(allow("*", "arn:aws:*")), "every service", False),
    ("everything without Region and account", principal(allow("*", "arn:aws:*:::*")), "every service", False),
    ("everything with slashes", principal(allow("*", "arn:aws:*/*")), "every service", False),
    ("all of IAM in the account", principal(allow("iam:*", "arn:aws:iam::123456789012:*")), "IAM", False),
    ("all of IAM", principal(allow(["s3:Get*", "iam:*"]), arn=USER), "IAM", False),
    ("everything but a denial", principal(allow("*"), deny("s3:*")), "every service", False),
    ("everything in another service", principal(allow("*"), deny("other-service:*")), "IAM", False),
    (
        "with a condition",
        principal(allow("*", condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
        "every service",
        True,
    ),
    (
        "under a conditional denial",
        principal(allow("*"), deny("*", condition={"Bool": {"aws:ViaAWSService": "false"}})),
        "every service",
        True,
    ),
    ("under a boundary as wide", principal(allow("*"), limit=boundary(POWER_USER)), "every service", False),
]


@pytest.mark.parametrize(
    ("who", "over", "conditional"), [pytest.param(*case[1:], id=case[0]) for case in ADMINISTRATORS]
)
def test_a_principal_like_an_administrator_is_told(who: PrincipalPolicies, over: str, conditional: bool) -> None:
    found = administrator_grant(who)

    assert found is not None
    assert (found.over, found.conditional) == (over, conditional)


NO_ADMINISTRATORS: list[tuple[str, PrincipalPolicies]] = [
    ("nothing", principal()),
    ("one service", principal(allow("bedrock:*"))),
    ("many services", principal(allow(["s3:*", "ec2:*", "lambda:*", "bedrock:*", "logs:*"]))),
    ("everything on one resource", principal(allow("*", MODEL_A))),
    ("every reading action", principal(allow(["*:Describe*", "*:List*", "*:Get*"]))),
    ("some IAM actions", principal(allow(["iam:PassRole", "iam:Get*"]))),
    ("IAM on one role", principal(allow("iam:*", "arn:aws:iam::123456789012:role/app"))),
    ("everything under a narrow boundary", principal(allow("*"), limit=boundary(allow("bedrock:*")))),
    ("everything denied", principal(allow("*"), deny("*"))),
    ("all but some denied", principal(allow("*"), statement("Deny", NotAction="bedrock:*", Resource="*"))),
]


@pytest.mark.parametrize("who", [pytest.param(case[1], id=case[0]) for case in NO_ADMINISTRATORS])
def test_others_are_not_like_administrators(who: PrincipalPolicies) -> None:
    assert administrator_grant(who) is None
