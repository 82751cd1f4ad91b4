from typing import Any

import pytest
from rdklib import InvalidParametersError

from rules.encryption.bedrock_model_cmk_encrypted import BedrockModelCmkEncrypted
from rules.engine.duties import Duty
from rules.engine.rule import LONGEST_ID
from rules.frameworks.framework import nist_800_53
from rules.frameworks.table import row_of
from tests.rules.engine.sample_rules import BoxesGood, BoxGood


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


def test_a_rule_reads_reports_and_cleans_up() -> None:
    place = "arn:{partition}:config:{region}:{account}:config-rule/*"

    assert {(action.name, action.resource) for action in BoxesGood.actions()} == {
        ("kms:ListKeys", "*"),
        ("config:PutEvaluations", "*"),
        ("config:GetComplianceDetailsByConfigRule", place),
    }
    assert BoxGood.actions() - BoxesGood.actions() == BoxGood.read.actions
    assert {action.name for action in BoxGood.read.actions} >= {"kms:DescribeKey"}


def test_rdklib_gets_the_rule_as_it_is_configured() -> None:
    rule = BoxesGood()

    assert rule.evaluate_parameters({"least": "7"}) == BoxesGood(least=7)
    with pytest.raises(InvalidParametersError, match=r"boxes-good: parameter least='0'; allowed: "):
        rule.evaluate_parameters({"least": "0"})
    assert rule.get_assume_role_mode({}) is False


def test_names_fit_what_aws_config_takes() -> None:
    assert LONGEST_ID + len("-conformance-pack-" + "x" * 10) == 64
