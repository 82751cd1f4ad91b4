"""The API calls of every rule on companies of several sizes, counted in this process."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError  # noqa: TID251 - what the account refuses is an answer, too

from benchmarks.company import build
from cli.sandbox import ACCOUNT_ID, REGION, embedded_account
from cli.sandbox.company.aurelia import PARAMETERS
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.company import Size
    from cli.sandbox import Account

NOW = datetime(2026, 1, 1, tzinfo=UTC)

TOKENS = frozenset({"nextToken", "NextToken", "Marker", "marker", "ContinuationToken", "position"})


@dataclass
class Asked:
    """
    What a rule asked of one operation.

    `calls` is how often; `questions` are the different ones, those for further pages left out; `longest` is the
    length of the longest list among their parameters.
    """

    calls: int = 0
    questions: set[str] = field(default_factory=set)
    longest: int = 0

    def note(self, parameters: Mapping[str, Any]) -> None:
        """Take note of one call."""
        self.calls += 1
        own = {name: value for name, value in parameters.items() if name not in TOKENS}
        self.questions.add(json.dumps(own, sort_keys=True, default=str))
        self.longest = max([self.longest, *map(len, _lists(own))])


Calls = dict[str, dict[str, Asked]]
"""By rule, what it asked by operation ("bedrock:GetGuardrail")."""


@dataclass(frozen=True)
class Counted:
    """What all rules asked of a company, and how many evaluations each came to."""

    calls: Calls
    evaluations: Mapping[str, int]


class CountingSession:
    """
    What rules take for their boto3 session: it counts calls, and asks the account the same thing once only.

    What forty rules ask is often the same, and nobody changes the account meanwhile.
    """

    def __init__(self, account: Account) -> None:
        self.region_name = REGION
        self.asked: defaultdict[str, Asked] = defaultdict(Asked)
        self._session = account.session(REGION)
        self._clients: dict[tuple[str, str], Any] = {}
        self.known: dict[str, Any] = {}
        self._lock = Lock()

    def get_partition_for_region(self, region: str) -> str:
        """Return what boto3 returns."""
        return str(self._session.get_partition_for_region(region))

    def get_available_regions(self, service: str, partition_name: str) -> list[str]:
        """Return what boto3 returns."""
        return list(self._session.get_available_regions(service, partition_name=partition_name))

    def client(self, service: str, region_name: str, config: object) -> Any:
        """Return a real client whose calls are counted; one per service and Region."""
        key = (service, region_name)
        if key not in self._clients:
            client = self._session.client(service, region_name=region_name, config=config)
            send = client._make_api_call  # noqa: SLF001 - the one place through which methods and paginators go
            client._make_api_call = self._counting(service, region_name, send)  # noqa: SLF001 - the same
            self._clients[key] = client
        return self._clients[key]

    def _counting(
        self, service: str, region: str, send: Callable[[str, dict[str, Any]], Any]
    ) -> Callable[[str, dict[str, Any]], Any]:
        def answer(operation: str, parameters: dict[str, Any]) -> Any:
            key = json.dumps([service, region, operation, parameters], sort_keys=True, default=str)
            with self._lock:
                self.asked[f"{service}:{operation}"].note(parameters)
            if key not in self.known:
                self.known[key] = _answered(send, operation, parameters)
            if isinstance(self.known[key], Exception):
                raise self.known[key].with_traceback(None)
            return self.known[key]

        return answer


def _answered(send: Callable[[str, dict[str, Any]], Any], operation: str, parameters: dict[str, Any]) -> Any:
    try:
        return send(operation, parameters)
    except ClientError as refused:
        return refused


def counted(sizes: Sequence[Size]) -> list[Counted]:
    """
    Return the calls of every rule for companies of these sizes.

    Rules run with the parameters that the company of the demo gives them, each with a memory of its own, as in AWS
    Lambda; calls to AWS Config, which report what was found, are left out.
    """
    found = []
    for size in sizes:
        with embedded_account() as account:
            build(size, account)
            found.append(_counted(account))
    return found


def _counted(account: Account) -> Counted:
    session = CountingSession(account)
    calls: Calls = {}
    evaluations: dict[str, int] = {}
    for rule in all_rules():
        session.asked = defaultdict(Asked)
        aws: Any = Aws(session, account_id=ACCOUNT_ID, region=REGION, now=NOW)
        assessment = assess(rule.configured(PARAMETERS.get(rule.id, {})), aws)
        calls[rule.id] = dict(session.asked)
        evaluations[rule.id] = len(assessment.judged)
    return Counted(calls, evaluations)


def _lists(value: object) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _lists(each)
