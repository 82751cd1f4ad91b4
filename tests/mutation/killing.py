"""Judges mutants: a fork for each, in which the module is imported changed and its tests run until one fails."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import select
import signal
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import hypothesis
import pytest

from tests.mutation.covering import Covering, dotted
from tests.mutation.operators import Mutant, mutated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType, ModuleType

Outcome = Literal["killed", "stopped", "survived", "uncovered"]
"""`stopped` is a mutant that ran on and on, and counts as killed."""

NEEDED = ("cli.sandbox", "rules.engine.catalogue", "hypothesis.strategies", "pytest_cov.plugin")
OURS = frozenset({"rules", "cli", "cdk", "tests", "benchmarks"})
OPTIONS = ("-qx", "--assert=plain", "-pno:cacheprovider", "-pno:xdist", "-pno:cov", "-pno:faulthandler")
ENDS_WELL = (pytest.ExitCode.OK, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.NO_TESTS_COLLECTED)
MOST_OTHERS = 200
"""Tests beyond those of the module's own file, and the most files that they may be in."""
MOST_FILES = 12
TEST_SECONDS = 30
"""CPU seconds after which one test is stopped; none takes a third of that."""
SILENT_SECONDS = 600
"""Wall seconds without a sign of life after which a fork is stopped: something waits for ever."""
MEMORY = 4 * 2**30
"""Bytes of address space; a test run of one file takes a quarter of that."""


@dataclass(frozen=True)
class Judgement:
    """What became of a mutant: the test that failed with it, or "" for none; `seconds` of CPU; tests that ran."""

    outcome: Outcome
    test: str = ""
    seconds: float = 0.0
    ran: int = 0

    @property
    def killed(self) -> bool:
        """Whether the tests noticed."""
        return self.outcome in ("killed", "stopped")


class _Loader(importlib.machinery.SourceFileLoader):
    """Gives the changed code in the place of what the file has."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType | None:
        del fullname
        return self._code


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, path: str, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        if fullname != self.name:
            return None
        loader = _Loader(self.name, self.path, self.code)
        return importlib.util.spec_from_file_location(self.name, self.path, loader=loader)


class _Watch:
    """A pytest plugin: chooses and orders the tests, tells the parent what happens, ends when the time is up."""

    def __init__(
        self, wanted: Sequence[str], known: frozenset[str] | None, seconds: float, test_seconds: float, pipe: int
    ) -> None:
        self.rank = {test: index for index, test in enumerate(wanted)}
        self.known = known
        self.seconds = seconds
        self.test_seconds = test_seconds
        self.pipe = pipe
        self.ran = 0
        self.failed = ""

    def tell(self, **what: object) -> None:
        os.write(self.pipe, json.dumps(what).encode() + b"\n")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what covers the mutant and what is newer than the recording."""
        new = len(self.rank)
        chosen = [
            item
            for item in items
            if item.nodeid in self.rank or (self.known is not None and item.nodeid not in self.known)
        ]
        items[:] = sorted(chosen, key=lambda item: self.rank.get(item.nodeid, new))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Give the test its time."""
        signal.setitimer(signal.ITIMER_PROF, self.test_seconds)
        self.tell(started=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember the failure that ends the run."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember that the tests cannot even be imported."""
        if report.failed and not self.failed:
            self.failed = report.nodeid or "import"

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """Count, and stop when the mutant had its time."""
        self.ran += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Stop before the next test when the mutant had its time."""
        if time.process_time() > self.seconds:
            item.session.shouldstop = "its time is up"


class Judge:
    """
    Judges the mutants of a package; what `needed` imports from other packages is imported once, here.

    `seconds` of CPU are what each of the two runs of a mutant may take before it counts as survived; a test that
    takes `test_seconds` runs on and on.
    """

    def __init__(
        self,
        covering: Covering,
        seconds: float,
        test_seconds: float = TEST_SECONDS,
        needed: Sequence[str] = NEEDED,
    ) -> None:
        self.covering = covering
        self.seconds = seconds
        self.test_seconds = test_seconds
        self._known = frozenset(covering.sizes)
        self._killers: dict[str, int] = {}
        for name in _imported_by(*needed):
            if name not in sys.modules:
                importlib.import_module(name)

    def judge(self, mutant: Mutant) -> tuple[Judgement, list[str]]:
        """Return what became of a mutant, and the test files that it met: first the one of its module, then others."""
        package = self.covering.package
        code = compile(mutated(package.root, mutant), str(package.root / mutant.path), "exec", dont_inherit=True)
        mirror = package.mirror(mutant.path)
        tests = self.covering.tests_of(mutant)
        near = [test for test in tests if test.startswith(f"{mirror}::")]
        files = [mirror] if (package.root / mirror).is_file() else []
        found = self._run(mutant.path, code, files, self._killers_first(near)) if files else Judgement("uncovered")
        if found.killed:
            return found, files
        far = self._killers_first(tests[len(near) :])[:MOST_OTHERS]
        others = list(dict.fromkeys(test.partition("::")[0] for test in far))[:MOST_FILES]
        others = [file for file in others if (package.root / file).is_file()]
        if others:
            second = self._run(mutant.path, code, others, far, known_only=True)
            found = replace(second, seconds=found.seconds + second.seconds, ran=found.ran + second.ran)
        if not found.killed:
            found = replace(found, outcome="survived" if found.ran else "uncovered")
        return found, list(dict.fromkeys([mirror, *others]))

    def unchanged(self, tests: Sequence[str]) -> str:
        """Run tests with nothing changed; return the first that fails, or ""."""
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        return self._run("", None, files, tests, known_only=True, seconds=float("inf")).test

    def _killers_first(self, tests: Sequence[str]) -> list[str]:
        """Return tests with those first that killed mutants of this run before: they kill the next one soonest."""
        return sorted(tests, key=lambda test: -self._killers.get(test, 0))

    def _run(
        self,
        path: str,
        code: CodeType | None,
        files: Sequence[str],
        tests: Sequence[str],
        *,
        known_only: bool = False,
        seconds: float = 0,
    ) -> Judgement:
        root = self.covering.package.root

        def work(pipe: int) -> None:
            _quiet(self.test_seconds)
            os.chdir(root)
            if code is not None:
                sys.meta_path.insert(0, _Finder(dotted(path), str(root / path), code))
            watch = _Watch(tests, None if known_only else self._known, seconds or self.seconds, self.test_seconds, pipe)
            status = int(pytest.main([*OPTIONS, *files], plugins=[watch]))
            failed = watch.failed or ("import" if status not in ENDS_WELL else "")
            watch.tell(failed=failed, ran=watch.ran, seconds=time.process_time())

        found = _heard(work)
        if found.killed:
            self._killers[found.test] = self._killers.get(found.test, 0) + 1
        return found


def _imported_by(*modules: str) -> list[str]:
    """Return the modules of other packages that these import, without importing any of ours here."""

    def work(pipe: int) -> None:
        for module in modules:
            importlib.import_module(module)
        found = [
            name
            for name, module in sys.modules.items()
            if name.partition(".")[0] not in OURS and getattr(module, "__spec__", None) is not None
        ]
        os.write(pipe, "\n".join(found).encode())

    child, pipe = _fork(work)
    found = b""
    while part := os.read(pipe, 1 << 16):
        found += part
    os.close(pipe)
    os.waitpid(child, 0)
    return found.decode().split("\n")


def _fork(work: Callable[[int], None]) -> tuple[int, int]:
    """Start a child that does its work and exits; return its id and what to read of what it tells."""
    sys.stdout.flush()
    sys.stderr.flush()
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    status = 1
    try:
        os.close(read)
        work(write)
        status = 0
    finally:
        # Nothing that the parent has open is flushed or closed twice.
        os._exit(status)


def _quiet(test_seconds: float) -> None:
    """Let what tests print go nowhere, and what runs on and on end."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, test_seconds)
    quick = hypothesis.settings(
        database=None, derandomize=True, phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate]
    )
    hypothesis.settings.register_profile("mutants", quick)
    hypothesis.settings.load_profile("mutants")


def _heard(work: Callable[[int], None]) -> Judgement:
    """Return what a child tells; one that is stopped for its CPU seconds, or is silent for long, ran on and on."""
    child, pipe = _fork(work)
    told = b""
    silent = False
    while True:
        if not select.select([pipe], [], [], SILENT_SECONDS)[0]:
            silent = True
            os.kill(child, signal.SIGKILL)
            break
        part = os.read(pipe, 1 << 16)
        if not part:
            break
        told += part
    os.close(pipe)
    status = os.waitpid(child, 0)[1]
    lines = [json.loads(line) for line in told.splitlines()]
    started = [line["started"] for line in lines if "started" in line]
    if silent or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF):
        return Judgement("stopped", started[-1] if started else "import", 0.0, len(started))
    end = lines[-1] if lines and "failed" in lines[-1] else None
    if end is None:
        return Judgement("killed", started[-1] if started else "import", 0.0, len(started))
    return Judgement("killed" if end["failed"] else "survived", end["failed"], end["seconds"], end["ran"])
