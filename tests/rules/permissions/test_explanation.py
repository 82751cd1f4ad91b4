"""The chain of statements, in whole sentences."""

import pytest

from rules.permissions.access import effective_access
from rules.permissions.domains import MODEL_INVOCATION, RETRIEVAL
from rules.permissions.explanation import Bearing, explain
from rules.permissions.layers import Surroundings
from rules.permissions.principal import PolicyKind, PrincipalPolicies
from tests.rules.permissions.principals import (
    INVOKE,
    MODEL_A,
    MODEL_B,
    MODELS,
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
ELSEWHERE = {"StringEquals": {"aws:PrincipalAccount": "444455556666"}}
STEPS: list[tuple[str, PrincipalPolicies, Bearing, str]] = [
    (
        "named",
        principal(allow(INVOKE, MODEL_A, Sid="One")),
        Bearing.GRANTS,
        f'Inline policy "app", statement "One", allows bedrock:InvokeModel on {MODEL_A}.',
    ),
    (
        "named, with a condition",
        principal(allow(INVOKE, [MODEL_A, MODEL_B], OFFICE)),
        Bearing.GRANTS,
        (
            f'Inline policy "app", statement 1, allows bedrock:InvokeModel on {MODEL_A} and {MODEL_B} '
            "when its conditions hold."
        ),
    ),
    (
        "broad, of a group",
        principal(
            policies=[policy(allow(INVOKE), kind=PolicyKind.GROUP_ATTACHED, group="builders", name="models")], arn=USER
        ),
        Bearing.GRANTS_BROADLY,
        (
            'Attached policy "models" of group "builders", statement 1, allows bedrock:InvokeModel on *, '
            f"which includes {MODELS}/other.model-v1:0 that nothing names."
        ),
    ),
    (
        "broad in actions and resources",
        principal(allow("bedrock:*")),
        Bearing.GRANTS_BROADLY,
        (
            'Inline policy "app", statement 1, allows bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream and '
            f"bedrock:CreateModelInvocationJob on *, which includes {MODELS}/other.model-v1:0 that nothing names, "
            "and with it other actions such as bedrock:other."
        ),
    ),
    (
        "nothing gets through",
        principal(allow(INVOKE, MODEL_A), limit=boundary(allow("s3:*"))),
        Bearing.GRANTS_NOTHING,
        (
            f'Inline policy "app", statement 1, allows bedrock:InvokeModel on {MODEL_A}, '
            "but nothing of it gets past the other statements."
        ),
    ),
    (
        "never applies",
        principal(allow(INVOKE, MODEL_A, ELSEWHERE)),
        Bearing.NEVER_APPLIES,
        (
            f'Inline policy "app", statement 1, allows bedrock:InvokeModel on {MODEL_A}, '
            "but its conditions never hold for this principal."
        ),
    ),
    (
        "denies",
        principal(statement("Deny", NotAction="s3:*", NotResource=MODEL_A)),
        Bearing.DENIES,
        (
            'Inline policy "app", statement 1, denies bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream, '
            f"bedrock:CreateModelInvocationJob and 1 more on everything but {MODEL_A}."
        ),
    ),
    (
        "may deny",
        principal(deny(INVOKE, condition=OFFICE)),
        Bearing.MAY_DENY,
        (
            'Inline policy "app", statement 1, denies bedrock:InvokeModel on * when its conditions hold, '
            "so other requests pass."
        ),
    ),
    (
        "limits",
        principal(limit=boundary(allow(INVOKE, MODEL_A))),
        Bearing.LIMITS,
        f'Permissions boundary "limit", statement 1, lets through bedrock:InvokeModel on {MODEL_A}.',
    ),
]


@pytest.mark.parametrize(("who", "bearing", "sentence"), [pytest.param(*case[1:], id=case[0]) for case in STEPS])
def test_a_statement_is_explained(who: PrincipalPolicies, bearing: Bearing, sentence: str) -> None:
    (step,) = [step for step in explain(who, MODEL_INVOCATION).steps if step.policy.name != "limit" or not who.policies]

    assert (step.bearing, step.sentence) == (bearing, sentence)


def test_each_statement_is_explained_by_its_own_grants() -> None:
    who = principal(
        allow(INVOKE, MODEL_A),
        allow("bedrock:*", MODEL_B),
        allow(INVOKE, f"{MODELS}/a*"),
        limit=boundary(allow("*"), deny(INVOKE, f"{MODELS}/b*")),
    )

    assert [
        (str(step.bearing), step.sentence.partition(", statement ")[2]) for step in explain(who, MODEL_INVOCATION).steps
    ] == [
        ("grants", f"1, allows bedrock:InvokeModel on {MODEL_A}."),
        (
            "grants broadly",
            (
                "2, allows bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream and "
                f"bedrock:CreateModelInvocationJob on {MODEL_B}, and with it other actions such as bedrock:other."
            ),
        ),
        (
            "grants broadly",
            f"3, allows bedrock:InvokeModel on {MODELS}/a*, which includes {MODELS}/aother that nothing names.",
        ),
        (
            "limits",
            (
                "1, lets through bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream, "
                "bedrock:CreateModelInvocationJob and 1 more on *."
            ),
        ),
        ("denies", f"2, denies bedrock:InvokeModel on {MODELS}/b*."),
    ]


def test_bearings_are_words() -> None:
    assert [str(bearing) for bearing in Bearing] == [
        "grants",
        "grants broadly",
        "grants nothing",
        "limits",
        "denies",
        "may deny",
        "never applies",
    ]


def test_a_region_wildcard_may_be_refused() -> None:
    who = principal(allow(INVOKE, MODEL_A.replace("us-east-1", "*")))

    for allowed, bearing in ((True, Bearing.GRANTS), (False, Bearing.GRANTS_BROADLY)):
        (step,) = explain(who, MODEL_INVOCATION, allow_region_wildcard=allowed).steps
        assert step.bearing is bearing
    assert explain(who, MODEL_INVOCATION).steps[0].bearing is Bearing.GRANTS


def test_the_chain_goes_from_the_principal_outwards() -> None:
    who = principal(allow("s3:*"), allow(INVOKE), deny("s3:*"), limit=boundary(allow("*")))
    surroundings = Surroundings(
        service_control=((service_control(allow("*")),), (service_control(deny(INVOKE, MODEL_B)),)),
        resource_control=(policy(deny(INVOKE, MODEL_A, Principal="*"), kind=PolicyKind.RESOURCE_CONTROL),),
    )

    explanation = explain(who, MODEL_INVOCATION, surroundings)

    assert [(step.policy.kind, step.bearing) for step in explanation.steps] == [
        (PolicyKind.INLINE, Bearing.GRANTS_NOTHING),
        (PolicyKind.BOUNDARY, Bearing.LIMITS),
        (PolicyKind.SERVICE_CONTROL, Bearing.LIMITS),
        (PolicyKind.SERVICE_CONTROL, Bearing.DENIES),
        (PolicyKind.RESOURCE_CONTROL, Bearing.DENIES),
    ]
    assert explanation.access == effective_access(who, MODEL_INVOCATION, surroundings)


def test_text_from_policies_is_shown_safely_and_cut() -> None:
    who = principal(allow("bedrock:RetrieveAndGenerate", ["*", "arn:\x1b[2J" + "x" * 300], Sid="Any one\n"))

    (step,) = explain(who, RETRIEVAL).steps

    assert step.sentence.startswith(
        'Inline policy "app", statement "Any one?", allows bedrock:RetrieveAndGenerate on * and arn:?[2Jxxx'
    )
    assert len(step.sentence) < 350
