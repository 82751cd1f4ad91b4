"""What an account says of a deployed stack, part by part; `rules.delivery.drift` judges it."""

from __future__ import annotations

import json
from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from rules.delivery.compliance_change import PACK_SUFFIX
from rules.delivery.pack import DEPLOYED, Pack, PackStateError
from rules.delivery.security_hub import batches
from rules.engine.collector import Action
from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, error_code, error_message
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.delivery.blueprint import Blueprint, EventRulePlan
    from rules.engine.aws import Aws

ACTIONS = frozenset(
    {
        Action("config:DescribeConfigRules"),
        Action("lambda:ListEventSourceMappings"),
        Action("cloudwatch:DescribeAlarms", "arn:{partition}:cloudwatch:{region}:{account}:alarm:*"),
    }
)
"""Besides reading the stack's own functions, queues, topic and EventBridge rules, for which it names the resources."""

FUNCTION_ACTIONS = ("lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration")
QUEUE_ACTIONS = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")
EVENT_RULE_ACTIONS = ("events:DescribeRule", "events:ListTargetsByRule")
SUBSCRIPTIONS_ACTION = "sns:ListSubscriptionsByTopic"
SUBSCRIPTION_ACTION = "sns:GetSubscriptionAttributes"

NAMES_PER_CALL = 25
"""Rule names that one DescribeConfigRules call takes."""
ALARMS_PER_CALL = 100
ABSENT = frozenset({"ResourceNotFoundException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"})
"""What AWS Lambda, Amazon EventBridge and Amazon SQS say of what does not exist."""


@dataclass(frozen=True)
class FunctionSettings:
    """
    A function as AWS Lambda has it.

    `code` is the SHA-256 of its zip, in Base64. `variables` is None where they cannot be decrypted. `concurrency` is
    what is reserved, None for nothing.
    """

    name: str
    handler: str
    runtime: str
    code: str
    role: str
    layers: tuple[str, ...] = ()
    variables: Mapping[str, str] | None = field(default_factory=dict)
    concurrency: int | None = None


@dataclass(frozen=True)
class DeployedRule:
    """A rule of the pack as AWS Config has it; `name` is without the pack's suffix, `scope` as DescribeConfigRules."""

    name: str
    state: str
    owner: str
    identifier: str
    parameters: Mapping[str, object]
    scope: Mapping[str, Any]
    triggers: frozenset[tuple[str, str | None]]


@dataclass(frozen=True)
class EventSource:
    """A mapping that lets AWS Lambda take messages from `source`; `filtered` drops those that do not match."""

    source: str
    state: str
    filtered: bool = False


@dataclass(frozen=True)
class EventRule:
    """An EventBridge rule; `rewritten` are the targets that do not get the event as it is."""

    name: str
    state: str
    pattern: Mapping[str, Any] | None
    schedule: str | None
    targets: tuple[str, ...]
    rewritten: tuple[str, ...] = ()


@dataclass(frozen=True)
class Queue:
    """
    A queue; `dead_letters` is the ARN of where messages end, `policy` its resource policy.

    `keeps` and `holds_back` are for how many seconds it keeps a message, and keeps it back at first.
    """

    name: str
    dead_letters: str
    policy: Mapping[str, Any]
    keeps: int
    holds_back: int = 0


@dataclass(frozen=True)
class Alarm:
    """An alarm; `settings` are those of `AlarmPlan`."""

    name: str
    speaks_to: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Subscriptions:
    """The confirmed subscriptions of the topic, and how many of them get only some messages."""

    confirmed: int
    filtered: int = 0


@dataclass(frozen=True)
class Seen:
    """
    What was seen of a stack. A part that is None was not looked at, a name that is missing does not exist.

    `mappings` are by the name of the function. `unknown` are sentences on what could not be read.
    """

    functions: Mapping[str, FunctionSettings] | None = None
    rules: tuple[DeployedRule, ...] | None = None
    mappings: Mapping[str, tuple[EventSource, ...]] | None = None
    event_rules: Mapping[str, EventRule] | None = None
    queues: Mapping[str, Queue] | None = None
    alarms: Mapping[str, Alarm] | None = None
    subscriptions: Subscriptions | None = None
    unknown: tuple[str, ...] = ()


def inspect(aws: Aws, blueprint: Blueprint) -> Seen:
    """Return what the account says of the parts of `blueprint`; a part that is refused is named in `unknown`."""
    looks: tuple[tuple[str, Callable[[Aws, Blueprint], Any]], ...] = (
        ("functions", _functions),
        ("rules", _rules),
        ("mappings", _mappings),
        ("event_rules", _event_rules),
        ("queues", _queues),
        ("alarms", _alarms),
        ("subscriptions", _subscriptions),
    )
    seen = Seen()
    for part, look in looks:
        try:
            seen = replace(seen, **{part: look(aws, blueprint)})
        except PackStateError as error:
            seen = replace(seen, unknown=(*seen.unknown, str(error)))
        except (*READ_ERRORS, *SHAPE_ERRORS) as error:
            what = part.replace("_", " ")
            sentence = f"What the stack's {what} are could not be read: {error_code(error)}: {error_message(error)}"
            seen = replace(seen, unknown=(*seen.unknown, sentence))
    return seen


def present(read: Callable[[], Any]) -> Any:
    """Return what `read` returns, None when it is refused because there is no such thing; raises READ_ERRORS."""
    try:
        return read()
    except READ_ERRORS as error:
        if error_code(error) in ABSENT:
            return None
        raise


def _functions(aws: Aws, blueprint: Blueprint) -> dict[str, FunctionSettings]:
    client = aws.client("lambda")

    def settings(name: str) -> FunctionSettings:
        found = client.get_function_configuration(FunctionName=name)
        environment = found.get("Environment", {})
        return FunctionSettings(
            name=name,
            handler=found["Handler"],
            runtime=found["Runtime"],
            code=found["CodeSha256"],
            role=found["Role"].rpartition("/")[2],
            layers=tuple(layer["Arn"] for layer in found.get("Layers", ())),
            variables=None if environment.get("Error") else environment.get("Variables", {}),
            concurrency=client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions"),
        )

    found = {plan.name: present(partial(settings, plan.name)) for plan in blueprint.functions()}
    return {name: one for name, one in found.items() if one is not None}


def _rules(aws: Aws, blueprint: Blueprint) -> tuple[DeployedRule, ...] | None:
    """Return the rules of the pack, None as long as it is not deployed: its state says so, to whoever looks at that."""
    pack = Pack(aws, blueprint.prefix)
    if pack.state()[0] not in DEPLOYED:
        return None
    names = pack.rule_names()
    found = []
    for batch in batches(sorted(names), NAMES_PER_CALL):
        found += aws.client("config").describe_config_rules(ConfigRuleNames=list(batch))["ConfigRules"]
    return tuple(_rule(one) for one in found)


def _rule(rule: Mapping[str, Any]) -> DeployedRule:
    source = rule["Source"]
    return DeployedRule(
        name=PACK_SUFFIX.sub("", rule["ConfigRuleName"]),
        state=rule["ConfigRuleState"],
        owner=source["Owner"],
        identifier=source["SourceIdentifier"],
        parameters=json.loads(rule.get("InputParameters") or "{}"),
        scope={name: value for name, value in rule.get("Scope", {}).items() if value},
        triggers=frozenset(
            (one.get("MessageType", ""), one.get("MaximumExecutionFrequency"))
            for one in source.get("SourceDetails", ())
        ),
    )


def _mappings(aws: Aws, blueprint: Blueprint) -> dict[str, tuple[EventSource, ...]]:
    def sources(function: str) -> tuple[EventSource, ...]:
        pages = aws.client("lambda").get_paginator("list_event_source_mappings").paginate(FunctionName=function)
        return tuple(
            EventSource(one["EventSourceArn"], one["State"], bool(one.get("FilterCriteria", {}).get("Filters")))
            for page in pages
            for one in page["EventSourceMappings"]
        )

    return {queue.function: present(partial(sources, queue.function)) or () for queue in blueprint.queues()}


def _event_rules(aws: Aws, blueprint: Blueprint) -> dict[str, EventRule]:
    found = {plan.name: _event_rule(aws, plan) for plan in blueprint.event_rules()}
    return {name: one for name, one in found.items() if one is not None}


def _event_rule(aws: Aws, plan: EventRulePlan) -> EventRule | None:
    client = aws.client("events")
    rule = present(lambda: client.describe_rule(Name=plan.name))
    if rule is None:
        return None
    pages = client.get_paginator("list_targets_by_rule").paginate(Rule=plan.name)
    targets = [target for page in pages for target in page["Targets"]]
    pattern = rule.get("EventPattern")
    return EventRule(
        name=plan.name,
        state=rule["State"],
        pattern=json.loads(pattern) if pattern else None,
        schedule=rule.get("ScheduleExpression") or None,
        targets=tuple(target["Arn"] for target in targets),
        rewritten=tuple(
            target["Arn"]
            for target in targets
            if any(target.get(name) for name in ("Input", "InputPath", "InputTransformer"))
        ),
    )


def _queues(aws: Aws, blueprint: Blueprint) -> dict[str, Queue]:
    names = (*(plan.name for plan in blueprint.queues()), *blueprint.failures)
    found = {name: _queue(aws, name) for name in names}
    return {name: one for name, one in found.items() if one is not None}


def _queue(aws: Aws, name: str) -> Queue | None:
    client = aws.client("sqs")
    url = present(lambda: client.get_queue_url(QueueName=name)["QueueUrl"])
    if url is None:
        return None
    wanted = ["RedrivePolicy", "Policy", "MessageRetentionPeriod", "DelaySeconds"]
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=wanted).get("Attributes", {})
    redrive = json.loads(attributes.get("RedrivePolicy") or "{}")
    return Queue(
        name=name,
        dead_letters=redrive.get("deadLetterTargetArn", ""),
        policy=json.loads(attributes.get("Policy") or "{}"),
        keeps=int(attributes["MessageRetentionPeriod"]),
        holds_back=int(attributes.get("DelaySeconds") or 0),
    )


def _alarms(aws: Aws, blueprint: Blueprint) -> dict[str, Alarm]:
    found: dict[str, Alarm] = {}
    for batch in batches([plan.name for plan in blueprint.alarms()], ALARMS_PER_CALL):
        pages = aws.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNames=list(batch))
        for one in (alarm for page in pages for alarm in page["MetricAlarms"]):
            speaks_to = tuple(one.get("AlarmActions", ())) if one.get("ActionsEnabled") else ()
            found[one["AlarmName"]] = Alarm(one["AlarmName"], speaks_to, one)
    return found


def _subscriptions(aws: Aws, blueprint: Blueprint) -> Subscriptions | None:
    """Return the topic's subscriptions, None where the settings name none: others are their owners' affair."""
    if not blueprint.subscribers:
        return None
    client = aws.client("sns")
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=blueprint.topic_arn)
    # Amazon SNS writes PendingConfirmation in the place of an ARN.
    arns = [one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]]
    confirmed = [arn for arn in arns if arn.startswith("arn:")]
    attributes = [client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"] for arn in confirmed]
    pending = sum(one.get("PendingConfirmation") == "true" for one in attributes)
    filtered = sum(bool(one.get("FilterPolicy")) for one in attributes)
    return Subscriptions(len(confirmed) - pending, filtered)
