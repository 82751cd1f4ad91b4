"""A fuzzing campaign: python -m tests.fuzz --minutes 10; narrower: --only events."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from tests.fuzz.budget import CAMPAIGN, FAILURES

HERE: Final = Path(__file__).parent
TARGETS: Final = {path.stem.removeprefix("test_"): path for path in sorted(HERE.rglob("test_*.py"))}
FIRST_FACTOR: Final = 2


def main() -> int:
    """
    Run every target in rounds, each with other examples and twice as many, until the time is over.

    What fails is kept in build/fuzz, with what the campaign says of it; the next campaign begins with it. Return 1 for
    a failure.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="begin no round after so long (default: %(default)g)")
    parser.add_argument("--only", action="append", choices=TARGETS, help="only this target; can be repeated")
    chosen = parser.parse_args()
    paths = [str(path) for name, path in TARGETS.items() if not chosen.only or name in chosen.only]
    end, factor, rounds = time.monotonic() + chosen.minutes * 60, FIRST_FACTOR, 0
    while not rounds or time.monotonic() < end:
        seed = secrets.randbelow(2**32)
        os.environ[CAMPAIGN] = str(factor)
        status = pytest.main(["-q", "--tb=short", "--show-capture=no", f"--hypothesis-seed={seed}", *paths])
        rounds += 1
        sys.stdout.write(f"Round {rounds}, {factor} times the suite's examples, seed {seed}.\n")
        if status is not pytest.ExitCode.OK:
            sys.stdout.write(f"What failed is kept in {FAILURES} and tried first from now on.\n")
            return 1
        factor *= 2
    sys.stdout.write(f"{rounds} rounds, no failure.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
