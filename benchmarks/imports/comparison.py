"""
How long a function needs before its first event, beside the library that it is written with.

Each process imports the library first, then one handler: so the machine is as busy for both. What starts is measured in
CPU time, of which the least counts, because a busy machine only ever adds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.table import Row, at_most
from cdk import bundle
from rules.engine.catalogue import all_rules
from rules.engine.clients import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

CHILD = Path(__file__).with_name("child.py")
LIBRARY = "rdklib"
DELIVERING = tuple(f"rules.delivery.{name}" for name in ("alerter", "forwarder", "reconciler", "watchdog"))
STARTS = ("--help", "list", "check")

MOST_OF_LIBRARY = 1.15
MOST_SECONDS = 0.5
EXAMPLE = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class Taken:
    """What a process took: seconds of CPU time, bytes of memory at its peak, and the seconds of each import."""

    cpu: float
    peak: float
    imports: tuple[float, ...]


def handlers() -> tuple[str, ...]:
    """Return the module of every function that a stack can have."""
    return (*(rule.module for rule in all_rules()), *DELIVERING)


def compiling() -> dict[str, str]:
    """Return this environment, in which Python keeps what it compiles."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measured(arguments: Sequence[str]) -> Taken:
    """Return what one process took; raises ChildProcessError with its last words."""
    ended = subprocess.run(  # noqa: S603 - this interpreter, with a file of this folder
        [sys.executable, str(CHILD), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=bundle.ROOT,
        env=compiling() | EXAMPLE | {"PYTHONPATH": str(bundle.ROOT)},
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines()
        raise ChildProcessError(f"{' '.join(arguments)}: {said[-1] if said else f'status {ended.returncode}'}")
    taken = json.loads(ended.stdout)
    return Taken(taken["cpu"], taken["peak"], tuple(taken["imports"]))


def in_turns(sides: Iterable[Sequence[str]], rounds: int) -> dict[tuple[str, ...], list[Taken]]:
    """Return what each side took in every round, in which every side has its turn."""
    taken: dict[tuple[str, ...], list[Taken]] = {tuple(side): [] for side in sides}
    for _ in range(rounds):
        for side, found in taken.items():
            found.append(measured(side))
    return taken


def ratios_to_library(rounds: int) -> tuple[dict[str, float], dict[str, float], float]:
    """
    Return, by handler, its import with the library's beside the library's alone, the peak in bytes, and the library's.

    A ratio is the median of all rounds, a peak the least.
    """
    sides = {module: ("import", LIBRARY, module) for module in handlers()}
    taken = in_turns([("import", LIBRARY), *sides.values()], rounds)
    ratios = {
        module: median(sum(one.imports) / one.imports[0] for one in taken[side]) for module, side in sides.items()
    }
    peaks = {module: min(one.peak for one in taken[side]) for module, side in sides.items()}
    return ratios, peaks, min(one.peak for one in taken["import", LIBRARY])


def rows(rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Return the rows of the table; raises ChildProcessError."""
    progress(f"importing {len(handlers())} handlers, {rounds} times each")
    ratios, peaks, library = ratios_to_library(rounds)
    worst, largest = max(ratios, key=lambda one: ratios[one]), max(peaks, key=lambda one: peaks[one])
    built = bundle.build(SERVICES)
    found = [
        at_most(f"import of the slowest handler, {worst}", "1", LIBRARY, ratios[worst], MOST_OF_LIBRARY),
        at_most("import of a handler, median", "1", LIBRARY, median(ratios.values()), MOST_OF_LIBRARY),
        Row(
            f"memory after the import, largest: {largest}",
            f"{peaks[largest] / 1e6:.0f} MB",
            f"{LIBRARY}, {library / 1e6:.0f} MB",
            f"{peaks[largest] / library:.2f}",
        ),
        at_most(
            "zip of all functions, in MB", f"{built.size / 1e6:.1f} MB", "", built.size / 1e6, bundle.LARGEST / 1e6
        ),
    ]
    progress("starting the terminal")
    starts = in_turns([("start", name) for name in STARTS], rounds)
    found += [
        at_most(
            f"`ai-config-rules {name}` up to its {'first call' if name == 'check' else 'end'}",
            "seconds of CPU time",
            "",
            min(one.cpu for one in starts["start", name]),
            MOST_SECONDS,
        )
        for name in STARTS
    ]
    return found
