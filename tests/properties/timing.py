"""The same answers at other times: late at random, or the last call first."""

from __future__ import annotations

import time
from random import Random
from threading import Condition
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.properties.recorded import Answer, Question

LONGEST = 0.004
"""Seconds that an answer is late at most: longer than the handing over of a thread."""

QUIET = 0.002
"""Seconds without a further call after which those that wait are answered."""


class Delayed:
    """Every answer late by what `seed` gives for its question."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def sent(self, question: Question, asked: Mapping[str, Any], answer: Answer) -> Mapping[str, Any]:
        """Return the whole answer, later."""
        del asked
        time.sleep(Random(f"{self._seed} {question}").uniform(0, LONGEST))  # noqa: S311 - nothing secret
        return answer.content


class LastFirst:
    """Calls that are under way together are answered in the reverse order of their arrival."""

    def __init__(self) -> None:
        self.most = 0
        self._waiting: list[object] = []
        self._changed = Condition()

    def sent(self, question: Question, asked: Mapping[str, Any], answer: Answer) -> Mapping[str, Any]:
        """Return the whole answer once nobody comes any more and every later call was answered."""
        del question, asked
        mine = object()
        with self._changed:
            self._waiting.append(mine)
            self.most = max(self.most, len(self._waiting))
            self._changed.notify_all()
            while True:
                news = self._changed.wait(QUIET)
                if not news and self._waiting[-1] is mine:
                    self._waiting.pop()
                    return answer.content
