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
from moto.config.models import config_backends

from cli.sandbox import ACCOUNT_ID, CREDENTIALS
from cli.sandbox.company.aurelia import PARAMETERS
from cli.sandbox.config_events import ChangedResource
from cli.sandbox.services.config_rules import ConfigAccount
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.errors import CollectionError, ReportingError, UnreadableResourcesError
from rules.engine.reporting import BATCH
from rules.engine.resource import ACCOUNT_TYPE, Resource
from rules.engine.rule import ChangeRule
from tests.faults.planted import ENVIRONMENT, SESSION_TOKEN
from tests.faults.storing import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.sandbox import Account
    from rules.engine.rule import Rule
    from tests.faults.replay import Answered, CallKey, ReplaySession, Strike

Key = tuple[str, str]
Said = tuple[str, str]
"""Compliance and annotation."""

EARLIER = "Said before."
STALE = "left-long-ago"
OWN_ERRORS = (CollectionError, ReportingError, UnreadableResourcesError)
"""What a rule's function raises on purpose when AWS does not answer."""
CHANGES = 2
"""Change events per resource type and compliance."""
OPPOSITE = {"COMPLIANT": "NON_COMPLIANT", "NON_COMPLIANT": "COMPLIANT", "NOT_APPLICABLE": "COMPLIANT"}


@dataclass(frozen=True)
class Outcome:
    """
    What a run ended in.

    `stored` is what AWS Config has now; `unreadable` are the resources that the failure names; `failure` is the
    message of what was raised, None after success; `said` is everything that went to the log besides. `whole`, nothing
    could be listed; `accident`, the function did not know that it would fail.
    """

    stored: Mapping[Key, Said]
    failure: str | None
    unreadable: frozenset[Key]
    said: str
    whole: bool = False
    accident: bool = False


@dataclass(frozen=True)
class Trigger:
    """One event for a rule: its name for readers, and the event itself, the same for every run."""

    name: str
    event: Mapping[str, Any]
    resource: Resource | None = None


class Stage:
    """One rule in one Region of an account that is open."""

    def __init__(self, account: Account, session: ReplaySession, rule: type[Rule[Any]]) -> None:
        self.rule = rule
        self.configured = rule.configured(PARAMETERS.get(rule.id, {}))
        self.session = session
        self._account = account
        self._handler = rule.lambda_handler()
        self._tables = ConfigAccount(ACCOUNT_ID, session.region_name, "aws", account.tables)
        self._put_rule()
        self._events = account.config_events(session.region_name)
        self._scheduled = Trigger("schedule", self._events.scheduled(rule.id))
        self._judged = self._assess()
        self.earlier = self._store_earlier()
        self._rows = dict(self._tables.results(rule.id))

    @property
    def secrets(self) -> frozenset[str]:
        """What no message may carry: credentials, result and page tokens, values of the environment."""
        pages = {key.page_token for key in self.session.recording.order} - {""}
        key = CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
        return frozenset({key, SESSION_TOKEN, *ENVIRONMENT.values(), self._scheduled.event["resultToken"], *pages})

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources that the rule judges."""
        return tuple(resource for resource, _ in self._judged)

    def triggers(self) -> Iterator[Trigger]:
        """Yield the rule's events: its periodic pass, then changes of some resources of each type and compliance."""
        yield self._scheduled
        if not issubclass(self.rule, ChangeRule):
            return
        taken: dict[tuple[str, str], int] = {}
        for resource, compliance in self._judged:
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

    def run(self, trigger: Trigger, strike: Strike, overlay: Mapping[CallKey, Answered] | None = None) -> Outcome:
        """Return what a run ends in in which that call meets that fault (see `ReplaySession.begin`)."""
        self.session.begin(strike, overlay)
        return self._run(trigger)

    def aws(self) -> Aws:
        """Return what the rule reads from, at the time of the schedule."""
        created = json.loads(self._scheduled.event["invokingEvent"])["notificationCreationTime"]
        now = datetime.fromisoformat(created)
        return Aws(self.session, account_id=ACCOUNT_ID, region=self.session.region_name, now=now)

    def _run(self, trigger: Trigger) -> Outcome:
        results = self._tables.results(self.rule.id)
        results.clear()
        results.update(self._rows)
        kind: type[Exception] | None = None
        failure, unreadable = None, frozenset[Key]()
        with _lambda(self.session) as log:
            try:
                self._handler(trigger.event, None)
            except UnreadableResourcesError as error:
                failure, unreadable = str(error), frozenset((one.type, one.id) for one in error.resources)
                kind = type(error)
            except Exception as error:  # noqa: BLE001 - whatever a function raises fails its invocation
                failure, kind = f"{type(error).__name__}: {error}", type(error)
        stored = {key: (row["ComplianceType"], row.get("Annotation", "")) for key, row in results.items()}
        return Outcome(
            stored,
            failure,
            unreadable,
            log.getvalue(),
            whole=kind is CollectionError,
            accident=kind not in (None, *OWN_ERRORS),
        )

    def _put_rule(self) -> None:
        region = self.session.region_name
        if not config_backends[ACCOUNT_ID][region].recorders:
            self._account.session(region).client("config").put_configuration_recorder(
                ConfigurationRecorder={"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT_ID}:role/recorder"}
            )
        self._tables.put_rule(
            {
                "ConfigRuleName": self.rule.id,
                "Source": {"Owner": "AWS", "SourceIdentifier": "ANY"},
                "InputParameters": json.dumps(PARAMETERS.get(self.rule.id, {})),
            }
        )

    def _assess(self) -> list[tuple[Resource, str]]:
        self.session.begin_recording()
        found = assess(self.configured, self.aws())
        return [(one.resource, one.verdict.compliance.value) for one in found.judged]

    def _store_earlier(self) -> dict[Key, Said]:
        """Store the opposite of every verdict, and verdicts on what is no longer there."""
        judged = {(resource.type, resource.id): compliance for resource, compliance in self._judged}
        earlier = {key: OPPOSITE[compliance] for key, compliance in judged.items()}
        earlier |= {(kind, STALE): "NON_COMPLIANT" for kind in self.rule.reports if kind != ACCOUNT_TYPE}
        earlier.setdefault((ACCOUNT_TYPE, ACCOUNT_ID), "NON_COMPLIANT")
        created = json.loads(self._scheduled.event["invokingEvent"])["notificationCreationTime"]
        rows = [
            {
                "ComplianceResourceType": kind,
                "ComplianceResourceId": resource_id,
                "ComplianceType": compliance,
                "Annotation": EARLIER,
                "OrderingTimestamp": created,
            }
            for (kind, resource_id), compliance in earlier.items()
        ]
        for start in range(0, len(rows), BATCH):
            token = self._scheduled.event["resultToken"]
            parameters = {"Evaluations": rows[start : start + BATCH], "ResultToken": token}
            store(self._account, self.session.region_name, parameters)
        return {key: (compliance, EARLIER) for key, compliance in earlier.items()}


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
