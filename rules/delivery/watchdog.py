"""
The function that notices silence: rules that are never invoked, that always fail, that are no longer there.

AWS Config says nothing of the runs of custom Lambda rules (DescribeConfigRuleEvaluationStatus leaves them out), so
that the functions' own metrics are asked: a run that ends without an error has reported everything it found.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rules.delivery.alert import troubles
from rules.delivery.alerter import publish
from rules.delivery.compliance_change import rule_of
from rules.delivery.health import SILENCE, FunctionHealth, Health, problems
from rules.delivery.pack import DEPLOYED, RULES_ACTION, STATE_ACTION, Pack, PackStateError
from rules.delivery.security_hub import batches, told
from rules.engine.catalogue import rule_by_id
from rules.engine.collector import Action
from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, error_code, error_message
from rules.engine.surroundings import opened, variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rules.engine.aws import Aws

ACTIONS = frozenset(
    {
        STATE_ACTION,
        RULES_ACTION,
        Action("config:DescribeConfigRuleEvaluationStatus"),
        Action("config:DescribeConfigurationRecorderStatus"),
        Action("cloudwatch:GetMetricData"),
        Action("logs:DescribeLogGroups"),
    }
)
"""Besides reading its own stack's functions and queue, for which the stack names the resources."""

METRICS = ("Invocations", "Errors")
QUERIES = 500
"""MetricDataQueries that one GetMetricData call takes."""
HOUR = 3600
RULES_ASKED = 10
"""Names for one DescribeConfigRuleEvaluationStatus call; it takes 50, and pages of 10 keep answers small."""


def handler(event: Mapping[str, Any], context: object) -> None:
    """Look at the deployment, and tell the topic what is wrong; raises ClientError when the topic takes nothing."""
    del event, context
    watch(opened())


def watch(aws: Aws) -> tuple[str, ...]:
    """Return what is wrong with the deployment that the environment describes, having told the topic of it."""
    prefix = variable("PREFIX")
    found = problems(health_of(aws, prefix))
    told(problems=found)
    if found:
        publish(aws, variable("TOPIC_ARN"), troubles(prefix, f"{aws.region} ({aws.account_id})", found))
    return found


def health_of(aws: Aws, prefix: str) -> Health:
    """Return what can be seen of the deployment; what cannot be is named in `unknown`."""
    rule_ids = variable("RULES").split(",")
    names = [f"{prefix}-{name}" for name in (*rule_ids, *_listed_in("DAILY"))]
    health = Health(aws.now)
    looks: tuple[Callable[[Health], Health], ...] = (
        lambda seen: _pack(aws, prefix, rule_ids, seen),
        lambda seen: replace(seen, functions=_functions(aws, prefix, names)),
        lambda seen: _recorder(aws, rule_ids, seen),
        lambda seen: replace(seen, failures=_failures(aws, variable("FAILURES_URL"))),
    )
    for look in looks:
        try:
            health = look(health)
        except PackStateError as error:
            health = replace(health, unknown=(*health.unknown, str(error)))
        except (*READ_ERRORS, *SHAPE_ERRORS) as error:
            sentence = f"The watchdog could not look at everything: {error_code(error)}: {error_message(error)}"
            health = replace(health, unknown=(*health.unknown, sentence))
    return health


def _listed_in(name: str) -> list[str]:
    """Return the names in a variable that may be empty: "-" stands for none."""
    return [one for one in variable(name).split(",") if one != "-"]


def _pack(aws: Aws, prefix: str, rule_ids: Sequence[str], health: Health) -> Health:
    pack = Pack(aws, prefix)
    state = pack.state()
    if state[0] not in DEPLOYED:
        return replace(health, pack=state)
    names = pack.rule_names()
    ours = {name: rule for name in names if (rule := rule_of(name)) is not None}
    present = {rule.id for rule in ours.values()}
    managed = [name for name in names if name not in ours]
    return replace(
        health,
        pack=state,
        absent=tuple(rule_id for rule_id in rule_ids if rule_id not in present),
        managed_errors=_errors_of_managed(aws, managed),
    )


def _errors_of_managed(aws: Aws, names: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for asked in batches(names, RULES_ASKED):
        answer = aws.client("config").describe_config_rule_evaluation_status(ConfigRuleNames=list(asked))
        found += [
            f"{one['ConfigRuleName']} ({one['LastErrorCode']})"
            for one in answer["ConfigRulesEvaluationStatus"]
            if one.get("LastErrorCode")
        ]
    return tuple(found)


def _functions(aws: Aws, prefix: str, names: Sequence[str]) -> tuple[FunctionHealth, ...]:
    counts, since = _counts(aws, names), _beginnings(aws, prefix)
    return tuple(
        FunctionHealth(name, _state(aws, name), counts[name, "Invocations"], counts[name, "Errors"], since.get(name))
        for name in names
    )


def _state(aws: Aws, name: str) -> str | None:
    try:
        answer = aws.client("lambda").get_function_configuration(FunctionName=name)
    except READ_ERRORS as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    return str(answer.get("State", "Active"))


def _counts(aws: Aws, names: Sequence[str]) -> dict[tuple[str, str], int]:
    """Return how often each function was invoked and failed in the last 48 hours."""
    asked = [(name, metric) for name in names for metric in METRICS]
    counts = dict.fromkeys(asked, 0)
    for batch in batches(asked, QUERIES):
        by_id = {f"q{number}": key for number, key in enumerate(batch)}
        pages = (
            aws.client("cloudwatch")
            .get_paginator("get_metric_data")
            .paginate(
                MetricDataQueries=[_query(query_id, *key) for query_id, key in by_id.items()],
                StartTime=aws.now - SILENCE,
                EndTime=aws.now,
            )
        )
        for page in pages:
            for one in page["MetricDataResults"]:
                counts[by_id[one["Id"]]] += int(sum(one["Values"]))
    return counts


def _query(query_id: str, name: str, metric: str) -> dict[str, Any]:
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Lambda",
                "MetricName": metric,
                "Dimensions": [{"Name": "FunctionName", "Value": name}],
            },
            "Period": HOUR,
            "Stat": "Sum",
        },
    }


def _beginnings(aws: Aws, prefix: str) -> dict[str, datetime]:
    """Return since when there has been each function: its log group is made with it, and stays as it is updated."""
    start = f"/aws/lambda/{prefix}-"
    pages = aws.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=start)
    return {
        group["logGroupName"].rpartition("/")[2]: datetime.fromtimestamp(group["creationTime"] / 1000, UTC)
        for page in pages
        for group in page["logGroups"]
    }


def _recorder(aws: Aws, rule_ids: Sequence[str], health: Health) -> Health:
    if not any(rule_by_id(rule_id).resource_types for rule_id in rule_ids):
        return health
    recorders = aws.client("config").describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    errors = [one.get("lastErrorMessage", "no message") for one in recorders if one.get("lastStatus") == "Failure"]
    return replace(
        health,
        recording=any(one.get("recording") for one in recorders),
        recorder_error=errors[0] if errors else "",
    )


def _failures(aws: Aws, url: str) -> int:
    answer = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
