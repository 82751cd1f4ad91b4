"""Whether alarms on the runtime metrics of Amazon Bedrock tell somebody; reasons against it are finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules.criteria.alert_routes import heard, silence
from rules.engine.verdict import listed
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.facts.alarms import MetricAlarm
    from rules.facts.bedrock_alerts import RuntimeAlarms

Dimensions = tuple[tuple[str, str], ...]

INTERVENED: Final = "InvocationsIntervened"
GUARDRAILS: Final = "AWS/Bedrock/Guardrails"
RUNTIME: Final = "AWS/Bedrock"

RISES: Final = frozenset(
    {
        "GreaterThanThreshold",
        "GreaterThanOrEqualToThreshold",
        "GreaterThanUpperThreshold",
        "LessThanLowerOrGreaterThanUpperThreshold",
    }
)
"""The comparisons of alarms that go off when a metric rises."""


@dataclass(frozen=True)
class Watch:
    """
    The alarms that a metric calls for.

    `everything` are the dimensions under which it counts all invocations; `parts` those of the models or guardrails
    in use, by their names, which do as well when each has an alarm.
    """

    namespace: str
    metric: str
    everything: Dimensions
    parts: Mapping[str, Dimensions]
    dimensions: frozenset[str]


def wanted(account: RuntimeAlarms, metric: str) -> Watch:
    """
    Return what has to be watched of a metric.

    Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html and
    https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-guardrails-cw-metrics.html
    """
    if metric == INTERVENED:
        versions = {
            f"{arn.rpartition('/')[2]} version {version}": (("GuardrailArn", arn), ("GuardrailVersion", version))
            for arn, version in account.guardrail_versions
        }
        names = frozenset({"GuardrailArn", "GuardrailVersion"})
        return Watch(GUARDRAILS, metric, (("Operation", "ApplyGuardrail"),), versions, names)
    models = {model: (("ModelId", model),) for model in account.usage.invoked_models}
    return Watch(RUNTIME, metric, (), models, frozenset({"ModelId"}))


def alarm_defects(account: RuntimeAlarms, metric: str) -> tuple[str, ...]:
    """Return why nobody is told when a metric rises, whichever model or guardrail it is of."""
    watch = wanted(account, metric)
    covered: set[Dimensions] = set()
    obstacles = []
    for alarm in account.alarms.on_metrics:
        watched = {
            one.dimensions for one in alarm.metrics if (one.namespace, one.name) == (watch.namespace, watch.metric)
        }
        if not watched:
            continue
        if alarm.comparison not in RISES:
            obstacles.append(f"Alarm {alarm.name} does not go off when {metric} rises.")
        elif not heard(alarm, account.alarms, account.event_rules, account.event_buses):
            obstacles.append(silence(alarm))
        elif dead := _dead(alarm, watched, watch):
            obstacles.append(dead)
        else:
            covered |= watched
    if watch.everything in covered:
        return ()
    left = [name for name, dimensions in watch.parts.items() if dimensions not in covered]
    if covered and not left:
        return ()
    of_which = f" of {listed(left, most=2)}" if covered else ""
    return (f"No alarm tells anybody when {metric}{of_which} of {watch.namespace} rises.", *obstacles)


def _dead(alarm: MetricAlarm, watched: set[Dimensions], watch: Watch) -> str | None:
    """Return that Amazon Bedrock publishes nothing under the dimensions of an alarm, or only a part."""
    for dimensions in watched:
        if dimensions == watch.everything or frozenset(name for name, _ in dimensions) == watch.dimensions:
            return None
    names = ", ".join(sorted({name for dimensions in watched for name, _ in dimensions})) or "no dimension"
    return f"Alarm {alarm.name} watches {watch.metric} by {names}, which does not count every invocation."
