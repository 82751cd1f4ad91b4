import re
from typing import Any

import pytest

from cdk.managed.groups import GROUPS
from cli.documents.framework_listings import LISTINGS
from cli.documents.frameworks import answering, counting, frameworks_page
from rules.engine.catalogue import all_rules, rule_by_id
from rules.frameworks.framework import STEPS, Framework, nist_800_53
from rules.frameworks.row import Why

PAGE = frameworks_page(all_rules())
each_framework = pytest.mark.parametrize("framework", Framework, ids=lambda framework: framework.key)


def section(framework: Framework) -> str:
    _, _, rest = PAGE.partition(f"\n## {framework.title}\n")
    return rest.partition("\n## ")[0]


def test_every_framework_has_its_listing() -> None:
    assert list(LISTINGS) == list(Framework)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_names_only_what_frameworks_have(rule: Any) -> None:
    named = {(control.framework, control.id) for control in rule.frameworks}

    assert {(framework, each) for framework, each in named if each not in LISTINGS[framework].titles} == set()


@each_framework
def test_an_entry_is_listed_with_its_rules_or_as_one_without(framework: Framework) -> None:
    found, text = answering(all_rules(), framework), section(framework)
    _, _, without = text.partition("Without a rule: ")

    for control_id, answers in found.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| {control_id} |"))
        assert line.startswith(f"| {control_id} | {LISTINGS[framework].titles[control_id]} | ")
        assert re.findall(r"\[([a-z-]+)\]\(rules/\1\.md\)", line) == [rule.id for rule, _ in answers]
    for control_id in set(LISTINGS[framework].ids) - set(found):
        assert control_id in without


@each_framework
def test_ids_of_a_listing_are_there_once(framework: Framework) -> None:
    ids = LISTINGS[framework].ids

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("framework", "count"),
    [(Framework.OWASP_LLM, 10), (Framework.NIST_AI_RMF, 72), (Framework.ISO_42001, 38)],
    ids=["OWASP has ten risks", "NIST's AI RMF has 72 subcategories", "Annex A has 38 controls"],
)
def test_whole_frameworks_are_whole(framework: Framework, count: int) -> None:
    assert len(LISTINGS[framework].ids) == count


def test_says_whose_mapping_it_is() -> None:
    lines = PAGE.splitlines()
    (keys,) = (line for line in lines if line.startswith("| SC-12 |"))
    (logging,) = (line for line in lines if line.startswith("| GENSEC01-BP04 |"))

    assert "Everything else is this project's reading; no publisher has confirmed it." in lines
    assert "[bedrock-model-cmk-encrypted](rules/bedrock-model-cmk-encrypted.md) (AWS: KMS.4)," in keys
    assert "[bedrock-resource-cmk-encrypted](rules/bedrock-resource-cmk-encrypted.md)," in keys
    assert f"(rules/bedrock-invocation-logging-enabled.md) (AWS: {STEPS})" in logging


def test_says_why_a_framework_has_nothing_for_a_rule() -> None:
    text = section(Framework.OWASP_LLM)

    assert f"(rules/bedrock-change-alert-wired.md). {Why.NOT_CHANGES.value}" in text
    assert "It has nothing for:" not in section(Framework.NIST_800_53)


def test_has_every_control_of_security_hub_that_a_managed_rule_serves() -> None:
    _, _, text = PAGE.partition("\n## AWS Security Hub CSPM\n")

    for rule in (rule for group in GROUPS for rule in group.rules if rule.control):
        assert f"| {rule.control} | {rule.name} | [{rule.identifier}]({rule.page}) |" in text


def test_rules_of_an_entry_are_those_that_name_it() -> None:
    rule = rule_by_id("bedrock-vpc-endpoint-private")

    assert answering([rule], Framework.NIST_800_53) == {
        control.id: [(rule, control)] for control in nist_800_53("AC-4", "SC-7")
    }
    assert answering([], Framework.NIST_800_53) == {}


def test_sorts_as_people_count() -> None:
    ids = ["AC-17", "SC-7", "AC-4", "IA-5(7)", "IA-5(1)", "IA-5", "Article 10", "Article 9", "GENSEC01-BP02"]

    assert sorted(ids, key=counting) == [
        *("AC-4", "AC-17", "Article 9", "Article 10", "GENSEC01-BP02", "IA-5", "IA-5(1)", "IA-5(7)", "SC-7"),
    ]
