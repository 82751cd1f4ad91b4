from rules.permissions.constants import (
    ACCOUNT,
    ORGANIZATION,
    VPC,
    VPC_ENDPOINT,
    Constants,
    arn_shape,
    is_literal,
    path_shape,
    representatives,
)
from rules.permissions.document import PolicyType, parse
from rules.permissions.patterns import wildcards

OWN, STRANGER = "123456789012", "444455556666"


def test_collects_the_values_of_conditions_by_key() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    document = parse(
        {
            "Version": "2012-10-17",
            "Statement": [
                statement | {"Condition": {"StringEquals": {"aws:PrincipalAccount": [OWN, STRANGER]}}},
                statement | {"Condition": {"StringLike": {"AWS:principalaccount": [STRANGER, "${aws:username}-x"]}}},
            ],
        },
        PolicyType.RESOURCE,
    )

    constants = Constants(document)

    assert constants.keys == {"aws:principalaccount"}
    assert constants.of("aws:principalaccount", "aws:sourcearn") == (OWN, STRANGER, "*-x")


def test_the_first_text_is_one_that_nothing_names() -> None:
    first, *others = representatives(ACCOUNT, [STRANGER, "1234*", "*"], [OWN])

    assert len(first) == 12
    assert first not in (OWN, STRANGER)
    assert not first.startswith("1234")
    assert others[0] == STRANGER
    assert others[1].startswith("1234")


def test_insiders_stand_for_no_outsider() -> None:
    assert representatives(
        ACCOUNT, [OWN, "12345678901?"], [OWN, *(f"12345678901{digit}" for digit in "013456789")]
    ) == ("000000000000",)


def test_where_patterns_cover_everything_one_of_them_comes_first() -> None:
    assert representatives(VPC_ENDPOINT, ["vpce-*"]) == ("vpce-a",)
    assert representatives(VPC, ["vpc-*"]) == ("vpc-a",)


def test_what_cannot_have_the_shape_has_no_text() -> None:
    assert len(representatives(ORGANIZATION, ["unit-1", "O-UPPER*"])) == 1


def test_patterns_that_overlap_are_told_apart() -> None:
    texts = representatives(arn_shape("aws", STRANGER), ["arn:aws:iam::*:role/a*", "arn:aws:iam::*:role/*z"])
    first, second = wildcards("arn:aws:iam::*:role/a*"), wildcards("arn:aws:iam::*:role/*z")

    met = {(first.matches(text), second.matches(text)) for text in texts}

    assert met == {(False, False), (True, False), (False, True), (True, True)}


def test_many_patterns_are_told_apart_from_all_the_others_only() -> None:
    patterns = [f"arn:aws:iam::*:role/{letter}*" for letter in "abcdefghijklmnop"]

    texts = representatives(arn_shape("aws", STRANGER), patterns)

    assert len(texts) == len(patterns) + 1


def test_shapes_are_those_of_aws() -> None:
    assert representatives(path_shape("o-a1b2c3d4e5"), ["o-a1b2c3d4e5/r-ab12/*"])[1].startswith("o-a1b2c3d4e5/r-ab12/")
    assert representatives(arn_shape("aws-cn", "", "cn-north-1"), [])[0].startswith("arn:aws-cn:")


def test_a_pattern_is_literal_without_wildcards() -> None:
    assert is_literal("vpce-1a2b")
    assert not is_literal("vpce-?a2b")
    assert not is_literal("*")
