"""Promises that every rule of the pack keeps."""

import re
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rules.engine.catalogue import all_rules, rule_by_id
from rules.engine.documentation import Documentation
from rules.engine.duties import Duty, Severity
from rules.engine.reporting import ACCEPTED_TYPES
from rules.engine.rule import LONGEST_ID, ChangeRule, Rule

ROOT = Path(__file__).parents[3]
EVERY_RULE = [pytest.param(rule, id=rule.id) for rule in all_rules()]
LONGEST_FILE = 84
BEGINNING_OF_DOCUMENTATION = "https://docs.aws.amazon.com/"

every_rule = pytest.mark.parametrize("rule", EVERY_RULE)


@every_rule
def test_one_name_everywhere(rule: type[Rule[Any]]) -> None:
    assert rule.__name__.lower() == rule.id.replace("-", "")
    assert len(rule.id) <= LONGEST_ID
    assert rule.module == f"rules.{rule.duty.folder}.{rule.id.replace('-', '_')}"
    assert rule_by_id(rule.id) is rule


@every_rule
def test_the_handler_is_where_lambda_looks_for_it(rule: type[Rule[Any]]) -> None:
    assert callable(import_module(rule.module).handler)


@every_rule
def test_the_documentation_is_whole(rule: type[Rule[Any]]) -> None:
    documentation = Documentation.of(rule)

    assert documentation.description.endswith(".")
    assert "`" in documentation.fix


@every_rule
def test_the_metadata_is_whole(rule: type[Rule[Any]]) -> None:
    assert isinstance(rule.severity, Severity)
    assert isinstance(rule.duty, Duty)
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.nothing_to_judge.endswith(".")
    assert rule.frameworks
    assert rule.references
    assert all(reference.startswith(BEGINNING_OF_DOCUMENTATION) for reference in rule.references)
    assert rule.reports
    assert all(re.fullmatch(r"AWS::\w*::\w+", reported) for reported in rule.reports)


@every_rule
def test_changes_are_watched_only_for_types_that_config_takes_back(rule: type[Rule[Any]]) -> None:
    assert issubclass(rule, ChangeRule) is bool(rule.resource_types)
    assert set(rule.resource_types) <= set(rule.reports) & ACCEPTED_TYPES


@every_rule
def test_no_action_is_a_wildcard(rule: type[Rule[Any]]) -> None:
    for action in rule.actions():
        assert re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", action.name)


@every_rule
def test_every_parameter_has_a_usable_default(rule: type[Rule[Any]]) -> None:
    defaults = {parameter.name: parameter.default for parameter in rule.parameters() if parameter.default is not None}

    assert rule.configured(defaults) == rule()
    assert {parameter.field for parameter in rule.parameters()} <= {field.name for field in fields(rule)}
    assert all(parameter.description.endswith(".") for parameter in rule.parameters())


@every_rule
def test_every_rule_has_a_test_module_and_stays_small(rule: type[Rule[Any]]) -> None:
    path = Path(*rule.module.split("."))

    assert (ROOT / "tests" / path.parent / f"test_{path.name}.py").is_file()
    assert len((ROOT / path).with_suffix(".py").read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@every_rule
def test_a_rule_calls_no_aws(rule: type[Rule[Any]]) -> None:
    source = (ROOT / Path(*rule.module.split("."))).with_suffix(".py").read_text(encoding="utf-8")

    assert not re.search(r"^\s*(import|from) (boto3|botocore|rdklib)", source, re.MULTILINE)


def test_no_two_rules_describe_themselves_alike() -> None:
    rules = all_rules()

    assert len({Documentation.of(rule).description for rule in rules}) == len(rules)
    assert len({rule.title for rule in rules}) == len(rules)
    assert len({rule.id for rule in rules}) == len(rules)


@pytest.mark.parametrize(
    "rule_id",
    [
        *("bedrock-anything", "bedrock_model_cmk_encrypted", "bedrock-model_cmk-encrypted", "--init--", "", "os"),
        *("access.bedrock-invoke-least-privilege", "../engine/rule", "1", "BEDROCK-MODEL-CMK-ENCRYPTED"),
    ],
)
def test_an_unknown_id_is_refused(rule_id: str) -> None:
    with pytest.raises(KeyError):
        rule_by_id(rule_id)


@pytest.mark.slow
def test_an_event_of_one_rule_imports_no_other() -> None:
    program = (
        "import sys; from rules.delivery.compliance_change import rule_of\n"
        "rule = rule_of('bedrock-log-group-protected-conformance-pack-x')\n"
        "print(rule.id, *sorted(name for name in sys.modules if name.startswith(('rules.access.', 'rules.logging.'))))"
    )
    done = subprocess.run(  # noqa: S603 - this interpreter, with names of this project
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["bedrock-log-group-protected", "rules.logging.bedrock_log_group_protected"]
