import re
from collections import Counter

import pytest

from cdk import pack
from cdk.managed.groups import GROUPS
from cdk.managed.rule import USUAL_REGIONS, Group, ManagedRule, Proof
from rules.engine.catalogue import all_rules

EVERY = [rule for group in GROUPS for rule in group.rules]
by_name = pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)

# The controls of the standard "AI Security Best Practices v1.0.0" of AWS Security Hub CSPM.
AI_SECURITY_BEST_PRACTICES = {
    "Bedrock.1",
    *(f"BedrockAgentCore.{number}" for number in range(1, 8)),
    *(f"SageMaker.{number}" for number in range(1, 26) if number not in (6, 7)),
}


@pytest.mark.slow
def test_identifiers_that_the_cdk_proves_are_the_cdks() -> None:
    from aws_cdk.aws_config import ManagedRuleIdentifiers  # noqa: PLC0415 - starts Node

    known = {value for name, value in vars(ManagedRuleIdentifiers).items() if name.isupper()}
    known |= {getattr(ManagedRuleIdentifiers, name) for name in dir(ManagedRuleIdentifiers) if name.isupper()}
    proven = {rule.identifier for rule in EVERY if rule.proof is Proof.CDK}

    assert proven
    assert proven - known == set()


@by_name
def test_an_identifier_is_written_as_aws_writes_them(rule: ManagedRule) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", rule.identifier)
    assert rule.page.endswith(f"/{rule.identifier.lower().replace('_', '-')}.html")


@by_name
def test_a_rule_fits_a_pack_and_reads_as_a_state(rule: ManagedRule) -> None:
    assert len(rule.name) <= pack.LONGEST_NAME
    assert rule.state[0].isupper()
    assert not rule.state.endswith(".")
    assert all(each.value and each.pack_parameter and each.description.endswith(".") for each in rule.inputs)


def test_names_identifiers_controls_and_keys_are_there_once() -> None:
    for names in (
        [rule.name for rule in EVERY] + [rule.id for rule in all_rules()],
        [rule.logical_id for rule in EVERY] + [pack.logical_id(rule) for rule in all_rules()],
        [rule.identifier for rule in EVERY],
        [rule.control for rule in EVERY if rule.control],
        [group.key for group in GROUPS],
    ):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_ai_control_of_security_hub_has_its_rule() -> None:
    assert {rule.control for rule in EVERY} >= AI_SECURITY_BEST_PRACTICES


@by_name
def test_regions_without_a_rule_are_usual_ones(rule: ManagedRule) -> None:
    assert rule.lacks <= USUAL_REGIONS


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.key)
def test_a_group_is_on_by_default_only_when_it_judges_nothing_but_ai(group: Group) -> None:
    prefixes = ("BEDROCK", "SAGEMAKER_")

    assert not group.by_default or all(rule.identifier.startswith(prefixes) for rule in group.rules)
