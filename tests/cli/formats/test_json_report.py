import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from cli.formats.registry import FORMATS, render
from cli.report import UNKNOWN_ACCOUNT, Acceptance, Failure, Unopened
from cli.terminal import PLAIN
from rules.engine.duties import Duty, Severity
from rules.engine.verdict import Compliance
from tests.cli.reports import EVERYTHING, HOSTILE_NAMES, bad, report
from tests.rules.engine.sample_rules import BoxGood

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
                "accountId": "123456789012",
                "region": "us-east-1",
                "accepted": None,
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
                "resourceType": None,
                "accountId": "123456789012",
                "region": "us-east-1",
            },
            {
                "ruleId": "boxes-good",
                "resourceId": "AROAlocked",
                "code": "Throttling",
                "message": "GetKey: slow down",
                "resourceType": "AWS::IAM::Role",
                "accountId": "123456789012",
                "region": "us-east-1",
            },
        ],
        "summary": {"COMPLIANT": 1, "NON_COMPLIANT": 2, "NOT_APPLICABLE": 1, "apiCalls": 12, "accepted": 0},
        "places": [
            {
                "accountId": "123456789012",
                "region": "us-east-1",
                "profile": None,
                "roleArn": None,
                "startedAt": "2026-11-01T12:00:00Z",
                "finishedAt": "2026-11-01T12:00:02Z",
                "apiCalls": 12,
                "rules": ["boxes-good", "box-good"],
                "error": None,
            }
        ],
        "parameters": {},
        "warnings": [],
    }


def test_several_places_are_one_object_whose_parts_say_where_they_are_from() -> None:
    lost = Unopened("AccessDenied", "AWS refused the credentials: AccessDenied: AssumeRole: no")
    failure = Failure(BoxGood, None, "AccessDenied", "The place could not be opened.")
    accepted = replace(bad("app"), accepted=Acceptance("Ada", "Until the migration.", date(2027, 3, 1)))
    here, there = report(accepted), report(bad("batch"), region="eu-central-1")
    closed = replace(
        report(failures=[failure], region="eu-west-1"), account_id=UNKNOWN_ACCOUNT, unopened=lost, profile="audit"
    )
    found = json.loads(render("json", [closed, here, replace(there, warnings=("One entry has expired.",))], PLAIN))

    jsonschema.validate(found, SCHEMA)
    assert (found["accountId"], found["region"]) == ("123456789012", "us-east-1")
    assert [(one["region"], one["resourceName"]) for one in found["evaluations"]] == [
        ("us-east-1", "app"),
        ("eu-central-1", "batch"),
    ]
    assert found["evaluations"][0]["accepted"] == {
        "owner": "Ada",
        "reason": "Until the migration.",
        "expires": "2027-03-01",
    }
    assert [(one["accountId"], one["region"]) for one in found["errors"]] == [(None, "eu-west-1")]
    assert [(one["accountId"], one["profile"], one["error"]) for one in found["places"]] == [
        (None, "audit", {"code": lost.code, "message": lost.message}),
        ("123456789012", None, None),
        ("123456789012", None, None),
    ]
    assert found["summary"] == {
        "COMPLIANT": 0,
        "NON_COMPLIANT": 2,
        "NOT_APPLICABLE": 0,
        "apiCalls": 36,
        "accepted": 1,
    }
    assert found["warnings"] == ["One entry has expired."]


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
