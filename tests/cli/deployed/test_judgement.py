from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.deployed.judgement import Expected, Outcome, judge
from cli.deployed.readings import (
    Alarm,
    DeployedFunction,
    DeployedRule,
    Deployment,
    Hub,
    Pack,
    Queue,
    Stack,
    Unread,
)
from rules.delivery.recorder import Recorder

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
EXPECTED = Expected(("rule-a",), ("AWS::IAM::Role",), security_hub=True)
RULE = DeployedRule(
    name="rule-a-conformance-pack-abc123def",
    custom=True,
    activated=NOW - timedelta(days=30),
    evaluated=NOW - timedelta(hours=5),
    failed=None,
    error="",
    compliance="COMPLIANT",
)
GOOD = Deployment(
    region="us-east-1",
    stack=Stack("ai-config", "UPDATE_COMPLETE", {}),
    recorder=Recorder("default", recording=True, last_status="Success"),
    pack=Pack("ai-config", "CREATE_COMPLETE", ""),
    rules=(RULE,),
    functions=(DeployedFunction("ai-config-rule-a", "Active", "Successful", 3, 0),),
    queues=(Queue("ai-config-failures", 0),),
    alarms=(Alarm("ai-config-rule-a-errors", "OK", ""),),
    hub=Hub(enabled=True),
)

DAMAGE = [
    pytest.param({"recorder": None}, "recorder", "has no configuration recorder", id="no recorder"),
    pytest.param(
        {"recorder": Recorder("default", recording=False, last_status="Success")},
        "recorder",
        "Recording is stopped",
        id="the recorder is stopped",
    ),
    pytest.param(
        {"recorder": Recorder("default", recording=True, last_status="Failure")},
        "recorder",
        "The last recording failed",
        id="recording fails",
    ),
    pytest.param({"stack": None}, "stack", "There is no such stack", id="no stack"),
    pytest.param(
        {"stack": Stack("ai-config", "UPDATE_ROLLBACK_COMPLETE", {})},
        "stack",
        "CloudFormation says UPDATE_ROLLBACK_COMPLETE.",
        id="the stack was rolled back",
    ),
    pytest.param({"pack": None}, "pack", "There is no such conformance pack", id="no pack"),
    pytest.param(
        {"pack": Pack("ai-config", "CREATE_FAILED", "Template is bad")},
        "pack",
        "AWS Config says CREATE_FAILED: Template is bad.",
        id="the pack failed",
    ),
    pytest.param({"rules": ()}, "rules", "The pack does not have this rule", id="a rule is missing"),
    pytest.param(
        {"rules": (RULE, replace(RULE, name="retired-conformance-pack-abc"))},
        "rules",
        "the settings do not",
        id="a rule that the settings do not have",
    ),
    pytest.param(
        {"rules": (replace(RULE, evaluated=NOW - timedelta(hours=49)),)},
        "rules",
        "It was last evaluated 2 days ago; every 24 hours is wanted.",
        id="a rule is silent",
    ),
    pytest.param(
        {"rules": (replace(RULE, evaluated=None),)}, "rules", "It was never evaluated.", id="a rule never spoke"
    ),
    pytest.param(
        {"rules": (replace(RULE, failed=NOW - timedelta(minutes=1), error="AccessDenied: no"),)},
        "rules",
        "It failed 1 minute ago. AccessDenied: no.",
        id="the last run failed",
    ),
    pytest.param({"functions": ()}, "functions", "The stack has no function.", id="no function"),
    pytest.param(
        {"functions": (DeployedFunction("f", "Failed", "Successful", 0, 0),)},
        "functions",
        "AWS Lambda says Failed.",
        id="a function is broken",
    ),
    pytest.param(
        {"functions": (DeployedFunction("f", "Active", "Failed", 0, 0),)},
        "functions",
        "Its last update failed.",
        id="an update of a function failed",
    ),
    pytest.param(
        {"functions": (DeployedFunction("f", "Active", "Successful", 3, 2),)},
        "functions",
        "2 of 3 invocations failed",
        id="a function fails",
    ),
    pytest.param({"queues": (Queue("q", 1),)}, "events", "1 event waits", id="an event waits"),
    pytest.param({"queues": (Queue("q", 7),)}, "events", "7 events wait", id="events wait"),
    pytest.param(
        {"alarms": (Alarm("a", "ALARM", "Threshold crossed."),)}, "alarms", "Threshold crossed.", id="an alarm rings"
    ),
    pytest.param(
        {"alarms": (Alarm("ai-config-watchdog-silent", "ALARM", "No data."),)},
        "alarms",
        "In alarm: No data.",
        id="the watchdog runs no more",
    ),
    pytest.param({"hub": Hub(enabled=False)}, "Security Hub", "is not enabled", id="findings have no place to go"),
]


def test_a_good_deployment_is_ok_in_every_part() -> None:
    lines = judge(GOOD, EXPECTED, NOW)

    assert {line.outcome for line in lines} == {Outcome.OK}
    assert [line.part for line in lines] == [
        "recorder",
        "stack",
        "pack",
        "rules",
        "functions",
        "events",
        "alarms",
        "Security Hub",
    ]


@pytest.mark.parametrize(("change", "part", "says"), DAMAGE)
def test_damage_is_said_and_spoils_nothing_else(change: dict[str, object], part: str, says: str) -> None:
    lines = judge(replace(GOOD, **change), EXPECTED, NOW)  # type: ignore[arg-type]  # fields of Deployment, by name
    wrong = [line for line in lines if line.outcome is not Outcome.OK]

    assert [(line.part, line.outcome) for line in wrong] == [(part, Outcome.WRONG)]
    assert says in wrong[0].sentence
    assert wrong[0].sentence.endswith(".")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        pytest.param({"stack": Stack("s", "UPDATE_IN_PROGRESS", {})}, "stack", id="the stack is being updated"),
        pytest.param({"pack": Pack("p", "CREATE_IN_PROGRESS", "")}, "pack", id="the pack is being made"),
        pytest.param(
            {"rules": (replace(RULE, evaluated=None, activated=NOW - timedelta(minutes=5)),)},
            "rules",
            id="a young rule was not evaluated yet",
        ),
        pytest.param(
            {
                "rules": (replace(RULE, activated=NOW - timedelta(minutes=5)),),
                "alarms": (Alarm("ai-config-watchdog-silent", "ALARM", "No data"),),
            },
            "alarms",
            id="the watchdog did not run yet",
        ),
        pytest.param(
            {"functions": (DeployedFunction("f", "Pending", "InProgress", 0, 0),)},
            "functions",
            id="a function is being made",
        ),
    ],
)
def test_what_takes_time_is_waited_for(change: dict[str, object], part: str) -> None:
    lines = judge(replace(GOOD, **change), EXPECTED, NOW)  # type: ignore[arg-type]  # fields of Deployment, by name

    assert [(line.part, line.outcome) for line in lines if line.outcome is not Outcome.OK] == [(part, Outcome.WAITING)]


@pytest.mark.parametrize("part", ["recorder", "stack", "pack", "rules", "functions", "events", "alarms"])
def test_an_unread_part_is_neither_right_nor_wrong(part: str) -> None:
    without = {"recorder": None, "stack": None, "pack": None, "rules": (), "functions": ()}
    gone = {part: without[part]} if part in without else {}
    unread = (Unread(part, "AccessDenied: DescribeStacks: no"),)
    lines = judge(replace(GOOD, **gone, unread=unread), EXPECTED, NOW)  # type: ignore[arg-type]  # by name

    assert [line.sentence for line in lines if line.outcome is Outcome.UNREAD] == [
        "Could not be read: AccessDenied: DescribeStacks: no."
    ]
    assert not [line for line in lines if line.outcome is Outcome.WRONG]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (replace(RULE, compliance="NON_COMPLIANT", violations=1), "1 violation."),
        (replace(RULE, compliance="NON_COMPLIANT", violations=25, more=True), "25 or more violations."),
        (replace(RULE, compliance="INSUFFICIENT_DATA"), "Nothing to judge."),
    ],
    ids=["one", "more than AWS Config counts", "nothing"],
)
def test_violations_are_no_fault_of_the_deployment(rule: DeployedRule, says: str) -> None:
    [line] = [line for line in judge(replace(GOOD, rules=(rule,)), EXPECTED, NOW) if line.part == "rules"]

    assert line.outcome is Outcome.OK
    assert line.sentence == f"Evaluated 5 hours ago. {says}"


def test_a_managed_rule_may_be_silent() -> None:
    managed = replace(RULE, name="cmk-rotation-conformance-pack-abc", custom=False, evaluated=None)
    [_, line] = [line for line in judge(replace(GOOD, rules=(RULE, managed)), EXPECTED, NOW) if line.part == "rules"]

    assert (line.subject, line.outcome) == ("cmk-rotation", Outcome.OK)


@pytest.mark.parametrize(
    ("recorder", "missing"),
    [
        (Recorder("r", recording=True, last_status="Success", types=frozenset({"AWS::IAM::Role"})), False),
        (Recorder("r", recording=True, last_status="Success", types=frozenset({"AWS::S3::Bucket"})), True),
        (Recorder("r", recording=True, last_status="Success", left_out=frozenset({"AWS::IAM::Role"})), True),
    ],
    ids=["listed", "not listed", "left out"],
)
def test_types_that_are_not_recorded_are_named(recorder: Recorder, *, missing: bool) -> None:
    [line] = [one for one in judge(replace(GOOD, recorder=recorder), EXPECTED, NOW) if one.part == "recorder"]

    assert line.outcome is Outcome.OK
    assert ("AWS::IAM::Role" in line.sentence) is missing


def test_without_forwarding_security_hub_is_not_wanted() -> None:
    quiet = replace(EXPECTED, security_hub=False)

    for enabled in (True, False):
        lines = judge(replace(GOOD, hub=Hub(enabled=enabled)), quiet, NOW)
        assert {line.outcome for line in lines} == {Outcome.OK}
