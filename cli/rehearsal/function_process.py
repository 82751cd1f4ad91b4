"""
Run as a process of its own: one Lambda function's asset, and nothing else of this project.

Reads {"path": folder, "handler": "module.name", "events": [...]} from standard input. Each line on standard output
answers one event: {"error": null} or {"error": {"type": …, "message": …}}. What the function itself prints goes
to standard error. Started with -I and -S, so that only the standard library and the asset can be imported.
"""

import json
import sys
from contextlib import redirect_stdout
from importlib import import_module


def main() -> None:
    """Answer every event, in order, in this one process, as a warm Lambda execution environment does."""
    task = json.load(sys.stdin)
    sys.path.insert(0, task["path"])
    module, _, name = task["handler"].rpartition(".")
    with redirect_stdout(sys.stderr):
        handler = getattr(import_module(module), name)
        for event in task["events"]:
            answer: dict[str, dict[str, str] | None] = {"error": None}
            try:
                handler(event, None)
            except Exception as error:  # noqa: BLE001 - AWS Lambda, too, answers whatever a function raises
                answer = {"error": {"type": type(error).__name__, "message": str(error)}}
            print(json.dumps(answer), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    main()
