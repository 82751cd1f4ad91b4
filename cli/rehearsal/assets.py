"""The processes that assets run in: one for each asset, of which every function is a fork."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Self

from cli.rehearsal import function_process

if TYPE_CHECKING:
    from types import TracebackType


class AssetError(Exception):
    """The process of an asset did not begin; the message is what it said last."""


class Assets:
    """Assets that are ready to run. Use it as a context manager; at its end their processes end."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="assets-")
        self._processes: dict[Path, tuple[subprocess.Popen[str], str]] = {}
        self._guard = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process, _ in self._processes.values():
            # Its functions are of its group; one that hangs does not end by itself.
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        self._folder.cleanup()

    def connect(self, code: Path) -> socket.socket:
        """Return a connection to a new process of the asset in this folder; raises AssetError."""
        with self._guard:
            if code not in self._processes:
                self._processes[code] = self._started(code)
            _, place = self._processes[code]
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(place)
        return connection

    def _started(self, code: Path) -> tuple[subprocess.Popen[str], str]:
        place = str(Path(self._folder.name) / str(len(self._processes)))
        process = subprocess.Popen(  # noqa: S603 - the asset, in this interpreter, with nothing else
            [sys.executable, "-I", "-S", function_process.__file__, str(code), place],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            text=True,
            start_new_session=True,
        )
        if process.stdout is None or not process.stdout.readline():
            _, said = process.communicate()
            last = said.strip().splitlines()[-1:] or ["no message"]
            raise AssetError(f"the process ended with status {process.returncode}: {last[0]}")
        return process, place
