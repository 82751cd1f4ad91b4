"""Where an account differs from the stack that was deployed, a sentence for each. Nothing here speaks to AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.delivery.blueprint import KEEP, managed_digest, parameters_digest, triggers_of
from rules.engine.catalogue import rule_by_id
from rules.engine.verdict import listed, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rules.delivery.blueprint import Blueprint, EventRulePlan, QueuePlan
    from rules.delivery.inspection import Alarm, DeployedRule, EventRule, Queue, Seen

WORKING = frozenset({"Enabled", "Enabling", "Creating", "Updating"})
"""States of an event source mapping that takes messages, or will in a minute."""
ON = frozenset({"ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"})
TLS = {"Bool": {"aws:SecureTransport": "false"}}
"""The condition of the one denial that the stack's queues have."""
MOST = 20


def drift(blueprint: Blueprint, seen: Seen, *, code: str | None = None) -> tuple[str, ...]:
    """
    Return a sentence for each thing that is not as it was deployed; none of what was not looked at.

    What is gone altogether is named by those who look at it: functions, and rules of the pack.
    `code` is the SHA-256 of the functions' zip, in Base64, where somebody built it; without it, functions that run
    other code than the watchdog stand out.
    """
    return (
        *_of_functions(blueprint, seen, code),
        *_of_rules(blueprint, seen),
        *_of_mappings(blueprint, seen),
        *_of_event_rules(blueprint, seen),
        *_of_queues(blueprint, seen),
        *_of_alarms(blueprint, seen),
        *_of_subscriptions(blueprint, seen),
    )


def _of_functions(blueprint: Blueprint, seen: Seen, code: str | None) -> Iterator[str]:
    found = seen.functions or {}
    pairs = [(plan, found[plan.name]) for plan in blueprint.functions() if plan.name in found]
    watchdog = found.get(blueprint.watchdog)
    wanted, whose = (code, "this checkout builds") if code else (watchdog and watchdog.code, "the watchdog")
    runtime = watchdog and watchdog.runtime
    if other := [one.name for _, one in pairs if wanted and one.code != wanted]:
        yield f"Other code than {whose} is run by {_count(other, 'function')}: {_names(other)}."
    if other := [
        one.name
        for plan, one in pairs
        if one.handler != plan.handler or (runtime and one.runtime != runtime) or one.layers
    ]:
        yield f"The handler, runtime or layers are not the stack's in {_count(other, 'function')}: {_names(other)}."
    if dark := [one.name for _, one in pairs if one.variables is None]:
        yield f"The environment cannot be decrypted of {_count(dark, 'function')}: {_names(dark)}."
    if other := [
        f"{one.name} ({_names(changed)})"
        for plan, one in pairs
        if one.variables is not None and (changed := _changed(plan.variables, one.variables))
    ]:
        yield f"The environment is not the stack's in {_count(other, 'function')}: {_names(other)}."
    if still := [one.name for _, one in pairs if one.concurrency == 0]:
        yield f"Nothing can run {_count(still, 'function')}, with a reserved concurrency of 0: {_names(still)}."


def _of_rules(blueprint: Blueprint, seen: Seen) -> Iterator[str]:
    if seen.rules is None:
        return
    ours = [one for one in seen.rules if one.name in blueprint.rules]
    going = [one.name for one in seen.rules if one.state.startswith("DELETING")]
    if going:
        yield f"AWS Config is deleting {_count(going, 'rule')} of the pack: {_names(going)}."
    if other := [one.name for one in ours if not _is_its_function(blueprint, one)]:
        yield f"Another function than the stack's judges for {_count(other, 'rule')}: {_names(other)}."
    if other := [one.name for one in ours if parameters_digest(one.parameters) != blueprint.rules[one.name]]:
        yield f"The parameters are not those that were deployed of {_count(other, 'rule')}: {_names(other)}."
    if other := [one.name for one in ours if not _is_triggered(one)]:
        yield f"The scope or triggers are not those that were deployed of {_count(other, 'rule')}: {_names(other)}."
    managed = [one for one in seen.rules if one.owner == "AWS"]
    if managed_digest((one.name, one.identifier, one.parameters) for one in managed) != blueprint.managed:
        yield "The rules of AWS's own in the pack, or their parameters, are not those that were deployed."


def _is_its_function(blueprint: Blueprint, rule: DeployedRule) -> bool:
    function = blueprint.function_arn(f"{blueprint.prefix}-{rule.name}")
    return rule.owner == "CUSTOM_LAMBDA" and rule.identifier == function


def _is_triggered(rule: DeployedRule) -> bool:
    kind = rule_by_id(rule.name)
    types = set(rule.scope.get("ComplianceResourceTypes", ()))
    narrowed = rule.scope.keys() - {"ComplianceResourceTypes"}
    return not narrowed and types == set(kind.resource_types) and rule.triggers == triggers_of(kind)


def _of_mappings(blueprint: Blueprint, seen: Seen) -> Iterator[str]:
    if seen.mappings is None:
        return
    for queue in blueprint.queues():
        found = [one for one in seen.mappings[queue.function] if one.source == blueprint.queue_arn(queue.name)]
        start = f"The queue {queue.name} does not invoke {queue.function}"
        if not found:
            yield f"{start}: there is no event source mapping."
        elif not any(one.state in WORKING for one in found):
            yield f"{start}: its event source mapping is {printable(found[0].state)}."
        elif any(one.filtered for one in found):
            yield f"The queue {queue.name} keeps events from {queue.function}: its event source mapping filters them."


def _of_event_rules(blueprint: Blueprint, seen: Seen) -> Iterator[str]:
    if seen.event_rules is None:
        return
    for plan in blueprint.event_rules():
        found = seen.event_rules.get(plan.name)
        start = f"The EventBridge rule {plan.name}"
        if found is None:
            yield f"{start} is gone."
        elif found.state not in ON:
            yield f"{start} is {printable(found.state)}."
        else:
            yield from (f"{start} {fault}." for fault in _faults_of(plan, found))


def _faults_of(plan: EventRulePlan, found: EventRule) -> Iterator[str]:
    if plan.pattern is not None and found.pattern != plan.pattern:
        yield "has another pattern than was deployed"
    if plan.schedule is not None and found.schedule != plan.schedule:
        yield f"runs by another schedule than {plan.schedule}"
    if plan.target not in found.targets:
        yield f"does not lead to {plan.target}"
    elif plan.target in found.rewritten:
        yield f"rewrites what it sends to {plan.target}"


def _of_queues(blueprint: Blueprint, seen: Seen) -> Iterator[str]:
    if seen.queues is None:
        return
    for name in (*(plan.name for plan in blueprint.queues()), *blueprint.failures):
        queue = seen.queues.get(name)
        if queue is None:
            yield f"The queue {name} is gone."
        elif queue.keeps != KEEP or queue.holds_back:
            times = f"for {queue.keeps} seconds, and holds them back for {queue.holds_back}"
            yield f"The queue {name} keeps events {times}."
    for plan in blueprint.queues():
        found = seen.queues.get(plan.name)
        if found is None:
            continue
        if found.dead_letters != blueprint.queue_arn(plan.dead_letters):
            yield f"The queue {plan.name} does not give what cannot be dealt with to {plan.dead_letters}."
        if not _is_open(blueprint, plan, found):
            yield f"The policy of the queue {plan.name} keeps events of Amazon EventBridge out."


def _is_open(blueprint: Blueprint, plan: QueuePlan, queue: Queue) -> bool:
    """Say whether a queue takes events of its EventBridge rule, as far as the policy that the stack wrote says so."""
    statements = _many(queue.policy.get("Statement", ()))
    wanted = blueprint.place.arn("events", f"rule/{plan.event_rule}")
    if any(one.get("Effect") == "Deny" and one.get("Condition") != TLS for one in statements):
        return False
    return any(
        one.get("Effect") == "Allow"
        and one.get("Principal") == {"Service": "events.amazonaws.com"}
        and str(one.get("Action", "")).lower() in ("sqs:sendmessage", "sqs:*")
        and one.get("Condition", {}).get("ArnLike", {}).get("aws:SourceArn") == wanted
        for one in statements
    )


def _of_alarms(blueprint: Blueprint, seen: Seen) -> Iterator[str]:
    if seen.alarms is None:
        return
    plans = blueprint.alarms()
    if gone := [plan.name for plan in plans if plan.name not in seen.alarms]:
        yield f"CloudWatch does not have {_count(gone, 'alarm')} of the stack: {_names(gone)}."
    found = [(plan, seen.alarms[plan.name]) for plan in plans if plan.name in seen.alarms]
    if mute := [plan.name for plan, one in found if blueprint.topic_arn not in one.speaks_to]:
        yield f"The topic is not told by {_count(mute, 'alarm')}: {_names(mute)}."
    if other := [plan.name for plan, one in found if _goes_off_otherwise(plan.settings, one)]:
        yield f"The settings are not those that were deployed of {_count(other, 'alarm')}: {_names(other)}."


def _goes_off_otherwise(settings: Mapping[str, object], alarm: Alarm) -> bool:
    return any(alarm.settings.get(name) != value for name, value in settings.items())


def _of_subscriptions(blueprint: Blueprint, seen: Seen) -> Iterator[str]:
    if seen.subscriptions is None:
        return
    confirmed, filtered = seen.subscriptions.confirmed, seen.subscriptions.filtered
    if confirmed < blueprint.subscribers:
        yield f"The topic has {confirmed} confirmed subscriptions, and the settings name {blueprint.subscribers}."
    if filtered:
        yield f"Of the topic's subscriptions, {filtered} get only what a filter lets through."


def _changed(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that are missing, added or other; never a value."""
    names = sorted(wanted.keys() | found.keys())
    return [name for name in names if wanted.get(name) != found.get(name)]


def _many(value: object) -> list[Mapping[str, Any]]:
    every = value if isinstance(value, (list, tuple)) else [value]
    return [one for one in every if isinstance(one, dict)]


def _count(names: Sequence[str], noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def _names(names: Iterable[str]) -> str:
    return listed([printable(name) for name in names], most=MOST, longest=200)
