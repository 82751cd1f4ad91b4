"""
How long a function needs before its first event, beside the library that it is written with.

Every side is imported in processes of its own, in turns, and measured in CPU time; the least counts, because a busy
machine only ever adds. The interpreter's own start is taken off.
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
NOTHING, LIBRARY = "sys", "rdklib"
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
    """What a process took: seconds of CPU time, and bytes of memory at its peak."""

    cpu: float
    peak: float


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
    return Taken(**json.loads(ended.stdout))


def least(sides: Iterable[Sequence[str]], rounds: int) -> dict[tuple[str, ...], Taken]:
    """Return the least of each side over all rounds, in which every side has its turn."""
    every = [tuple(side) for side in sides]
    taken: dict[tuple[str, ...], list[Taken]] = {side: [] for side in every}
    for _ in range(rounds):
        for side in every:
            taken[side].append(measured(side))
    return {side: Taken(min(one.cpu for one in found), min(one.peak for one in found)) for side, found in taken.items()}


def rows(rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Return the rows of the table; raises ChildProcessError."""
    nothing, library = ("import", NOTHING), ("import", LIBRARY)
    sides = {module: ("import", module) for module in handlers()}
    progress(f"importing {len(sides)} handlers, {rounds} times each")
    taken = least([nothing, library, *sides.values()], rounds)
    beside = taken[library].cpu - taken[nothing].cpu
    ratios = {module: (taken[side].cpu - taken[nothing].cpu) / beside for module, side in sides.items()}
    memory = {module: taken[side].peak / taken[library].peak for module, side in sides.items()}
    worst, largest = max(ratios, key=lambda one: ratios[one]), max(memory, key=lambda one: memory[one])
    built = bundle.build(SERVICES)
    found = [
        at_most(f"import of the slowest handler, {worst}", "1", LIBRARY, ratios[worst], MOST_OF_LIBRARY),
        at_most("import of a handler, median", "1", LIBRARY, median(ratios.values()), MOST_OF_LIBRARY),
        Row(
            f"memory after the import, largest: {largest}",
            f"{taken[sides[largest]].peak / 1e6:.0f} MB",
            f"{LIBRARY}, {taken[library].peak / 1e6:.0f} MB",
            f"{memory[largest]:.2f}",
        ),
        at_most(
            "zip of all functions, in MB", f"{built.size / 1e6:.1f} MB", "", built.size / 1e6, bundle.LARGEST / 1e6
        ),
    ]
    progress("starting the terminal")
    starts = least([("start", name) for name in STARTS], rounds)
    found += [
        at_most(
            f"`ai-config-rules {name}` up to its {'first call' if name == 'check' else 'end'}",
            "seconds of CPU time",
            "",
            starts["start", name].cpu,
            MOST_SECONDS,
        )
        for name in STARTS
    ]
    return found
