from dataclasses import replace
from typing import Any

import pytest

from rules.criteria.runtime_alarms import alarm_defects
from rules.engine.errors import ParameterError
from rules.engine.resource import account_resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.alarms import Alarms, CompositeAlarm, Metric, MetricAlarm
from rules.facts.bedrock_alerts import RuntimeAlarms
from rules.facts.bedrock_usage import BedrockUsage
from rules.logging.bedrock_runtime_alarms_wired import BedrockRuntimeAlarmsWired
from tests.rules.facts.alerts import HEARD, RULE

GUARDRAIL = "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1"
HAIKU, NOVA = "anthropic.claude-3-haiku-20240307-v1:0", "amazon.nova-lite-v1:0"


def alarm(metric: str, namespace: str = "AWS/Bedrock", dimensions: dict[str, str] | None = None) -> MetricAlarm:
    return MetricAlarm(
        name=metric.removeprefix("Invocation").lower(),
        arn=f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{metric}",
        metrics=(Metric(namespace, metric, tuple(sorted((dimensions or {}).items()))),),
        calculated=False,
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=10.0,
        datapoints=1,
        actions_enabled=True,
        actions=(HEARD,),
    )


def intervened(**dimensions: str) -> MetricAlarm:
    return alarm("InvocationsIntervened", "AWS/Bedrock/Guardrails", dimensions)


def throttles(**dimensions: str) -> MetricAlarm:
    return alarm("InvocationThrottles", dimensions=dimensions)


INTERVENED = intervened(Operation="ApplyGuardrail")
THROTTLES = throttles()
ERRORS = alarm("InvocationServerErrors")
ON_ALARMS = replace(RULE, pattern={"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}})
ACCOUNT = RuntimeAlarms(
    resource=account_resource("123456789012", "aws"),
    usage=BedrockUsage(invoked_models=(NOVA, HAIKU), guardrails=1),
    guardrail_versions=((GUARDRAIL, "1"), (GUARDRAIL, "2")),
    alarms=Alarms((INTERVENED, THROTTLES, ERRORS)),
    event_buses="arn:aws:events:us-east-1:123456789012:event-bus/",
    event_rules=(),
)
GOOD = compliant(
    "Alarms tell somebody when InvocationsIntervened, InvocationThrottles and InvocationServerErrors rise."
)
NO_INTERVENED = "No alarm tells anybody when InvocationsIntervened of AWS/Bedrock/Guardrails rises."
NO_THROTTLES = "No alarm tells anybody when InvocationThrottles of AWS/Bedrock rises."
NO_ERRORS = "No alarm tells anybody when InvocationServerErrors of AWS/Bedrock rises."


def having(*alarms: MetricAlarm, composite: tuple[CompositeAlarm, ...] = (), **changes: Any) -> RuntimeAlarms:
    return replace(ACCOUNT, alarms=Alarms(alarms, composite), **changes)


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param(ACCOUNT, GOOD, id="an alarm each"),
        pytest.param(having(), non_compliant(NO_INTERVENED, NO_THROTTLES, NO_ERRORS), id="no alarm"),
        pytest.param(having(INTERVENED, ERRORS), non_compliant(NO_THROTTLES), id="one alarm missing"),
        pytest.param(
            having(usage=BedrockUsage()),
            not_applicable("This account does not use Amazon Bedrock in this Region."),
            id="no use of Amazon Bedrock",
        ),
        pytest.param(
            having(THROTTLES, ERRORS, usage=BedrockUsage(invoked_models=(HAIKU,))),
            compliant("Alarms tell somebody when InvocationThrottles and InvocationServerErrors rise."),
            id="no guardrails that could intervene",
        ),
        pytest.param(
            having(INTERVENED, ERRORS, replace(THROTTLES, actions_enabled=False)),
            non_compliant(NO_THROTTLES, "The actions of alarm throttles are switched off."),
            id="actions switched off",
        ),
        pytest.param(
            having(INTERVENED, ERRORS, replace(THROTTLES, actions=())),
            non_compliant(NO_THROTTLES, "Alarm throttles has no action."),
            id="no action",
        ),
        pytest.param(
            having(
                INTERVENED,
                ERRORS,
                replace(THROTTLES, actions=()),
                composite=(
                    CompositeAlarm(
                        "any", f"{THROTTLES.arn}-any", "ALARM(throttles)", actions_enabled=True, actions=(HEARD,)
                    ),
                ),
            ),
            GOOD,
            id="the action of a composite alarm",
        ),
        pytest.param(
            having(INTERVENED, ERRORS, replace(THROTTLES, actions=()), event_rules=(ON_ALARMS,)),
            GOOD,
            id="an EventBridge rule on alarms",
        ),
        pytest.param(
            having(INTERVENED, ERRORS, replace(THROTTLES, comparison="LessThanThreshold")),
            non_compliant(NO_THROTTLES, "Alarm throttles does not go off when InvocationThrottles rises."),
            id="going off when it falls",
        ),
        pytest.param(
            having(INTERVENED, ERRORS, replace(THROTTLES, comparison="GreaterThanUpperThreshold", calculated=True)),
            GOOD,
            id="an anomaly band",
        ),
        pytest.param(
            having(
                INTERVENED,
                replace(ERRORS, metrics=(*ERRORS.metrics, *THROTTLES.metrics), calculated=True),
            ),
            GOOD,
            id="a calculation over both",
        ),
        pytest.param(
            having(INTERVENED, ERRORS, alarm("InvocationThrottles", "AWS/Bedrock/Agents")),
            non_compliant(NO_THROTTLES),
            id="the metric of another namespace",
        ),
    ],
)
def test_judges_the_account(account: RuntimeAlarms, verdict: Verdict) -> None:
    assert BedrockRuntimeAlarmsWired().judge(account) == verdict


@pytest.mark.parametrize(
    ("alarms", "verdict"),
    [
        pytest.param((throttles(ModelId=HAIKU), throttles(ModelId=NOVA)), GOOD, id="an alarm per model in use"),
        pytest.param(
            (throttles(ModelId=HAIKU),),
            non_compliant(f"No alarm tells anybody when InvocationThrottles of {NOVA} of AWS/Bedrock rises."),
            id="a model in use without an alarm",
        ),
        pytest.param(
            (throttles(ModelId=HAIKU, ImageSize="1"),),
            non_compliant(
                NO_THROTTLES,
                "Alarm throttles watches InvocationThrottles by ImageSize, ModelId, which does not count every "
                "invocation.",
            ),
            id="a part of the invocations of a model",
        ),
    ],
)
def test_models_need_alarms(alarms: tuple[MetricAlarm, ...], verdict: Verdict) -> None:
    assert BedrockRuntimeAlarmsWired().judge(having(INTERVENED, ERRORS, *alarms)) == verdict


def test_an_alarm_on_a_model_that_is_not_invoked_is_enough_while_none_is() -> None:
    account = having(INTERVENED, ERRORS, throttles(ModelId=HAIKU), usage=BedrockUsage(guardrails=1))

    assert alarm_defects(account, "InvocationThrottles") == ()
    assert BedrockRuntimeAlarmsWired().judge(account) == GOOD


@pytest.mark.parametrize(
    ("alarms", "verdict"),
    [
        pytest.param(
            tuple(intervened(GuardrailArn=GUARDRAIL, GuardrailVersion=version) for version in "12"),
            GOOD,
            id="an alarm per version in use",
        ),
        pytest.param(
            (intervened(GuardrailArn=GUARDRAIL, GuardrailVersion="1"),),
            non_compliant(
                "No alarm tells anybody when InvocationsIntervened of gr1 version 2 of AWS/Bedrock/Guardrails rises."
            ),
            id="a version in use without an alarm",
        ),
        pytest.param(
            (intervened(GuardrailArn=GUARDRAIL),),
            non_compliant(
                NO_INTERVENED,
                "Alarm sintervened watches InvocationsIntervened by GuardrailArn, which does not count every "
                "invocation.",
            ),
            id="dimensions that nothing is published under",
        ),
        pytest.param(
            (intervened(),),
            non_compliant(
                NO_INTERVENED,
                "Alarm sintervened watches InvocationsIntervened by no dimension, which does not count every "
                "invocation.",
            ),
            id="no dimension",
        ),
        pytest.param(
            (intervened(GuardrailPolicyType="TopicPolicy"),),
            non_compliant(
                NO_INTERVENED,
                "Alarm sintervened watches InvocationsIntervened by GuardrailPolicyType, which does not count every "
                "invocation.",
            ),
            id="interventions of one policy",
        ),
    ],
)
def test_guardrails_need_alarms(alarms: tuple[MetricAlarm, ...], verdict: Verdict) -> None:
    assert BedrockRuntimeAlarmsWired().judge(having(THROTTLES, ERRORS, *alarms)) == verdict


@pytest.mark.parametrize(
    ("metrics", "account", "verdict"),
    [
        pytest.param(
            "InvocationThrottles",
            having(THROTTLES),
            compliant("Alarms tell somebody when InvocationThrottles rise."),
            id="one metric",
        ),
        pytest.param(
            "InvocationsIntervened",
            having(usage=BedrockUsage(agents=1)),
            not_applicable("This account has no guardrail in this Region, and no other metric is asked for."),
            id="interventions without guardrails",
        ),
    ],
)
def test_asks_for_the_metrics_that_are_wanted(metrics: str, account: RuntimeAlarms, verdict: Verdict) -> None:
    assert BedrockRuntimeAlarmsWired.configured({"metrics": metrics}).judge(account) == verdict


def test_refuses_other_metrics() -> None:
    with pytest.raises(ParameterError, match="InvocationServerErrors"):
        BedrockRuntimeAlarmsWired.configured({"metrics": "InvocationLatency"})
