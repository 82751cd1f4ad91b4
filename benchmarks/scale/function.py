"""
Run as a process of its own: a rule's Lambda function, some invocations long, and what they cost.

Standard input is one line of JSON: {"module": "rules.….…", "endpoint": URL, "events": [event, …]}. Each line on
standard output answers one event with the figures of `Run`. Nothing of the embedded account is in this process.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import redirect_stdout
from importlib import import_module
from threading import current_thread, main_thread
from typing import Any

from benchmarks.memory import in_bytes

MEBI = 2**20


def main() -> None:
    """Answer every event, in this one process, as a warm Lambda execution environment does."""
    task = json.loads(sys.stdin.readline())
    started = time.process_time()
    with redirect_stdout(sys.stderr):
        handler = import_module(task["module"]).handler
        row = _lead_to(task["endpoint"])
        for event in task["events"]:
            error = ""
            wall = time.perf_counter()
            try:
                handler(event, None)
            except Exception as raised:  # noqa: BLE001 - whatever a function raises fails its invocation
                error = f"{type(raised).__name__}: {raised}"
            figures = {
                "cpu": time.process_time() - started,
                "wall": time.perf_counter() - wall,
                "peak": in_bytes("VmHWM") / MEBI,
                "resident": in_bytes("VmRSS") / MEBI,
                "in_a_row": len(row),
                "error": error,
            }
            row.clear()
            print(json.dumps(figures), file=sys.__stdout__, flush=True)
            started = time.process_time()


def _helped() -> list[None]:
    """Return a list that has an entry while the main thread reads many things, in which others help it."""
    readers: Any = import_module("rules.engine.readers").Readers
    each = readers.each
    helped: list[None] = []

    def noted(self: Any, read: Any, items: Any, most: int) -> Any:
        every = list(items)
        if len(every) == 1 or current_thread() is not main_thread():
            return each(self, read, every, most)
        helped.append(None)
        try:
            return each(self, read, every, most)
        finally:
            helped.pop()

    readers.each = noted
    return helped


def _lead_to(endpoint: str) -> list[str]:
    """
    Have the function's clients reach the embedded account: a function refuses an endpoint in its environment.

    Return a list that gets an entry for every call that is not one of many: nothing else goes on then.
    """
    boto3: Any = import_module("boto3")
    row: list[str] = []
    helped = _helped()

    def note(request: Any, **_: object) -> None:
        if current_thread() is main_thread() and not helped:
            row.append(request.url)

    class Led(boto3.session.Session):  # type: ignore[misc]  # boto3 ships no types
        def client(self, *arguments: Any, **settings: Any) -> Any:
            client = super().client(*arguments, **{**settings, "endpoint_url": endpoint})
            client.meta.events.register("before-send", note)
            return client

    boto3.DEFAULT_SESSION = Led()
    return row


if __name__ == "__main__":
    main()
