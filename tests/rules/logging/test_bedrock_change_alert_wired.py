from dataclasses import replace
from typing import Any

import pytest

from rules.engine.errors import ParameterError
from rules.engine.resource import account_resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.alarms import Alarms, CompositeAlarm, Metric, MetricAlarm
from rules.facts.bedrock_alerts import ChangeAlerts
from rules.facts.bedrock_usage import BedrockUsage
from rules.facts.cloudtrail import BasicSelector, Trail
from rules.facts.metric_filters import MetricFilter
from rules.logging.bedrock_change_alert_wired import BedrockChangeAlertWired
from tests.rules.facts import alerts
from tests.rules.facts.alerts import HEARD

TRAIL = Trail(
    arn="arn:aws:cloudtrail:us-east-1:123456789012:trail/all",
    name="all",
    home_region="us-east-1",
    multi_region=True,
    organization=False,
    logging=True,
    delivery_error=None,
    log_group_arn="arn:aws:logs:us-east-1:123456789012:log-group:trail:*",
    log_group_error=None,
    selectors=(BasicSelector("All", management=True),),
)
RULE = replace(alerts.RULE, pattern={"source": ["aws.bedrock"], "detail-type": ["AWS API Call via CloudTrail"]})
COUNTER = MetricFilter(
    name="counter",
    region="us-east-1",
    log_group="trail",
    pattern='{ $.eventSource = "bedrock.amazonaws.com" && $.readOnly IS FALSE }',
    metric=Metric("Security", "Changes"),
    value="1",
    default=None,
    per_dimension=False,
    narrowed=False,
)
ALARM = MetricAlarm(
    name="changed",
    arn="arn:aws:cloudwatch:us-east-1:123456789012:alarm:changed",
    metrics=(Metric("Security", "Changes"),),
    calculated=False,
    statistic="Sum",
    comparison="GreaterThanOrEqualToThreshold",
    threshold=1.0,
    datapoints=1,
    actions_enabled=True,
    actions=(HEARD,),
)
NOTHING = ChangeAlerts(
    resource=account_resource("123456789012", "aws"),
    region="us-east-1",
    usage=BedrockUsage(guardrails=1),
    trails=(TRAIL,),
    event_buses="arn:aws:events:us-east-1:123456789012:event-bus/",
    event_rules=(),
    filters=(),
    alarms={},
)
ALL = "Nobody is told of DeleteModelInvocationLoggingConfiguration, PutModelInvocationLoggingConfiguration and 4 more."
ONE = {"eventNames": "DeleteGuardrail"}
UNTOLD = "Nobody is told of DeleteGuardrail."


def with_rule(pattern: dict[str, Any] | None = None, **changes: Any) -> ChangeAlerts:
    rule = replace(RULE, pattern=RULE.pattern if pattern is None else pattern)
    return replace(NOTHING, event_rules=(replace(rule, **changes),))


def with_filter(alarm: MetricAlarm | None = ALARM, **changes: Any) -> ChangeAlerts:
    alarms = Alarms((alarm,) if alarm else ())
    return replace(NOTHING, filters=(replace(COUNTER, **changes),), alarms={"us-east-1": alarms})


def told(through: str) -> Verdict:
    return compliant(f"Somebody is told of every kind of change through {through}.")


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param(with_rule(), told("EventBridge rule changes"), id="an EventBridge rule"),
        pytest.param(with_filter(), told("alarm changed"), id="a metric filter with an alarm"),
        pytest.param(
            replace(
                with_rule({"source": ["aws.bedrock"], "detail": {"eventName": [{"suffix": "Guardrail"}]}}),
                filters=(replace(COUNTER, pattern='{ $.eventName = "*Configuration" }'),),
                alarms={"us-east-1": Alarms((ALARM,))},
            ),
            told("alarm changed and EventBridge rule changes"),
            id="some calls by a rule, the others by an alarm",
        ),
        pytest.param(NOTHING, non_compliant(ALL), id="nothing"),
        pytest.param(
            replace(with_rule(), usage=BedrockUsage()),
            not_applicable("This account does not use Amazon Bedrock in this Region."),
            id="no use of Amazon Bedrock",
        ),
        pytest.param(
            with_rule({"source": ["aws.bedrock"], "detail": {"eventName": ["UpdateGuardrail", "DeleteGuardrail"]}}),
            non_compliant(
                "Nobody is told of DeleteModelInvocationLoggingConfiguration, PutModelInvocationLoggingConfiguration "
                "and 2 more."
            ),
            id="a rule on guardrails only",
        ),
        pytest.param(
            with_rule(state="DISABLED"),
            non_compliant(ALL, "EventBridge rule changes is DISABLED."),
            id="a disabled rule",
        ),
        pytest.param(
            replace(with_rule(), trails=()),
            non_compliant(
                ALL, "No active trail records these calls, without which EventBridge rule changes gets none."
            ),
            id="a rule without a trail",
        ),
    ],
)
def test_judges_the_account(account: ChangeAlerts, verdict: Verdict) -> None:
    assert BedrockChangeAlertWired().judge(account) == verdict


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param(
            with_rule({"detail": {"eventSource": ["bedrock.amazonaws.com"], "eventName": ["DeleteGuardrail"]}}),
            compliant("Somebody is told of every kind of change through EventBridge rule changes."),
            id="the call by name",
        ),
        pytest.param(
            with_rule({"detail": {"eventName": ["DeleteGuardrail"], "errorCode": [{"exists": False}]}}),
            compliant("Somebody is told of every kind of change through EventBridge rule changes."),
            id="successful calls only",
        ),
        pytest.param(
            with_rule({"detail": {"eventName": ["DeleteGuardrail"], "errorCode": [{"exists": True}]}}),
            non_compliant(UNTOLD),
            id="failed calls only",
        ),
        pytest.param(
            with_rule({"detail": {"eventName": ["DeleteGuardrail"], "userIdentity": {"type": ["Root"]}}}),
            non_compliant(UNTOLD, "EventBridge rule changes may leave out some of these events."),
            id="calls of some callers only",
        ),
        pytest.param(with_rule({"region": ["eu-central-1"]}), non_compliant(UNTOLD), id="calls in another Region"),
        pytest.param(
            with_rule(targets=()), non_compliant(UNTOLD, "EventBridge rule changes has no target."), id="no target"
        ),
        pytest.param(
            with_filter(pattern="DeleteGuardrail"),
            non_compliant(UNTOLD, "Metric filter counter may leave out some of these calls."),
            id="a filter of words",
        ),
        pytest.param(
            with_filter(narrowed=True),
            non_compliant(UNTOLD, "Metric filter counter may leave out some of these calls."),
            id="a filter on transformed events",
        ),
        pytest.param(with_filter(pattern='{ $.eventName = "x" }'), non_compliant(UNTOLD), id="a filter on other calls"),
        pytest.param(
            with_filter(per_dimension=True),
            non_compliant(
                UNTOLD,
                "Metric filter counter counts into Security Changes per dimension, which an alarm does not add up.",
            ),
            id="a filter with dimensions",
        ),
        pytest.param(
            with_filter(None),
            non_compliant(UNTOLD, "No alarm watches Security Changes, which metric filter counter counts into."),
            id="a filter without an alarm",
        ),
        pytest.param(
            with_filter(replace(ALARM, metrics=(Metric("Security", "Changes", (("User", "x"),)),))),
            non_compliant(UNTOLD, "No alarm watches Security Changes, which metric filter counter counts into."),
            id="an alarm on one dimension",
        ),
        pytest.param(
            with_filter(replace(ALARM, calculated=True)),
            non_compliant(UNTOLD, "No alarm watches Security Changes, which metric filter counter counts into."),
            id="an alarm on a calculation",
        ),
        pytest.param(
            with_filter(replace(ALARM, actions_enabled=False)),
            non_compliant(UNTOLD, "The actions of alarm changed are switched off."),
            id="an alarm with its actions switched off",
        ),
    ],
)
def test_judges_one_call(account: ChangeAlerts, verdict: Verdict) -> None:
    assert BedrockChangeAlertWired.configured(ONE).judge(account) == verdict


AT_ONCE = compliant("Somebody is told of every kind of change through alarm changed.")
LATE = non_compliant(UNTOLD, "Alarm changed need not go off at the first of these calls.")


@pytest.mark.parametrize(
    ("alarm", "counter", "verdict"),
    [
        pytest.param({"statistic": "Maximum"}, {}, AT_ONCE, id="the greatest value"),
        pytest.param({"statistic": "Average"}, {}, AT_ONCE, id="the average of nothing else"),
        pytest.param({"statistic": "Average"}, {"default": 0.0}, LATE, id="the average with zeros"),
        pytest.param({"statistic": "Sum"}, {"default": 0.0}, AT_ONCE, id="the sum with zeros"),
        pytest.param({"statistic": "SampleCount"}, {}, LATE, id="the number of values"),
        pytest.param({"comparison": "GreaterThanThreshold"}, {}, LATE, id="more than one"),
        pytest.param({"comparison": "GreaterThanThreshold", "threshold": 0.0}, {}, AT_ONCE, id="more than none"),
        pytest.param({"comparison": "LessThanThreshold"}, {}, LATE, id="less than one"),
        pytest.param({"threshold": 5.0}, {}, LATE, id="five at once"),
        pytest.param({"threshold": 5.0}, {"value": "5"}, AT_ONCE, id="five that each call counts for"),
        pytest.param({}, {"value": "$.size"}, LATE, id="a value of the event"),
        pytest.param({"threshold": None}, {}, LATE, id="no threshold"),
        pytest.param({"datapoints": 2}, {}, LATE, id="two datapoints"),
    ],
)
def test_an_alarm_has_to_go_off_at_the_first_call(
    alarm: dict[str, Any], counter: dict[str, Any], verdict: Verdict
) -> None:
    account = with_filter(replace(ALARM, **alarm), **counter)

    assert BedrockChangeAlertWired.configured(ONE).judge(account) == verdict


BY_RULE = compliant("Somebody is told of every kind of change through EventBridge rule changes.")
NO_EVENTS = non_compliant(
    UNTOLD, "No active trail records these calls, without which EventBridge rule changes gets none."
)
BY_ALARM = compliant("Somebody is told of every kind of change through alarm changed.")


@pytest.mark.parametrize(
    ("trail", "by_rule", "by_alarm"),
    [
        pytest.param({}, BY_RULE, BY_ALARM, id="active"),
        pytest.param({"logging": False}, NO_EVENTS, non_compliant(UNTOLD), id="stopped"),
        pytest.param(
            {"selectors": (BasicSelector("ReadOnly", management=True),)},
            NO_EVENTS,
            non_compliant(UNTOLD),
            id="of reads only",
        ),
        pytest.param({"log_group_error": "Access denied."}, BY_RULE, non_compliant(UNTOLD), id="failing to write"),
        pytest.param({"log_group_arn": None}, BY_RULE, non_compliant(UNTOLD), id="without a log group"),
        pytest.param(
            {"log_group_arn": "arn:aws:logs:eu-central-1:123456789012:log-group:trail:*"},
            BY_RULE,
            non_compliant(UNTOLD),
            id="with a log group of the same name elsewhere",
        ),
        pytest.param(
            {"logging": None, "selectors": None, "organization": True},
            BY_RULE,
            non_compliant(UNTOLD),
            id="of the organization, hidden",
        ),
    ],
)
def test_a_trail_has_to_record_the_call(trail: dict[str, Any], by_rule: Verdict, by_alarm: Verdict) -> None:
    rule = BedrockChangeAlertWired.configured(ONE)
    trails = (replace(TRAIL, **trail),)

    assert rule.judge(replace(with_rule(), trails=trails)) == by_rule
    assert rule.judge(replace(with_filter(), trails=trails)) == by_alarm


def test_alarms_of_another_region_count_where_the_log_group_is() -> None:
    trail = replace(TRAIL, log_group_arn="arn:aws:logs:eu-central-1:123456789012:log-group:trail:*")
    account = replace(with_filter(region="eu-central-1"), trails=(trail,), alarms={"eu-central-1": Alarms((ALARM,))})

    assert BedrockChangeAlertWired().judge(account) == told("alarm changed")


def test_a_composite_alarm_may_tell() -> None:
    composite = CompositeAlarm("any", f"{ALARM.arn}-any", "ALARM(changed)", actions_enabled=True, actions=(HEARD,))
    account = replace(with_filter(), alarms={"us-east-1": Alarms((replace(ALARM, actions=()),), (composite,))})

    assert BedrockChangeAlertWired().judge(account) == told("alarm changed")


def test_refuses_what_is_no_call() -> None:
    with pytest.raises(ParameterError, match="names of Amazon Bedrock API operations"):
        BedrockChangeAlertWired.configured({"eventNames": "bedrock:DeleteGuardrail"})
