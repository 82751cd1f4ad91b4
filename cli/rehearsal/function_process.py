"""
Run as a process of its own: one Lambda function's asset, and nothing else of this project.

The first line of standard input is {"path": folder, "handler": "module.name", "endpoint": URL}, every further one an
event. Each line on standard output answers one event: {"error": null, "returned": …} or {"error": {"type": …,
"message": …}}. What the function itself prints goes to standard error. Started with -I and -S, so that only the
standard library and the asset can be imported.

Clients that name no endpoint reach the one that is given, from within the process: in the environment the functions
refuse another endpoint than AWS's.
"""

import gc
import json
import sys
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def main() -> None:
    """Answer every event, in order, in this one process, as a warm Lambda execution environment does."""
    # AWS's service models stay; to look for garbage among them again and again takes a quarter of a short run.
    gc.set_threshold(50_000, 20, 100)
    task = json.loads(sys.stdin.readline())
    sys.path.insert(0, task["path"])
    _lead_to(task["endpoint"])
    module, _, name = task["handler"].rpartition(".")
    with redirect_stdout(sys.stderr):
        handler = getattr(import_module(module), name)
        for line in sys.stdin:
            answer: dict[str, Any] = {"error": None}
            try:
                answer["returned"] = handler(json.loads(line), None)
            except Exception as error:  # noqa: BLE001 - AWS Lambda, too, answers whatever a function raises
                answer = {"error": {"type": type(error).__name__, "message": str(error)}}
            print(json.dumps(answer), file=sys.__stdout__, flush=True)


def _lead_to(endpoint: str) -> None:
    """Have every client of the asset's botocore reach `endpoint`; an asset without botocore needs nothing."""
    if find_spec("botocore") is None:
        return
    session: Any = import_module("botocore.session").Session
    create_client = session.create_client

    def led(self: Any, *arguments: Any, endpoint_url: str | None = None, **named: Any) -> Any:
        return create_client(self, *arguments, endpoint_url=endpoint_url or endpoint, **named)

    session.create_client = led


if __name__ == "__main__":
    main()
