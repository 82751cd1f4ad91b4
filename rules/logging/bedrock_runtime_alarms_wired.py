"""Rule: bedrock-runtime-alarms-wired."""

from typing import Annotated, Literal

from rules.criteria.runtime_alarms import INTERVENED, alarm_defects
from rules.engine.duties import Severity
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable
from rules.facts import bedrock_alerts
from rules.facts.bedrock_alerts import RuntimeAlarms
from rules.frozen import dataclass

RuntimeMetric = Literal["InvocationsIntervened", "InvocationThrottles", "InvocationServerErrors"]


@dataclass(frozen=True)
class BedrockRuntimeAlarmsWired(PeriodicRule[RuntimeAlarms]):
    """
    Checks if alarms tell somebody when Amazon Bedrock guardrails intervene or invocations are throttled or fail.

    The rule is NON_COMPLIANT if for one of the metrics no Amazon CloudWatch alarm with a live action covers every
    model or guardrail in use.

    ## Why
    Guardrails that suddenly intervene often show somebody probing an application.
    Throttles and server errors show a workload that outgrew its quotas, or somebody who uses them up.

    ## Fix
    PutMetricAlarm with `AlarmActions`, for `InvocationThrottles` and `InvocationServerErrors` of `AWS/Bedrock` without
    dimensions, and for `InvocationsIntervened` of `AWS/Bedrock/Guardrails`:

        aws cloudwatch put-metric-alarm --cli-input-json file://alarm.json

    The latter counts every intervention under the dimension `Operation` with the value `ApplyGuardrail`.
    In the AWS CDK, `metric.create_alarm(…).add_alarm_action(actions.SnsAction(topic))`.

    ## Limits
    An alarm per model, or per guardrail version, does where each one of the last two weeks has one.
    Thresholds and statistics are not judged. Metric math counts for the metrics that it refers to; searches and Metrics
    Insights do not count, and neither do metric filters on invocation logs, whose form differs from model to model.
    A topic needs a confirmed subscription, a function has to exist, and both have to let CloudWatch in; other actions
    are taken as they are. An EventBridge rule on the alarm's change of state does as well.
    The metrics of the bedrock-mantle endpoint are not asked for.
    """

    title = "Alarms tell of guardrail interventions, throttles and errors"
    severity = Severity.LOW
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-guardrails-cw-metrics.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    )
    reports = ("AWS::::Account",)
    nothing_to_judge = "This account does not use Amazon Bedrock in this Region."
    collect = bedrock_alerts.runtime_alarms

    metrics: Annotated[
        tuple[RuntimeMetric, ...], "Metrics that need an alarm; interventions where guardrails exist."
    ] = (
        "InvocationsIntervened",
        "InvocationThrottles",
        "InvocationServerErrors",
    )

    def judge(self, account: RuntimeAlarms, /) -> Verdict:
        """Return whether somebody is told when one of the metrics rises."""
        if not account.usage.in_use:
            return not_applicable(self.nothing_to_judge)
        asked = [metric for metric in self.metrics if metric != INTERVENED or account.usage.guardrails]
        if not asked:
            return not_applicable("This account has no guardrail in this Region, and no other metric is asked for.")
        defects = {metric: alarm_defects(account, metric) for metric in asked}
        unwatched = [found for found in defects.values() if found]
        if unwatched:
            first = [found[0] for found in unwatched]
            return non_compliant(*dict.fromkeys((*first, *(why for found in unwatched for why in found[1:]))))
        return compliant(f"Alarms tell somebody when {listed(asked)} rise.")


handler = BedrockRuntimeAlarmsWired.lambda_handler()
