from dataclasses import dataclass
from typing import Annotated

import pytest

from rules.engine.errors import ParameterError
from rules.engine.parameters import Parameter, Tag, camel_case, parameters, written
from tests.rules.engine.sample_rules import AccountGood, BoxesGood


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        pytest.param({"least": "90"}, "least", 90, id="whole number at its upper bound"),
        pytest.param({"least": " 1 "}, "least", 1, id="white space around a value"),
        pytest.param({"least": 7}, "least", 7, id="JSON number"),
        pytest.param({"share": "0.25"}, "share", 0.25, id="number"),
        pytest.param({"strict": "false"}, "strict", False, id="the text false is false"),
        pytest.param({"strict": "True"}, "strict", True, id="case of a boolean"),
        pytest.param({"strict": False}, "strict", False, id="JSON boolean"),
        pytest.param({"label": "x=y"}, "label", "x=y", id="text"),
        pytest.param({"mode": "ALL"}, "mode", "all", id="case of a choice"),
        pytest.param({"kinds": "image, TEXT,"}, "kinds", ("image", "text"), id="list of choices"),
        pytest.param({"kinds": ""}, "kinds", ("text", "image"), id="empty means not set"),
        pytest.param({"trustedAccounts": "111122223333"}, "trusted_accounts", ("111122223333",), id="account ids"),
        pytest.param({"exemptTag": "ai:exempt=yes=really"}, "exempt_tag", Tag("ai:exempt", "yes=really"), id="tag"),
        pytest.param({"exemptTag": "exempt"}, "exempt_tag", Tag("exempt", None), id="tag of any value"),
        pytest.param({"exemptTag": "exempt = yes"}, "exempt_tag", Tag("exempt", "yes"), id="tag with white space"),
        pytest.param({"exemptTag": "  exempt =yes"}, "exempt_tag", Tag("exempt", "yes"), id="space around a key"),
        pytest.param({"exemptTag": "exempt="}, "exempt_tag", Tag("exempt", ""), id="tag with an empty value"),
    ],
)
def test_reads_the_texts_that_config_sends(given: dict[str, object], field: str, value: object) -> None:
    assert getattr(BoxesGood.configured(given), field) == value


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"leest": "1"},
            "boxes-good: unknown parameter 'leest'; "
            "allowed: exemptTag, kinds, label, least, mode, share, strict, trustedAccounts",
            id="unknown name",
        ),
        pytest.param({"least": "0"}, "boxes-good: parameter least='0'; allowed: whole numbers from 1 to 90", id="low"),
        pytest.param(
            {"least": "91"}, "boxes-good: parameter least='91'; allowed: whole numbers from 1 to 90", id="high"
        ),
        pytest.param(
            {"least": "1_0"}, "boxes-good: parameter least='1_0'; allowed: whole numbers from 1 to 90", id="_"
        ),
        pytest.param(
            {"least": "٣"}, "boxes-good: parameter least='٣'; allowed: whole numbers from 1 to 90", id="digits"
        ),
        pytest.param({"share": "nan"}, "boxes-good: parameter share='nan'; allowed: numbers from 0 to 1", id="nan"),
        pytest.param({"strict": "yes"}, "boxes-good: parameter strict='yes'; allowed: true, false", id="boolean"),
        pytest.param({"mode": "some"}, "boxes-good: parameter mode='some'; allowed: any, all", id="choice"),
        pytest.param(
            {"kinds": "text,sound"},
            "boxes-good: parameter kinds='text,sound'; allowed: a comma-separated list of text, image",
            id="one wrong in a list",
        ),
        pytest.param(
            {"kinds": ","},
            "boxes-good: parameter kinds=','; allowed: a comma-separated list of text, image",
            id="a list of nothing",
        ),
        pytest.param(
            {"trustedAccounts": "12345"},
            "boxes-good: parameter trustedAccounts='12345'; allowed: a comma-separated list of 12-digit account ids",
            id="not an account id",
        ),
        pytest.param(
            {"exemptTag": " =x"}, "boxes-good: parameter exemptTag='=x'; allowed: key=value, or key", id="blank key"
        ),
        pytest.param({"exemptTag": "=x"}, "boxes-good: parameter exemptTag='=x'; allowed: key=value, or key", id="tag"),
    ],
)
def test_refuses_a_bad_value_with_what_is_allowed(given: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError) as refused:
        BoxesGood.configured(given)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("tag", "tags", "carried"),
    [
        pytest.param(Tag("stage", "test"), {"stage": "test"}, True, id="the value"),
        pytest.param(Tag("stage", "test"), {"stage": "prod"}, False, id="another value"),
        pytest.param(Tag("stage", "test"), {"Stage": "test"}, False, id="another key"),
        pytest.param(Tag("stage", "test"), {}, False, id="no tag"),
        pytest.param(Tag("stage", None), {"stage": ""}, True, id="any value"),
        pytest.param(Tag("stage", None), {"team": "x"}, False, id="any value of another key"),
        pytest.param(Tag("stage", ""), {"stage": "x"}, False, id="not the empty value"),
    ],
)
def test_a_tag_is_carried_or_not(tag: Tag, tags: dict[str, str], *, carried: bool) -> None:
    assert tag.on(tags) is carried


def test_a_tag_is_written_as_it_is_given() -> None:
    assert [str(tag) for tag in (Tag("stage", "test"), Tag("stage", ""), Tag("stage", None))] == [
        "stage=test",
        "stage=",
        "stage",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        ((), None),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (2.5, "2.5"),
        (("a", "b"), "a,b"),
        (Tag("a", "b"), "a=b"),
    ],
)
def test_values_are_written_as_config_carries_them(value: object, text: str | None) -> None:
    assert written(value) == text


def test_names_become_those_of_config() -> None:
    assert [camel_case(name) for name in ("least", "min_retention_days")] == ["least", "minRetentionDays"]


def test_describes_every_kind_of_parameter() -> None:
    assert {each.name: (each.kind, each.allowed) for each in BoxesGood.parameters()} == {
        "exemptTag": ("tag", "key=value, or key"),
        "least": ("integer", "whole numbers from 1 to 90"),
        "share": ("number", "numbers from 0 to 1"),
        "strict": ("boolean", "true, false"),
        "label": ("text", "texts"),
        "mode": ("choice", "any, all"),
        "kinds": ("list", "a comma-separated list of text, image"),
        "trustedAccounts": ("list", "a comma-separated list of 12-digit account ids"),
    }


@dataclass(frozen=True)
class WithoutDefault:
    """A rule with a parameter that somebody would have to give."""

    least: Annotated[int, "Fewest boxes."]


@dataclass(frozen=True)
class WithoutDescription:
    """A rule with a parameter that nobody explains."""

    least: int = 3


@pytest.mark.parametrize("rule", [WithoutDefault, WithoutDescription])
def test_a_parameter_needs_a_default_and_a_description(rule: type[object]) -> None:
    with pytest.raises(TypeError) as refused:
        parameters(rule)
    assert str(refused.value) == f"{rule.__name__}.least needs a default and a description"


def test_describes_parameters_for_the_pack_and_the_documentation() -> None:
    described = {parameter.name: parameter for parameter in BoxesGood.parameters()}

    assert described["least"] == Parameter(
        name="least",
        field="least",
        kind="integer",
        default="3",
        allowed="whole numbers from 1 to 90",
        description="Fewest boxes.",
        pack_parameter="BoxesGoodLeast",
    )
    assert (described["kinds"].kind, described["kinds"].default) == ("list", "text,image")
    assert (described["strict"].default, described["label"].default) == ("true", None)
    assert described["trustedAccounts"].pack_parameter == "TrustedAccounts"
    assert described["exemptTag"].pack_parameter == "ExemptTag"
    assert described["mode"].pack_parameter is None


def test_an_account_cannot_be_exempted_by_a_tag() -> None:
    assert AccountGood.parameters() == ()

    with pytest.raises(ParameterError, match="account-good: unknown parameter 'exemptTag'; allowed: none"):
        AccountGood.configured({"exemptTag": "a=b"})
