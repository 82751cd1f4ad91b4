import json
from dataclasses import dataclass, replace
from typing import Annotated, Any

import botocore.session
import pytest
import yaml

from cdk import pack
from cdk.pack import PackError, Place
from cdk.settings import Settings
from rules.engine.catalogue import all_rules
from rules.engine.parameters import InPack
from tests.cdk.example_rules import RULES, ExampleLogKept, ExampleRoleScoped

SETTINGS = Settings(rules=RULES)
EVERY_RULE = Settings(rules=all_rules())
FRANKFURT = Place("123456789012", "eu-central-1", "aws")


def test_a_periodic_rule_stands_alone() -> None:
    template = pack.standalone_pack(Settings(rules=(ExampleLogKept,)))

    assert template == {
        "Parameters": {
            "FunctionNamePrefix": {
                "Type": "String",
                "Default": "ai-config",
                "Description": "What the names of the rules' Lambda functions begin with.",
            },
            "ExemptTag": {
                "Type": "String",
                "Default": "",
                "Description": "Resources with this tag are exempt: they become NOT_APPLICABLE. "
                "Allowed: key=value, or key.",
            },
            "ExampleLogKeptMinDays": {
                "Type": "String",
                "Default": "90",
                "Description": "Fewest days. Allowed: whole numbers from 1 to 3653.",
            },
            "TrustedAccounts": {
                "Type": "String",
                "Default": "",
                "Description": "Accounts that may read. Allowed: a comma-separated list of texts.",
            },
        },
        "Conditions": {
            "ExemptTagIsSet": {"Fn::Not": [{"Fn::Equals": ["", {"Ref": "ExemptTag"}]}]},
            "TrustedAccountsIsSet": {"Fn::Not": [{"Fn::Equals": ["", {"Ref": "TrustedAccounts"}]}]},
        },
        "Resources": {
            "ExampleLogKept": {
                "Type": "AWS::Config::ConfigRule",
                "Properties": {
                    "ConfigRuleName": "example-log-kept",
                    "Description": "Checks if example logs are kept. The rule is NON_COMPLIANT if a log is not.",
                    "Source": {
                        "Owner": "CUSTOM_LAMBDA",
                        "SourceIdentifier": {
                            "Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
                            "${FunctionNamePrefix}-example-log-kept"
                        },
                        "SourceDetails": [
                            {
                                "EventSource": "aws.config",
                                "MessageType": "ScheduledNotification",
                                "MaximumExecutionFrequency": "TwentyFour_Hours",
                            }
                        ],
                    },
                    "InputParameters": {
                        "exemptTag": {"Fn::If": ["ExemptTagIsSet", {"Ref": "ExemptTag"}, {"Ref": "AWS::NoValue"}]},
                        "minDays": {"Ref": "ExampleLogKeptMinDays"},
                        "requireCmk": "true",
                        "trusted": {
                            "Fn::If": ["TrustedAccountsIsSet", {"Ref": "TrustedAccounts"}, {"Ref": "AWS::NoValue"}]
                        },
                    },
                },
            }
        },
    }


def test_a_change_rule_hears_of_every_change_and_of_the_day() -> None:
    properties = pack.standalone_pack(SETTINGS)["Resources"]["ExampleFunctionScoped"]["Properties"]

    assert properties["Scope"] == {"ComplianceResourceTypes": ["AWS::Lambda::Function"]}
    assert properties["Source"]["SourceDetails"] == [
        {"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"},
        {"EventSource": "aws.config", "MessageType": "OversizedConfigurationItemChangeNotification"},
        {
            "EventSource": "aws.config",
            "MessageType": "ScheduledNotification",
            "MaximumExecutionFrequency": "TwentyFour_Hours",
        },
    ]


def test_global_rules_can_be_left_to_another_region() -> None:
    template = pack.standalone_pack(SETTINGS)

    assert template["Parameters"]["IncludeGlobalRules"]["AllowedValues"] == ["true", "false"]
    assert template["Conditions"]["GlobalRules"] == {"Fn::Equals": [{"Ref": "IncludeGlobalRules"}, "true"]}
    assert {name: rule.get("Condition") for name, rule in template["Resources"].items()} == {
        "ExampleLogKept": None,
        "ExampleRoleScoped": "GlobalRules",
        "ExampleFunctionScoped": None,
    }


def test_what_the_settings_fix_is_no_parameter_of_the_pack() -> None:
    settings = replace(SETTINGS, parameters={"example-log-kept": {"minDays": "365", "trusted": ""}})

    template = pack.standalone_pack(settings)

    assert "ExampleLogKeptMinDays" not in template["Parameters"]
    inputs = template["Resources"]["ExampleLogKept"]["Properties"]["InputParameters"]
    assert inputs["minDays"] == "365"
    assert "trusted" not in inputs


def test_a_literal_pack_has_nothing_to_fill_in() -> None:
    settings = Settings(rules=RULES, prefix="audit", regions=("eu-central-1",), global_region="us-east-1")

    template = pack.literal_pack(settings, FRANKFURT)

    assert list(template) == ["Resources"]
    assert list(template["Resources"]) == ["ExampleLogKept", "ExampleFunctionScoped"]
    properties = template["Resources"]["ExampleLogKept"]["Properties"]
    assert properties["Source"]["SourceIdentifier"] == (
        "arn:aws:lambda:eu-central-1:123456789012:function:audit-example-log-kept"
    )
    assert properties["InputParameters"] == {"minDays": "90", "requireCmk": "true"}
    assert '"Ref"' not in json.dumps(template)
    assert "Fn::" not in json.dumps(template)


@pytest.mark.parametrize(
    ("place", "arn"),
    [
        (Place("123456789012", "us-gov-west-1", "aws-us-gov"), "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:"),
        (Place("123456789012", "cn-north-1", "aws-cn"), "arn:aws-cn:lambda:cn-north-1:123456789012:"),
    ],
    ids=["GovCloud", "China"],
)
def test_a_literal_pack_speaks_the_partition_of_its_place(place: Place, arn: str) -> None:
    resources = pack.literal_pack(SETTINGS, place)["Resources"].values()

    assert all(rule["Properties"]["Source"]["SourceIdentifier"].startswith(arn) for rule in resources)


def test_the_deployed_pack_uses_only_functions_that_packs_of_aws_use() -> None:
    template = pack.deployed_pack(EVERY_RULE, None)

    assert set(template["Parameters"]) == {pack.arn_parameter(rule) for rule in all_rules()}
    assert "Fn::" not in json.dumps(template)
    assert "AWS::Region" not in json.dumps(template)


def test_the_deployed_pack_leaves_global_rules_to_their_region() -> None:
    settings = Settings(rules=RULES, regions=("eu-central-1", "us-east-1"), global_region="us-east-1")

    assert "ExampleRoleScoped" not in pack.deployed_pack(settings, "eu-central-1")["Resources"]
    assert "ExampleRoleScoped" in pack.deployed_pack(settings, "us-east-1")["Resources"]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_is_in_every_form_of_the_pack(rule: Any) -> None:
    forms = (
        pack.standalone_pack(EVERY_RULE),
        pack.literal_pack(EVERY_RULE, FRANKFURT),
        pack.deployed_pack(EVERY_RULE, None),
    )

    assert [form["Resources"][pack.logical_id(rule)]["Properties"]["ConfigRuleName"] for form in forms] == [rule.id] * 3


def test_every_form_says_only_what_the_config_api_knows() -> None:
    model = botocore.session.Session().get_service_model("config")
    detail, source = model.shape_for("SourceDetail").members, model.shape_for("Source").members

    for rule in pack.literal_pack(SETTINGS, FRANKFURT)["Resources"].values():
        said = rule["Properties"]["Source"]
        assert said["Owner"] in source["Owner"].enum
        for trigger in said["SourceDetails"]:
            assert {name for name, value in trigger.items() if value not in detail[name].enum} == set()


def test_no_form_of_the_pack_has_a_blank_input() -> None:
    for form in (pack.literal_pack(EVERY_RULE, FRANKFURT), pack.deployed_pack(EVERY_RULE, None)):
        for resource in form["Resources"].values():
            inputs = resource["Properties"].get("InputParameters", {})
            assert [name for name, text in inputs.items() if not text.strip()] == []


def test_every_form_of_the_pack_is_within_the_limits() -> None:
    pack.check_limits(pack.standalone_pack(EVERY_RULE))
    pack.check_limits(pack.literal_pack(EVERY_RULE, FRANKFURT))
    pack.check_limits(pack.deployed_pack(EVERY_RULE, None))


def test_the_readable_pack_is_the_same_pack() -> None:
    template = pack.standalone_pack(SETTINGS)

    text = pack.as_yaml(template)

    assert yaml.safe_load(text) == template
    assert text.startswith("# Generated")
    assert "\n\n  ExampleRoleScoped:\n" in text
    assert not any(line.rstrip() != line for line in text.splitlines())


def rules_with(count: int) -> dict[str, Any]:
    template = pack.literal_pack(SETTINGS, FRANKFURT)
    rule = template["Resources"]["ExampleFunctionScoped"]
    return {"Resources": {f"Rule{number}": rule for number in range(count)}}


def changed(**properties: object) -> dict[str, Any]:
    template = pack.literal_pack(SETTINGS, FRANKFURT)
    template["Resources"]["ExampleLogKept"]["Properties"].update(properties)
    return template


@pytest.mark.parametrize(
    ("template", "message"),
    [
        pytest.param(rules_with(131), "the pack has 131 rules, at most 130 fit", id="rules"),
        pytest.param(
            {"Parameters": {f"P{number}": {"Type": "String"} for number in range(61)}} | rules_with(1),
            "the pack has 61 parameters, at most 60 fit",
            id="parameters",
        ),
        pytest.param(
            {"Parameters": {"Min_Days": {"Type": "String"}}} | rules_with(1),
            "'Min_Days' is not a CloudFormation name: 1 to 255 letters and digits are wanted",
            id="parameter name",
        ),
        pytest.param(
            changed(ConfigRuleName="a" * 37), f"the name {'a' * 37} has 37 characters, at most 36 fit", id="rule name"
        ),
        pytest.param(
            changed(ConfigRuleName="Log_Kept"),
            "'Log_Kept' is not a rule name: lower-case letters, digits and hyphens are wanted",
            id="rule name's letters",
        ),
        pytest.param(
            changed(Description="x" * 257),
            "the description of example-log-kept has 257 characters, at most 256 fit",
            id="description",
        ),
        pytest.param(
            changed(Description="Checks if naïve."),
            "the description of example-log-kept has characters that CloudFormation turns into question marks",
            id="description beyond ASCII",
        ),
        pytest.param(
            changed(InputParameters={"trusted": "1" * 1024}),
            "InputParameters of example-log-kept has 1,039 characters, at most 1,024 fit",
            id="input parameters",
        ),
        pytest.param(
            changed(Scope={"ComplianceResourceTypes": ["AWS::S3::Bucket"] * 101}),
            "the scope of example-log-kept has 101 resource types, at most 100 fit",
            id="scope",
        ),
        pytest.param(
            changed(Source={"SourceIdentifier": "arn:" + "x" * 253}),
            "SourceIdentifier of example-log-kept has 257 characters, at most 256 fit",
            id="function ARN",
        ),
        pytest.param({"Description": "x" * 307_200} | rules_with(1), "the pack has 307,", id="bytes"),
    ],
)
def test_refuses_a_pack_over_a_limit(template: dict[str, Any], message: str) -> None:
    with pytest.raises(PackError) as caught:
        pack.check_limits(template)

    assert str(caught.value).startswith(message)


def test_counts_what_parameters_hold_by_default() -> None:
    template = pack.standalone_pack(Settings(rules=(ExampleLogKept,)))
    template["Parameters"]["TrustedAccounts"]["Default"] = "1" * 1024

    with pytest.raises(PackError, match="InputParameters of example-log-kept has 1,"):
        pack.check_limits(template)


def test_rules_that_share_a_parameter_have_to_agree() -> None:
    @dataclass(frozen=True)
    class ExampleOther(ExampleRoleScoped):
        __module__ = "rules.access.example_other"
        __doc__ = ExampleRoleScoped.__doc__

        trusted: Annotated[tuple[str, ...], InPack("TrustedAccounts"), "Something else."] = ()

    with pytest.raises(PackError, match="rules give the pack's parameter TrustedAccounts different"):
        pack.standalone_pack(Settings(rules=(ExampleLogKept, ExampleOther)))


def test_a_rule_without_parameters_has_no_inputs() -> None:
    properties = pack.literal_pack(Settings(rules=(ExampleRoleScoped,)), FRANKFURT)["Resources"]["ExampleRoleScoped"]

    assert "InputParameters" not in properties["Properties"]
