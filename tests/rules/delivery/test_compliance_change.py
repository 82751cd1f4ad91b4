from typing import Any

import pytest

from rules.delivery.compliance_change import ComplianceChange, moment, rule_of
from rules.engine.catalogue import rule_by_id
from rules.engine.errors import EventError
from rules.engine.verdict import Compliance
from tests.rules.delivery.events import RULE, at, event, without


def test_reads_the_event_of_a_rule_in_a_pack() -> None:
    change = ComplianceChange.of_event(event(old="NON_COMPLIANT", minutes=90, partition="aws-cn", region="cn-north-1"))

    assert change == ComplianceChange(
        rule=rule_by_id(RULE),
        config_rule_name=f"{RULE}-conformance-pack-qayjyopmd",
        partition="aws-cn",
        account_id="123456789012",
        region="cn-north-1",
        resource_type="AWS::Logs::LogGroup",
        resource_id="prompts",
        compliance=Compliance.NON_COMPLIANT,
        annotation="Retention is 30 days, at least 90 are wanted.",
        recorded_at=at(90),
        open_since=at(30),
    )


@pytest.mark.parametrize(
    ("given", "compliance", "is_open"),
    [
        pytest.param(event("COMPLIANT"), Compliance.COMPLIANT, False, id="compliant"),
        pytest.param(event("NON_COMPLIANT"), Compliance.NON_COMPLIANT, True, id="not compliant"),
        pytest.param(event("NOT_APPLICABLE"), Compliance.NOT_APPLICABLE, False, id="left the scope"),
        pytest.param(event("INSUFFICIENT_DATA"), Compliance.NOT_APPLICABLE, False, id="withdrawn"),
        pytest.param(
            without(event("NON_COMPLIANT"), "detail", "newEvaluationResult"),
            Compliance.NOT_APPLICABLE,
            False,
            id="no result any more",
        ),
    ],
)
def test_only_non_compliant_is_open(given: dict[str, Any], compliance: Compliance, *, is_open: bool) -> None:
    change = ComplianceChange.of_event(given)

    assert change is not None
    assert (change.compliance, change.is_open, change.recorded_at) == (compliance, is_open, at(0))


@pytest.mark.parametrize("old", [None, "COMPLIANT", "NOT_APPLICABLE"])
def test_was_not_open_before_unless_it_was_non_compliant(old: str | None) -> None:
    change = ComplianceChange.of_event(event(old=old))

    assert change is not None
    assert change.open_since is None


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        pytest.param("\nTag costcenter\x1b[31m is not present.", "Tag costcenter [31m is not present.", id="controls"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_an_annotation_is_one_printable_line(annotation: str, said: str) -> None:
    change = ComplianceChange.of_event(event(annotation=annotation))

    assert change is not None
    assert change.annotation == said


@pytest.mark.parametrize(
    "name", ["restricted-ssh", "restricted-ssh-conformance-pack-qayjyopmd", f"{RULE}-2", f"securityhub-{RULE}-0a1b"]
)
def test_rules_of_others_are_none_of_ours(name: str) -> None:
    assert ComplianceChange.of_event(event(rule=name)) is None
    assert rule_of(name) is None


@pytest.mark.parametrize("name", [RULE, f"{RULE}-conformance-pack-0a1b2c3d4"])
def test_a_rule_is_known_with_and_without_a_pack(name: str) -> None:
    assert rule_of(name) is rule_by_id(RULE)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({}, "detail-type is None; allowed: 'Config Rules Compliance Change'", id="no event"),
        pytest.param(
            event() | {"detail-type": "Config Rules Re-evaluation Status"},
            "detail-type is 'Config Rules Re-evaluation Status'",
            id="another event",
        ),
        pytest.param(without(event(), "detail"), "the event lacks .* KeyError 'detail'", id="no detail"),
        pytest.param(event() | {"detail": []}, "the event lacks .* TypeError", id="detail of another kind"),
        pytest.param(without(event(), "detail", "resourceId"), "KeyError 'resourceId'", id="no resource"),
        pytest.param(event() | {"detail": event()["detail"] | {"resourceId": 7}}, "TypeError", id="a number for an id"),
        pytest.param(event() | {"detail": event()["detail"] | {"resourceId": ""}}, "ValueError", id="an empty id"),
        pytest.param(
            event() | {"detail": event()["detail"] | {"resourceType": "x" * 300}}, "ValueError", id="a type too long"
        ),
        pytest.param(
            event() | {"detail": event()["detail"] | {"resourceId": "\ud800"}},
            "UnicodeEncodeError",
            id="half a character",
        ),
        pytest.param(event() | {"detail": event()["detail"] | {"configRuleARN": "x"}}, "IndexError", id="no partition"),
        pytest.param(
            without(event(old="NON_COMPLIANT"), "detail", "oldEvaluationResult", "resultRecordedTime"),
            "KeyError 'resultRecordedTime'",
            id="old result without a time",
        ),
        pytest.param(
            event() | {"detail": event()["detail"] | {"newEvaluationResult": {"resultRecordedTime": "yesterday"}}},
            "ValueError",
            id="no time",
        ),
    ],
)
def test_refuses_what_aws_config_does_not_send(given: dict[str, Any], message: str) -> None:
    with pytest.raises(EventError, match=message):
        ComplianceChange.of_event(given)


def with_detail(**members: Any) -> dict[str, Any]:
    return event() | {"detail": event()["detail"] | members}


@pytest.mark.parametrize(
    ("member", "longest"),
    [("configRuleName", 128), ("awsAccountId", 12), ("awsRegion", 64), ("resourceType", 256), ("resourceId", 768)],
)
def test_texts_are_as_long_as_aws_config_has_them(member: str, longest: int) -> None:
    # The suffix of a pack may be of any length, as far as it is known.
    start = f"{RULE}-conformance-pack-" if member == "configRuleName" else ""
    fits = start + "x" * (longest - len(start))

    assert ComplianceChange.of_event(with_detail(**{member: fits})) is not None
    with pytest.raises(EventError) as refused:
        ComplianceChange.of_event(with_detail(**{member: f"{fits}x"}))
    assert str(refused.value) == (
        f"the event lacks what AWS Config always sends: ValueError a text of none or more than {longest} bytes"
    )


def test_what_is_wrong_is_shown_in_part() -> None:
    with pytest.raises(EventError) as refused:
        ComplianceChange.of_event({"detail-type": "x" * 300})

    assert str(refused.value) == f"detail-type is '{'x' * 198}…; allowed: 'Config Rules Compliance Change'"


def result(**members: Any) -> dict[str, Any]:
    """Return a result of GetComplianceDetailsByConfigRule."""
    qualifier = {"ConfigRuleName": f"{RULE}-x", "ResourceType": "AWS::Logs::LogGroup", "ResourceId": "prompts"}
    return {
        "EvaluationResultIdentifier": {"EvaluationResultQualifier": qualifier},
        "ComplianceType": "NON_COMPLIANT",
        "ResultRecordedTime": at(5),
        **members,
    }


@pytest.mark.parametrize(
    ("members", "compliance", "annotation"),
    [
        pytest.param({}, Compliance.NON_COMPLIANT, "", id="no annotation"),
        pytest.param({"Annotation": None}, Compliance.NON_COMPLIANT, "", id="an annotation of nothing"),
        pytest.param({"Annotation": "\nIt is\tso. "}, Compliance.NON_COMPLIANT, "It is so.", id="controls"),
        pytest.param({"ComplianceType": "COMPLIANT"}, Compliance.COMPLIANT, "", id="compliant"),
        pytest.param({"ComplianceType": "INSUFFICIENT_DATA"}, Compliance.NOT_APPLICABLE, "", id="withdrawn"),
    ],
)
def test_reads_results(members: dict[str, Any], compliance: Compliance, annotation: str) -> None:
    change = ComplianceChange.of_result(
        rule_by_id(RULE), result(**members), partition="aws-cn", account_id="111122223333", region="cn-north-1"
    )

    assert change == ComplianceChange(
        rule=rule_by_id(RULE),
        config_rule_name=f"{RULE}-x",
        partition="aws-cn",
        account_id="111122223333",
        region="cn-north-1",
        resource_type="AWS::Logs::LogGroup",
        resource_id="prompts",
        compliance=compliance,
        annotation=annotation,
        recorded_at=at(5),
    )


@pytest.mark.parametrize("missing", ["EvaluationResultIdentifier", "ComplianceType", "ResultRecordedTime"])
def test_a_result_says_what_it_is_about(missing: str) -> None:
    given = {name: value for name, value in result().items() if name != missing}

    with pytest.raises(KeyError, match=missing):
        ComplianceChange.of_result(rule_by_id(RULE), given, partition="aws", account_id="1", region="x")


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        moment("2026-11-23T10:00:00")
