"""A generated company in a process of its own, which others reach over HTTP."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def served(size: str, times: float = 1.0) -> Iterator[str]:
    """
    Serve a company of one of `SIZES`, that many times as large, and yield what AWS_ENDPOINT_URL has to be.

    Its process is not this one, so that neither its time nor its memory counts as that of whoever asks.
    """
    command = [sys.executable, "-m", "benchmarks.company", "--size", size, "--times", str(times)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            said = server.stdout.readline() if server.stdout else ""
            if not said.startswith("AWS_ENDPOINT_URL="):
                raise ChildProcessError(f"{' '.join(command[1:])} has not started")
            yield said.strip().partition("=")[2]
        finally:
            server.terminate()
