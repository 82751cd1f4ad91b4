"""A pytest plugin in a fork: which tests run, in which order, for how long, and what became of them."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence


class Watch:
    """Chooses and orders the tests, tells the parent what happens, ends when the time is up."""

    def __init__(
        self, wanted: Sequence[str], known: frozenset[str] | None, seconds: float, test_seconds: float, pipe: int
    ) -> None:
        self.rank = {test: index for index, test in enumerate(wanted)}
        self.known = known
        self.seconds = seconds
        self.test_seconds = test_seconds
        self.pipe = pipe
        self.ran = 0
        self.failed = ""

    def tell(self, **what: object) -> None:
        """Write a line to the parent."""
        os.write(self.pipe, json.dumps(what).encode() + b"\n")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what covers the mutant and what is newer than the recording."""
        items[:] = self.chosen(items)

    def chosen(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Return what covers the mutant, and then what is newer than the recording."""
        new = len(self.rank)
        kept = [
            item
            for item in items
            if item.nodeid in self.rank or (self.known is not None and item.nodeid not in self.known)
        ]
        return sorted(kept, key=lambda item: self.rank.get(item.nodeid, new))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Give the test its time."""
        signal.setitimer(signal.ITIMER_PROF, self.test_seconds)
        self.tell(started=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember the failure that ends the run."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember that the tests cannot even be imported."""
        if report.failed and not self.failed:
            self.failed = report.nodeid or "import"

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """Count, and stop when the mutant had its time."""
        self.ran += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Stop before the next test when the mutant had its time."""
        if time.process_time() > self.seconds:
            item.session.shouldstop = "its time is up"
