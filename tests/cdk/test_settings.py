from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cdk.alert_settings import AlertSettings
from cdk.given import SettingsError
from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from cdk.settings import KEYS, Settings, read_settings
from rules.engine.catalogue import all_rules
from rules.engine.duties import Severity
from tests.cdk.example_rules import RULES, ExampleFunctionScoped, ExampleLogKept, ExampleRoleScoped

DEFAULT_GROUPS = ManagedChoice(GROUPS)
EVERY_KEY = ", ".join(sorted(KEYS))
DUTIES_AND_RULES = "access, example-function-scoped, example-log-kept, example-role-scoped, functions, logging"


def settings_in(folder: Path, text: str) -> Settings:
    file = folder / "audit.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(RULES, file=file)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("", Settings(rules=RULES), id="nothing set"),
        pytest.param('prefix = "audit-2"', Settings(rules=RULES, prefix="audit-2"), id="prefix"),
        pytest.param(
            '[alerts]\nminimumSeverity = "low"\nemails = ["a@example.com", "b@example.com"]\n'
            'endpoints = ["https://example.com/hook?a=b"]',
            Settings(
                rules=RULES,
                alerts=AlertSettings(
                    Severity.LOW, ("a@example.com", "b@example.com"), ("https://example.com/hook?a=b",)
                ),
            ),
            id="who is told",
        ),
        pytest.param(
            '[alerts]\nminimumSeverity = "none"',
            Settings(rules=RULES, alerts=AlertSettings(minimum_severity=None)),
            id="nobody is told of violations",
        ),
        pytest.param(
            "[alerts]\nunrecordedTypes = false",
            Settings(rules=RULES, alerts=AlertSettings(unrecorded_types=False)),
            id="a recorder that is meant to leave types out",
        ),
        pytest.param(
            "terminationProtection = false",
            Settings(rules=RULES, termination_protection=False),
            id="stacks that may be deleted",
        ),
        pytest.param("logRetentionDays = 30", Settings(rules=RULES, log_retention_days=30), id="retention"),
        pytest.param(
            'regions = ["eu-central-1", "us-gov-west-1"]',
            Settings(rules=RULES, regions=("eu-central-1", "us-gov-west-1"), global_region="eu-central-1"),
            id="first Region is the global one",
        ),
        pytest.param(
            'regions = ["eu-central-1"]\nglobalRegion = "us-east-1"',
            Settings(rules=RULES, regions=("eu-central-1",), global_region="us-east-1"),
            id="global rules deployed elsewhere",
        ),
        pytest.param(
            '[rules]\ninclude = ["functions", "example-log-kept"]',
            Settings(rules=(ExampleLogKept, ExampleFunctionScoped)),
            id="a duty and a rule included, in the catalogue's order",
        ),
        pytest.param(
            '[rules]\ninclude = ["logging", "access"]\nexclude = ["example-log-kept"]',
            Settings(rules=(ExampleRoleScoped,)),
            id="excluded wins",
        ),
        pytest.param(
            "[parameters.example-log-kept]\nminDays = 365\nrequireCmk = false",
            Settings(rules=RULES, parameters={"example-log-kept": {"minDays": "365", "requireCmk": "false"}}),
            id="typed parameters become texts",
        ),
        pytest.param(
            '[parameters]\ntrusted = ["111122223333", "444455556666"]\n[parameters.example-log-kept]\ntrusted = ""',
            Settings(
                rules=RULES,
                parameters={
                    "example-log-kept": {"trusted": ""},
                    "example-function-scoped": {"trusted": "111122223333,444455556666"},
                },
            ),
            id="a parameter of all rules that know it, and of one rule",
        ),
    ],
)
def test_reads_a_settings_file(tmp_path: Path, text: str, settings: Settings) -> None:
    assert settings_in(tmp_path, text) == replace(settings, managed=DEFAULT_GROUPS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            'prefx = "a"',
            "audit.toml: prefx: unknown key 'prefx' (did you mean 'prefix'?); allowed: " + EVERY_KEY,
            id="unknown key",
        ),
        pytest.param(
            "[rules]\nonly = []",
            "audit.toml: rules.only: unknown key 'rules.only' (did you mean 'rules.include'?); allowed: " + EVERY_KEY,
            id="unknown key in a table",
        ),
        pytest.param(
            f'prefix = "{"a" * 28}"',
            f"audit.toml: prefix = '{'a' * 28}'; allowed: 1 to 27 lower-case letters, digits and inner hyphens, "
            "a letter first",
            id="prefix too long",
        ),
        pytest.param(
            "prefix = 7",
            "audit.toml: prefix = 7; allowed: 1 to 27 lower-case letters, digits and inner hyphens, a letter first",
            id="prefix not a text",
        ),
        pytest.param(
            'regions = ["Frankfurt"]',
            'audit.toml: regions = \'Frankfurt\'; allowed: a list of Regions such as ["us-east-1", "eu-central-1"]',
            id="not a Region",
        ),
        pytest.param(
            "regions = 5",
            'audit.toml: regions = 5; allowed: a list of Regions such as ["us-east-1", "eu-central-1"]',
            id="not a list",
        ),
        pytest.param(
            'regions = ["us-east-1", "us-east-1"]',
            "audit.toml: regions = ['us-east-1', 'us-east-1']; allowed: one Region or more, each once",
            id="a Region twice",
        ),
        pytest.param(
            'globalRegion = "us-east-1"',
            "audit.toml: globalRegion = 'us-east-1'; allowed: only together with regions",
            id="global Region of an unknown Region",
        ),
        pytest.param(
            "logRetentionDays = 100",
            "audit.toml: logRetentionDays = 100; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, "
            "731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
            id="retention that CloudWatch Logs does not know",
        ),
        pytest.param(
            '[alerts]\nminimumSeverity = "HIGH"',
            "audit.toml: alerts.minimumSeverity = 'HIGH'; allowed: low, medium, high, critical, none",
            id="severity that there is not",
        ),
        pytest.param(
            '[alerts]\nemails = ["security"]',
            "audit.toml: alerts.emails = 'security'; allowed: a list of addresses such as [\"security@example.com\"]",
            id="not an address",
        ),
        pytest.param(
            '[alerts]\nemails = ["a@example.com", "a@example.com"]',
            "audit.toml: alerts.emails = ['a@example.com', 'a@example.com']; allowed: each one once",
            id="an address twice",
        ),
        pytest.param(
            '[alerts]\nendpoints = ["http://example.com"]',
            "audit.toml: alerts.endpoints = 'http://example.com'; allowed: a list of URLs such as "
            '["https://alerts.example.com/hook"]',
            id="an endpoint without TLS",
        ),
        pytest.param(
            "logRetentionDays = true",
            "audit.toml: logRetentionDays = True; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, "
            "731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
            id="retention not a number",
        ),
        pytest.param(
            '[rules]\ninclude = ["example-log-keept"]',
            "audit.toml: rules.include: unknown rule or duty 'example-log-keept' (did you mean 'example-log-kept'?); "
            f"allowed: {DUTIES_AND_RULES}",
            id="unknown rule",
        ),
        pytest.param(
            '[rules]\nexclude = ["logging", "access", "functions"]',
            "audit.toml: rules.exclude = ['logging', 'access', 'functions']; allowed: a choice that leaves at least "
            "one rule",
            id="no rule left",
        ),
        pytest.param(
            'regions = ["us-east-1", "us-west-2"]\n[rules]\ninclude = ["access"]',
            "audit.toml: regions = ['us-east-1', 'us-west-2']; allowed: every chosen rule is global, so only us-east-1",
            id="a Region that would have no rule",
        ),
        pytest.param(
            "[parameters]\nminAge = 3",
            "audit.toml: parameters.minAge: unknown parameter 'minAge'; allowed: exemptTag, minDays, mode, "
            "requireCmk, trusted",
            id="parameter that no rule knows",
        ),
        pytest.param(
            "[parameters.example-log]\nminDays = 3",
            "audit.toml: parameters.example-log.minDays: unknown rule 'example-log' (did you mean "
            "'example-log-kept'?); allowed: example-function-scoped, example-log-kept, example-role-scoped",
            id="parameter of an unknown rule",
        ),
        pytest.param(
            "[parameters.example-log-kept]\nmode = 'any'",
            "audit.toml: parameters.example-log-kept.mode: unknown parameter of example-log-kept 'mode'; allowed: "
            "exemptTag, minDays, requireCmk, trusted",
            id="parameter of another rule",
        ),
        pytest.param(
            "[parameters.example-log-kept]\nminDays = 0",
            "audit.toml: parameters.example-log-kept.minDays: example-log-kept: parameter minDays='0'; allowed: "
            "whole numbers from 1 to 3653",
            id="value that the rule refuses",
        ),
        pytest.param(
            "[parameters.example-log-kept]\nminDays = 2026-11-23",
            "audit.toml: parameters.example-log-kept.minDays = datetime.date(2026, 11, 23); allowed: a text, a "
            "number, true, false, or a list of these",
            id="value that no parameter is",
        ),
        pytest.param(
            "[parameters.example-log-kept.minDays]\nleast = 3",
            "audit.toml: parameters.example-log-kept.minDays.least = 3; allowed: parameters.NAME, or "
            "parameters.RULE.NAME",
            id="table where a value belongs",
        ),
        pytest.param(
            f'prefix = ["{"x" * 100}"]',
            f"audit.toml: prefix = ['{'x' * 75}...; allowed: 1 to 27 lower-case letters, digits and inner hyphens, "
            "a letter first",
            id="long value shortened",
        ),
    ],
)
def test_refuses_in_one_line_what_it_does_not_know(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_in(tmp_path, text)

    assert str(caught.value) == message


def test_refuses_a_file_that_is_not_toml(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"audit\.toml: .*line 1"):
        settings_in(tmp_path, "prefix: audit")


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml: there is no such settings file$"):
        read_settings(RULES, file=tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("context", "settings"),
    [
        pytest.param({"@aws-cdk/core:x": True, "settings": None}, Settings(rules=RULES, prefix="filed"), id="not ours"),
        pytest.param({"ai-config:prefix": "given"}, Settings(rules=RULES, prefix="given"), id="wins over the file"),
        pytest.param(
            {"ai-config:regions": "us-east-1, us-west-2", "ai-config:logRetentionDays": "7"},
            Settings(
                rules=RULES,
                prefix="filed",
                regions=("us-east-1", "us-west-2"),
                global_region="us-east-1",
                log_retention_days=7,
            ),
            id="texts of the command line",
        ),
        pytest.param(
            {"ai-config:parameters.example-log-kept.minDays": "9", "ai-config:rules": {"include": ["logging"]}},
            Settings(rules=(ExampleLogKept,), prefix="filed", parameters={"example-log-kept": {"minDays": "9"}}),
            id="a path and a table",
        ),
    ],
)
def test_overlays_the_context(tmp_path: Path, context: Mapping[str, object], settings: Settings) -> None:
    file = tmp_path / "audit.toml"
    file.write_text('prefix = "filed"', encoding="utf-8")

    assert read_settings(RULES, file=file, context=context) == replace(settings, managed=DEFAULT_GROUPS)


def test_names_the_context_as_the_source_of_a_bad_value() -> None:
    with pytest.raises(SettingsError, match=r"^CDK context: prefix = 'A'; allowed: 1 to 27"):
        read_settings(RULES, context={"ai-config:prefix": "A"})


def test_puts_global_rules_into_one_region() -> None:
    settings = Settings(rules=RULES, regions=("eu-central-1", "us-east-1"), global_region="us-east-1")

    assert settings.rules_in("eu-central-1") == (ExampleLogKept, ExampleFunctionScoped)
    assert settings.rules_in("us-east-1") == RULES
    assert Settings(rules=RULES).rules_in(None) == RULES


def test_lays_what_is_set_over_the_defaults_of_a_rule() -> None:
    settings = Settings(rules=RULES, parameters={"example-log-kept": {"minDays": "7", "trusted": ""}})

    assert settings.parameters_of(ExampleLogKept) == {"minDays": "7", "requireCmk": "true"}


def test_names_of_functions_fit_lambda_whatever_the_prefix() -> None:
    settings = read_settings(all_rules(), context={"ai-config:prefix": "a" * 27})

    assert max(len(settings.function_name(rule)) for rule in settings.rules) <= 64


def test_the_example_file_states_the_defaults() -> None:
    example = Path(__file__).parents[2] / "settings.example.toml"

    settings = read_settings(all_rules(), file=example)

    assert settings == Settings(
        rules=all_rules(),
        parameters={"bedrock-model-cmk-encrypted": {"requireRotation": "true"}},
        managed=DEFAULT_GROUPS,
    )
    for rule in all_rules():
        assert settings.parameters_of(rule) == Settings(rules=all_rules()).parameters_of(rule)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"logRetentionDays = {'9' * 5_000}", id="a number of too many digits"),
        pytest.param(f"regions = {'[' * 5_000}", id="lists nested too deeply"),
        pytest.param('"a\\nb" = 1', id="a key of two lines"),
        pytest.param(f"{'k' * 5_000} = 1", id="a key of thousands of characters"),
    ],
)
def test_an_odd_file_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings_in(tmp_path, text)

    assert "audit.toml: " in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 2_000
