"""
Which lines and branches the tests have run, and whether they are enough.

`python -m tests.coverage build/coverage.json rules=95 cli,cdk=85` reads what SlipCover wrote, prints every file with
lines or branches that no test ran, and exits with 1 where the folders of one argument together stay below its percent.
"""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def main(arguments: Sequence[str]) -> int:
    """Print what is missing and the share of each group of folders; return the exit status."""
    file, *wanted = arguments
    files: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))["files"]
    for name in sorted(files):
        if gaps := missing(files[name]):
            sys.stdout.write(f"{name}: {gaps}\n")
    enough = True
    for each in wanted:
        folders, _, least = each.partition("=")
        found = share(files, folders.split(","))
        enough = enough and found >= float(least)
        sys.stdout.write(f"{folders}: {found:.1f} % of lines and branches are run by tests; wanted {least} %\n")
    return 0 if enough else 1


def share(files: Mapping[str, Any], folders: Iterable[str]) -> float:
    """Return the percent of lines and branches below the folders that tests run; 0 where there are none."""
    below = tuple(f"{folder}/" for folder in folders)
    sums = [each["summary"] for name, each in files.items() if name.startswith(below)]
    run = sum(each["covered_lines"] + each["covered_branches"] for each in sums)
    not_run = sum(each["missing_lines"] + each["missing_branches"] for each in sums)
    return 100 * run / (run + not_run) if run else 0.0


def missing(measured: Mapping[str, Any]) -> str:
    """Return the lines and branches of a file that no test runs, such as "3-5, 9, 12->15"; "" where all are run."""
    lines: list[int] = measured["missing_lines"]
    runs = [[line for _, line in run] for _, run in groupby(enumerate(lines), lambda pair: pair[1] - pair[0])]
    gaps = [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    # A branch to or from a line that is missing says nothing more.
    branches = [pair for pair in measured["missing_branches"] if not {abs(line) for line in pair} & set(lines)]
    return ", ".join([*gaps, *(f"{before}->{after or 'end'}" for before, after in branches)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
