from typing import Any

import pytest

from rules.encryption.bedrock_model_cmk_encrypted import BedrockModelCmkEncrypted
from rules.engine.duties import Duty
from rules.frameworks.framework import nist_800_53
from rules.frameworks.table import row_of


def derived(module: str, **members: object) -> Any:
    """Return a class on top of a rule, as if it stood in that module."""
    return type("Stricter", (BedrockModelCmkEncrypted,), {"__module__": module, **members})


def test_a_rule_answers_to_its_row_of_the_table() -> None:
    assert BedrockModelCmkEncrypted.frameworks == row_of("encryption", "bedrock-model-cmk-encrypted").controls


@pytest.mark.parametrize(
    ("members", "frameworks"),
    [
        pytest.param({}, BedrockModelCmkEncrypted.frameworks, id="those of the rule that it derives from"),
        pytest.param({"frameworks": nist_800_53("SC-28")}, nist_800_53("SC-28"), id="its own"),
    ],
)
def test_a_derived_rule_needs_no_row(members: dict[str, object], frameworks: object) -> None:
    rule = derived("rules.logging.a_stricter_rule", **members)

    assert (rule.id, rule.duty, rule.module) == ("a-stricter-rule", Duty.LOGGING, "rules.logging.a_stricter_rule")
    assert rule.frameworks == frameworks


def test_a_class_elsewhere_keeps_the_id_and_the_duty_of_its_rule() -> None:
    rule = derived("checks.a_stricter_rule")

    assert (rule.id, rule.duty, rule.module) == (
        "bedrock-model-cmk-encrypted",
        Duty.ENCRYPTION,
        "checks.a_stricter_rule",
    )
    assert rule.delete_old_evaluations_on_scheduled_notification is False
