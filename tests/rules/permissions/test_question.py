"""What confines a grant: conditions that pin the resource, boundaries and denials that leave only what they name."""

from typing import Any

import pytest

from rules.permissions.access import effective_access
from rules.permissions.domains import MODEL_INVOCATION, RETRIEVAL
from rules.permissions.principal import PrincipalPolicies
from tests.rules.permissions.principals import (
    INVOKE,
    MODEL_A,
    MODEL_B,
    MODELS,
    PROFILE,
    allow,
    boundary,
    deny,
    principal,
    statement,
)

EVERY_MODEL = "arn:aws:bedrock:*::foundation-model/*"
OTHER = f"{MODELS}/other.model-v1:0"
A, B = "foundation-model/anthropic.claude-v2:1", "foundation-model/amazon.titan-text-lite-v1"
PROFILE_NAME = "inference-profile/us.anthropic.claude-v2:1"


@pytest.mark.parametrize(
    ("operator", "values", "specific"),
    [
        ("StringLike", PROFILE, True),
        ("StringEquals", PROFILE, True),
        ("StringEqualsIgnoreCase", PROFILE, True),
        ("ArnLike", PROFILE, True),
        ("ArnEquals", PROFILE, True),
        ("ForAnyValue:StringLike", PROFILE, True),
        ("ForAllValues:StringLike", PROFILE, False),
        ("StringLikeIfExists", PROFILE, False),
        ("StringNotLike", PROFILE, False),
        ("Null", "false", False),
        ("StringLike", [], False),
        ("StringLike", [PROFILE, PROFILE.replace("us.", "eu.")], True),
        ("StringLike", [PROFILE, "*"], False),
        ("StringLike", PROFILE.replace("us.anthropic", "*"), False),
        ("StringLike", PROFILE.replace("us-east-1", "*"), True),
        ("StringLike", PROFILE.partition("us.")[0] + "*", False),
        ("StringEquals", PROFILE.partition("us.")[0] + "*", True),
        ("StringLike", "${aws:PrincipalTag/profile}", False),
    ],
)
def test_a_condition_pins_the_models_to_a_profile_or_does_not(operator: str, values: object, *, specific: bool) -> None:
    condition: dict[str, Any] = {operator: {"bedrock:InferenceProfileArn": values}}
    access = effective_access(
        principal(allow(INVOKE, PROFILE), allow(INVOKE, EVERY_MODEL, condition)), MODEL_INVOCATION
    )

    assert access.specific is specific
    assert [grant.witness for grant in access.broad] == ([] if specific else [OTHER])
    assert [named.name for named in access.named] == [PROFILE_NAME]


PINNED = {"StringLike": {"bedrock:InferenceProfileArn": PROFILE}}
CONFINED: list[tuple[str, PrincipalPolicies, list[str], list[str]]] = [
    (
        "one of two by a boundary",
        principal(allow(INVOKE, [MODEL_A, MODEL_B]), limit=boundary(allow(INVOKE, MODEL_A))),
        [],
        [A],
    ),
    (
        "by a boundary that pins, beside one that names",
        principal(allow(INVOKE), limit=boundary(allow(INVOKE, EVERY_MODEL, PINNED), allow(INVOKE, MODEL_A))),
        [],
        [A],
    ),
    (
        "by a boundary of names and a wildcard elsewhere",
        principal(
            allow(INVOKE, f"{MODELS}/anthropic.*"), limit=boundary(allow(INVOKE, [MODEL_A, f"{MODELS}/amazon.*"]))
        ),
        [],
        [A],
    ),
    (
        "not by a boundary that names in one statement and not in another",
        principal(
            allow(INVOKE, f"{MODELS}/*"), limit=boundary(allow(INVOKE, MODEL_A), allow(INVOKE, f"{MODELS}/amazon.*"))
        ),
        [f"{MODELS}/amazon.other"],
        [A],
    ),
    (
        "not by leaving out a name, where what would be tried first is denied",
        principal(
            statement("Allow", Action=INVOKE, NotResource=MODEL_A),
            statement("Deny", Action=INVOKE, NotResource=f"{MODELS}/*"),
            deny(INVOKE, f"{MODELS}/*other*"),
        ),
        [f"{MODELS}/a"],
        [],
    ),
    (
        "by a denial of all but names",
        principal(allow(INVOKE), statement("Deny", Action="*", NotResource=[MODEL_A, MODEL_B])),
        [],
        [A, B],
    ),
    (
        "not by a denial of all but a name and a wildcard",
        principal(allow(INVOKE), statement("Deny", Action="*", NotResource=[MODEL_A, f"{MODELS}/amazon.*"])),
        [f"{MODELS}/amazon.other"],
        [A],
    ),
    ("not by a denial of a name", principal(allow(INVOKE), deny(INVOKE, MODEL_A)), [OTHER], []),
    (
        "not by a denial of what would be tried first",
        principal(allow(INVOKE, f"{MODELS}/anthropic.*"), deny(INVOKE, f"{MODELS}/*other*")),
        [f"{MODELS}/anthropic."],
        [],
    ),
]


@pytest.mark.parametrize(("who", "witnesses", "names"), [pytest.param(*case[1:], id=case[0]) for case in CONFINED])
def test_a_grant_is_confined_or_not(who: PrincipalPolicies, witnesses: list[str], names: list[str]) -> None:
    access = effective_access(who, MODEL_INVOCATION)

    assert [grant.witness for grant in access.broad] == witnesses
    assert [named.name for named in access.named] == names


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        pytest.param(principal(allow("bedrock:RetrieveAndGenerate")), True, id="on everything"),
        pytest.param(
            principal(allow("bedrock:RetrieveAndGenerate", "arn:aws:bedrock:*")), False, id="on ARNs, which it lacks"
        ),
        pytest.param(
            principal(allow("bedrock:RetrieveAndGenerate"), deny("bedrock:RetrieveAndGenerate", "arn:aws:bedrock:*")),
            True,
            id="denied on ARNs, which it lacks",
        ),
        pytest.param(
            principal(allow("bedrock:RetrieveAndGenerate"), deny("bedrock:RetrieveAndGenerate")), False, id="denied"
        ),
        pytest.param(
            principal(
                allow("bedrock:RetrieveAndGenerate"),
                deny("bedrock:RetrieveAndGenerate", condition={"Bool": {"aws:SecureTransport": "false"}}),
            ),
            True,
            id="denied at times",
        ),
    ],
)
def test_what_takes_no_resource_is_allowed_on_everything_or_nothing(who: PrincipalPolicies, *, allowed: bool) -> None:
    access = effective_access(who, RETRIEVAL)

    assert access.allowed is allowed
    assert [(grant.pattern, grant.witness) for grant in access.broad] == ([("*", "*")] if allowed else [])
