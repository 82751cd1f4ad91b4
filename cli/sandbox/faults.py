"""Faults on order: refusals, throttling, failures, lost connections, small pages, for tests and rehearsals.

A fault names the calls that it meets by IAM action (`s3:GetBucketPolicy`) or by botocore's `service:Operation`,
with `*` and `?` as wildcards, and strikes in the order of arrival.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Final

from cli.sandbox import errors
from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.pages import paging_of

_REFUSALS: Final[dict[str, Callable[[Call], AwsError]]] = {
    "deny": lambda call: errors.access_denied(call.service, call.action, _principal(call)),
    "throttle": lambda call: errors.throttled(call.service),
    "fail": lambda call: errors.failed(call.service),
    "expire": lambda call: errors.expired(call.service),
    "gone": lambda call: errors.gone(call.service),
    "refuse-token": lambda call: errors.bad_token(call.service),
    "unknown-operation": lambda call: errors.unknown_operation(call.service, str(call.operation.name)),
}
LOST: Final = ("no-endpoint", "connect-timeout", "read-timeout", "close")
SETTINGS: Final = ("page-size", "refuse-type", "fail-evaluation", "fail-finding")
UNREADABLE: Final[dict[str, tuple[str, bytes]]] = {
    "malformed": ("application/json", b'{"cut <off'),
    "foreign": ("text/html", b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Proxy</body></html>"),
}
"""Answers with status 200 that are none of AWS: one that was cut off, and the page of a proxy on the way."""
KINDS: Final = (*_REFUSALS, *LOST, *SETTINGS, *UNREADABLE)


class FaultError(ValueError):
    """A fault that cannot be ordered; the message says why."""


class LostConnectionError(Exception):
    """No answer goes back; `kind` says how the connection ends."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class MalformedAnswerError(Exception):
    """The answer that goes back is not one that a client can read: its content type and its body."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.content_type, self.body = UNREADABLE[kind]


@dataclass(frozen=True)
class Fault:
    """One fault on order.

    `kind` is one of `KINDS`. `resource` limits it to calls that have such a parameter (a name, an id, an ARN, or
    the end of an ARN). The first `after` calls that match pass, then `times` are struck (None: all). `code`,
    `status` and `message` replace those of AWS. `size` is the items of a page, for `page-size`.
    """

    kind: str
    action: str = "*"
    resource: str = ""
    region: str = ""
    after: int = 0
    times: int | None = None
    size: int = 1
    code: str = ""
    status: int | None = None
    message: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FaultError(f"There is no fault '{self.kind}', only {', '.join(sorted(KINDS))}.")
        if self.size < 1:
            raise FaultError(f"A page has at least one item, not {self.size}.")

    def matches(self, call: Call) -> bool:
        """Say whether the fault is meant for `call`."""
        wanted = self.action.lower()
        named = fnmatchcase(call.action.lower(), wanted) or fnmatchcase(call.name.lower(), wanted)
        if not named or (self.region and self.region != call.region):
            return False
        if self.kind == "refuse-token" and not _has_token(call):
            return False
        return not self.resource or any(_names(value, self.resource) for value in _strings(call.params))

    def error(self, call: Call) -> AwsError:
        """Return the error that the call is answered with."""
        usual = _REFUSALS[self.kind](call)
        return AwsError(self.code or usual.code, self.message or usual.message, self.status or usual.status)


class Faults:
    """The faults on order. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._met: dict[int, int] = {}

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter(list(self._faults))

    def add(self, fault: Fault) -> None:
        """Order one more fault."""
        with self._lock:
            self._faults.append(fault)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Order these faults and no others."""
        with self._lock:
            self._faults = list(faults)
            self._met = {}

    def clear(self) -> None:
        """Cancel all faults."""
        self.replace(())

    def deny(self, action: str, *, resource: str = "", after: int = 0, times: int | None = None) -> None:
        """Have calls refused for want of permission."""
        self.add(Fault("deny", action, resource, after=after, times=times))

    def throttle(self, action: str = "*", *, times: int | None = None, after: int = 0) -> None:
        """Have calls throttled, `times` in a row (None: for ever)."""
        self.add(Fault("throttle", action, times=times, after=after))

    def fail(self, action: str = "*", *, times: int | None = None, status: int | None = None) -> None:
        """Have calls answered by a 5xx."""
        self.add(Fault("fail", action, times=times, status=status))

    def page_size(self, size: int, action: str = "*") -> None:
        """Have listings answered in pages of at most `size` items."""
        self.add(Fault("page-size", action, size=size))

    def refuse_resource_type(self, resource_type: str) -> None:
        """Have AWS Config refuse evaluations of `resource_type`."""
        self.add(Fault("refuse-type", resource=resource_type))

    def fail_evaluation(self, resource_id: str) -> None:
        """Have AWS Config list the evaluations of that resource as failed."""
        self.add(Fault("fail-evaluation", resource=resource_id))

    def fail_finding(self, finding_id: str, *, code: str = "InternalFailure", times: int | None = None) -> None:
        """Have AWS Security Hub refuse the finding, `times` in a row (None: for ever)."""
        self.add(Fault("fail-finding", resource=finding_id, code=code, times=times))

    def strike(self, call: Call) -> None:
        """Let the first fault that is due meet `call`.

        Raises:
            AwsError: The call is to be answered with this error.
            LostConnectionError: The call is to get no answer.
            MalformedAnswerError: The call is to get an unreadable answer.

        """
        fault = self._due(call)
        if fault is None:
            return
        if fault.kind in LOST:
            raise LostConnectionError(fault.kind)
        if fault.kind in UNREADABLE:
            raise MalformedAnswerError(fault.kind)
        raise fault.error(call)

    def largest_page(self, call: Call) -> int | None:
        """Return the most items that a page of `call` may have, None where nothing is ordered."""
        sizes = [fault.size for fault in self if fault.kind == "page-size" and fault.matches(call)]
        return min(sizes, default=None)

    def resources(self, kind: str) -> set[str]:
        """Return the resources of all faults of one of the kinds in `SETTINGS`."""
        return {fault.resource for fault in self if fault.kind == kind}

    def refusal(self, kind: str, resource: str) -> str:
        """Return the code of the first fault of a kind in `SETTINGS` that is due to meet `resource`, empty for none."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.kind == kind and fault.resource == resource and self._is_due(index, fault):
                    return fault.code
        return ""

    def _due(self, call: Call) -> Fault | None:
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.kind in SETTINGS or not fault.matches(call):
                    continue
                if self._is_due(index, fault):
                    return fault
        return None

    def _is_due(self, index: int, fault: Fault) -> bool:
        met = self._met[index] = self._met.get(index, 0) + 1
        return met > fault.after and (fault.times is None or met <= fault.after + fault.times)


def fault_from_json(described: Mapping[str, Any]) -> Fault:
    """Return the fault that a control request describes.

    Raises:
        FaultError: It has no kind, or a member that faults do not have.

    """
    unknown = set(described) - {field.name for field in fields(Fault)}
    if unknown or "kind" not in described:
        wrong = f"no member {', '.join(sorted(unknown))}" if unknown else "a kind"
        raise FaultError(f"A fault has {wrong}.")
    return Fault(**described)


def fault_to_json(fault: Fault) -> dict[str, Any]:
    """Return the fault as the control endpoint shows it."""
    return asdict(fault)


def _principal(call: Call) -> str:
    return f"arn:{call.partition}:iam::{call.account_id}:user/{call.access_key_id}"


def _has_token(call: Call) -> bool:
    paging = paging_of(call.service, call.operation)
    return paging is not None and bool(call.params.get(paging.input_token))


def _names(value: str, resource: str) -> bool:
    return value == resource or value.endswith((f":{resource}", f"/{resource}")) or resource.endswith(f"/{value}")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
