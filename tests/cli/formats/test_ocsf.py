import json
from typing import Any

import pytest
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

from cli.formats.ocsf import STATUSES
from cli.formats.registry import render
from cli.report import Failure, Report
from cli.terminal import PLAIN
from rules.engine.verdict import Compliance
from tests.cli.formats.hostile import LONG, accepted, closed, hostile_report, hostile_texts, shown
from tests.cli.reports import EVERYTHING, STARTED, bad, report, role
from tests.rules.engine.sample_rules import BoxesGood

STARTED_AT = int(STARTED.timestamp() * 1000)


def events(*reports: Report) -> list[dict[str, Any]]:
    """Return the events, each of which is a Compliance Finding without anything that the class does not have."""
    found: list[dict[str, Any]] = json.loads(render("ocsf", reports, PLAIN))
    for one in found:
        read = ComplianceFinding.model_validate(one)
        assert (read.category_uid, read.class_uid, read.type_uid) == (2, 2003, 2003 * 100 + read.activity_id)
        # The profile "cloud" is not among the library's attributes of the class.
        assert set(one) - set(ComplianceFinding.model_fields) == {"cloud"}
        # Nor are these among those of the object, which has them in OCSF 1.5.0.
        extra = set(one["compliance"]) - set(type(read.compliance).model_fields)
        assert extra == {"status", "status_code", "status_details"}
    return found


def test_an_event_for_everything() -> None:
    found = [
        (one["compliance"]["status_id"], one["compliance"]["status"], one["status_code"], one["severity"])
        for one in events(EVERYTHING)
    ]

    assert found == [
        (3, "Fail", "NON_COMPLIANT", "High"),
        (3, "Fail", "NON_COMPLIANT", "Low"),
        (1, "Pass", "COMPLIANT", "Informational"),
        (99, "Not Applicable", "NOT_APPLICABLE", "Informational"),
        (2, "Warning", "NOT_EVALUATED", "Unknown"),
        (2, "Warning", "NOT_EVALUATED", "Unknown"),
    ]


def test_only_violations_are_new_findings() -> None:
    assert [one.get("status") for one in events(EVERYTHING)] == ["New", "New", None, None, None, None]


def test_a_violation_says_which_resource_violates_what_and_how_to_put_it_right() -> None:
    one = events(report(bad("app")))[0]

    assert one["message"] == "It is bad; good is wanted."
    assert one["time"] == STARTED_AT
    assert one["finding_info"] == {
        "uid": "ai-config-rules/boxes-good/123456789012/us-east-1/AWS::IAM::Role/AROAapp",
        "title": "Boxes are good.",
        "desc": "Checks if boxes are good. The rule is NON_COMPLIANT if a box is bad.",
        "analytic": {"uid": "boxes-good", "name": "boxes-good", "type_id": 1, "type": "Rule"},
        "types": ["Logging, retention and alerting"],
        "created_time": STARTED_AT,
    }
    assert one["resources"] == [
        {
            "uid": "arn:aws:iam::123456789012:role/app",
            "name": "app",
            "type": "AWS::IAM::Role",
            "region": "us-east-1",
            "cloud_partition": "aws",
            "data": {"resourceId": "AROAapp"},
        }
    ]
    assert one["cloud"] == {
        "provider": "AWS",
        "region": "us-east-1",
        "cloud_partition": "aws",
        "account": {"uid": "123456789012", "name": "123456789012", "type": "AWS Account", "type_id": 10},
    }
    assert one["remediation"]["desc"].startswith("PutBox with `Good`:")
    assert one["compliance"]["requirements"] == ["NIST SP 800-53 Revision 5 SC-28"]
    assert one["compliance"]["standards"] == ["NIST SP 800-53 Revision 5"]
    assert one["metadata"]["version"] == "1.5.0"
    assert one["metadata"]["profiles"] == ["cloud"]


def test_a_whole_rule_that_was_not_evaluated_has_no_resource() -> None:
    whole, one = events(EVERYTHING)[-2:]

    assert "resources" not in whole
    assert whole["message"] == "AccessDenied: ListKeys: not authorized"
    assert [each["name"] for each in one["resources"]] == ["locked"]


def test_uids_of_everything_are_apart() -> None:
    failed = [Failure(BoxesGood, role("app"), "X", "x"), Failure(BoxesGood, None, "X", "x")]
    found = events(report(bad("app"), failures=failed), report(bad("app"), failures=failed, region="eu-west-1"))

    assert len({one["finding_info"]["uid"] for one in found}) == len(found) == 6
    assert [one["cloud"]["region"] for one in found] == [
        "us-east-1",
        "eu-west-1",
        "us-east-1",
        "us-east-1",
        "eu-west-1",
        "eu-west-1",
    ]


def test_an_accepted_violation_is_suppressed_and_says_who_accepts_it() -> None:
    (found,) = events(report(accepted("app")))

    assert (found["compliance"]["status"], found["status_id"], found["status"]) == ("Fail", 3, "Suppressed")
    assert found["comment"] == "Accepted by Priya until 2027-03-31: It goes in March."


def test_a_place_that_could_not_be_opened_has_an_event_for_each_rule() -> None:
    assert [(one["cloud"]["account"]["uid"], one["message"]) for one in events(closed())] == [
        ("profile audit", "ExpiredToken: no credentials"),
        ("profile audit", "ExpiredToken: no credentials"),
    ]


@hostile_texts
def test_hostile_texts_come_back_as_text(text: str) -> None:
    first, *_ = events(hostile_report(text))

    assert first["resources"][0]["name"] == shown(text)
    assert first["message"] == f"It is {shown(text)}."


def test_very_long_texts_are_taken() -> None:
    assert events(hostile_report(LONG))[0]["resources"][0]["name"] == LONG


@pytest.mark.parametrize("one", list(Compliance))
def test_every_compliance_has_a_status(one: Compliance) -> None:
    assert one.value in STATUSES


def test_an_empty_account_has_no_events() -> None:
    assert events(report()) == []
