"""`python -m benchmarks.calls`: measure how the API calls of rules grow, and write the classes and their table down."""

from __future__ import annotations

import sys

from benchmarks.calls.classes import SIZES, compared, table, worse, write, written
from benchmarks.calls.counting import counted
from benchmarks.scale.document import put

COMMAND = "python -m benchmarks.calls"


def main() -> None:
    """Write `classes.json` and the table of docs/scale.md anew, and say which calls are in a worse class now."""
    small, large = counted(SIZES)
    now = compared(small.calls, large.calls)
    sys.stdout.writelines(f"{sentence}\n" for sentence in worse(now, written()))
    write(now)
    put(COMMAND, table(written()))


if __name__ == "__main__":
    main()
