"""The last step before the embedded account, where answers are bytes: the same request need not be answered again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from moto.core.models import botocore_stubber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSPreparedRequest

Answer = tuple[int, dict[str, str], bytes] | None


class Wire:
    """
    What botocore sends to and hears from the embedded account.

    A call that meets a fault is sent up to six times. The account answers the first attempt; further ones hear the same
    bytes. Where the fault ends, the last attempt hears the bytes that a recording has.
    """

    def __init__(self, send: Callable[[AWSPreparedRequest], Answer]) -> None:
        self._send = send
        self._heard: list[Answer] = []
        self._striking = False
        self._left: int | None = None
        self._recorded: Answer = None
        self._repeated: dict[tuple[str, str, Any], Answer | Exception] = {}

    def __call__(self, request: AWSPreparedRequest) -> Answer:
        """Return the answer to one attempt; raises what the connection ends in."""
        if not self._striking:
            answer = self._send(request)
            self._heard.append(answer)
            return answer
        if self._left is not None:
            self._left -= 1
            return self._recorded if self._left < 0 and self._recorded else self._send(request)
        return self._again(request)

    def heard(self) -> Answer:
        """Return the one answer since this was asked last, None if there was none or more than one."""
        heard, self._heard = self._heard, []
        return heard[0] if len(heard) == 1 else None

    @contextmanager
    def struck(self, times: int | None, recorded: Answer) -> Iterator[None]:
        """Let attempts meet a fault, that many or (None) all of them; `recorded` is the answer after them."""
        self._striking, self._left, self._recorded = True, times, recorded
        self._repeated.clear()
        try:
            yield
        finally:
            self._striking = False

    def _again(self, request: AWSPreparedRequest) -> Answer:
        asked = (str(request.method), str(request.url), request.body)
        if asked not in self._repeated:
            try:
                self._repeated[asked] = self._send(request)
            except Exception as lost:  # noqa: BLE001 - whatever ends the connection ends it again
                self._repeated[asked] = lost
        answer = self._repeated[asked]
        if isinstance(answer, Exception):
            raise answer.with_traceback(None)
        return answer


@contextmanager
def tapped() -> Iterator[Wire]:
    """Put a wire between botocore and the embedded account, which is open."""
    send = botocore_stubber.process_request
    wire = Wire(send)
    botocore_stubber.process_request = wire
    try:
        yield wire
    finally:
        botocore_stubber.process_request = send
