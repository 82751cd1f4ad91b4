from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock, current_thread
from time import sleep

import pytest

from rules.engine.readers import Readers

PATIENCE = 10


class Room:
    """Counts who is in it, and remembers how many there were at the most."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._guard = Lock()

    def visit(self, item: int) -> int:
        with self._guard:
            self._now += 1
            self.most = max(self.most, self._now)
        sleep(0.002)
        with self._guard:
            self._now -= 1
        return item * item


@pytest.mark.parametrize("items", [0, 1, 2, 50])
def test_answers_in_the_order_of_the_items(items: int) -> None:
    assert Readers(7).each(lambda item: item * item, range(items), 8) == [item * item for item in range(items)]


def test_several_read_at_the_same_time() -> None:
    together = Barrier(3)

    # Three items that wait for one another: with fewer readers nobody would come through.
    assert Readers(2).each(lambda _: together.wait(PATIENCE) >= 0, range(3), 3) == [True] * 3


def test_no_more_than_wanted_read_at_once() -> None:
    room = Room()

    Readers(7).each(room.visit, range(60), 3)

    assert room.most == 3


def test_many_who_ask_share_the_threads() -> None:
    room, readers = Room(), Readers(2)

    with ThreadPoolExecutor(4) as asking:
        list(asking.map(lambda _: readers.each(room.visit, range(20), 8), range(4)))

    assert 4 <= room.most <= 4 + 2


def test_a_reading_within_a_reading_waits_for_no_thread() -> None:
    readers = Readers(1)

    def outer(item: int) -> list[int]:
        return readers.each(lambda inner: readers.each(lambda last: last, [inner], 8)[0], [item, item + 1], 8)

    with ThreadPoolExecutor(1) as asking:
        found = asking.submit(readers.each, outer, range(5), 8).result(PATIENCE)

    assert found == [[item, item + 1] for item in range(5)]


def test_who_asks_reads_alone_where_all_threads_are_busy() -> None:
    readers, begun, go = Readers(1), Event(), Event()

    def hold(item: int) -> int:
        if item == 0:
            begun.set()
            go.wait(PATIENCE)
        return item

    with ThreadPoolExecutor(1) as asking:
        first = asking.submit(readers.each, hold, [0, 0], 2)
        begun.wait(PATIENCE)
        assert readers.each(lambda item: (item, current_thread().name), [1, 2], 8)[0][0] == 1
        go.set()
        assert first.result(PATIENCE) == [0, 0]


def test_what_fails_is_raised_and_what_has_not_begun_is_left() -> None:
    read: list[int] = []

    def fail(item: int) -> int:
        read.append(item)
        raise ValueError(str(item))

    with pytest.raises(ValueError, match=r"[0-2]"):
        Readers(2).each(fail, range(100), 3)

    assert len(read) <= 3


def test_a_failure_in_a_thread_that_helps_is_raised_as_well() -> None:
    here, both = current_thread(), Barrier(2)

    def fail_elsewhere(item: int) -> int:
        both.wait(PATIENCE)
        if current_thread() is not here:
            raise ValueError("elsewhere")
        return item

    with pytest.raises(ValueError, match="elsewhere"):
        Readers(1).each(fail_elsewhere, range(2), 2)
