import pytest

from cdk import pack
from cdk.managed.rule import DAILY, Group, ManagedChoice, ManagedInput, ManagedRule, Proof
from rules.engine.duties import Duty

USUAL = ManagedRule("model-isolated", "MODEL_ISOLATED", "Models are isolated", Duty.SERVING, Proof.CDK)
NOT_IN_FRANKFURT = ManagedRule(
    "registry-private",
    "REGISTRY_PRIVATE",
    "Registries are private",
    Duty.SERVING,
    Proof.CDK,
    lacks=frozenset({"eu-central-1"}),
)
RUNTIMES = ManagedRule(
    "runtime-supported",
    "RUNTIME_CHECK",
    "Runtimes are supported",
    Duty.FUNCTIONS,
    Proof.CDK,
    periodic=True,
    inputs=(ManagedInput("runtime", "python3.14", "Runtimes", "Runtimes that count."),),
)
MODELS = Group("models", "models", by_default=True, rules=(USUAL,))
REGISTRIES = Group("some-registries", "registries", by_default=True, rules=(USUAL, NOT_IN_FRANKFURT))
FUNCTIONS = Group("functions", "every function", by_default=False, rules=(RUNTIMES,))
GROUPS = (MODELS, REGISTRIES, FUNCTIONS)


@pytest.mark.parametrize(
    ("choice", "region", "groups"),
    [
        pytest.param(ManagedChoice(), "us-east-1", (), id="no groups at all"),
        pytest.param(ManagedChoice(GROUPS), None, (MODELS,), id="by default, where the Region is not known"),
        pytest.param(ManagedChoice(GROUPS), "us-east-1", (MODELS, REGISTRIES), id="by default, in a known Region"),
        pytest.param(ManagedChoice(GROUPS), "cn-north-1", (), id="by default, in a Region of which AWS says less"),
        pytest.param(
            ManagedChoice(GROUPS, frozenset({"functions", "some-registries"})),
            None,
            (REGISTRIES, FUNCTIONS),
            id="exactly what is included",
        ),
        pytest.param(
            ManagedChoice(GROUPS, excluded=frozenset({"models"})), "us-east-1", (REGISTRIES,), id="default without one"
        ),
        pytest.param(
            ManagedChoice(GROUPS, frozenset({"functions"}), frozenset({"functions"})), None, (), id="both in and out"
        ),
        pytest.param(ManagedChoice(GROUPS, frozenset()), "us-east-1", (), id="nothing included"),
    ],
)
def test_chooses_groups(choice: ManagedChoice, region: str | None, groups: tuple[Group, ...]) -> None:
    assert choice.groups_in(region) == groups


@pytest.mark.parametrize(
    ("region", "rules"),
    [
        pytest.param("eu-central-1", (USUAL,), id="where AWS lacks a rule"),
        pytest.param("us-east-1", (USUAL, NOT_IN_FRANKFURT), id="where AWS has it"),
        pytest.param(None, (USUAL, NOT_IN_FRANKFURT), id="wherever it is deployed to, because it was asked for"),
    ],
)
def test_leaves_out_what_aws_does_not_have_in_a_region(region: str | None, rules: tuple[ManagedRule, ...]) -> None:
    assert ManagedChoice(GROUPS, frozenset({"some-registries"})).rules_in(region) == rules


def test_takes_inputs_from_the_settings_before_its_own() -> None:
    choice = ManagedChoice(GROUPS, values={"runtime-supported": {"runtime": "python3.15"}})

    assert choice.inputs_of(RUNTIMES) == {"runtime": "python3.15"}
    assert ManagedChoice(GROUPS).inputs_of(RUNTIMES) == {"runtime": "python3.14"}
    assert choice.inputs_of(USUAL) == {}


def test_is_a_resource_of_a_pack() -> None:
    assert RUNTIMES.resource({"runtime": "python3.14"}) == {
        "Type": "AWS::Config::ConfigRule",
        "Properties": {
            "ConfigRuleName": "runtime-supported",
            "Description": "Runtimes are supported: RUNTIME_CHECK, evaluated by AWS.",
            "Source": {"Owner": "AWS", "SourceIdentifier": "RUNTIME_CHECK"},
            "InputParameters": {"runtime": "python3.14"},
            "MaximumExecutionFrequency": "TwentyFour_Hours",
        },
    }
    assert set(USUAL.resource({})["Properties"]) == {"ConfigRuleName", "Description", "Source"}


def test_runs_as_often_as_the_rules_of_this_pack() -> None:
    assert DAILY == pack.FREQUENCY


def test_a_group_names_its_parameter_and_condition() -> None:
    assert (REGISTRIES.parameter, REGISTRIES.condition) == ("IncludeSomeRegistries", "ManagedSomeRegistries")
    assert [group.everywhere for group in GROUPS] == [True, False, True]
