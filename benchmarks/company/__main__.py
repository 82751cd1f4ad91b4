"""`python -m benchmarks.company [--size NAME] [--times N] [--port N]`: serve a generated company until interrupted."""

import argparse
import signal
import sys
from types import FrameType

from benchmarks.company.build import build
from benchmarks.company.size import SIZES
from cli.sandbox import EmbeddedAccount


def main() -> None:
    """Serve until SIGINT or SIGTERM; print the endpoint as `AWS_ENDPOINT_URL=…` once the company is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.company", description="Serve a generated company.")
    parser.add_argument("--size", choices=SIZES, default="company", help="how large it is (default: %(default)s)")
    parser.add_argument("--times", type=float, default=1.0, help="that many times as large (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="the port on loopback (default: any free one)")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with EmbeddedAccount(chosen.port) as account:
            build(SIZES[chosen.size].times(chosen.times), account)
            sys.stdout.write(f"AWS_ENDPOINT_URL={account.endpoint_url}\n")
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        return


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
