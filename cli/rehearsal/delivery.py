"""
The rehearsal of what follows a verdict: event, finding, message, fix, archived finding, and a watchdog that barks.

Each step says what was seen, and passes only when that is what AWS Config says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cli.rehearsal.stage import RUNTIME_ACTIONS
from cli.sandbox.automation.execution import execute
from cli.sandbox.passing_time import count_run, expire_finding, pass_time, renew_results
from cli.sandbox.topics import published
from rules.delivery.compliance_change import rule_of
from rules.delivery.finding import PROVIDER
from rules.engine.duties import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cli.rehearsal.deployment import DeployedFunction
    from cli.rehearsal.lambda_service import Ran
    from cli.rehearsal.stage import Stage

Key = tuple[str, str, str]
"""Rule id, resource type, resource id."""

ACCOUNT_ID = "123456789012"
TWO_DAYS = timedelta(hours=49)
BROKEN = "bedrock-log-group-protected"
"""The rule whose resource is broken on purpose, because a runbook puts exactly that right."""
RUNBOOK = "set-log-retention"
SCHEDULE = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


@dataclass(frozen=True)
class Step:
    """One thing that was rehearsed: a sentence on what was seen, and whether it was what had to be."""

    said: str
    passed: bool


@dataclass(frozen=True)
class Delivered:
    """
    What followed the verdicts of one Region.

    `allowed` are the IAM actions of each function's role, by function; `ran` every use that was made of them. `fixed`
    is whether there was something that a runbook could put right.
    """

    region: str
    steps: tuple[Step, ...]
    ran: tuple[Ran, ...]
    allowed: Mapping[str, frozenset[str]]
    fixed: bool

    @property
    def faults(self) -> tuple[str, ...]:
        """Every step that failed, and every function that failed or was denied something, in words."""
        steps = [one.said for one in self.steps if not one.passed]
        errors = [f"{one.function} failed: {error}" for one in self.ran for error in one.errors]
        denied = [f"{one.function} was denied {action}" for one in self.ran for action in sorted(one.denied)]
        return tuple(f"{self.region}: {fault}" for fault in (*steps, *errors, *denied))


class Delivery:
    """
    The rehearsal of one Region whose rules have reported: `follow`, then `watch`, then ask for the `outcome`.

    Regions may follow their verdicts side by side. They are watched one after the other, because a call is refused
    meanwhile, and that would meet the others as well.
    """

    def __init__(self, stage: Stage, functions: Sequence[DeployedFunction], prefix: str) -> None:
        self._stage = stage
        self._account, self._region, self._service = stage.account, stage.region, stage.service
        self._functions = {one.name: one for one in functions}
        self._prefix = prefix
        session = stage.account.session(stage.region)
        self._hub, self._logs = session.client("securityhub"), session.client("logs")
        self._ran: list[Ran] = []
        self._steps: list[Step] = []
        self._fixed = False

    @property
    def region(self) -> str:
        """The Region."""
        return self._region

    def follow(self) -> None:
        """See verdicts become findings and messages, a lost finding come back, and a fix archive one."""
        self._steps += [self._findings(), self._messages(), self._expiry()]
        fix = list(self._fix())
        self._fixed = bool(fix)
        self._steps += fix

    def watch(self) -> None:
        """See the watchdog find nothing wrong, and two days later a function that fails and one that fell silent."""
        self._steps += self._watch()

    def outcome(self) -> Delivered:
        """Return what was seen."""
        own = {name: one for name, one in self._functions.items() if name not in self._stage.names}
        allowed = {name: one.actions - RUNTIME_ACTIONS for name, one in own.items()}
        return Delivered(self._region, tuple(self._steps), tuple(self._ran), allowed, fixed=self._fixed)

    def _findings(self) -> Step:
        events = self._announce()
        self._serve("forwarder")
        wrong, found = self._wrong(), self._open()
        text = f"compliance changes: {events}, open findings in Security Hub: {len(found)}"
        return Step(f"{text}, violations in AWS Config: {len(wrong)}", Counter(wrong) == found)

    def _messages(self) -> Step:
        self._serve("alerter")
        told = Counter(line.split()[1].rstrip(",") for _, text in self._published() for line in _lines(text, "Rule:"))
        grave = Counter(key[0] for key in self._wrong() if _severity(key[0]).value >= Severity.HIGH.value)
        count = len(self._published())
        text = f"messages: {count}, violations told: {told.total()}"
        return Step(f"{text}, violations of HIGH and CRITICAL rules: {grave.total()}", told == grave and count > 0)

    def _expiry(self) -> Step:
        """Drop a finding as if nobody had renewed it; the reconciler has to bring it back."""
        key, finding = next(iter(sorted(self._findings_by_key().items())))
        expire_finding(ACCOUNT_ID, self._region, finding["Id"])
        missing = key not in self._open()
        self._ran.append(self._service.invoke(self._function("reconciler"), SCHEDULE))
        back = Counter(self._wrong()) == self._open()
        return Step(f"an expired finding of {key[0]} came back by the daily reconciliation", missing and back)

    def _fix(self) -> Iterator[Step]:
        """Break a log group, and have the runbook put it right."""
        name = self._rule_name(BROKEN)
        good = sorted(key[1] for key, (said, _) in self._stage.results(name).items() if said == "COMPLIANT")
        if not good:
            return
        group = good[0]
        key = (BROKEN, "AWS::Logs::LogGroup", group)
        self._logs.delete_retention_policy(logGroupName=group)
        self._evaluate(name)
        opened = key in self._open()
        yield Step(f"{group} lost its retention, and a finding was opened", opened)
        run = execute(self._account, f"{self._prefix}-{RUNBOOK}", {"LogGroupName": group}, self._region)
        done = f"the runbook {RUNBOOK} ended with {run.status} {run.failure}".rstrip()
        yield Step(f"{done} after {', '.join(run.ran)}", run.status == "Success")
        self._evaluate(name)
        finding = self._findings_by_key(state="ARCHIVED").get(key)
        archived = finding is not None and finding["Compliance"]["Status"] == "PASSED"
        yield Step(
            "the rule judged it again, and the finding was archived as PASSED", archived and key not in self._open()
        )

    def _watch(self) -> Iterator[Step]:
        """Have one function fail and one fall silent for two days; the watchdog has to name both, and nothing else."""
        told = self._watchdog()
        yield Step(f"the watchdog found {told or 'nothing wrong'} after a first day of runs", not told)
        silent, failing = sorted(self._stage.names)[:2]
        pass_time(ACCOUNT_ID, self._region, TWO_DAYS)
        event = self._account.config_events(self._region).scheduled(self._stage.names[failing])
        self._account.faults.deny("config:PutEvaluations")
        ran = self._service.invoke(self._functions[failing], event)
        self._account.faults.clear()
        self._service.give_up(self._functions[failing], event)
        for name in self._functions:
            if name not in (silent, failing):
                count_run(ACCOUNT_ID, self._region, name, failed=False)
                if name in self._stage.names:
                    renew_results(ACCOUNT_ID, self._region, self._stage.names[name])
        told = self._watchdog()
        wanted = (f": {silent}.", f": {failing}.", "1 event that no attempt could deal with")
        named = all(one in told for one in wanted) and told.count("\n- ") == len(wanted)
        if ran.errors and named:
            text = f"named {silent} as silent, {failing} as failing, and its event as given up"
            yield Step(f"two days later the watchdog {text}", passed=True)
        else:
            yield Step(f"two days later the watchdog said {told!r} of {silent} and {failing}", passed=False)

    def _evaluate(self, rule_name: str) -> None:
        function = next(self._functions[one] for one, name in self._stage.names.items() if name == rule_name)
        event = self._account.config_events(self._region).scheduled(rule_name)
        self._ran.append(self._service.invoke(function, event))
        self._announce()
        self._serve("forwarder")
        self._serve("alerter")

    def _watchdog(self) -> str:
        """Return the message of a run of the watchdog, empty when it has nothing to say."""
        before = len(self._published())
        self._ran.append(self._service.invoke(self._function("watchdog"), SCHEDULE))
        return "".join(text for _, text in self._published()[before:])

    def _announce(self) -> int:
        return self._account.config_events(self._region).announce()

    def _serve(self, name: str) -> None:
        self._ran.append(self._service.serve_queue(self._function(name)))

    def _function(self, name: str) -> DeployedFunction:
        return self._functions[f"{self._prefix}-{name}"]

    def _published(self) -> list[tuple[str, str]]:
        return published(self._function("watchdog").variables["TOPIC_ARN"])

    def _rule_name(self, rule_id: str) -> str:
        (name,) = (name for name in self._stage.names.values() if _id_of(name) == rule_id)
        return str(name)

    def _wrong(self) -> list[Key]:
        """Return what AWS Config holds to be NON_COMPLIANT."""
        return [
            (_id_of(name), kind, resource_id)
            for name in self._stage.names.values()
            for (kind, resource_id), (said, _) in self._stage.results(name).items()
            if said == "NON_COMPLIANT"
        ]

    def _open(self) -> Counter[Key]:
        return Counter(list(self._findings_by_key()))

    def _findings_by_key(self, state: str = "ACTIVE") -> dict[Key, Any]:
        wanted = {"RecordState": [{"Value": state, "Comparison": "EQUALS"}]}
        found = [
            finding
            for page in self._hub.get_paginator("get_findings").paginate(Filters=wanted)
            for finding in page["Findings"]
        ]
        by_key = {_key(finding): finding for finding in found}
        if len(by_key) != len(found):
            raise AssertionError("a resource has two findings of one rule")
        return by_key


def _key(finding: Mapping[str, Any]) -> Key:
    fields = finding["ProductFields"]
    return fields[f"{PROVIDER}/RuleId"], fields[f"{PROVIDER}/ResourceType"], fields[f"{PROVIDER}/ResourceId"]


def _lines(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def _id_of(rule_name: str) -> str:
    rule = rule_of(rule_name)
    return rule_name if rule is None else rule.id


def _severity(rule_id: str) -> Severity:
    rule = rule_of(rule_id)
    return Severity.LOW if rule is None else rule.severity
