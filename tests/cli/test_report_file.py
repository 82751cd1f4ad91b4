import copy
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cli.formats.registry import render
from cli.report import UNKNOWN_ACCOUNT, Acceptance, Failure, Unopened
from cli.report_file import Judged, Missed, ReportFileError, StoredReport, Visited, Where, read_report
from cli.terminal import PLAIN
from rules.engine.duties import Duty, Severity
from rules.engine.verdict import Compliance
from tests.cli.reports import EVERYTHING, bad, report
from tests.rules.engine.sample_rules import BoxGood

HERE = Where("123456789012", "us-east-1")
ACCEPTED = replace(bad("app"), accepted=Acceptance("Ada", "Until the migration.", date(2027, 3, 1)))
CLOSED = replace(
    report(failures=[Failure(BoxGood, None, "ExpiredToken", "")], region="eu-west-1"),
    account_id=UNKNOWN_ACCOUNT,
    unopened=Unopened("ExpiredToken", "no"),
)
WHOLE = [
    replace(EVERYTHING, parameters={"box-good": {"exemptTag": None}}),
    report(ACCEPTED, region="eu-west-1"),
    CLOSED,
]
CONTENT: dict[str, Any] = json.loads(render("json", WHOLE, PLAIN))


def stored(path: Path, content: object) -> StoredReport:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_report(path)


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    found = stored(tmp_path / "report.json", CONTENT)

    assert found.judged[0] == Judged(
        where=HERE,
        rule_id="boxes-good",
        severity=Severity.HIGH,
        duty=Duty.LOGGING,
        resource_type="AWS::IAM::Role",
        resource_id="AROAapp",
        resource_name="app",
        resource_arn="arn:aws:iam::123456789012:role/app",
        compliance=Compliance.NON_COMPLIANT,
        annotation="It is bad; good is wanted.",
        accepted=None,
    )
    assert [one.accepted for one in found.judged] == [None] * 4 + [ACCEPTED.accepted]
    assert [one.violates for one in found.judged] == [True, True, False, False, False]
    assert found.missed[0] == Missed(HERE, "box-good", None, "AccessDenied", "ListKeys: not authorized")
    assert [one.where for one in found.missed] == [HERE, HERE, Where(UNKNOWN_ACCOUNT, "eu-west-1")]
    start, end = datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2026, 11, 1, 12, 0, 2, tzinfo=UTC)
    assert found.visited[0] == Visited(HERE, start, end, ("boxes-good", "box-good"), None)
    assert [one.error for one in found.visited] == [None, None, "ExpiredToken: no"]
    assert found.parameters == {"box-good": {"exemptTag": None}}
    assert (found.started_at, found.finished_at) == (start, end)


def test_reads_a_report_from_before_there_were_several_places(tmp_path: Path) -> None:
    content = json.loads(render("json", [EVERYTHING], PLAIN))
    for key in ("places", "parameters", "warnings"):
        del content[key]
    for one in content["evaluations"]:
        del one["accountId"], one["region"], one["accepted"]
    for one in content["errors"]:
        del one["accountId"], one["region"], one["resourceType"]
    found = stored(tmp_path / "report.json", content)

    assert {one.where for one in found.judged} == {one.where for one in found.missed} == {HERE}
    assert [(one.where, one.rules) for one in found.visited] == [(HERE, ("boxes-good", "box-good"))]
    assert found.parameters == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "is no JSON: Expecting value", id="empty"),
        pytest.param("[" * 100_000, "is no JSON: ", id="deep"),
        pytest.param("[]", "the report is no object", id="list"),
        pytest.param("{}", "the report has no schemaVersion", id="another object"),
        pytest.param({**CONTENT, "schemaVersion": 2}, "schemaVersion of the report is not 1", id="another version"),
        pytest.param({**CONTENT, "schemaVersion": True}, "schemaVersion of the report is not 1", id="true is not 1"),
        pytest.param({**CONTENT, "evaluations": {}}, "evaluations of the report is not a list", id="no list"),
        pytest.param({**CONTENT, "evaluations": [1]}, "evaluations[0] is no object", id="no object"),
        pytest.param({**CONTENT, "evaluations": [{}]}, "evaluations[0] has no ruleId", id="no rule"),
        pytest.param(
            {**CONTENT, "evaluations": [{**CONTENT["evaluations"][0], "severity": "HUGE"}]},
            "severity of evaluations[0] is not one of LOW, MEDIUM, HIGH, CRITICAL",
            id="severity",
        ),
        pytest.param(
            {**CONTENT, "evaluations": [{**CONTENT["evaluations"][0], "accepted": {"owner": "a", "reason": "b"}}]},
            "evaluations[0].accepted has no expires",
            id="acceptance for ever",
        ),
        pytest.param({**CONTENT, "startedAt": "yesterday"}, "startedAt of the report is not a moment", id="moment"),
        pytest.param({**CONTENT, "places": [{**CONTENT["places"][0], "rules": [1]}]}, "a list of texts", id="rules"),
        pytest.param({**CONTENT, "parameters": {"a": {"b": 1}}}, "a of the report.parameters is not", id="parameters"),
    ],
)
def test_refuses_in_one_line(content: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(ReportFileError) as refused:
        stored(tmp_path / "report.json", content)

    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "report.json" in str(refused.value)


def test_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ReportFileError, match="No such file or directory"):
        read_report(tmp_path / "missing.json")
    with pytest.raises(ReportFileError, match="Is a directory"):
        read_report(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReportFileError, match="is no JSON"):
        read_report(tmp_path / "binary")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def paths(content: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything within a JSON value."""
    items: list[tuple[Any, object]] = []
    if isinstance(content, dict):
        items = list(content.items())
    elif isinstance(content, list):
        items = list(enumerate(content))
    return [(*path, key) for key, _ in items] + [each for key, value in items for each in paths(value, (*path, key))]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.sampled_from(paths(CONTENT)), value=VALUES, remove=st.booleans())
@example(where=("parameters",), value={"\x1b[2J": None}, remove=False)
def test_a_report_with_anything_wrong_is_read_or_refused(
    where: tuple[Any, ...], value: object, tmp_path: Path, *, remove: bool
) -> None:
    content = copy.deepcopy(CONTENT)
    inner: Any = content
    for key in where[:-1]:
        inner = inner[key]
    if remove:
        del inner[where[-1]]
    else:
        inner[where[-1]] = value
    try:
        found = stored(tmp_path / "report.json", content)
    except ReportFileError as refused:
        assert str(refused).isprintable()  # noqa: PT017 - either is right
    else:
        assert len(found.judged) == len(content["evaluations"])
