"""What a pattern reaches, at a glance and by search."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.permissions.domains import ENDPOINT_INVOCATION, MODEL_INVOCATION
from rules.permissions.languages import Part
from rules.permissions.patterns import wildcards
from rules.permissions.reach import reaches
from rules.permissions.searches import find_text
from rules.permissions.shapes import shape_pattern
from tests.rules.permissions.principals import ACCOUNT

FOUNDATION, PROFILE, APPLICATION = "foundation model", "inference profile", "application inference profile"
CUSTOM, ROUTER = "custom model", "prompt router"

NAMES: list[tuple[str, dict[str, str | None]]] = [
    ("arn:aws:bedrock:us-east-1::foundation-model/a.b", {FOUNDATION: "foundation-model/a.b"}),
    ("*foundation-model/a.b", {FOUNDATION: "foundation-model/a.b"}),
    ("*inference-profile/a", {PROFILE: "inference-profile/a", APPLICATION: None, CUSTOM: None}),
    ("arn:aws:bedrock:*:*:custom-model/a.b:0:4k/cd", {CUSTOM: "custom-model/a.b:0:4k/cd"}),
    ("arn:aws:bedrock:*:4k/cd", {CUSTOM: None}),
    ("arn:aws:bedrock:*:async-invoke/*", {}),
    ("arn:aws:bedrock:*:system-tool/*", {}),
    ("arn:aws:bedrock:*router/a", {ROUTER: None, "default prompt router": None, CUSTOM: None}),
    ("arn:aws:bedrock:us-east-1:123456789012:marketplace/*", {"marketplace endpoint": None}),
    ("*x-foundation-model/a.b", {}),
    ("arn:aws:s3:::*", {}),
    ("arn:aws-cn:bedrock:*", {}),
]


@pytest.mark.parametrize(("pattern", "wanted"), NAMES, ids=[case[0] for case in NAMES])
def test_a_pattern_reaches_forms_and_may_name_there(pattern: str, wanted: dict[str, str | None]) -> None:
    found = reaches(wildcards(pattern), MODEL_INVOCATION, "aws", ACCOUNT)

    assert {reach.form.name: reach.named for reach in found} == wanted


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("arn:aws:sagemaker:eu-west-1:*:endpoint/a", True),
        ("arn:aws:sagemaker:eu-west-1:*", True),
        ("arn:*:sagemaker:eu-west-1:*:endpoint/*", True),
        ("arn:aws:sagemaker:eu-*:*:endpoint/a", False),
        ("arn:aws:sagemaker:*:endpoint/a", False),
        ("*", False),
    ],
)
def test_a_pattern_may_spell_out_the_region(pattern: str, wanted: bool) -> None:
    (found,) = reaches(wildcards(pattern), ENDPOINT_INVOCATION, "aws", ACCOUNT)

    assert found.in_region is wanted


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        ("eu-north-1:111122223333:endpoint/*", "eu-north-1:111122223333:endpoint/any-other-endpoint"),
        ("eu-north-1:*:endpoint/*", f"eu-north-1:{ACCOUNT}:endpoint/any-other-endpoint"),
        ("*:111122223333:endpoint/a*", "us-east-1:111122223333:endpoint/any-other-endpoint"),
        ("us-west-2:*:endpoint/b*", f"us-west-2:{ACCOUNT}:endpoint/bother"),
        ("us-west-2:*:endpoint/b?", f"us-west-2:{ACCOUNT}:endpoint/bo"),
    ],
)
def test_examples_are_in_the_place_that_a_pattern_names(pattern: str, example: str) -> None:
    (found,) = reaches(wildcards(f"arn:aws:sagemaker:{pattern}"), ENDPOINT_INVOCATION, "aws", ACCOUNT)

    assert found.examples[0] == f"arn:aws:sagemaker:{example}"


@pytest.mark.parametrize(
    ("partition", "regions"),
    [
        ("aws", ["us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-northeast-1", "ap-southeast-2"]),
        ("aws-cn", ["cn-north-1", "cn-northwest-1"]),
        ("aws-us-gov", ["us-gov-west-1", "us-gov-east-1"]),
    ],
)
def test_examples_are_in_regions_of_the_partition(partition: str, regions: list[str]) -> None:
    (found,) = reaches(wildcards("*"), ENDPOINT_INVOCATION, partition, ACCOUNT)

    assert [example.split(":")[1] for example in found.examples] == [partition] * len(regions)
    assert [example.split(":")[3] for example in found.examples] == regions


def test_an_unknown_partition_has_examples_too() -> None:
    (found,) = reaches(wildcards("*"), ENDPOINT_INVOCATION, "aws-iso", ACCOUNT)

    assert found.examples[0] == f"arn:aws-iso:sagemaker:us-east-1:{ACCOUNT}:endpoint/any-other-endpoint"


pieces = st.sampled_from(
    [
        *(
            "*",
            "?",
            ":",
            "/",
            "arn:aws:bedrock:",
            "us-east-1",
            "::",
            f":{ACCOUNT}:",
            "foundation-model",
            "custom-model",
        ),
        *("-profile", "inference", "application-", "model", "a.b", "4k", "marketplace/model-endpoint", "/all-access"),
        *("bedrock", "-mantle", ":project/"),
    ]
)


@settings(deadline=None, max_examples=100)  # the machine may be busy
@given(st.lists(pieces, min_size=1, max_size=7).map("".join))
def test_the_glance_agrees_with_the_search(pattern: str) -> None:
    found = {reach.form: reach for reach in reaches(wildcards(pattern), MODEL_INVOCATION, "aws", ACCOUNT)}

    for form in MODEL_INVOCATION.forms:
        shape = form.shape("aws")
        searched = find_text(shape, (((Part((wildcards(pattern),)),),),))
        assert (form in found) is (searched is not None)
        for example in found[form].examples if form in found else ():
            assert wildcards(pattern).matches(example)
            assert shape_pattern(shape).fullmatch(example)
