"""What decides a principal's requests, of documents that several principals share."""

import pytest

from rules.permissions.conditions import Truth
from rules.permissions.context import RequestContext
from rules.permissions.decision import decide
from rules.permissions.document import Effect
from rules.permissions.layers import Surroundings, layers
from rules.permissions.principal import PolicyKind
from tests.rules.permissions.principals import (
    ACCOUNT,
    Block,
    allow,
    boundary,
    deny,
    policy,
    principal,
    service_control,
    statement,
)

GET = "s3:GetObject"
HOME = "arn:aws:s3:::home/{}/x"
OWN_HOME = HOME.format("${aws:username}")
NAMES = ("ana", "bob")


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        pytest.param(OWN_HOME, {"ana": ["ana"], "bob": ["bob"]}, id="one entry"),
        pytest.param([HOME.format("cy"), OWN_HOME], {"ana": ["ana", "cy"], "bob": ["bob", "cy"]}, id="beside another"),
        pytest.param(HOME.format("cy"), {"ana": ["cy"], "bob": ["cy"]}, id="without a variable"),
    ],
)
def test_variables_stand_for_each_principals_own_values(
    resource: str | list[str], allowed: dict[str, list[str]]
) -> None:
    shared = policy(allow(GET, resource))
    found = {
        name: [
            home
            for home in ("ana", "bob", "cy")
            if decide(
                principal(policies=[shared], arn=f"arn:aws:iam::{ACCOUNT}:user/{name}"), GET, HOME.format(home)
            ).truth
            is Truth.TRUE
        ]
        for name in NAMES
    }

    assert found == allowed


def test_what_is_left_out_of_a_denial_is_each_principals_own() -> None:
    shared = policy(allow("s3:*"), statement("Deny", Action="s3:*", NotResource=[HOME.format("cy"), OWN_HOME]))

    for name, other in (NAMES, NAMES[::-1]):
        who = principal(policies=[shared], arn=f"arn:aws:iam::{ACCOUNT}:user/{name}")
        assert [decide(who, GET, HOME.format(home)).truth for home in (name, "cy", other)] == [
            Truth.TRUE,
            Truth.TRUE,
            Truth.FALSE,
        ]


HTTPS: Block = {"Bool": {"aws:SecureTransport": "true"}}


def test_layers_are_the_principals_policies_the_boundary_and_each_level() -> None:
    who = principal(allow(GET), deny("s3:Put*"), allow("s3:*", condition=HTTPS), limit=boundary(allow("s3:Get*")))
    surroundings = Surroundings(
        service_control=(
            (service_control(allow("*")), service_control(deny("iam:*"))),
            (service_control(allow("s3:*")),),
        ),
        resource_control=(
            policy(deny("s3:Delete*", Principal="*"), kind=PolicyKind.RESOURCE_CONTROL),
            policy(deny("s3:List*", Principal={"AWS": "*"}), kind=PolicyKind.RESOURCE_CONTROL),
            policy(deny("s3:Abort*", Principal={"AWS": ACCOUNT}), kind=PolicyKind.RESOURCE_CONTROL),
            policy(allow("*", Principal="*"), kind=PolicyKind.RESOURCE_CONTROL),
        ),
    )

    found = layers(who, surroundings)

    assert [[live.statement.actions for live in layer] for layer in found.allows] == [
        [(GET,), ("s3:*",)],
        [("s3:Get*",)],
        [("*",)],
        [("s3:*",)],
    ]
    assert [live.statement.actions for live in found.denies] == [
        ("s3:Put*",),
        ("iam:*",),
        ("s3:Delete*",),
        ("s3:List*",),
    ]
    assert all(live.statement.effect is Effect.DENY for live in found.denies)
    assert [live.truth for live in found.identity] == [Truth.TRUE, Truth.DEPENDS]
    assert found.limits == found.allows[1:]


@pytest.mark.parametrize(
    ("known", "truths"),
    [
        pytest.param({}, [Truth.DEPENDS], id="nothing known"),
        pytest.param({"aws:SecureTransport": "true"}, [Truth.TRUE], id="conditions that hold"),
        pytest.param({"aws:SecureTransport": "false"}, [], id="conditions that never hold"),
    ],
)
def test_statements_live_as_far_as_their_conditions_hold(known: dict[str, str], truths: list[Truth]) -> None:
    surroundings = Surroundings(context=RequestContext(known))
    found = layers(principal(allow(GET, condition=HTTPS), deny(GET, condition=HTTPS)), surroundings)

    assert [live.truth for live in found.identity] == truths
    assert [live.truth for live in found.denies] == truths
    assert len(found.certain_denies) == truths.count(Truth.TRUE)
