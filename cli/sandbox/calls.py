"""API calls: as an operation receives them, and as they are remembered."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.model import OperationModel
from moto.utilities.utils import get_partition

from cli.sandbox.actions import iam_action
from cli.sandbox.exchange import HttpRequest
from cli.sandbox.tables import Tables

_LONGEST_PARAMETER = 2048


@dataclass(frozen=True)
class Call:
    """One API call with its decoded parameters, and the account's memory that it may use.

    `ordered` returns the resources of the faults on order of one kind, for operations that fail in part; `refusal`
    returns the code with which a fault of that kind is due to meet one resource, empty for none. `beside` has the
    IAM actions besides the call's own that the service found allowed, and did with the caller's permissions.
    """

    service: str
    operation: OperationModel
    params: dict[str, Any]
    access_key_id: str
    account_id: str
    region: str
    request: HttpRequest
    tables: Tables
    ordered: Callable[[str], set[str]]
    refusal: Callable[[str, str], str]
    beside: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """`service:Operation` with botocore's names."""
        return f"{self.service}:{self.operation.name}"

    @property
    def action(self) -> str:
        """The IAM action that allows the call."""
        return iam_action(self.service, str(self.operation.name))

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn`, `aws-us-gov` …, by the Region."""
        return str(get_partition(self.region))

    @property
    def now(self) -> datetime:
        """The time of the embedded account."""
        return datetime.now(UTC)

    def table(self, name: str) -> dict[str, Any]:
        """Return the account's `name` table of this service and Region; changes to it stay until reset."""
        return self.tables.table(self.account_id, self.region, self.service, name)

    def arn(self, resource: str, service: str = "") -> str:
        """Return the ARN of `resource` (`guardrail/abc`) in the call's account and Region."""
        prefix = service or self.action.split(":")[0]
        return f"arn:{self.partition}:{prefix}:{self.region}:{self.account_id}:{resource}"


@dataclass(frozen=True)
class RecordedCall:
    """A call that reached the account.

    `parameters` has the call's own string parameters (identifiers: what an ARN of the resource is made of);
    `error` is the code that it was answered with, empty after success; `denied` says that the caller's own policies
    did not allow the call.
    """

    access_key_id: str
    service: str
    operation: str
    region: str
    action: str = ""
    error: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    denied: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the call as the control endpoint shows it."""
        return asdict(self)


class Calls:
    """What reached the account, in order. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[RecordedCall] = []

    def record(self, call: RecordedCall) -> None:
        """Remember `call`."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()

    def __iter__(self) -> Iterator[RecordedCall]:
        with self._lock:
            return iter(list(self._calls))

    def __len__(self) -> int:
        with self._lock:
            return len(self._calls)

    def of(self, access_key_id: str) -> list[RecordedCall]:
        """Return the calls made with those credentials, in order."""
        return [call for call in self if call.access_key_id == access_key_id]

    def actions(self) -> set[str]:
        """Return the IAM actions that all calls together need."""
        return {call.action for call in self}


def string_parameters(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the top-level parameters that are short strings."""
    return {
        name: value for name, value in params.items() if isinstance(value, str) and len(value) <= _LONGEST_PARAMETER
    }
