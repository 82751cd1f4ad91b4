"""
The function that notices silence: rules that report nothing, that always fail, that are no longer there.

It tells of whatever of the stack is not as it was deployed, too.
AWS Config says nothing of the runs of custom Lambda rules (DescribeConfigRuleEvaluationStatus leaves them out), so
that it is asked for the time of their last results, and the functions' metrics are asked for errors.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rules.delivery.alert import troubles
from rules.delivery.alerter import publish
from rules.delivery.blueprint import Blueprint, Place
from rules.delivery.compliance_change import rule_of
from rules.delivery.drift import drift
from rules.delivery.health import SILENCE, FunctionHealth, Health, problems
from rules.delivery.inspection import ACTIONS as INSPECTION_ACTIONS
from rules.delivery.inspection import inspect
from rules.delivery.pack import DEPLOYED, RESULTS_ACTION, RULES_ACTION, STATE_ACTION, Pack, PackStateError
from rules.delivery.recorder import ACTIONS as RECORDER_ACTIONS
from rules.delivery.recorder import recorder_in
from rules.delivery.security_hub import batches, told
from rules.engine.catalogue import rule_by_id
from rules.engine.collector import Action
from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, error_code, error_message
from rules.engine.surroundings import opened, variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rules.engine.aws import Aws

ACTIONS = (
    INSPECTION_ACTIONS
    | RECORDER_ACTIONS
    | {
        STATE_ACTION,
        RULES_ACTION,
        RESULTS_ACTION,
        Action("config:DescribeConfigRuleEvaluationStatus"),
        Action("cloudwatch:GetMetricData"),
        Action("logs:DescribeLogGroups"),
    }
)
"""Besides reading its own stack's functions, queues, rules and topic, for which the stack names the resources."""

METRICS = ("Invocations", "Errors")
QUERIES = 500
"""MetricDataQueries that one GetMetricData call takes."""
HOUR = 3600
LONGEST_WAIT = timedelta(hours=2)
"""Five attempts of the forwarder take an hour."""
RULES_ASKED = 10
"""Names for one DescribeConfigRuleEvaluationStatus call; it takes 50, and pages of 10 keep answers small."""


def handler(event: Mapping[str, Any], context: object) -> None:
    """Look at the deployment, and tell the topic what is wrong; raises ClientError when the topic takes nothing."""
    del event, context
    watch(opened())


def watch(aws: Aws) -> tuple[str, ...]:
    """Return what is wrong with the deployment that the environment describes, having told the topic of it."""
    place = Place(aws.partition, aws.region, aws.account_id)
    blueprint = Blueprint.of(os.environ, variable("PREFIX"), place)
    found = problems(health_of(aws, blueprint))
    told(problems=found)
    if found:
        publish(aws, variable("TOPIC_ARN"), troubles(blueprint.prefix, f"{aws.region} ({aws.account_id})", found))
    return found


def health_of(aws: Aws, blueprint: Blueprint) -> Health:
    """Return what can be seen of the deployment; what cannot be is named in `unknown`."""
    health = Health(aws.now)
    looks: tuple[Callable[[Health], Health], ...] = (
        lambda seen: _pack(aws, blueprint, seen),
        lambda seen: replace(seen, functions=_functions(aws, blueprint)),
        lambda seen: _recorder(aws, blueprint, seen),
        lambda seen: replace(seen, failures=sum(_waiting(aws, name) for name in blueprint.failures)),
        lambda seen: replace(seen, stuck=_stuck(aws, blueprint)),
        lambda seen: _drift(aws, blueprint, seen),
    )
    for look in looks:
        try:
            health = look(health)
        except PackStateError as error:
            health = _unseen(health, str(error))
        except (*READ_ERRORS, *SHAPE_ERRORS) as error:
            sentence = f"The watchdog could not look at everything: {error_code(error)}: {error_message(error)}"
            health = _unseen(health, sentence)
    return health


def _unseen(health: Health, *sentences: str) -> Health:
    return replace(health, unknown=tuple(dict.fromkeys((*health.unknown, *sentences))))


def _pack(aws: Aws, blueprint: Blueprint, health: Health) -> Health:
    pack = Pack(aws, blueprint.prefix)
    state = pack.state()
    if state[0] not in DEPLOYED:
        return replace(health, pack=state)
    names = pack.rule_names()
    ours = {name: rule for name in names if (rule := rule_of(name)) is not None}
    present = {rule.id for rule in ours.values()}
    managed = [name for name in names if name not in ours]
    health = replace(
        health,
        pack=state,
        absent=tuple(rule_id for rule_id in blueprint.rules if rule_id not in present),
        managed_errors=_errors_of_managed(aws, managed),
    )
    reported = {
        f"{blueprint.prefix}-{rule.id}": pack.last_report(name, aws.now - SILENCE) for name, rule in ours.items()
    }
    return replace(health, reported=reported)


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


def _functions(aws: Aws, blueprint: Blueprint) -> tuple[FunctionHealth, ...]:
    """Return the functions that run every day; a queue's function may have nothing to do for months."""
    names = [f"{blueprint.prefix}-{name}" for name in (*blueprint.rules, *blueprint.daily)]
    counts, since = _counts(aws, names), _beginnings(aws, blueprint.prefix)
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


def _recorder(aws: Aws, blueprint: Blueprint, health: Health) -> Health:
    wanted = {kind for rule_id in blueprint.rules for kind in rule_by_id(rule_id).resource_types}
    if not wanted:
        return health
    recorder = recorder_in(aws.client("config"))
    if recorder is None or not recorder.recording:
        return replace(health, recording=False)
    unrecorded = sorted(kind for kind in wanted if not recorder.records(kind))
    return replace(
        health,
        recording=True,
        recorder_error=(recorder.last_error or "no message") if recorder.failed else "",
        unrecorded=tuple(unrecorded) if blueprint.records else (),
    )


def _waiting(aws: Aws, queue: str) -> int:
    client = aws.client("sqs")
    url = client.get_queue_url(QueueName=queue)["QueueUrl"]
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def _stuck(aws: Aws, blueprint: Blueprint) -> tuple[str, ...]:
    """Return the queues in which an event has waited for longer than all attempts take."""
    names = [queue.name for queue in blueprint.queues()]
    if not names:
        return ()
    queries = [
        {
            "Id": f"q{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/SQS",
                    "MetricName": "ApproximateAgeOfOldestMessage",
                    "Dimensions": [{"Name": "QueueName", "Value": name}],
                },
                "Period": HOUR,
                "Stat": "Maximum",
            },
        }
        for number, name in enumerate(names)
    ]
    pages = (
        aws.client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(MetricDataQueries=queries, StartTime=aws.now - 2 * LONGEST_WAIT, EndTime=aws.now)
    )
    found = [one for page in pages for one in page["MetricDataResults"]]
    long = LONGEST_WAIT.total_seconds()
    return tuple(name for number, name in enumerate(names) if max(_values(found, f"q{number}"), default=0) > long)


def _values(results: Sequence[Mapping[str, Any]], query_id: str) -> list[float]:
    return [value for one in results if one["Id"] == query_id for value in one["Values"]]


def _drift(aws: Aws, blueprint: Blueprint, health: Health) -> Health:
    seen = inspect(aws, blueprint)
    return _unseen(replace(health, drift=drift(blueprint, seen)), *seen.unknown)
