import json
from pathlib import Path

import jsonschema
import pytest

from cli.formats.registry import FORMATS, render
from cli.terminal import PLAIN
from rules.engine.duties import Duty, Severity
from rules.engine.verdict import Compliance
from tests.cli.reports import EVERYTHING, HOSTILE_NAMES, bad, report

SCHEMA = json.loads(Path(__file__).parents[3].joinpath("docs/check.schema.json").read_text(encoding="utf-8"))


def test_is_the_contract() -> None:
    assert json.loads(render("json", [EVERYTHING], PLAIN)) == {
        "schemaVersion": 1,
        "accountId": "123456789012",
        "region": "us-east-1",
        "startedAt": "2026-11-01T12:00:00Z",
        "finishedAt": "2026-11-01T12:00:02Z",
        "evaluations": [
            {
                "ruleId": rule,
                "severity": severity,
                "duty": "logging",
                "resourceType": "AWS::IAM::Role",
                "resourceId": f"AROA{name}",
                "resourceName": name,
                "resourceArn": f"arn:aws:iam::123456789012:role/{name}",
                "compliance": compliance,
                "annotation": annotation,
            }
            for rule, severity, name, compliance, annotation in [
                ("boxes-good", "HIGH", "app", "NON_COMPLIANT", "It is bad; good is wanted."),
                ("box-good", "LOW", "batch", "NON_COMPLIANT", "It is bad; good is wanted."),
                ("boxes-good", "HIGH", "clean", "COMPLIANT", "It is good."),
                ("boxes-good", "HIGH", "idle", "NOT_APPLICABLE", "It is not used."),
            ]
        ],
        "errors": [
            {
                "ruleId": "box-good",
                "resourceId": None,
                "code": "AccessDenied",
                "message": "ListKeys: not authorized",
            },
            {
                "ruleId": "boxes-good",
                "resourceId": "AROAlocked",
                "code": "Throttling",
                "message": "GetKey: slow down",
            },
        ],
        "summary": {"COMPLIANT": 1, "NON_COMPLIANT": 2, "NOT_APPLICABLE": 1, "apiCalls": 12},
    }


def test_validates_against_the_published_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    jsonschema.validate(json.loads(render("json", [EVERYTHING], PLAIN)), SCHEMA)
    jsonschema.validate(json.loads(render("json", [report()], PLAIN)), SCHEMA)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"schemaVersion": 2}, id="another version"),
        pytest.param({"accountId": 123456789012}, id="account as a number"),
        pytest.param({"errors": [{"ruleId": "box-good", "code": "X", "message": ""}]}, id="error without resourceId"),
        pytest.param({"summary": {"COMPLIANT": 1}}, id="summary without counts"),
        pytest.param({"evaluations": [{"ruleId": "box-good"}]}, id="evaluation without a verdict"),
    ],
)
def test_schema_refuses(broken: dict[str, object]) -> None:
    content = json.loads(render("json", [EVERYTHING], PLAIN)) | broken

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, SCHEMA)


def test_schema_knows_every_severity_duty_and_compliance() -> None:
    evaluation = SCHEMA["$defs"]["evaluation"]["properties"]

    assert evaluation["severity"]["enum"] == [severity.name for severity in Severity]
    assert evaluation["duty"]["enum"] == [duty.folder for duty in Duty]
    assert set(evaluation["compliance"]["enum"]) == set(Compliance)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_come_back_exactly_and_are_inert_on_a_terminal(name: str) -> None:
    text = render("json", [report(bad(name))], PLAIN)

    assert json.loads(text)["evaluations"][0]["resourceName"] == name
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_every_format_renders_and_ends_in_one_newline() -> None:
    for name in FORMATS:
        text = render(name, [EVERYTHING], PLAIN)

        assert text.endswith("\n")
        assert not text.endswith("\n\n")
