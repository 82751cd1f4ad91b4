"""The table is whole: a row for each rule, and in each row every framework or the reason why it has nothing."""

import re
from pathlib import Path
from typing import Any

import pytest

from cdk.managed.groups import GROUPS
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty
from rules.engine.rule import PeriodicRule, Rule
from rules.frameworks.framework import STEPS, Framework, iso_42001, nist_800_53, wa_genai
from rules.frameworks.row import Row, Why, no_owasp_llm, no_wa_ml, row
from rules.frameworks.table import row_of, rows_of

ROOT = Path(__file__).parents[3]
CONTROLS_OF_SECURITY_HUB = {
    *(rule.control for group in GROUPS for rule in group.rules if rule.control),
    *("CloudWatch.15", "S3.17"),
}
"""Those that the pack's managed rules serve, and others that AWS maps to NIST SP 800-53."""

every_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
every_duty = pytest.mark.parametrize("duty", Duty, ids=lambda duty: duty.folder)


@every_rule
def test_a_rule_has_the_row_of_its_id(rule: type[Rule[Any]]) -> None:
    assert rule.frameworks == row_of(rule.duty.folder, rule.id).controls


@every_duty
def test_no_row_is_without_a_rule(duty: Duty) -> None:
    assert list(rows_of(duty.folder)) == [rule.id for rule in all_rules() if rule.duty is duty]


@every_rule
def test_a_row_has_every_framework_or_says_why_not(rule: type[Rule[Any]]) -> None:
    found = row_of(rule.duty.folder, rule.id)
    answered = {control.framework for control in found.controls}
    unanswered = [gap.framework for gap in found.nothing]

    assert answered.isdisjoint(unanswered)
    assert answered.union(unanswered) == set(Framework)
    assert len(unanswered) <= len(Framework) // 3
    assert len(set(found.controls)) == len(found.controls)


def test_few_places_are_empty() -> None:
    empty = [gap for rule in all_rules() for gap in row_of(rule.duty.folder, rule.id).nothing]

    assert len(empty) <= len(all_rules()) * len(Framework) // 15
    assert {gap.why for gap in empty} == set(Why)


@every_rule
def test_only_publications_of_aws_count_as_its_own(rule: type[Rule[Any]]) -> None:
    for control in rule.frameworks:
        match control.framework:
            case Framework.WELL_ARCHITECTED_GENERATIVE_AI | Framework.WELL_ARCHITECTED_MACHINE_LEARNING:
                assert control.aws in (None, STEPS)
            case Framework.NIST_800_53:
                assert control.aws is None or control.aws in CONTROLS_OF_SECURITY_HUB
            case _:
                assert control.aws is None


@pytest.mark.parametrize("why", Why, ids=lambda why: why.name)
def test_a_reason_is_a_sentence_on_the_framework(why: Why) -> None:
    assert re.fullmatch(r"It .+\.", why.value)


def test_a_row_is_in_the_order_of_the_frameworks() -> None:
    (action,), (log,), (access,) = wa_genai("GENSEC01-BP01"), iso_42001("A.6.2.8"), nist_800_53("AC-6", aws="KMS.4")
    risk, practice = no_owasp_llm(Why.NOT_CHANGES), no_wa_ml(Why.NOT_FUNCTIONS)

    assert row(risk, (log,), practice, (access,), (action,)) == Row((action, access, log), (practice, risk))
    assert access.aws == "KMS.4"


def test_a_rule_without_a_row_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"^logs-kept has no row in rules/frameworks/logging\.py$"):
        row_of("logging", "logs-kept")


def test_a_class_may_say_otherwise() -> None:
    class LogsKept(Rule[Any]):
        __module__ = "rules.logging.logs_kept"
        frameworks = nist_800_53("AU-11")

    assert LogsKept.frameworks == nist_800_53("AU-11")


def test_a_class_without_a_row_says_so_when_it_is_asked() -> None:
    rule: Any = type("LogsKept", (Rule,), {"__module__": "rules.logging.logs_kept"})

    with pytest.raises(TypeError, match="logs-kept has no row"):
        _ = rule.frameworks


def test_what_is_no_rule_yet_answers_to_nothing() -> None:
    with pytest.raises(AttributeError, match=r"^PeriodicRule is no rule of a duty"):
        _ = PeriodicRule.frameworks


@every_duty
def test_the_rows_of_a_duty_need_neither_rules_nor_other_rows(duty: Duty) -> None:
    source = (ROOT / "rules" / "frameworks" / f"{duty.folder}.py").read_text(encoding="utf-8")

    assert set(re.findall(r"^(?:from|import) (\S+)", source, re.MULTILINE)) == {
        *("types", "typing", "rules.frameworks.framework", "rules.frameworks.row"),
    }
