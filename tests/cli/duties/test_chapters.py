import re
from collections import Counter
from pathlib import Path

import pytest

from cdk.managed.groups import GROUPS
from cli.duties.chapters import CHAPTERS, managed_rules, rules_of
from cli.duties.duty import CustomerDuty
from rules.engine.catalogue import all_rules, rule_by_id
from rules.engine.duties import Duty
from tests.cdk.example_rules import RULES, ExampleLogKept

EVIDENCE = Path(__file__).parents[3] / "docs" / "manual-evidence.md"
DUTIES = [duty for chapter in CHAPTERS for duty in chapter.duties]
each_duty = pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.title)


def headings() -> set[str]:
    """Return the anchors that GitHub makes of the headings of the page of evidence."""
    found = re.findall(r"^## (.+)$", EVIDENCE.read_text(encoding="utf-8"), re.MULTILINE)
    return {heading.lower().replace(" ", "-") for heading in found}


@each_duty
def test_no_duty_is_without_an_answer(duty: CustomerDuty) -> None:
    assert duty.answered


def test_a_duty_that_nothing_answers_is_noticed() -> None:
    assert not CustomerDuty("Unanswered", "Do something.", "AWS does the rest.").answered


@each_duty
def test_a_duty_says_both_sides_of_the_line(duty: CustomerDuty) -> None:
    assert duty.asks.endswith(".")
    assert duty.aws.startswith("AWS ")
    assert duty.aws.endswith(".")


def test_every_name_is_a_rule() -> None:
    assert {rule_id for duty in DUTIES for rule_id in duty.rules} <= {rule.id for rule in all_rules()}


def test_every_rule_serves_a_duty() -> None:
    assert {rule for duty in DUTIES for rule in rules_of(duty, all_rules())} == set(all_rules())


def test_every_folder_of_rules_has_one_home() -> None:
    assert Counter(home for duty in DUTIES for home in duty.home_of) == Counter(Duty)


def test_a_rule_that_no_duty_names_is_at_the_home_of_its_folder() -> None:
    [home] = [duty for duty in DUTIES if Duty.LOGGING in duty.home_of]

    assert ExampleLogKept in rules_of(home, RULES)
    assert [duty.title for duty in DUTIES if ExampleLogKept in rules_of(duty, RULES)] == [home.title]


def test_a_rule_that_a_duty_names_is_there_and_not_at_its_home() -> None:
    rule = rule_by_id("training-data-pii-scanned")

    assert [duty.title for duty in DUTIES if rule in rules_of(duty, all_rules())] == [
        "Training data: personal information removed"
    ]


def test_every_rule_of_aws_serves_a_duty() -> None:
    served = {rule.name for duty in DUTIES for rule in managed_rules(duty)}

    assert served == {rule.name for group in GROUPS for rule in group.rules}


def test_what_is_neither_group_nor_rule_of_aws_is_an_error() -> None:
    with pytest.raises(KeyError, match="macy"):
        managed_rules(CustomerDuty("Mistyped", "Do something.", "AWS does the rest.", managed=("macy",)))


@each_duty
def test_evidence_is_a_heading_of_the_page(duty: CustomerDuty) -> None:
    assert set(duty.evidence) <= headings()


def test_every_heading_of_the_page_is_evidence_for_a_duty() -> None:
    assert headings() == {anchor for duty in DUTIES for anchor in duty.evidence}


def test_titles_are_there_once() -> None:
    titles = [duty.title for duty in DUTIES] + [chapter.title for chapter in CHAPTERS]

    assert [title for title, count in Counter(titles).items() if count > 1] == []


def test_chapters_follow_the_article() -> None:
    assert [chapter.title for chapter in CHAPTERS] == [
        "The core division",
        "Responsibility for data",
        "Responsibility for models",
        "Responsibility for infrastructure",
        "Responsibility across the lifecycle",
        "Practical security controls",
    ]
