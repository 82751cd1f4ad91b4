"""
The endpoint that both sides talk to: a company in the embedded account, behind a toll, in a process of its own.

`python -m benchmarks.check.endpoint [--times N]` prints AWS_ENDPOINT_URL=… once it answers, then takes a line of JSON
with terms on standard input for each line of JSON with a reading on standard output.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from threading import Thread
from typing import TYPE_CHECKING, Self

from benchmarks.check.toll import Reading, Terms, Toll
from benchmarks.company.build import build
from benchmarks.company.size import COMPANY
from cli.sandbox import EmbeddedAccount
from cli.sandbox.gateway import GATEWAY
from cli.sandbox.server import Server

if TYPE_CHECKING:
    from types import TracebackType


class Endpoint:
    """A process that serves a company; use it as a context manager."""

    def __init__(self, times: float) -> None:
        command = [sys.executable, "-m", "benchmarks.check.endpoint", "--times", str(times)]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        said = self._hear()
        if not said.startswith("AWS_ENDPOINT_URL="):
            raise ChildProcessError("the endpoint has not started")
        self.url = said.strip().partition("=")[2]
        return self

    def impose(self, terms: Terms) -> Reading:
        """Let calls meet these terms from now on; return what arrived under the last ones."""
        if self._process.stdin is None:
            raise ChildProcessError("the endpoint has no standard input")
        self._process.stdin.write(json.dumps(asdict(terms)) + "\n")
        self._process.stdin.flush()
        return Reading(**json.loads(self._hear()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def _hear(self) -> str:
        return self._process.stdout.readline() if self._process.stdout else ""


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check.endpoint")
    parser.add_argument("--times", type=float, default=1.0, help="how much larger than the company of the benchmark")
    with EmbeddedAccount() as account:
        build(COMPANY.times(parser.parse_args().times), account)
        toll = Toll(GATEWAY)
        server = Server(toll, 0)
        Thread(target=server.serve_forever, name="toll", daemon=True).start()
        _say(f"AWS_ENDPOINT_URL={server.url}")
        for line in sys.stdin:
            reading = toll.read()
            toll.impose(Terms(**json.loads(line)))
            account.calls.clear()
            _say(json.dumps(reading.as_json()))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
