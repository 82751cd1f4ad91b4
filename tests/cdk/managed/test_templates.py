from dataclasses import replace
from typing import Any

import pytest

from cdk import pack
from cdk.managed.groups import GROUPS
from cdk.managed.rule import USUAL_REGIONS, ManagedChoice
from cdk.managed.templates import literal, standalone
from cdk.pack import PackError, Place
from cdk.settings import Settings
from cli.sandbox.pack_template import resolved
from rules.engine.catalogue import all_rules
from tests.cdk.managed import test_rule as examples

EVERYTHING = ManagedChoice(GROUPS, frozenset(group.key for group in GROUPS))
EVERY_RULE = Settings(rules=all_rules(), managed=EVERYTHING)
PSEUDO = {"AWS::AccountId": "123456789012", "AWS::Region": "us-east-1", "AWS::Partition": "aws"}


def test_a_group_is_a_switch_of_the_pack_that_stands_alone() -> None:
    sections = standalone(ManagedChoice((examples.MODELS,)))

    assert sections.parameters == {
        "IncludeModels": {
            "Type": "String",
            "Default": "true",
            "AllowedValues": ["true", "false"],
            "Description": "Whether AWS's own rules on models are in the pack.",
        }
    }
    assert sections.conditions == {"ManagedModels": {"Fn::Equals": [{"Ref": "IncludeModels"}, "true"]}}
    assert sections.resources == {"ModelIsolated": {"Condition": "ManagedModels"} | examples.USUAL.resource({})}


def test_switches_are_off_for_what_some_regions_lack_and_for_what_is_not_about_ai() -> None:
    parameters = standalone(ManagedChoice(examples.GROUPS)).parameters

    defaults = {name: each["Default"] for name, each in parameters.items() if name.startswith("Include")}
    assert defaults == {"IncludeModels": "true", "IncludeSomeRegistries": "false", "IncludeFunctions": "false"}
    assert parameters["IncludeSomeRegistries"]["Description"].endswith("AWS does not have all of them in every Region.")


def test_an_input_that_people_tune_is_a_parameter_until_the_settings_fix_it() -> None:
    choice = ManagedChoice((examples.FUNCTIONS,))

    sections = standalone(choice)
    fixed = standalone(replace(choice, values={"runtime-supported": {"runtime": "python3.15"}}))

    assert sections.parameters["Runtimes"] == {
        "Type": "String",
        "Default": "python3.14",
        "Description": "Runtimes that count.",
    }
    assert inputs(sections.resources) == {"RuntimeSupported": {"runtime": {"Ref": "Runtimes"}}}
    assert "Runtimes" not in fixed.parameters
    assert inputs(fixed.resources) == {"RuntimeSupported": {"runtime": "python3.15"}}


def test_an_excluded_group_is_no_part_of_the_pack() -> None:
    sections = standalone(ManagedChoice(examples.GROUPS, excluded=frozenset({"functions"})))

    assert set(sections.parameters) == {"IncludeModels", "IncludeSomeRegistries"}
    assert "RuntimeSupported" not in sections.resources


def test_a_region_has_its_rules_with_literal_inputs() -> None:
    choice = ManagedChoice(examples.GROUPS, frozenset({"some-registries", "functions"}))

    assert set(literal(choice, "eu-central-1")) == {"ModelIsolated", "RuntimeSupported"}
    assert inputs(literal(choice, None)) == {"RuntimeSupported": {"runtime": "python3.14"}}


@pytest.mark.parametrize("region", sorted(USUAL_REGIONS))
def test_every_usual_region_gets_groups_of_its_own_accord(region: str) -> None:
    rules = ManagedChoice(GROUPS).rules_in(region)

    assert rules
    assert not [rule.name for rule in rules if region in rule.lacks]


def test_the_pack_is_within_its_limits_with_everything_on() -> None:
    for template in (
        pack.standalone_pack(EVERY_RULE),
        pack.literal_pack(EVERY_RULE, Place("123456789012", "us-east-1", "aws")),
        pack.deployed_pack(EVERY_RULE, None),
    ):
        pack.check_limits(template)


def test_the_pack_that_stands_alone_can_have_every_group_or_none() -> None:
    template = pack.standalone_pack(Settings(rules=all_rules(), managed=ManagedChoice(GROUPS)))
    names = {rule.name for group in GROUPS for rule in group.rules}

    for switch, expected in (("true", names), ("false", set())):
        given = {group.parameter: switch for group in GROUPS}
        rules = resolved(pack.as_yaml(template), given, PSEUDO).rules.values()
        assert {rule["ConfigRuleName"] for rule in rules if rule["Source"]["Owner"] == "AWS"} == expected


def test_a_managed_rule_is_held_against_the_limits_too() -> None:
    rule = replace(examples.USUAL, name="a" * 37)
    choice = ManagedChoice((replace(examples.MODELS, rules=(rule,)),))

    with pytest.raises(PackError, match="has 37 characters, at most 36 fit"):
        pack.check_limits(pack.standalone_pack(Settings(rules=(), managed=choice)))


def inputs(resources: dict[str, Any]) -> dict[str, Any]:
    found = {name: resource["Properties"].get("InputParameters") for name, resource in resources.items()}
    return {name: each for name, each in found.items() if each}
