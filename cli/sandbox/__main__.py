"""`python -m cli.sandbox [--port N]`: serve the embedded account until interrupted."""

import argparse
import signal
import sys
from types import FrameType

from cli.sandbox.account import EmbeddedAccount


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; print the endpoint as `AWS_ENDPOINT_URL=…` once requests are answered."""
    parser = argparse.ArgumentParser(prog="python -m cli.sandbox", description="Serve an embedded AWS account.")
    parser.add_argument("--port", type=int, default=0, help="the port on loopback (default: any free one)")
    chosen = parser.parse_args(arguments)
    # A shell's background job begins with SIGINT ignored, and Python leaves that so.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with EmbeddedAccount(chosen.port) as account:
            sys.stdout.write(f"AWS_ENDPOINT_URL={account.endpoint_url}\n")
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        return 0
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
