from dataclasses import replace
from typing import Any

import pytest

from rules.criteria.alert_routes import delivering, heard, near_misses, notifies, silence
from rules.facts.alarms import Alarms, CompositeAlarm, Metric, MetricAlarm
from rules.facts.alert_destinations import Destination
from rules.facts.event_rules import EventRule
from tests.rules.facts.alerts import HEARD, RULE

BUSES = "arn:aws:events:us-east-1:123456789012:event-bus/"
EVENT = {"source": "aws.bedrock", "detail": {"eventName": "DeleteGuardrail"}}
UNHEARD = replace(HEARD, subscribers=0)
GONE = Destination("arn:aws:sns:us-east-1:123456789012:alerts", exists=False)
FOREIGN = Destination("arn:aws:events:us-east-1:111122223333:event-bus/security")
LOGS = Destination("arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/all")
SECURITY = Destination(f"{BUSES}security")
THERE = replace(RULE, name="alert", bus="security")


def alarm(name: str = "throttled", **changes: Any) -> MetricAlarm:
    return replace(
        MetricAlarm(
            name=name,
            arn=f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}",
            metrics=(Metric("AWS/Bedrock", "InvocationThrottles"),),
            calculated=False,
            statistic="Sum",
            comparison="GreaterThanThreshold",
            threshold=1.0,
            datapoints=1,
            actions_enabled=True,
            actions=(HEARD,),
        ),
        **changes,
    )


def composite(rule: str, name: str = "any", **changes: Any) -> CompositeAlarm:
    arn = f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"
    return replace(CompositeAlarm(name, arn, rule, actions_enabled=True, actions=(HEARD,)), **changes)


@pytest.mark.parametrize(
    ("rules", "names", "reasons"),
    [
        pytest.param((), [], [], id="no rule"),
        pytest.param((RULE,), ["changes"], [], id="a topic"),
        pytest.param((replace(RULE, targets=(FOREIGN,)),), ["changes"], [], id="a bus of another account"),
        pytest.param((replace(RULE, targets=(GONE, HEARD)),), ["changes"], [], id="a live target beside a dead one"),
        pytest.param(
            (replace(RULE, state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),), ["changes"], [], id="with reads"
        ),
        pytest.param((replace(RULE, pattern={"source": ["aws.s3"]}),), [], [], id="other events"),
        pytest.param((replace(RULE, bus="other"),), [], [], id="on a bus that gets nothing"),
        pytest.param(
            (replace(RULE, name="other", pattern={"source": ["aws.s3"]}), replace(RULE, state="DISABLED")),
            [],
            ["EventBridge rule changes is DISABLED."],
            id="a disabled rule after one on other events",
        ),
        pytest.param(
            (replace(RULE, state="DISABLED"),), [], ["EventBridge rule changes is DISABLED."], id="a disabled rule"
        ),
        pytest.param(
            (replace(RULE, pattern={"detail": {"eventName": [{"unknown": 1}]}}),),
            [],
            ["EventBridge rule changes may leave out some of these events."],
            id="a pattern that cannot be told",
        ),
        pytest.param((replace(RULE, targets=()),), [], ["EventBridge rule changes has no target."], id="no target"),
        pytest.param(
            (replace(RULE, targets=(GONE, LOGS)),),
            [],
            ["EventBridge rule changes reaches nobody: log group all tells nobody and topic alerts does not exist."],
            id="dead targets",
        ),
        pytest.param((replace(RULE, targets=(SECURITY,)), THERE), ["changes"], [], id="by way of another bus"),
        pytest.param(
            (replace(RULE, targets=(SECURITY,)),),
            [],
            ["EventBridge rule changes reaches nobody: no rule of event bus security sends them on."],
            id="to a bus without rules",
        ),
        pytest.param(
            (replace(RULE, targets=(SECURITY,)), replace(THERE, state="DISABLED")),
            [],
            ["EventBridge rule changes reaches nobody: no rule of event bus security sends them on."],
            id="to a bus whose rule is disabled",
        ),
        pytest.param(
            (replace(RULE, targets=(SECURITY,)), replace(THERE, targets=(Destination(f"{BUSES}third"),))),
            [],
            ["EventBridge rule changes reaches nobody: no rule of event bus security sends them on."],
            id="on to a third bus",
        ),
        pytest.param(
            (replace(RULE, targets=(Destination(f"{BUSES}default"),)),),
            [],
            ["EventBridge rule changes reaches nobody: no rule of event bus default sends them on."],
            id="to itself",
        ),
    ],
)
def test_finds_rules_that_tell_somebody(rules: tuple[EventRule, ...], names: list[str], reasons: list[str]) -> None:
    assert delivering(rules, EVENT, BUSES) == names
    assert near_misses(rules, EVENT, BUSES) == reasons


MUTE = alarm(actions=())


@pytest.mark.parametrize(
    ("one", "composites", "told"),
    [
        pytest.param(alarm(), (), True, id="an action of its own"),
        pytest.param(MUTE, (), False, id="no action"),
        pytest.param(alarm(actions_enabled=False), (), False, id="actions switched off"),
        pytest.param(alarm(actions=(UNHEARD,)), (), False, id="an action that nobody hears"),
        pytest.param(alarm(actions=(UNHEARD, FOREIGN)), (), True, id="one action that may be heard"),
        pytest.param(MUTE, (composite("ALARM(throttled)"),), True, id="a composite alarm"),
        pytest.param(MUTE, (composite('ALARM("throttled")'),), True, id="a quoted name"),
        pytest.param(MUTE, (composite(f"ALARM('{MUTE.arn}')"),), True, id="an ARN"),
        pytest.param(MUTE, (composite('(ALARM("a b") OR (ALARM(throttled)))'),), True, id="one of several"),
        pytest.param(MUTE, (composite("ALARM(a) AND ALARM(throttled)"),), False, id="only with another"),
        pytest.param(MUTE, (composite("NOT ALARM(throttled)"),), False, id="the opposite"),
        pytest.param(MUTE, (composite("OK(throttled)"),), False, id="another state"),
        pytest.param(MUTE, (composite("ALARM(throttled2)"),), False, id="another alarm"),
        pytest.param(MUTE, (composite("ALARM(throttled)", actions=()),), False, id="a composite alarm without action"),
        pytest.param(
            MUTE,
            (composite("ALARM(throttled)", "inner", actions=()), composite("ALARM(inner)", "outer")),
            True,
            id="a composite alarm on a composite alarm",
        ),
        pytest.param(
            MUTE,
            (
                composite("ALARM(throttled) OR ALARM(outer)", "inner", actions=()),
                composite("ALARM(inner)", "outer", actions=()),
            ),
            False,
            id="composite alarms in a circle",
        ),
    ],
)
def test_tells_whether_an_alarm_notifies(one: MetricAlarm, composites: tuple[CompositeAlarm, ...], told: bool) -> None:
    assert notifies(one, Alarms((one,), composites)) is told


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (alarm(actions_enabled=False), "The actions of alarm throttled are switched off."),
        (MUTE, "Alarm throttled has no action."),
        (alarm(actions=(GONE,)), "Alarm throttled reaches nobody: topic alerts does not exist."),
    ],
    ids=["switched off", "none", "dead"],
)
def test_says_why_an_alarm_does_not(one: MetricAlarm, reason: str) -> None:
    assert silence(one) == reason


ON_ALARMS: dict[str, Any] = {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}


@pytest.mark.parametrize(
    ("one", "rules", "told"),
    [
        pytest.param(alarm(), (), True, id="an action"),
        pytest.param(MUTE, (), False, id="neither action nor rule"),
        pytest.param(MUTE, (replace(RULE, pattern=ON_ALARMS),), True, id="a rule on all alarms"),
        pytest.param(
            replace(alarm(), actions_enabled=False),
            (replace(RULE, pattern=ON_ALARMS | {"detail": {"state": {"value": ["ALARM"]}}}),),
            True,
            id="a rule on alarms that go off, actions switched off",
        ),
        pytest.param(
            MUTE,
            (replace(RULE, pattern=ON_ALARMS | {"detail": {"state": {"value": ["OK"]}}}),),
            False,
            id="a rule on alarms that calm down",
        ),
        pytest.param(
            MUTE,
            (
                replace(
                    RULE,
                    pattern=ON_ALARMS
                    | {
                        "version": ["0"],
                        "account": ["123456789012"],
                        "region": ["us-east-1"],
                        "resources": [MUTE.arn],
                        "detail": {"alarmName": [MUTE.name], "state": {"value": ["ALARM"]}},
                    },
                ),
            ),
            True,
            id="a rule on everything that is known of this alarm",
        ),
        pytest.param(
            MUTE, (replace(RULE, pattern=ON_ALARMS | {"resources": [MUTE.arn]}),), True, id="a rule on this alarm"
        ),
        pytest.param(
            MUTE,
            (replace(RULE, pattern=ON_ALARMS | {"detail": {"alarmName": [{"prefix": "claims-"}]}}),),
            False,
            id="a rule on other alarms",
        ),
        pytest.param(
            MUTE,
            (replace(RULE, pattern=ON_ALARMS | {"detail": {"previousState": {"value": ["OK"]}}}),),
            False,
            id="a rule on alarms that were calm",
        ),
        pytest.param(
            MUTE, (replace(RULE, pattern=ON_ALARMS, targets=(UNHEARD,)),), False, id="a rule that nobody hears"
        ),
        pytest.param(
            replace(MUTE, arn="arn:aws:cloudwatch:eu-central-1:123456789012:alarm:throttled"),
            (replace(RULE, pattern=ON_ALARMS),),
            False,
            id="an alarm of another Region",
        ),
    ],
)
def test_tells_whether_somebody_hears_of_an_alarm(one: MetricAlarm, rules: tuple[EventRule, ...], told: bool) -> None:
    assert heard(one, Alarms((one,)), rules, BUSES) is told
