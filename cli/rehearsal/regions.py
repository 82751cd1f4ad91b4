"""Regions that are rehearsed at the same time, each in a process with an embedded account of its own."""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from multiprocessing import get_context
from signal import SIG_IGN, SIGINT, signal
from typing import TYPE_CHECKING, Self

from cli.rehearsal.deployment import DeploymentError
from cli.rehearsal.rehearsal import Rehearsal, rehearse
from cli.sandbox import EmbeddedAccount
from cli.sandbox.company.aurelia import KINDS, build
from cli.terminal import Look, note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path


class RegionError(Exception):
    """The process of a Region has ended before its rehearsal; what it said is on standard error."""


def rehearsed(
    regions: Sequence[str], folder: Path, synthesise: Callable[[Path, Sequence[str]], Path], *, quiet: bool
) -> Rehearsal:
    """
    Return the rehearsal of the stacks of these Regions; files go into an empty folder.

    `synthesise` writes a cloud assembly of the stacks into the folder and returns where, while accounts are built: an
    embedded account is one Python process, which keeps one processor busy. Raises what `synthesise` raises,
    DeploymentError and RegionError.
    """
    with ExitStack() as stack:
        begun = [stack.enter_context(_Process(region, folder / region, quiet=quiet)) for region in regions]
        progress_to(quiet=quiet)("Synthesising the stacks, and building Aurelia Health in embedded accounts")
        assembly = synthesise(folder, regions)
        for process in begun:
            process.tell(assembly)
        return Rehearsal.together([process.outcome() for process in begun])


def progress_to(*, quiet: bool) -> Callable[[str], None]:
    """Return what writes a line of progress to standard error, if that is a terminal."""
    shown = not quiet and Look.of(sys.stderr).terminal

    def progress(text: str) -> None:
        if shown:
            note(f"{text} ...")

    return progress


class _Process:
    """The process of a Region; as a context manager it ends with what it is needed for."""

    def __init__(self, region: str, folder: Path, *, quiet: bool) -> None:
        self._region = region
        context = get_context("spawn")
        self._here, there = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_rehearsed_alone, args=(there, region, folder), kwargs={"quiet": quiet}, daemon=True
        )
        self._process.start()
        # With one end left there, the other is told when the process has ended.
        there.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._here.close()
        self._process.terminate()
        self._process.join()

    def tell(self, assembly: Path) -> None:
        """Have the stacks of an assembly rehearsed; the outcome says whether somebody heard it."""
        with suppress(BrokenPipeError):
            self._here.send(assembly)

    def outcome(self) -> Rehearsal:
        """Return the rehearsal; raises DeploymentError and RegionError."""
        try:
            outcome: Rehearsal | DeploymentError = self._here.recv()
        except (EOFError, ConnectionResetError) as error:
            raise RegionError(f"the process of {self._region} has ended early") from error
        if isinstance(outcome, DeploymentError):
            raise outcome
        return outcome


def _rehearsed_alone(there: Connection, region: str, folder: Path, *, quiet: bool) -> None:
    """Send back the rehearsal of a Region, or the DeploymentError that ended it."""
    # Whoever interrupts means the process that began this one, which ends it.
    signal(SIGINT, SIG_IGN)
    folder.mkdir()
    with EmbeddedAccount() as account:
        build(account, KINDS[0])
        account.calls.clear()
        try:
            assembly: Path = there.recv()
        except EOFError:
            return
        try:
            there.send(rehearse(account, region, assembly, progress=progress_to(quiet=quiet), folder=folder))
        except DeploymentError as error:
            there.send(error)
