"""
Run as a process of its own: one script of an aws:executeScript step.

Reads {"script": text, "handler": name, "payload": …} from standard input; writes {"payload": …} or
{"error": {"type": …, "message": …}} to standard output. What the script itself prints goes to standard error.
"""

import json
import sys
from contextlib import redirect_stdout
from typing import Any


def main() -> None:
    """Define what the script defines, call its handler, and tell how it went."""
    task = json.load(sys.stdin)
    names: dict[str, Any] = {"__name__": "customer_script"}
    answer: dict[str, Any]
    with redirect_stdout(sys.stderr):
        exec(compile(task["script"], "customer_script.py", "exec"), names)  # noqa: S102 - the runbook's own script
        try:
            answer = {"payload": names[task["handler"]](task["payload"], {})}
        except Exception as error:  # noqa: BLE001 - Automation, too, reports whatever a script raises
            answer = {"error": {"type": type(error).__name__, "message": str(error)}}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
