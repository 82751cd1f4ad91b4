"""Threads that help whoever has many things to read."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
F = TypeVar("F")


class Readers:
    """
    A bounded number of threads that many share.

    Whoever asks for help reads as well, and waits for no thread to become free: a reading within a reading, or many
    side by side, never take more threads, and never wait for one another. Safe to use from several threads.
    """

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="read")

    def each(self, read: Callable[[T], F], items: Iterable[T], most: int) -> list[F]:
        """
        Return what `read` makes of each item, in their order, with at most so many of them under way at once.

        Raises what `read` raises, when what is under way has ended; what has not begun is left.
        """
        every = list(items)
        found: list[F | None] = [None] * len(every)
        waiting = deque(range(len(every)))

        def work() -> None:
            try:
                while True:
                    try:
                        place = waiting.popleft()
                    except IndexError:
                        return
                    found[place] = read(every[place])
            except BaseException:
                waiting.clear()
                raise

        helping = [self._pool.submit(work) for _ in range(min(most, len(every)) - 1)]
        try:
            work()
        finally:
            begun = [one for one in helping if not one.cancel()]
            wait(begun)
        for one in begun:
            one.result()
        return cast("list[F]", found)
