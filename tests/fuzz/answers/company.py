"""A company whose answers are recorded once, and sessions that give one of them changed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.sandbox import ACCOUNT_ID, REGION, embedded_account
from cli.sandbox.company.aurelia import PARAMETERS, build
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.catalogue import all_rules
from rules.engine.errors import CollectionError
from tests.faults.patience import impatient
from tests.fuzz.answers.changes import changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.config import Config

    from cli.sandbox import Account
    from rules.engine.assessment import Assessment
    from rules.engine.rule import Rule
    from tests.fuzz.answers.changes import Change


@dataclass(frozen=True, order=True)
class Call:
    """One call that a rule makes: service, Region, operation and what it asks."""

    service: str
    region: str
    operation: str
    parameters: str

    def __str__(self) -> str:
        return f"{self.service}:{self.operation} {self.parameters}"


@dataclass(frozen=True)
class Found:
    """
    What a rule finds.

    `verdicts` is the compliance by (type, id), `annotations` what is said beside it; `unreadable` are the resources
    that it could not read; `failure` is the message of a CollectionError, None when the rule was evaluated.
    """

    verdicts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    annotations: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unreadable: frozenset[tuple[str, str]] = frozenset()
    failure: str | None = None

    @classmethod
    def of(cls, assessment: Assessment) -> Found:
        """Return what an assessment says."""
        keys = {(one.resource.type, one.resource.id): one.verdict for one in assessment.judged}
        return cls(
            {key: verdict.compliance.value for key, verdict in keys.items()},
            {key: verdict.annotation for key, verdict in keys.items()},
            frozenset((one.resource.type, one.resource.id) for one in assessment.unreadable),
        )


class AnswersSession:
    """What a rule takes for its boto3 session: every answer is given from memory, one of them changed."""

    def __init__(self, account: Account) -> None:
        self.region_name = REGION
        self.answers: dict[Call, Any] = {}
        self.asked: set[Call] = set()
        self.changed: tuple[Call, Any] | None = None
        self._session = account.session()
        self._clients: dict[tuple[str, str], Any] = {}

    def get_partition_for_region(self, region: str) -> str:
        """Return what boto3 returns."""
        return str(self._session.get_partition_for_region(region))

    def get_available_regions(self, service: str, partition_name: str) -> list[str]:
        """Return what boto3 returns."""
        return list(self._session.get_available_regions(service, partition_name=partition_name))

    def client(self, service: str, region_name: str, config: Config) -> Any:
        """Return a client that asks the memory first; one per service and Region."""
        key = (service, region_name)
        if key not in self._clients:
            client = self._session.client(service, region_name=region_name, config=config)
            send = client._make_api_call  # noqa: SLF001 - the one place through which methods and paginators go

            def answer(operation: str, parameters: dict[str, Any]) -> Any:
                call = Call(service, region_name, operation, json.dumps(parameters, sort_keys=True, default=str))
                self.asked.add(call)
                if self.changed is not None and self.changed[0] == call:
                    return self.changed[1]
                if call not in self.answers:
                    self.answers[call] = _kept(send, operation, parameters)
                found = self.answers[call]
                if isinstance(found, Exception):
                    raise found.with_traceback(None)
                return found

            client._make_api_call = answer  # noqa: SLF001 - the same
            self._clients[key] = client
        return self._clients[key]

    def output_shape(self, call: Call) -> Any:
        """Return the shape of a call's answer in botocore's service model."""
        model = self._clients[call.service, call.region].meta.service_model
        return model.operation_model(call.operation).output_shape


class Company:
    """The example company, read by every rule once."""

    def __init__(self, account: Account) -> None:
        build(account, "mixed")
        self.session = AnswersSession(account)
        self.changes: dict[Call, tuple[Change, ...]] = {}
        self._now = datetime.now(UTC)
        self.calls: dict[str, tuple[Call, ...]] = {}
        self.found: dict[str, Found] = {}
        for rule in all_rules():
            self.session.asked = set()
            self.found[rule.id] = self.judged(rule)
            self.calls[rule.id] = tuple(sorted(filter(self._can_change, self.session.asked)))

    def judged(self, rule: type[Rule[Any]]) -> Found:
        """Return what a rule finds with the answers as they are; what is no CollectionError passes through."""
        configured = rule.configured(PARAMETERS.get(rule.id, {}))
        aws = Aws(self.session, account_id=ACCOUNT_ID, region=REGION, now=self._now)
        try:
            return Found.of(assess(configured, aws))
        except CollectionError as error:
            return Found(failure=str(error))

    def answer(self, call: Call) -> dict[str, Any]:
        """Return what was answered to a call, without what botocore adds."""
        return {name: value for name, value in self.session.answers[call].items() if name != "ResponseMetadata"}

    def _can_change(self, call: Call) -> bool:
        answered = isinstance(self.session.answers[call], dict)
        return answered and any(True for _ in changes(self.answer(call), self.session.output_shape(call)))

    def judged_with(self, rule: type[Rule[Any]], call: Call, answer: Any) -> Found:
        """Return what a rule finds when that call has another answer."""
        self.session.changed = (call, answer)
        try:
            return self.judged(rule)
        finally:
            self.session.changed = None


@contextmanager
def company() -> Iterator[Company]:
    """Open the company in the embedded account of this process, without threads and without waiting."""
    with embedded_account() as account, impatient():
        yield Company(account)


def _kept(send: Any, operation: str, parameters: dict[str, Any]) -> Any:
    try:
        return send(operation, parameters)
    except (ClientError, BotoCoreError) as error:
        return error
