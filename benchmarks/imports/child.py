"""
Run in a process of its own: import modules, one after the other, or start the terminal until it first asks AWS.

    python child.py import rdklib rules.keys.bedrock_model_cmk_encrypted
    python child.py start check --rule bedrock-model-cmk-encrypted

Prints {"cpu": seconds of user and system time since the process began, "peak": bytes of the largest resident set,
"imports": seconds of CPU time that each import took}.
"""

import json
import os
import resource
import socket
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from benchmarks.memory import in_bytes

imports: list[float] = []


def _peak() -> int:
    """Return the largest resident set in bytes."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return in_bytes("VmHWM")


def _done(*_: object, **__: object) -> NoReturn:
    taken = {"cpu": time.process_time(), "peak": _peak(), "imports": imports}
    sys.__stdout__.write(f"{json.dumps(taken)}\n")  # type: ignore[union-attr]  # there is always one here
    sys.__stdout__.flush()  # type: ignore[union-attr]  # the same
    os._exit(0)


def _start(arguments: list[str]) -> None:
    """Run the terminal; looking up the name of an endpoint is the beginning of the first call."""
    socket.getaddrinfo = _done
    sys.argv = ["ai-config-rules", *arguments]
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    try:
        import_module("cli.main").main()
    except SystemExit:
        _done()


if __name__ == "__main__":
    _, what, *rest = sys.argv
    if what == "start":
        _start(rest)
    for name in rest:
        before = time.process_time()
        import_module(name)
        imports.append(time.process_time() - before)
    _done()
