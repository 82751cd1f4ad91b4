"""CPU time that something may take before it counts as a hang."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class TooSlowError(AssertionError):
    """Something took more CPU time than it may: for its user that is a hang."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """
    Raise TooSlowError in what runs inside after so many CPU seconds of this process.

    Works in the main thread; a search of a regular expression is interrupted, too.
    """

    def stop(number: int, frame: FrameType | None) -> Never:
        del number, frame
        raise TooSlowError(f"more than {seconds:g} CPU seconds")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
