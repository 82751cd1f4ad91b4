"""A rule's Lambda handler on a stage: the company, AWS Config with earlier evaluations, one fault at a time."""

from __future__ import annotations

import io
import json
import logging
import os
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3

from cli.sandbox import ACCOUNT_ID, CREDENTIALS, Fault
from cli.sandbox.company.aurelia import PARAMETERS
from cli.sandbox.config_events import ChangedResource
from cli.sandbox.services.config_rules import ConfigAccount
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.errors import UnreadableResourcesError
from rules.engine.resource import ACCOUNT_TYPE, Resource
from rules.engine.rule import ChangeRule
from tests.faults.planted import ENVIRONMENT, SESSION_TOKEN
from tests.faults.replay import ReplaySession, Strike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cli.sandbox import Account
    from rules.engine.rule import Rule

Key = tuple[str, str]
Said = tuple[str, str]
"""Compliance and annotation."""

EARLIER = "Said before."
STALE = "left-long-ago"
PAGE_SIZE = 3
"""Items per page, so that the company's listings have further pages."""
CHANGES = 2
"""Change events per resource type and compliance."""
OPPOSITE = {"COMPLIANT": "NON_COMPLIANT", "NON_COMPLIANT": "COMPLIANT", "NOT_APPLICABLE": "COMPLIANT"}


@dataclass(frozen=True)
class Outcome:
    """
    What a run ended in.

    `stored` is what AWS Config has now; `unreadable` are the resources that the failure names; `failure` is the
    message of what was raised, None after success; `said` is everything that went to the log besides.
    """

    stored: Mapping[Key, Said]
    failure: str | None
    unreadable: frozenset[Key]
    said: str


@dataclass(frozen=True)
class Trigger:
    """One event for a rule: its name for readers, and the event itself, the same for every run."""

    name: str
    event: Mapping[str, Any]
    resource: Resource | None = None


class Stage:
    """One rule in one Region of an account that is open."""

    def __init__(self, account: Account, region: str, rule: type[Rule[Any]], refill: Callable[[], None]) -> None:
        self.rule = rule
        self.region = region
        self._refill = refill
        self._account = account
        self._handler = rule.lambda_handler()
        self.session = ReplaySession(account, region, Fault("page-size", size=PAGE_SIZE))
        self._tables = ConfigAccount(ACCOUNT_ID, region, "aws", account.tables)
        self._put_rule()
        self._events = account.config_events(region)
        self.earlier: dict[Key, Said] = {}
        self._rows: dict[Key, Any] = {}
        self._scheduled = Trigger("schedule", self._events.scheduled(rule.id))
        self._store_earlier()

    @property
    def secrets(self) -> frozenset[str]:
        """What no message may carry: credentials, result and page tokens, values of the environment."""
        pages = {token for key in self.session.recording.order if (token := key.page_token)}
        key = CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
        return frozenset({key, SESSION_TOKEN, *ENVIRONMENT.values(), self._scheduled.event["resultToken"], *pages})

    def triggers(self) -> Iterator[Trigger]:
        """Yield the rule's events: its periodic pass, then changes of some resources of each type and compliance."""
        yield self._scheduled
        if not issubclass(self.rule, ChangeRule):
            return
        taken: dict[tuple[str, str], int] = {}
        for resource, compliance in self._judged():
            kind = (resource.type, compliance)
            if resource.type in self.rule.resource_types and taken.setdefault(kind, 0) < CHANGES:
                taken[kind] += 1
                changed = ChangedResource(resource.type, resource.id, resource.name, resource.arn or "")
                event = self._events.changed(self.rule.id, changed)
                yield Trigger(f"change of {resource.type} {resource.name}", event, resource)

    def record(self, trigger: Trigger) -> Outcome:
        """Return what a faultless run ends in, and remember its calls."""
        self.session.begin_recording()
        return self._run(trigger)

    def run(self, trigger: Trigger, strike: Strike) -> Outcome:
        """Return what a run ends in in which that call meets that fault."""
        self.session.begin(strike)
        return self._run(trigger)

    def _run(self, trigger: Trigger) -> Outcome:
        results = self._tables.results(self.rule.id)
        results.clear()
        results.update(self._rows)
        self._refill()
        failure, unreadable = None, frozenset[Key]()
        with _lambda(self.session) as log:
            try:
                self._handler(trigger.event, None)
            except UnreadableResourcesError as error:
                failure, unreadable = str(error), frozenset((one.type, one.id) for one in error.resources)
            except Exception as error:  # noqa: BLE001 - whatever a function raises fails its invocation
                failure = f"{type(error).__name__}: {error}"
        self._account.calls.clear()
        stored = {key: (row["ComplianceType"], row.get("Annotation", "")) for key, row in results.items()}
        return Outcome(stored, failure, unreadable, log.getvalue())

    def _put_rule(self) -> None:
        config = self._account.session(self.region).client("config")
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT_ID}:role/recorder"}
        )
        config.put_config_rule(
            ConfigRule={
                "ConfigRuleName": self.rule.id,
                "Source": {"Owner": "AWS", "SourceIdentifier": "ANY"},
                "InputParameters": json.dumps(PARAMETERS.get(self.rule.id, {})),
            }
        )

    def _judged(self) -> list[tuple[Resource, str]]:
        session = self._account.session(self.region)
        aws = Aws(session, account_id=ACCOUNT_ID, region=self.region, now=self._now())
        found = assess(self.rule.configured(PARAMETERS.get(self.rule.id, {})), aws)
        return [(one.resource, one.verdict.compliance.value) for one in found.judged]

    def _store_earlier(self) -> None:
        """Store the opposite of every verdict, and verdicts on what is no longer there."""
        judged = {(resource.type, resource.id): compliance for resource, compliance in self._judged()}
        earlier = {key: OPPOSITE[compliance] for key, compliance in judged.items()}
        earlier |= {(kind, STALE): "NON_COMPLIANT" for kind in self.rule.reports if kind != ACCOUNT_TYPE}
        earlier.setdefault((ACCOUNT_TYPE, ACCOUNT_ID), "NON_COMPLIANT")
        rows = [
            {
                "ComplianceResourceType": kind,
                "ComplianceResourceId": resource_id,
                "ComplianceType": compliance,
                "Annotation": EARLIER,
                "OrderingTimestamp": self._now(),
            }
            for (kind, resource_id), compliance in earlier.items()
        ]
        config = self._account.session(self.region).client("config")
        for start in range(0, len(rows), 100):
            token = self._scheduled.event["resultToken"]
            config.put_evaluations(Evaluations=rows[start : start + 100], ResultToken=token)
        self._rows = dict(self._tables.results(self.rule.id))
        self.earlier = {key: (compliance, EARLIER) for key, compliance in earlier.items()}

    def _now(self) -> datetime:
        created = json.loads(self._scheduled.event["invokingEvent"])["notificationCreationTime"]
        return datetime.fromisoformat(created)


@contextmanager
def _lambda(session: ReplaySession) -> Iterator[io.StringIO]:
    """Give the handler its session and its environment as AWS Lambda does; yield what it logs."""
    log = io.StringIO()
    watcher = logging.StreamHandler(log)
    root, default = logging.getLogger(), boto3.DEFAULT_SESSION
    root.addHandler(watcher)
    boto3.DEFAULT_SESSION = session
    os.environ.update(ENVIRONMENT)
    try:
        with redirect_stdout(log):
            yield log
    finally:
        for name in ENVIRONMENT:
            del os.environ[name]
        boto3.DEFAULT_SESSION = default
        root.removeHandler(watcher)
