import pytest

from cdk.given import Given, SettingsError
from cdk.managed.chosen import managed_choice
from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from cdk.settings import read_settings
from tests.cdk.example_rules import RULES


def chosen(**given: object) -> ManagedChoice:
    keys = {name.replace("__", "."): value for name, value in given.items()}
    return managed_choice({f"managedRules.{key}": Given("a.toml", f"managedRules.{key}", keys[key]) for key in keys})


def test_without_settings_the_groups_are_those_on_by_default() -> None:
    assert managed_choice({}) == ManagedChoice(GROUPS)


def test_takes_groups_in_and_out() -> None:
    choice = chosen(include=["keys", "macie"], exclude=["macie"])

    assert [group.key for group in choice.groups_in(None)] == ["keys"]


def test_nothing_can_be_included() -> None:
    assert chosen(include=[]).rules_in("us-east-1") == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [(["python3.14", "python3.13"], "python3.14,python3.13"), ("python3.14", "python3.14"), (365, "365")],
    ids=["a list", "a text", "a number"],
)
def test_takes_inputs(value: object, text: str) -> None:
    key = "managedRules.parameters.lambda-runtime-supported.runtime"

    assert managed_choice({key: Given("a.toml", key, value)}).values == {"lambda-runtime-supported": {"runtime": text}}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            "managedRules.include",
            ["sagemaker-model"],
            "a.toml: managedRules.include: unknown group 'sagemaker-model' (did you mean 'sagemaker-models'?); "
            "allowed: agentcore, application-logs, bedrock, ",
            id="group",
        ),
        pytest.param(
            "managedRules.exclude",
            True,
            "a.toml: managedRules.exclude = True; allowed: a list of groups of managed rules",
            id="no list",
        ),
        pytest.param(
            "managedRules.parameters.macie-enabled.status",
            "on",
            "a.toml: managedRules.parameters.macie-enabled.status: "
            "unknown managed rule with parameters 'macie-enabled'",
            id="rule without parameters",
        ),
        pytest.param(
            "managedRules.parameters.log-group-kept.Days",
            90,
            "a.toml: managedRules.parameters.log-group-kept.Days: unknown parameter of log-group-kept 'Days'; "
            "allowed: MinRetentionTime",
            id="parameter",
        ),
        pytest.param(
            "managedRules.parameters.log-group-kept.MinRetentionTime",
            [],
            "a.toml: managedRules.parameters.log-group-kept.MinRetentionTime = []; "
            "allowed: a text, a number, or a list of these",
            id="no value",
        ),
        pytest.param(
            "managedRules.parameters.log-group-kept.MinRetentionTime",
            True,
            "a.toml: managedRules.parameters.log-group-kept.MinRetentionTime = True; "
            "allowed: a text, a number, or a list of these",
            id="neither text nor number",
        ),
    ],
)
def test_refuses_what_there_is_not(key: str, value: object, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        managed_choice({key: Given("a.toml", key, value)})

    assert str(caught.value).startswith(message)


def test_is_part_of_the_settings() -> None:
    settings = read_settings(
        RULES,
        context={
            "ai-config:managedRules.include": "lambda,keys",
            "ai-config:managedRules.parameters.lambda-runtime-supported.runtime": "python3.14",
        },
    )

    assert [group.key for group in settings.managed.groups_in(None)] == ["keys", "lambda"]
    assert settings.managed.values == {"lambda-runtime-supported": {"runtime": "python3.14"}}
