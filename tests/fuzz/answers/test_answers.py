"""Answers of AWS that are other than ever seen: no rule crashes, and what nobody knows is not good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.catalogue import all_rules
from tests.fuzz.answers.changes import UNHEARD_OF, Change, changes
from tests.fuzz.answers.company import Call, Company, company
from tests.fuzz.answers.reviewed import may_be_unknown
from tests.fuzz.budget import examples
from tests.fuzz.limits import at_most

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.engine.rule import Rule

CPU_SECONDS: Final = 10


@pytest.fixture(scope="module")
def aurelia() -> Iterator[Company]:
    with company() as opened:
        yield opened


@pytest.mark.slow
def test_every_rule_judges_the_company_as_it_is(aurelia: Company) -> None:
    assert {rule_id: found.failure for rule_id, found in aurelia.found.items() if found.failure} == {}
    assert all(found.verdicts for found in aurelia.found.values())


@pytest.mark.slow
@given(st.data(), st.sampled_from(all_rules()))
@examples(150)
def test_a_changed_answer_is_judged_or_refused(aurelia: Company, data: st.DataObject, rule: type[Rule[Any]]) -> None:
    call, change = drawn(aurelia, data, rule)
    with at_most(CPU_SECONDS):
        found = aurelia.judged_with(rule, call, change.of(aurelia.answer(call)))
    assert found.failure is None or found.failure.isprintable()
    assert all(text.isprintable() and len(text) <= 256 for text in found.annotations.values())


@pytest.mark.slow
@given(st.data(), st.sampled_from(all_rules()))
@examples(30)
def test_a_value_that_nobody_knows_makes_nothing_good_that_a_known_one_makes_bad(
    aurelia: Company, data: st.DataObject, rule: type[Rule[Any]]
) -> None:
    call, change = drawn(aurelia, data, rule, kind="unheard-of")
    answer = aurelia.answer(call)
    others = [one for one in every_change(aurelia, call) if one.path == change.path and one.kind == "known"]
    unknown = aurelia.judged_with(rule, call, change.of(answer)).verdicts
    for known in (aurelia.found[rule.id].verdicts, *(_verdicts(aurelia, rule, call, one) for one in others)):
        for key, compliance in known.items():
            if compliance == "NON_COMPLIANT" and unknown.get(key) == "COMPLIANT":
                assert may_be_unknown(call, change), f"{key} is COMPLIANT with {change}, answered to {call}"


def drawn(aurelia: Company, data: st.DataObject, rule: type[Rule[Any]], kind: str = "") -> tuple[Call, Change]:
    """Return a call that the rule makes, and a change of its answer: of that kind where there is one, or of any."""
    calls = aurelia.calls[rule.id]
    choices = [call for call in calls if kind and any(one.kind == kind for one in every_change(aurelia, call))]
    call = data.draw(st.sampled_from(choices or calls))
    every = [one for one in every_change(aurelia, call) if not choices or one.kind == kind]
    return call, data.draw(st.sampled_from(every))


def every_change(aurelia: Company, call: Call) -> tuple[Change, ...]:
    """Return all changes of the answer to a call."""
    if call not in aurelia.changes:
        aurelia.changes[call] = tuple(changes(aurelia.answer(call), aurelia.session.output_shape(call)))
    return aurelia.changes[call]


def _verdicts(aurelia: Company, rule: type[Rule[Any]], call: Call, change: Change) -> dict[tuple[str, str], str]:
    assert change.value != UNHEARD_OF
    return dict(aurelia.judged_with(rule, call, change.of(aurelia.answer(call))).verdicts)
