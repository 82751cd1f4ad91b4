"""The account and Region that facts are read from, in one run."""

from __future__ import annotations

import copy
from concurrent.futures import Future
from socket import EAI_NONAME, gaierror
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.exceptions import ClientError, EndpointConnectionError

from rules.engine.clients import Clients
from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, error_code, error_message
from rules.engine.readers import Readers
from rules.engine.resource import Resource, Unreadable, account_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from datetime import datetime

    import boto3

    from rules.engine.clients import Service

T = TypeVar("T")
F = TypeVar("F")

WORKERS = 8
"""Calls per listing under way at once: enough to hide latency, few enough not to meet API rate limits."""

UNKNOWN_OPERATION = frozenset({"UnknownOperationException", "UnknownOperation", "InvalidAction"})


class Aws:
    """
    One account and Region, read once.

    What a collector read is remembered for the run, so that rules that need the same fact share one pass of the
    account; a run lasts seconds to minutes and never outlives an invocation. Safe to use from several threads.
    """

    def __init__(
        self,
        session: boto3.session.Session,
        *,
        account_id: str,
        region: str,
        now: datetime,
        readers: int = WORKERS - 1,
    ) -> None:
        """Open the account; so many threads read beside those that ask for facts."""
        self.account_id = account_id
        self.region = region
        self.now = now
        self.partition: str = session.get_partition_for_region(region)
        self._clients = Clients(session, region)
        self._readers = Readers(readers)
        self._recalled: dict[Hashable, Future[Any]] = {}
        self._lock = Lock()
        self._exempting = True
        self._heard: set[tuple[str, str]] = set()

    @property
    def account(self) -> Resource:
        """The account itself, as the resource that account-wide rules report."""
        return account_resource(self.account_id, self.partition)

    def client(self, service: Service, region: str | None = None) -> Any:
        """Return the boto3 client of `service`, in `region` or the run's Region."""
        return self._clients.get(service, region)

    def arn(self, service: str, path: str) -> str:
        """Return the ARN of something in this account and Region: `arn("lambda", "function:f")`."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{path}"

    def recall(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return what `compute` returned (or raise what it raised) when `key` was first asked for in this run."""
        with self._lock:
            future = self._recalled.get(key)
            first = future is None
            if future is None:
                future = self._recalled[key] = Future()
        if first:
            try:
                future.set_result(compute())
            except BaseException as error:
                future.set_exception(error)
                raise
        return cast("T", future.result())

    def asked(self, service: Service, operation: str, **parameters: Hashable) -> Mapping[str, Any]:
        """
        Return what AWS answered when this run first asked, such as "describe_model": nobody may change it.

        For what facts of several modules are made of. Raises what the first call raised.
        """
        call = getattr(self.client(service), operation)
        return self.recall((service, operation, *sorted(parameters.items())), lambda: call(**parameters))

    def heard(self, service: Service, region: str | None = None) -> None:
        """Take note that a service answered in a Region (or the run's): whatever fails later, the Region has it."""
        self._heard.add((service, region or self.region))

    def tags(self, arn: str, read: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        """
        Return the tags that `read` reads of a resource, once in a run; {} where no rule exempts by tag.

        For tags that decide nothing but exemptions. A rule that judges tags itself reads them without this.
        """
        return self.recall(("tags", arn), read) if self._exempting else {}

    def without_exemptions(self) -> Aws:
        """Return the account for rules of which none exempts by tag; what was read so far it knows, too."""
        other = copy.copy(self)
        other._recalled = dict(self._recalled)  # noqa: SLF001 - one of its own kind
        other._exempting = False  # noqa: SLF001 - the same
        return other

    def read_one(
        self, resource: Resource, read: Callable[[], F | None], *, gone: Iterable[str] = ()
    ) -> F | Unreadable | None:
        """
        Return the fact that `read` makes of one resource.

        None when `read` returns None or AWS answers with one of the `gone` error codes (deleted since it was
        listed); an `Unreadable` when it cannot be read or understood.
        """
        try:
            return read()
        except (*READ_ERRORS, *SHAPE_ERRORS) as error:
            code = error_code(error)
            if isinstance(error, ClientError) and code in gone:
                return None
            return Unreadable(resource, code, error_message(error))

    def read_each(
        self,
        items: Iterable[T],
        identify: Callable[[T], Resource],
        read: Callable[[T], F | None],
        *,
        gone: Iterable[str] = (),
    ) -> tuple[F | Unreadable, ...]:
        """
        Return the facts of all items in their order, read by this thread and others that help it (see `read_one`).

        Items that are gone are left out.
        """
        gone = frozenset(gone)

        def one(item: T) -> F | Unreadable | None:
            return self.read_one(identify(item), lambda: read(item), gone=gone)

        return tuple(fact for fact in self._readers.each(one, items, WORKERS) if fact is not None)

    def lacks(self, service: Service, error: Exception, region: str | None = None) -> bool:
        """
        Say whether `error` means that the Region asked (or the run's) does not have the service or operation at all.

        An endpoint that cannot be reached counts only when its name does not exist and botocore's endpoint data
        does not list the Region either: otherwise a network fault would look like an absent feature. What was `heard`
        before in the run is not absent.
        """
        region = region or self.region
        if isinstance(error, ClientError):
            return error_code(error) in UNKNOWN_OPERATION or _operation_is_unknown(error)
        known = (service, region) in self._heard or self._clients.knows(service, region)
        return _name_does_not_exist(error) and not known


def _operation_is_unknown(error: ClientError) -> bool:
    # Amazon Bedrock answers like this in Regions that lack an operation.
    message = str(error.response["Error"].get("Message", "")).lower()
    return error_code(error) == "ValidationException" and "unknown" in message and "operation" in message


def _name_does_not_exist(error: Exception) -> bool:
    if not isinstance(error, EndpointConnectionError):
        return False
    reason = error.kwargs.get("error")
    reason = getattr(reason, "__cause__", None) or reason
    return isinstance(reason, gaierror) and reason.errno == EAI_NONAME
