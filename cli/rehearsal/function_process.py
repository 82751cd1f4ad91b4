"""
Run as a process of its own: the functions of one asset, and nothing else of this project.

    python -I -S function_process.py <folder of the asset> <path of a Unix socket>

Started so, only the standard library and the asset can be imported. What every function imports and reads is there
once; a connection to the socket then is a function, in a fork. The first line that comes over it is {"handler":
"module.name", "environment": {…}, "endpoint": URL, "log": path}, every further one an event. Each line that goes back
answers an event: {"error": null, "returned": …} or {"error": {"type": …, "message": …}}. What the function itself
prints goes to its log.

Clients that name no endpoint reach the one that is given, from within the process: in the environment the functions
refuse another endpoint than AWS's.
"""

import gc
import json
import os
import signal
import socket
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SHARED = ("boto3", "rdklib")


def main() -> None:
    """Serve functions until somebody ends the process; a line on standard output says that they can come."""
    # AWS's service models stay; to look for garbage among them again and again takes a quarter of a short run.
    gc.set_threshold(50_000, 20, 100)
    _, folder, place = sys.argv
    sys.path.insert(0, folder)
    for name in SHARED:
        if find_spec(name) is not None:
            import_module(name)
    _share_models()
    gc.freeze()
    # Nobody waits for a function's process; its connection tells that it has ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = listening.accept()
            with connection:
                if os.fork():
                    continue
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listening.close()
                _serve(connection)
                os._exit(0)


def _serve(connection: socket.socket) -> None:
    """Answer every event, in order, in this one process, as a warm Lambda execution environment does."""
    asked, told = connection.makefile("r", encoding="utf-8"), connection.makefile("w", encoding="utf-8")
    task = json.loads(asked.readline())
    log = os.open(task["log"], os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.environ.clear()
    os.environ.update(task["environment"])
    _lead_to(task["endpoint"])
    module, _, name = task["handler"].rpartition(".")
    handler = getattr(import_module(module), name)
    for line in asked:
        answer: dict[str, Any] = {"error": None}
        try:
            answer["returned"] = handler(json.loads(line), None)
        except Exception as error:  # noqa: BLE001 - AWS Lambda, too, answers whatever a function raises
            answer = {"error": {"type": type(error).__name__, "message": str(error)}}
        print(json.dumps(answer), file=told, flush=True)


def _share_models() -> None:
    """Have the service models of the asset's botocore read once for all functions: it is a third of a short run."""
    if find_spec("botocore") is None:
        return
    loaders: Any = import_module("botocore.loaders")
    read = cache(loaders.JSONFileLoader().load_file)
    loaders.JSONFileLoader.load_file = lambda _, path: read(path)
    for file in Path(loaders.Loader.BUILTIN_DATA_PATH).rglob("*.json*"):
        read(str(file.with_name(file.name.partition(".json")[0])))


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
