from pathlib import Path

import click
import pytest

from cdk.settings import Settings
from cli.rule_names import rule_ids, unknown
from cli.selection import Selection, settings_from
from rules.encryption.bedrock_model_cmk_encrypted import BedrockModelCmkEncrypted
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty, Severity
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

SETTINGS = Settings((BoxesGood, BoxGood, BedrockModelCmkEncrypted))


def test_ids_from_file_names_are_those_of_the_catalogue() -> None:
    assert rule_ids() == tuple(rule.id for rule in all_rules())


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        pytest.param(Selection(), ["boxes-good", "box-good", "bedrock-model-cmk-encrypted"], id="everything"),
        pytest.param(Selection(ids=("box-good", "boxes-good")), ["boxes-good", "box-good"], id="in catalogue order"),
        pytest.param(Selection(duties=(Duty.ENCRYPTION,)), ["bedrock-model-cmk-encrypted"], id="duty"),
        pytest.param(
            Selection(severity=Severity.MEDIUM), ["boxes-good", "bedrock-model-cmk-encrypted"], id="severity and above"
        ),
        pytest.param(Selection(duties=(Duty.LOGGING,), severity=Severity.HIGH), ["boxes-good"], id="both"),
    ],
)
def test_selects(selection: Selection, ids: list[str]) -> None:
    assert [rule.id for rule in selection.rules(SETTINGS)] == ids


def test_parameters_win_over_settings_and_settings_over_defaults() -> None:
    settings = Settings((BoxesGood,), parameters={"boxes-good": {"least": "5", "label": "set", "mode": "all"}})
    (rule,) = Selection(parameters=("boxes-good.least=7", "boxes-good.label=")).rules(settings)

    assert rule == BoxesGood(least=7, label=None, mode="all")


def test_values_may_contain_what_separates() -> None:
    (rule,) = Selection(ids=("boxes-good",), parameters=("boxes-good.exemptTag=a.b=c=d",)).rules(SETTINGS)

    assert str(rule.exempt_tag) == "a.b=c=d"


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        pytest.param(
            Selection(ids=("sagemaker-x",)),
            "the settings leave out the rule 'sagemaker-x'; allowed: bedrock-model-cmk-encrypted, box-good, boxes-good",
            id="rule that the settings leave out",
        ),
        pytest.param(
            Selection(duties=(Duty.SERVING,)),
            "no rule is left; --rule, --duty, --severity, --framework and the settings have to leave at least one",
            id="nothing left",
        ),
        pytest.param(
            Selection(parameters=("least=3",)), "--parameter 'least=3'; allowed: RULE.NAME=VALUE", id="no rule named"
        ),
        pytest.param(
            Selection(parameters=("boxes-good.least",)),
            "--parameter 'boxes-good.least'; allowed: RULE.NAME=VALUE",
            id="no value",
        ),
        pytest.param(
            Selection(parameters=("boxs-good.least=3",)),
            "unknown rule in --parameter 'boxs-good' (did you mean 'boxes-good' or 'box-good'?)",
            id="misspelt rule",
        ),
        pytest.param(
            Selection(ids=("box-good",), parameters=("bedrock-model-cmk-encrypted.requireRotation=true",)),
            "--parameter 'bedrock-model-cmk-encrypted.requireRotation=true' is of a rule that is not selected; "
            "allowed: box-good",
            id="rule that does not run",
        ),
        pytest.param(
            Selection(parameters=("boxes-good.most=3",)),
            "boxes-good: unknown parameter 'most'; allowed: exemptTag, kinds,",
            id="unknown parameter",
        ),
        pytest.param(
            Selection(parameters=("boxes-good.least=many",)),
            "boxes-good: parameter least='many'; allowed: whole numbers from 1 to 90",
            id="bad value",
        ),
    ],
)
def test_refuses(selection: Selection, message: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        selection.rules(SETTINGS)

    assert refused.value.format_message().startswith(message)


def test_reads_the_settings_of_a_deployment(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[parameters."bedrock-model-cmk-encrypted"]\nrequireRotation = false\n', encoding="utf-8")
    (rule,) = Selection(ids=("bedrock-model-cmk-encrypted",)).rules(settings_from(file))

    assert rule == BedrockModelCmkEncrypted(require_rotation=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("colour = 1\n", "unknown key 'colour'", id="unknown key"),
        pytest.param("not toml", "settings.toml", id="no TOML"),
    ],
)
def test_refuses_wrong_settings(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(click.UsageError) as refused:
        settings_from(file)

    assert message in refused.value.format_message()
    assert "\n" not in refused.value.format_message()


def test_unknown_names_what_is_close_or_all_there_is() -> None:
    assert unknown("duty", "acess", ["access", "logging"]) == (
        "unknown duty 'acess' (did you mean 'access'?); allowed: access, logging"
    )
    assert unknown("duty", "x", [], "see the list") == "unknown duty 'x'; see the list"
    assert unknown("duty", "x" * 500, []) == f"unknown duty '{'x' * 79}…'; allowed: none"
