"""Rule parameters: every text is refused with what is allowed, or is a value that is written as it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.judging import in_force
from rules.engine.catalogue import all_rules
from rules.engine.errors import ParameterError
from tests.fuzz.budget import examples
from tests.fuzz.limits import at_most
from tests.fuzz.odd_values import odd_values

if TYPE_CHECKING:
    from rules.engine.parameters import Parameter
    from rules.engine.rule import Rule

EVERY: Final = [(rule, parameter) for rule in all_rules() for parameter in rule.parameters()]
LONGEST: Final = 1_500

PIECES: Final = st.one_of(
    st.sampled_from(("true", "FALSE", "0", "1", "-1", "+3", "0.00000001", "1e5", "1_0", "٣", "nan", "inf", "9" * 400)),
    st.sampled_from(
        ("123456789012", "o-a1b2c3d4e5", "us-east-1", "k=v", "=v", "k=", "k==v", "a b", "*", "(", "\\", "'")
    ),
    st.integers().map(str),
    st.floats().map(str),
    st.text(max_size=10),
)


@st.composite
def texts(draw: st.DrawFn, parameter: Parameter) -> str:
    """Return a text for a parameter: often near its default or what it says that it allows."""
    near = [parameter.default or "", *parameter.allowed.replace(",", " ").split()]
    joined = draw(st.lists(st.sampled_from(near) | PIECES, max_size=4))
    return draw(st.sampled_from((",", ", ", " ", "", ",,", "\n"))).join(joined)


@pytest.mark.slow
@given(st.data(), st.sampled_from(EVERY))
@examples(1_000)
def test_a_text_is_refused_or_read_as_it_is_written(data: st.DataObject, of: tuple[type[Rule[Any]], Parameter]) -> None:
    rule, parameter = of
    text = data.draw(texts(parameter))
    configured = taken(rule, parameter, {parameter.name: text})
    if configured is None:
        return
    written = in_force(configured)[parameter.name]
    if written is None:
        assert parameter.default is None
        assert not text.strip()
    else:
        assert rule.configured({parameter.name: written}) == configured


@pytest.mark.slow
@given(st.data(), st.sampled_from(EVERY))
@examples(200)
def test_a_json_value_is_refused_or_read_like_a_text(
    data: st.DataObject, of: tuple[type[Rule[Any]], Parameter]
) -> None:
    rule, parameter = of
    value = data.draw(odd_values())
    configured = taken(rule, parameter, {parameter.name: value})
    if configured is not None and not isinstance(value, str):
        assert configured == rule.configured({parameter.name: json.dumps(value)})


@given(st.sampled_from(all_rules()), st.text(max_size=2_000))
@examples(50)
def test_a_name_that_no_rule_has_is_refused(rule: type[Rule[Any]], name: str) -> None:
    if name in {parameter.name for parameter in rule.parameters()}:
        return
    with pytest.raises(ParameterError, match=f"{rule.id}: unknown parameter") as refused:
        rule.configured({name: "1"})
    require_one_line(str(refused.value))


def taken(rule: type[Rule[Any]], parameter: Parameter, given_: dict[str, Any]) -> Rule[Any] | None:
    """Return the rule with these parameters, None when it refuses them as it should."""
    try:
        with at_most(2):
            return rule.configured(given_)
    except ParameterError as error:
        message = str(error)
    require_one_line(message)
    assert f"{rule.id}: " in message
    assert parameter.name in message
    assert "allowed: " in message
    return None


def require_one_line(message: str) -> None:
    """Require a message to be one that a person reads."""
    assert message.isprintable()
    assert len(message) <= LONGEST
