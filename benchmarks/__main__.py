"""
How fast and how cheap, beside what others would run: `python -m benchmarks`, or `make bench`.

One table at the end, each row one comparison in this run. The first run installs the peers from PyPI, by hashes, into
build/peers; nothing else needs a network.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.check import comparison as check
from benchmarks.growth import comparison as growth
from benchmarks.imports import comparison as imports
from benchmarks.permissions import comparison as permissions
from benchmarks.table import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.table import Row

QUICK = 0.1
"""How large the company of a quick run is, of the one that targets are about."""

SECTIONS: dict[str, Callable[[bool, Callable[[str], None]], Iterable[Row]]] = {
    "check": lambda quick, progress: check.rows(QUICK if quick else 1.0, progress),
    "permissions": lambda quick, progress: permissions.rows(1 if quick else 3, progress),
    "imports": lambda quick, progress: imports.rows(3 if quick else 7, progress),
    "growth": lambda quick, progress: growth.rows(QUICK if quick else 1.0, progress),
}

USUAL = ("check", "permissions", "imports")
"""What is measured where nobody asks for a part; the others take longer than all of these."""


def main() -> None:
    """Print the table; the exit status is 1 where a side could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        choices=SECTIONS,
        action="append",
        help=f"only this part; may be given again (default: {', '.join(USUAL)})",
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the company: to see that it works")
    chosen = parser.parse_args()
    rows: list[Row] = []
    for name in chosen.only or USUAL:
        try:
            rows += SECTIONS[name](chosen.quick, _tell)
        except (ChildProcessError, subprocess.CalledProcessError) as error:
            sys.exit(f"{name}: {error}")
    sys.stdout.writelines(f"{line}\n" for line in markdown(rows))


def _tell(words: str) -> None:
    """Say what is under way, to somebody who watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
