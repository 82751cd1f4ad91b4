"""Work in a process of its own that has all that this one has imported, and what it tells before it ends."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import hypothesis

if TYPE_CHECKING:
    from collections.abc import Callable

Outcome = Literal["killed", "stopped", "survived", "uncovered"]
"""`stopped` is a mutant that ran on and on, and counts as killed."""

SILENT_SECONDS = 120
"""Wall seconds without a sign of life after which a fork is stopped: something waits for ever."""
MEMORY = 4 * 2**30
"""Bytes of address space; a test run of one file takes a quarter of that."""


@dataclass(frozen=True)
class Judgement:
    """What became of a mutant: the test that failed with it, or "" for none; `seconds` of CPU; tests that ran."""

    outcome: Outcome
    test: str = ""
    seconds: float = 0.0
    ran: int = 0

    @property
    def killed(self) -> bool:
        """Whether the tests noticed."""
        return self.outcome in ("killed", "stopped")


def fork(work: Callable[[int], None]) -> tuple[int, int]:
    """Start a child that does its work and exits; return its id and what to read of what it tells."""
    sys.stdout.flush()
    sys.stderr.flush()
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    status = 1
    try:
        os.close(read)
        work(write)
        status = 0
    finally:
        # Nothing that the parent has open is flushed or closed twice.
        os._exit(status)


def read(pipe: int) -> bytes:
    """Return all that comes out of a pipe until nobody writes to it, and close it."""
    found = b""
    while part := os.read(pipe, 1 << 16):
        found += part
    os.close(pipe)
    return found


def quiet(test_seconds: float) -> None:
    """Let what tests print go nowhere, and what runs on and on end."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, test_seconds)
    quick = hypothesis.settings(
        database=None, derandomize=True, phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate]
    )
    hypothesis.settings.register_profile("mutants", quick)
    hypothesis.settings.load_profile("mutants")


def heard(work: Callable[[int], None]) -> Judgement:
    """
    Return what a child tells; one that is stopped for its CPU seconds, or is silent for long, ran on and on.

    Raises ChildProcessError if it ends by itself and says nothing: that is no mutant's doing.
    """
    child, pipe = fork(work)
    told = b""
    silent = False
    while True:
        if not select.select([pipe], [], [], SILENT_SECONDS)[0]:
            silent = True
            os.kill(child, signal.SIGKILL)
            break
        part = os.read(pipe, 1 << 16)
        if not part:
            break
        told += part
    os.close(pipe)
    status = os.waitpid(child, 0)[1]
    lines = [json.loads(line) for line in told.splitlines()]
    started = [line["started"] for line in lines if "started" in line]
    if silent or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF):
        return Judgement("stopped", started[-1] if started else "import", 0.0, len(started))
    end = lines[-1] if lines and "failed" in lines[-1] else None
    if end is None and os.WIFSIGNALED(status):
        return Judgement("killed", started[-1] if started else "import", 0.0, len(started))
    if end is None:
        raise ChildProcessError(f"{started[-1:]}: the fork ended without a word, status {status}")
    return Judgement("killed" if end["failed"] else "survived", end["failed"], end["seconds"], end["ran"])
