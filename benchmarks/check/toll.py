"""A network and its limits before the embedded account: calls are counted, delayed and throttled."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from cli.sandbox import errors
from cli.sandbox.gateway import Gateway
from cli.sandbox.identify import UnknownOperationError, target_of

if TYPE_CHECKING:
    from cli.sandbox.exchange import HttpAnswer, HttpRequest


@dataclass(frozen=True)
class Terms:
    """
    What every call meets: `delay` is added to it, in seconds.

    `rate` is how many calls of one operation are answered in a second, at least one; more are throttled. None throttles
    nothing. Amazon S3 is never throttled: it takes thousands of requests in a second.
    """

    delay: float = 0.0
    rate: float | None = None


@dataclass(frozen=True)
class Reading:
    """
    What arrived since the last reading.

    `calls` counts requests, repeated ones among them, and `throttled` those that were sent away; `operations` counts
    requests by service and operation. `cpu` is the processor time of the embedded account, in seconds.
    """

    calls: int
    throttled: int
    operations: dict[str, int]
    cpu: float

    def as_json(self) -> dict[str, Any]:
        """Return the reading as another process gets it."""
        return asdict(self)


class Toll(Gateway):
    """The way into what is `behind`, with all of its memory."""

    def __init__(self, behind: Gateway) -> None:
        # One memory, whichever way a call comes in.
        self.__dict__.update(behind.__dict__)
        self._guard = Lock()
        self.impose(Terms())

    def impose(self, terms: Terms) -> None:
        """Let calls meet these terms from now on, and begin to count."""
        with self._guard:
            self._terms = terms
            self._operations: Counter[str] = Counter()
            self._throttled = 0
            self._full_at: defaultdict[str, float] = defaultdict(float)
            self._cpu = time.process_time()

    def read(self) -> Reading:
        """Return what arrived since the terms were imposed."""
        with self._guard:
            operations = dict(self._operations)
            return Reading(sum(operations.values()), self._throttled, operations, time.process_time() - self._cpu)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Return what is answered behind, later; or a refusal."""
        time.sleep(self._terms.delay)
        try:
            target = target_of(request)
        except UnknownOperationError as unknown:
            self._admit(f"{unknown.service}:?")
            return super().answer(request)
        if self._admit(f"{target.service}:{target.operation.name}"):
            return self.answer_about(target, request)
        return errors.answer_of(errors.throttled(target.service), target.service, request)

    def _admit(self, operation: str) -> bool:
        """Say whether an operation has calls left, of a bucket that holds what a second fills."""
        with self._guard:
            self._operations[operation] += 1
            if self._terms.rate is None or operation.startswith("s3:"):
                return True
            now = time.monotonic()
            full_at = max(self._full_at[operation], now)
            if full_at - now > 1 - 1 / self._terms.rate:
                self._throttled += 1
                return False
            self._full_at[operation] = full_at + 1 / self._terms.rate
            return True
