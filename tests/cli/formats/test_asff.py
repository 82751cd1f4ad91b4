import json
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from cli.formats.registry import render
from cli.report import UNKNOWN_ACCOUNT, Evaluation, Failure, Report
from cli.terminal import PLAIN
from rules.delivery.compliance_change import ComplianceChange
from rules.delivery.finding import finding_of
from rules.engine.catalogue import all_rules, rule_by_id
from rules.engine.resource import Resource
from rules.engine.verdict import non_compliant
from tests.cli.formats.hostile import LONG, accepted, closed, hostile_report, hostile_texts, shown
from tests.cli.reports import EVERYTHING, STARTED, bad, report, role
from tests.rules.delivery.events import event
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

MODEL = botocore.session.Session().get_service_model("securityhub")
OPERATION = MODEL.operation_model("BatchImportFindings")
LONGEST = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024}


def findings(*reports: Report) -> list[dict[str, Any]]:
    """Return the findings, each of which BatchImportFindings takes."""
    found: list[dict[str, Any]] = json.loads(render("asff", reports, PLAIN))
    for one in found:
        problems = ParamValidator().validate({"Findings": [one]}, OPERATION.input_shape)
        assert not problems.has_errors(), problems.generate_report()
        assert one["Compliance"]["Status"] in MODEL.shape_for("ComplianceStatus").enum
        assert one["RecordState"] in MODEL.shape_for("RecordState").enum
        assert one["FindingProviderFields"]["Severity"]["Label"] in MODEL.shape_for("SeverityLabel").enum
        assert not [name for name, most in LONGEST.items() if not 1 <= len(one[name]) <= most]
        assert max(len(value) for value in one["ProductFields"].values()) <= 2048
    return found


def test_violations_are_open_and_everything_else_is_archived() -> None:
    found = [(one["Compliance"]["Status"], one["RecordState"]) for one in findings(EVERYTHING)]

    assert found == [
        ("FAILED", "ACTIVE"),
        ("FAILED", "ACTIVE"),
        ("PASSED", "ARCHIVED"),
        ("NOT_AVAILABLE", "ARCHIVED"),
        ("NOT_AVAILABLE", "ACTIVE"),
        ("NOT_AVAILABLE", "ACTIVE"),
    ]


def test_a_violation_is_the_finding_that_the_forwarder_imports() -> None:
    change = ComplianceChange.of_event(event())
    assert change is not None
    rule = rule_by_id(change.rule.id)
    resource = Resource(change.resource_type, change.resource_id, change.resource_id)
    one = Evaluation(rule, resource, non_compliant(change.annotation))
    checked = replace(report(one), started_at=change.recorded_at)

    (found,) = findings(checked)

    imported = finding_of(change)
    # Only a deployed rule has a name in AWS Config.
    del imported["ProductFields"]["ai-config-rules/ConfigRuleName"]
    assert found == imported


def test_what_was_not_evaluated_is_a_finding_of_its_own() -> None:
    whole, one = findings(EVERYTHING)[-2:]

    assert whole["Id"] == "ai-config-rules/box-good/123456789012/us-east-1/not-evaluated"
    assert whole["Title"] == "Not evaluated: A box is good"
    assert whole["Description"] == "It could not be evaluated. AccessDenied: ListKeys: not authorized"
    assert one["Id"] == "ai-config-rules/boxes-good/123456789012/us-east-1/not-evaluated/AWS::IAM::Role/AROAlocked"
    assert one["Description"] == "AWS::IAM::Role AROAlocked could not be evaluated. Throttling: GetKey: slow down"
    assert one["FindingProviderFields"]["Severity"] == {"Label": "INFORMATIONAL", "Original": "HIGH"}


def test_ids_of_everything_are_apart() -> None:
    failed = [
        Failure(BoxesGood, role("app"), "X", "x"),
        Failure(BoxesGood, None, "X", "x"),
        Failure(BoxGood, None, "X", "x"),
    ]
    found = findings(report(bad("app"), failures=failed), report(bad("app"), failures=failed, region="eu-west-1"))

    assert len({one["Id"] for one in found}) == len(found) == 8


def test_the_partition_is_that_of_the_region() -> None:
    (found,) = findings(report(bad("app"), region="us-gov-west-1"))

    assert found["ProductArn"].startswith("arn:aws-us-gov:securityhub:us-gov-west-1:123456789012:")
    assert found["Resources"][0]["Partition"] == "aws-us-gov"


def test_it_was_seen_when_the_run_began() -> None:
    assert {one["UpdatedAt"] for one in findings(EVERYTHING)} == {
        STARTED.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    }


def test_an_accepted_violation_stays_open_and_says_who_accepts_it() -> None:
    (found,) = findings(report(accepted("app")))

    assert (found["Compliance"]["Status"], found["RecordState"]) == ("FAILED", "ACTIVE")
    assert found["ProductFields"]["ai-config-rules/Accepted"] == (
        "Accepted by Priya until 2027-03-31: It goes in March."
    )


@pytest.mark.parametrize(
    ("account_id", "count"),
    [pytest.param(UNKNOWN_ACCOUNT, 0, id="unknown"), pytest.param("111122223333", 2, id="known")],
)
def test_a_place_that_could_not_be_opened_has_findings_where_its_account_is_known(account_id: str, count: int) -> None:
    assert len(findings(closed(account_id=account_id))) == count


@hostile_texts
def test_hostile_texts_are_taken_and_come_back(text: str) -> None:
    first, *_, one, _ = findings(hostile_report(text))

    assert first["ProductFields"]["ai-config-rules/Annotation"] == f"It is {shown(text)}."
    assert one["ProductFields"]["ai-config-rules/Annotation"] == f"{shown(text)}: {shown(text)}"


def test_very_long_texts_are_cut() -> None:
    assert len(findings(hostile_report(LONG))) == 6


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_is_taken(rule: Any) -> None:
    one = Evaluation(rule, Resource(rule.reports[0], "x" * 768, "x"), non_compliant("a" * 256))

    assert len(findings(report(one, failures=[Failure(rule, one.resource, "X", "x")], rules=(rule,)))) == 2


def test_an_empty_account_has_no_findings() -> None:
    assert findings(report()) == []
