"""
What a deployed stack is made of: functions, what invokes them, and the alarms on them. Nothing here speaks to AWS.

The watchdog holds the account against it from within, and `ai-config-rules status` from outside. A test holds the
stack's template against it, so that the three cannot drift apart.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from rules.delivery.compliance_change import DETAIL_TYPE, MESSAGE_TYPE
from rules.engine.catalogue import rule_by_id
from rules.engine.surroundings import SurroundingsError
from rules.engine.verdict import Compliance
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.engine.rule import Rule

PACK_RULES = [{"wildcard": "*-conformance-pack-*"}]
"""Rules in conformance packs; the names of all of our rules would not fit an event pattern's 2,048 characters."""

NOTHING = "-"
"""Stands for an empty value: AWS Lambda takes an empty variable, but a missing one must not look like it."""

KEEP = 14 * 24 * 3600
"""Seconds: the longest that Amazon SQS keeps a message."""

HOUR = 3600
DAY = 24
"""Hours for which an alarm on a function looks back."""
DIGEST_BYTES = 9
"""72 bits in 12 characters: a function's environment has room for 4 KB, and there are dozens of rules."""

VARIABLES = ("RULES", "MANAGED", "DAILY", "MINIMUM_SEVERITY", "SUBSCRIBERS", "UNRECORDED_TYPES")
"""What the watchdog is told of the settings."""


@dataclass(frozen=True)
class FunctionPlan:
    """A function, its handler, and all of its environment variables."""

    name: str
    handler: str
    variables: Mapping[str, str]


@dataclass(frozen=True)
class QueuePlan:
    """A queue that an EventBridge rule fills and that invokes a function; `dead_letters` takes what that cannot do."""

    name: str
    dead_letters: str
    event_rule: str
    function: str


@dataclass(frozen=True)
class EventRulePlan:
    """An EventBridge rule with one target; a `pattern` or a `schedule` that is None may be any."""

    name: str
    target: str
    pattern: Mapping[str, Any] | None = None
    schedule: str | None = None


@dataclass(frozen=True)
class AlarmPlan:
    """An alarm, and every setting that decides when it goes off, as DescribeAlarms has them."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a stack is: `Place("aws", "eu-central-1", "123456789012")`."""

    partition: str
    region: str
    account_id: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something of this account and Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"


@dataclass(frozen=True)
class Blueprint:
    """
    The stack of one account and Region.

    `rules` has a digest of each rule's parameters by the rule's id, `managed` is one of all of AWS's own rules in the
    pack. `daily` are further functions that run by the day, `told_from` is the severity from which violations are
    told, `subscribers` how many subscriptions the settings name, `records` whether types are told of that rules wait
    for and the recorder leaves out.
    """

    prefix: str
    place: Place
    rules: Mapping[str, str]
    managed: str
    daily: tuple[str, ...]
    told_from: str | None
    subscribers: int
    records: bool = True

    @classmethod
    def of(cls, variables: Mapping[str, str], prefix: str, place: Place) -> Blueprint:
        """Return the stack that the watchdog's variables describe; raises SurroundingsError when one is missing."""
        for name in VARIABLES:
            if not variables.get(name):
                raise SurroundingsError(f"the environment variable {name} is not set; the stack sets it")
        pairs = (each.partition("=") for each in variables["RULES"].split(","))
        severity = variables["MINIMUM_SEVERITY"]
        return cls(
            prefix=prefix,
            place=place,
            rules={rule_id: digest_ for rule_id, _, digest_ in pairs},
            managed=variables["MANAGED"],
            daily=tuple(one for one in variables["DAILY"].split(",") if one != NOTHING),
            told_from=None if severity == NOTHING else severity,
            subscribers=int(variables["SUBSCRIBERS"]),
            records=variables["UNRECORDED_TYPES"] != NOTHING,
        )

    @property
    def variables(self) -> dict[str, str]:
        """The watchdog's variables that describe this stack; `of` reads them."""
        return {
            "RULES": ",".join(
                f"{rule_id}={digest_}" if digest_ else rule_id for rule_id, digest_ in self.rules.items()
            ),
            "MANAGED": self.managed,
            "DAILY": ",".join(self.daily) or NOTHING,
            "MINIMUM_SEVERITY": self.told_from or NOTHING,
            "SUBSCRIBERS": str(self.subscribers),
            "UNRECORDED_TYPES": "told" if self.records else NOTHING,
        }

    @property
    def topic_arn(self) -> str:
        """The topic that tells people."""
        return self.place.arn("sns", f"{self.prefix}-alerts")

    @property
    def forwards(self) -> bool:
        """Whether violations become findings: by event, and put right by the day."""
        return "reconciler" in self.daily

    @property
    def watchdog(self) -> str:
        """The name of the function that watches all others."""
        return f"{self.prefix}-watchdog"

    def function_arn(self, name: str) -> str:
        """Return the ARN of a function of the stack."""
        return self.place.arn("lambda", f"function:{name}")

    def queue_arn(self, name: str) -> str:
        """Return the ARN of a queue of the stack."""
        return self.place.arn("sqs", name)

    @property
    def function_names(self) -> tuple[str, ...]:
        """The names of all functions, those of rules first."""
        delivering = [*self.daily, *(["forwarder"] if self.forwards else []), *(["alerter"] if self.told_from else [])]
        return tuple(f"{self.prefix}-{name}" for name in (*self.rules, *delivering, "watchdog"))

    def functions(self) -> tuple[FunctionPlan, ...]:
        """Return every function, those of rules first; those have no variables."""
        account = {"ACCOUNT_ID": self.place.account_id}
        topic = {"TOPIC_ARN": self.topic_arn}
        found = [
            FunctionPlan(f"{self.prefix}-{rule_id}", f"{rule_by_id(rule_id).module}.handler", {})
            for rule_id in self.rules
        ]
        found += [self._delivering(name, account | {"PACK": self.prefix}) for name in self.daily]
        if self.forwards:
            found.append(self._delivering("forwarder", account))
        if self.told_from is not None:
            found.append(self._delivering("alerter", account | topic | {"MINIMUM_SEVERITY": self.told_from}))
        found.append(self._delivering("watchdog", account | topic | {"PREFIX": self.prefix} | self.variables))
        return tuple(found)

    def queues(self) -> tuple[QueuePlan, ...]:
        """Return every queue that invokes a function."""
        found = []
        if self.forwards:
            name = f"{self.prefix}-findings"
            found.append(QueuePlan(name, self.failures[0], name, f"{self.prefix}-forwarder"))
        if self.told_from is not None:
            name = f"{self.prefix}-alerts"
            found.append(QueuePlan(f"{name}.fifo", self.failures[-1], name, f"{self.prefix}-alerter"))
        return tuple(found)

    @property
    def failures(self) -> tuple[str, ...]:
        """The queues of events that no attempt could deal with."""
        own = [f"{self.prefix}-alerts-failures.fifo"] if self.told_from is not None else []
        return (f"{self.prefix}-failures", *own)

    def event_rules(self) -> tuple[EventRulePlan, ...]:
        """Return every EventBridge rule."""
        only = {f"{self.prefix}-alerts": Compliance.NON_COMPLIANT}
        changes = [
            EventRulePlan(queue.event_rule, self.queue_arn(queue.name), pattern=changes_of(only.get(queue.event_rule)))
            for queue in self.queues()
        ]
        rates = {f"{self.prefix}-{name}": "rate(1 day)" for name in self.daily} | {self.watchdog: "rate(12 hours)"}
        clocks = [EventRulePlan(name, self.function_arn(name), schedule=rate) for name, rate in rates.items()]
        # Its pattern has the stack's id in it.
        deployed = EventRulePlan(f"{self.watchdog}-deployed", self.function_arn(self.watchdog))
        return (*changes, *clocks, deployed)

    def alarms(self) -> tuple[AlarmPlan, ...]:
        """Return every alarm."""
        return tuple(self._alarms())

    def _alarms(self) -> Iterator[AlarmPlan]:
        for name in self.function_names:
            yield AlarmPlan(f"{name}-errors", _watching("AWS/Lambda", "Errors", FunctionName=name))
        for queue in self.failures:
            settings = _watching("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=queue)
            waiting = {"Statistic": "Maximum", "Period": 300, "EvaluationPeriods": 1, "DatapointsToAlarm": None}
            yield AlarmPlan(queue.removesuffix(".fifo"), settings | waiting)
        silent = {
            "ComparisonOperator": "LessThanThreshold",
            "DatapointsToAlarm": DAY,
            "TreatMissingData": "breaching",
        }
        settings = _watching("AWS/Lambda", "Invocations", FunctionName=self.watchdog)
        yield AlarmPlan(f"{self.watchdog}-silent", settings | silent)

    def _delivering(self, name: str, variables: Mapping[str, str]) -> FunctionPlan:
        return FunctionPlan(f"{self.prefix}-{name}", f"rules.delivery.{name}.handler", variables)


def changes_of(only: Compliance | None) -> dict[str, Any]:
    """Return the EventBridge pattern of compliance changes of rules in packs, `only` to one compliance if given."""
    detail: dict[str, Any] = {"messageType": [MESSAGE_TYPE], "configRuleName": PACK_RULES}
    if only is not None:
        detail["newEvaluationResult"] = {"complianceType": [only.value]}
    return {"source": ["aws.config"], "detail-type": [DETAIL_TYPE], "detail": detail}


def parameters_digest(parameters: Mapping[str, object]) -> str:
    """Return a digest of a rule's parameters, "" for none."""
    return _digest({name: str(value) for name, value in parameters.items()}) if parameters else ""


def managed_digest(rules: Iterable[tuple[str, str, Mapping[str, object]]]) -> str:
    """Return a digest of AWS's own rules in a pack: (name, identifier, parameters) of each, in any order."""
    return _digest(sorted([name, identifier, parameters_digest(given)] for name, identifier, given in rules))


def triggers_of(rule: type[Rule[Any]]) -> set[tuple[str, str | None]]:
    """Return what invokes a rule: message types, and how often where that is by the clock."""
    changes = ("ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification")
    return {(change, None) for change in changes if rule.resource_types} | {
        ("ScheduledNotification", "TwentyFour_Hours")
    }


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(sha256(text.encode()).digest()[:DIGEST_BYTES]).decode()


def _watching(namespace: str, metric: str, **dimension: str) -> dict[str, Any]:
    return {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimension.items()],
        "Statistic": "Sum",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 1,
        "Period": HOUR,
        "EvaluationPeriods": DAY,
        "DatapointsToAlarm": 1,
        "TreatMissingData": "notBreaching",
    }
