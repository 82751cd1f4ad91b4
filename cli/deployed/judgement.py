"""What is right and what is wrong about a deployed stack of rules, a plain sentence for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from cli.deployed.readings import DeployedFunction, DeployedRule, Deployment

PERIOD = timedelta(hours=24)
"""Of the rules' periodic pass."""
LATEST = 2 * PERIOD
"""How old a rule's last evaluation may be: one missed pass may be chance, two are none."""
STARTING = timedelta(hours=1)
"""AWS Config begins the first evaluation of a rule at once; retries and a slow account need some minutes."""

SILENCE = "-watchdog-silent"
"""How the name of the alarm ends that rings without runs of the watchdog, from its first minute on."""

UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))

BUSY = "_IN_PROGRESS"
GOOD_STACKS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
GOOD_PACKS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


class Outcome(StrEnum):
    """What a line says."""

    OK = "ok"
    WAITING = "waiting"
    """Nothing is wrong, but something that takes time is not over."""
    WRONG = "wrong"
    UNREAD = "unread"
    """It could not be read, so nobody knows."""


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: the `part` that it belongs to, its name, and a finished sentence."""

    part: str
    subject: str
    outcome: Outcome
    sentence: str


@dataclass(frozen=True)
class Expected:
    """
    What the settings deploy to a Region.

    `rule_ids` are the rules; `change_types` the resource types whose changes they wait for; `security_hub` is
    whether findings are forwarded.
    """

    rule_ids: tuple[str, ...]
    change_types: tuple[str, ...]
    security_hub: bool


def judge(deployment: Deployment, expected: Expected, now: datetime) -> list[Line]:
    """Return the lines, in the order in which things depend on each other."""
    return [
        *(Line(one.part, one.part, Outcome.UNREAD, f"Could not be read: {one.reason}.") for one in deployment.unread),
        *_recorder(deployment, expected),
        *_stack(deployment),
        *_pack(deployment),
        *_rules(deployment, expected, now),
        *_functions(deployment),
        *_events(deployment),
        *_alarms(deployment, now),
        *_hub(deployment, expected),
    ]


def _recorder(deployment: Deployment, expected: Expected) -> Iterator[Line]:
    recorder = deployment.recorder
    if recorder is None:
        if deployment.could_read("recorder"):
            text = "AWS Config has no configuration recorder in this Region; rules need one."
            yield Line("recorder", "recorder", Outcome.WRONG, text)
        return
    if not recorder.recording:
        text = (
            "Recording is stopped, so changes are noticed by the daily pass only, as far as rules have one; start it."
        )
        yield Line("recorder", recorder.name, Outcome.WRONG, text)
        return
    if recorder.failed:
        yield Line("recorder", recorder.name, Outcome.WRONG, "The last recording failed; AWS Config's page says why.")
        return
    missing = [one for one in expected.change_types if not recorder.records(one)]
    if missing:
        text = f"It records, but not {_some(missing)}: changes of these are noticed by the daily pass only."
    else:
        text = "It records every type whose changes the rules wait for."
    yield Line("recorder", recorder.name, Outcome.OK, text)


def _stack(deployment: Deployment) -> Iterator[Line]:
    stack = deployment.stack
    if stack is None:
        if deployment.could_read("stack"):
            yield Line(
                "stack", "stack", Outcome.WRONG, "There is no such stack in this Region; `make deploy` creates it."
            )
        return
    yield Line("stack", stack.name, _state(stack.status, GOOD_STACKS), f"CloudFormation says {stack.status}.")


def _pack(deployment: Deployment) -> Iterator[Line]:
    pack = deployment.pack
    if pack is None:
        if deployment.could_read("pack"):
            yield Line("pack", "pack", Outcome.WRONG, "There is no such conformance pack in this Region.")
        return
    reason = f": {pack.reason}" if pack.reason else ""
    yield Line("pack", pack.name, _state(pack.state, GOOD_PACKS), f"AWS Config says {pack.state}{reason}.")


def _state(state: str, good: frozenset[str]) -> Outcome:
    if state in good:
        return Outcome.OK
    return Outcome.WAITING if state.endswith(BUSY) else Outcome.WRONG


def _rules(deployment: Deployment, expected: Expected, now: datetime) -> Iterator[Line]:
    if deployment.pack is None or not deployment.could_read("rules"):
        return
    found = {rule.rule_id for rule in deployment.rules if rule.custom}
    for rule_id in expected.rule_ids:
        if rule_id not in found:
            yield Line("rules", rule_id, Outcome.WRONG, "The pack does not have this rule; deploy again.")
    for rule in deployment.rules:
        yield _rule(rule, expected, now)


def _rule(rule: DeployedRule, expected: Expected, now: datetime) -> Line:
    if rule.custom and rule.rule_id not in expected.rule_ids:
        text = "The pack has this rule, the settings do not; deploy again to remove it."
        return Line("rules", rule.rule_id, Outcome.WRONG, text)
    if rule.failed is not None and (rule.evaluated is None or rule.failed > rule.evaluated):
        text = f"It failed {_ago(now - rule.failed)} ago.{_error(rule)}"
        return Line("rules", rule.rule_id, Outcome.WRONG, text)
    if not rule.custom:
        # Many managed rules wait for changes only, so that silence says nothing.
        return Line("rules", rule.rule_id, Outcome.OK, f"AWS evaluates it. {_count(rule)}")
    return Line("rules", rule.rule_id, *_freshness(rule, now))


def _freshness(rule: DeployedRule, now: datetime) -> tuple[Outcome, str]:
    if rule.evaluated is None:
        if rule.activated is not None and now - rule.activated <= STARTING:
            return Outcome.WAITING, "It has not been evaluated yet; that takes some minutes."
        return Outcome.WRONG, f"It was never evaluated.{_error(rule)}"
    age = now - rule.evaluated
    if age > LATEST:
        return Outcome.WRONG, f"It was last evaluated {_ago(age)} ago; every {_ago(PERIOD)} is wanted.{_error(rule)}"
    return Outcome.OK, f"Evaluated {_ago(age)} ago. {_count(rule)}"


def _error(rule: DeployedRule) -> str:
    return f" {rule.error.rstrip('.')}." if rule.error else ""


def _count(rule: DeployedRule) -> str:
    match rule.compliance:
        case "NON_COMPLIANT":
            many = "s" if rule.violations != 1 or rule.more else ""
            return f"{rule.violations}{' or more' if rule.more else ''} violation{many}."
        case "COMPLIANT":
            return "No violations."
        case _:
            return "Nothing to judge."


def _functions(deployment: Deployment) -> Iterator[Line]:
    if deployment.stack is None or not deployment.could_read("functions"):
        return
    wrong = [line for one in deployment.functions for line in _function(one)]
    yield from wrong
    if not deployment.functions:
        yield Line("functions", "functions", Outcome.WRONG, "The stack has no function.")
    elif not wrong:
        text = "Ready, and without an error in the last 24 hours."
        yield Line("functions", f"{len(deployment.functions)} functions", Outcome.OK, text)


def _function(function: DeployedFunction) -> Iterator[Line]:
    if function.state not in ("Active", "Inactive"):
        outcome = Outcome.WAITING if function.state == "Pending" else Outcome.WRONG
        yield Line("functions", function.name, outcome, f"AWS Lambda says {function.state}.")
    if function.update == "Failed":
        yield Line("functions", function.name, Outcome.WRONG, "Its last update failed.")
    if function.errors:
        text = f"{function.errors} of {function.invocations} invocations failed in the last 24 hours; its log says why."
        yield Line("functions", function.name, Outcome.WRONG, text)


def _events(deployment: Deployment) -> Iterator[Line]:
    for queue in deployment.queues:
        if queue.waiting:
            text = f"{queue.waiting} event{'s wait' if queue.waiting != 1 else ' waits'} that no attempt could handle."
            yield Line("events", queue.name, Outcome.WRONG, text)
        else:
            yield Line("events", queue.name, Outcome.OK, "Empty: every event was handled.")


def _alarms(deployment: Deployment, now: datetime) -> Iterator[Line]:
    ringing = [one for one in deployment.alarms if one.state == "ALARM"]
    young = any(rule.activated and now - rule.activated <= STARTING for rule in deployment.rules)
    for alarm in ringing:
        if young and alarm.name.endswith(SILENCE):
            yield Line("alarms", alarm.name, Outcome.WAITING, "It rings until the watchdog has run for the first time.")
        else:
            yield Line("alarms", alarm.name, Outcome.WRONG, f"In alarm: {alarm.reason.rstrip('.')}.")
    if deployment.alarms and not ringing:
        yield Line("alarms", f"{len(deployment.alarms)} alarms", Outcome.OK, "None is in alarm.")


def _hub(deployment: Deployment, expected: Expected) -> Iterator[Line]:
    hub = deployment.hub
    if hub is None:
        return
    if hub.enabled:
        text = "Enabled; findings are forwarded." if expected.security_hub else "Enabled; the settings forward nothing."
        yield Line("Security Hub", "Security Hub", Outcome.OK, text)
    elif expected.security_hub:
        text = "It is not enabled in this Region, so no finding arrives; enable it, or set securityHub = false."
        yield Line("Security Hub", "Security Hub", Outcome.WRONG, text)
    else:
        yield Line("Security Hub", "Security Hub", Outcome.OK, "Not enabled, and the settings forward nothing.")


def _some(names: Iterable[str], shown: int = 3) -> str:
    every = sorted(names)
    more = f" and {len(every) - shown} more" if len(every) > shown else ""
    return ", ".join(every[:shown]) + more


def _ago(age: timedelta) -> str:
    for unit, size in UNITS:
        if age >= 2 * size or unit == "minute":
            count = max(0, age // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise AssertionError("the last unit takes every age")
