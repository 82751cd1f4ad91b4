"""A rule's function and AWS Config: facts from a recording, evaluations in an embedded account that keeps them."""

from __future__ import annotations

import json
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import boto3

from cli.judging import in_force
from cli.sandbox.config_events import ChangedResource
from cli.sandbox.services.config_evaluations import CHANGES
from cli.sandbox.services.config_rules import ConfigAccount
from rules.engine.clients import CONFIG
from tests.properties.recorded import RecordedSession, answered_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from botocore.config import Config

    from cli.sandbox import Account
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule
    from tests.properties.recorded import Answers, Service

Event = dict[str, Any]
Stored = dict[tuple[str, str], tuple[str, str]]
"""Compliance and annotation of each resource, by type and id."""


class KilledError(BaseException):
    """The process ends here; nothing of the function handles that."""


class Storing:
    """What befalls PutEvaluations in one run; `calls` counts them."""

    def __init__(self) -> None:
        self.calls = 0

    def before(self, number: int) -> None:
        """Do what happens before a call, of which there were `number` before."""

    def after(self, number: int) -> None:
        """Do what happens after a call."""

    def watched(self, client: Any) -> Callable[[str, dict[str, Any]], Any]:
        """Return how a client's calls are sent meanwhile."""

        def call(operation: str, parameters: dict[str, Any]) -> Any:
            if operation != "PutEvaluations":
                return client._make_api_call(operation, parameters)  # noqa: SLF001 - all calls go through it
            number, self.calls = self.calls, self.calls + 1
            self.before(number)
            answer = client._make_api_call(operation, parameters)  # noqa: SLF001 - the same
            self.after(number)
            return answer

        return call


class FunctionSession(RecordedSession):
    """A function's session: AWS Config answers for itself, everything else from the recording."""

    def __init__(self, answers: Answers, region: str, live: Any, service: Service | None, storing: Storing) -> None:
        super().__init__(answers, region, service)
        self._live = live
        self._storing = storing

    def client(self, service: str, region_name: str, config: Config) -> Any:
        """Return a client, for AWS Config one whose storing can be watched."""
        if service != "config":
            return super().client(service, region_name, config)
        return answered_by(self._live, self._storing.watched(self._live))


class Function:
    """One rule's function in one Region of an account, and what AWS Config keeps of it."""

    def __init__(self, config: Any, account_id: str, rule: Rule[Any], account: Account) -> None:
        self.rule = type(rule)
        self._live = config
        self._region: str = config.meta.region_name
        self._tables = ConfigAccount(account_id, self._region, "aws", account.tables)
        self._events = account.config_events(self._region, account_id)
        parameters = {name: value for name, value in in_force(rule).items() if value is not None}
        self._live.put_config_rule(
            ConfigRule={
                "ConfigRuleName": self.rule.id,
                "Source": {"Owner": "AWS", "SourceIdentifier": "ANY"},
                "InputParameters": json.dumps(parameters),
            }
        )

    def scheduled(self, moment: datetime) -> Event:
        """Return the event of a periodic pass."""
        return _at(self._events.scheduled(self.rule.id), moment)

    def changed(self, resource: Resource, moment: datetime, status: str = "OK") -> Event:
        """Return the event of a change."""
        item = ChangedResource(resource.type, resource.id, resource.name, resource.arn or "", status)
        return _at(self._events.changed(self.rule.id, item), moment)

    def invoke(
        self, event: Event, answers: Answers, *, service: Service | None = None, storing: Storing | None = None
    ) -> str | None:
        """Return what the function fails with on an event, None after success."""
        session = FunctionSession(answers, self._region, self._live, service, storing or Storing())
        with _default(session), redirect_stdout(StringIO()):
            try:
                self.rule.lambda_handler()(event, None)
            except (Exception, KilledError) as error:  # noqa: BLE001 - whatever a function raises fails its invocation
                return f"{type(error).__name__}: {error}"
        return None

    @property
    def stored(self) -> Stored:
        """What AWS Config has now."""
        return {key: (row["ComplianceType"], row.get("Annotation", "")) for key, row in self._results.items()}

    @property
    def orderings(self) -> dict[tuple[str, str], datetime]:
        """The time of the event that brought each evaluation."""
        rows = self._results.items()
        return {key: row["EvaluationResultIdentifier"]["OrderingTimestamp"] for key, row in rows}

    def begin_with(self, rows: Mapping[tuple[str, str], Any]) -> None:
        """Let AWS Config have just these results."""
        self._results.clear()
        self._results.update(rows)

    @property
    def rows(self) -> dict[tuple[str, str], Any]:
        """The results as `begin_with` takes them."""
        return dict(self._results)

    def changes(self) -> int:
        """Return how many results changed their compliance since this was asked last."""
        return len(self._tables.table(CHANGES).pop("waiting", []))

    @property
    def _results(self) -> dict[tuple[str, str], Any]:
        results: dict[tuple[str, str], Any] = self._tables.results(self.rule.id)
        return results


def config_of(session: boto3.session.Session) -> Any:
    """Return the client of AWS Config with a recorder, without which it takes no rules."""
    config = session.client("config", config=CONFIG)
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/recorder"}
    )
    return config


def _at(event: Event, moment: datetime) -> Event:
    """Return the event as if it had been made at another time."""
    notification = json.loads(event["invokingEvent"])
    written = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    notification["notificationCreationTime"] = written
    if "configurationItem" in notification:
        notification["configurationItem"]["configurationItemCaptureTime"] = written
    return {**event, "invokingEvent": json.dumps(notification)}


@contextmanager
def _default(session: Any) -> Iterator[None]:
    """Give functions their session as AWS Lambda does."""
    before = boto3.DEFAULT_SESSION
    boto3.DEFAULT_SESSION = session
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = before
