"""Judges mutants: a fork for each, in which the module is imported changed and its tests run until one fails."""

from __future__ import annotations

import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

import pytest

from tests.mutation.covering import Covering, dotted
from tests.mutation.forks import Judgement, fork, heard, quiet, read
from tests.mutation.operators import Mutant, mutated
from tests.mutation.swapping import Finder, Functions, Pairs, differing, live, swap
from tests.mutation.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import CodeType

NEEDED = ("cli.sandbox", "rules.engine.catalogue", "hypothesis.strategies", "pytest_cov.plugin")
OURS = frozenset({"rules", "cli", "cdk", "tests", "benchmarks"})
OPTIONS = ("-qx", "--assert=plain", "-pno:cacheprovider", "-pno:xdist", "-pno:cov", "-pno:faulthandler")
ENDS_WELL = (pytest.ExitCode.OK, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.NO_TESTS_COLLECTED)
WORTH_A_HOST = 2
"""Mutants of a module for which its tests are collected once instead of once for each."""
MOST_OTHERS = 200
"""Tests beyond those of the module's own file, and the most files that they may be in."""
MOST_FILES = 16
TEST_SECONDS = 30
"""CPU seconds after which one test is stopped; none takes a third of that."""


@dataclass(frozen=True)
class _Swap:
    """A mutant that differs within functions only, and the tests that it meets."""

    mutant: Mutant
    pairs: Pairs
    tests: Sequence[str]


class _Host:
    """A pytest plugin: collects the tests of a module once, then forks for each mutant and swaps its functions."""

    def __init__(self, swaps: Sequence[_Swap], watch: Callable[[Sequence[str], int], Watch], pipe: int) -> None:
        self.swaps = swaps
        self.watch = watch
        self.pipe = pipe

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge all mutants instead of running the tests."""
        if session.testsfailed:
            return True
        signal.setitimer(signal.ITIMER_PROF, 0)
        for item in self.watch(self.swaps[0].tests, self.pipe).chosen(session.items)[:1]:
            # Service models and the like are loaded here, once.
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        killers: Counter[str] = Counter()
        functions = live(self.swaps[0].pairs[0][0].co_filename)
        for swapped in self.swaps:
            if all((old.co_qualname, old.co_firstlineno) in functions for old, _ in swapped.pairs):
                tests = sorted(swapped.tests, key=lambda test: -killers[test])
                found = heard(partial(self._meet, session, replace(swapped, tests=tests), functions))
                killers[found.test] += 1
                os.write(self.pipe, json.dumps({"key": swapped.mutant.key, **asdict(found)}).encode() + b"\n")
        return True

    def _meet(self, session: pytest.Session, swapped: _Swap, functions: Functions, pipe: int) -> None:
        watch = self.watch(swapped.tests, pipe)
        session.config.pluginmanager.register(watch)
        swap(swapped.pairs, functions)
        items = watch.chosen(session.items)
        for item, following in zip(items, [*items[1:], None], strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if watch.failed or session.shouldstop:
                break
        watch.tell(failed=watch.failed, ran=watch.ran, seconds=time.process_time())


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
        self._killers: Counter[str] = Counter()
        for name in _imported_by(*needed):
            if name not in sys.modules:
                importlib.import_module(name)
        gc.freeze()

    def judge_all(self, mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, Judgement, list[str]]]:
        """
        Yield each mutant with what `judge` returns, module by module.

        Where only functions differ, a first attempt puts them into a process that has the tests already. Who survives
        that meets the other tests, and these again if the functions also run at import, where they were unchanged.
        """
        modules: dict[str, list[Mutant]] = {}
        for mutant in mutants:
            modules.setdefault(mutant.path, []).append(mutant)
        for path, found in modules.items():
            first = self._swapped(path, found)
            for mutant in found:
                judgement = first.get(mutant.key)
                if judgement and judgement.killed:
                    yield mutant, judgement, [judgement.test.partition("::")[0]]
                else:
                    yield mutant, *self.judge(mutant, None if self.covering.at_import(mutant) else judgement)

    def _swapped(self, path: str, mutants: Iterable[Mutant]) -> dict[str, Judgement]:
        root = self.covering.package.root
        original = compile((root / path).read_bytes(), str(root / path), "exec", dont_inherit=True)
        swaps = []
        for mutant in mutants:
            if pairs := differing(original, self._code(mutant)):
                near, far = self._tests(mutant)
                swaps.append(_Swap(mutant, pairs, near if self._exist([self.covering.package.mirror(path)]) else far))
        files = self._files(path, [test for each in swaps for test in each.tests])
        if len(swaps) < WORTH_A_HOST or not files:
            return {}

        def watch(tests: Sequence[str], pipe: int) -> Watch:
            return Watch(tests, self._known, self.seconds, self.test_seconds, pipe)

        def work(pipe: int) -> None:
            quiet(self.test_seconds)
            os.chdir(root)
            pytest.main([*OPTIONS, *files], plugins=[_Host(swaps, watch, pipe)])

        child, pipe = fork(work)
        found = [json.loads(line) for line in read(pipe).splitlines()]
        os.waitpid(child, 0)
        return {line.pop("key"): Judgement(**line) for line in found}

    def _tests(self, mutant: Mutant) -> tuple[list[str], list[str]]:
        """Return the tests in the file that mirrors the mutant's module, and the first of the others."""
        mirror = f"{self.covering.package.mirror(mutant.path)}::"
        tests = self.covering.tests_of(mutant)
        near = [test for test in tests if test.startswith(mirror)]
        far = tests[len(near) :]
        if mutant.in_function:
            return near, far[:MOST_OTHERS]
        return near, [*self.covering.package.further, *_mixed(far)[:MOST_OTHERS]]

    def _files(self, path: str, tests: Iterable[str]) -> list[str]:
        """Return the file that mirrors a module, or those that tests are in if there is no such file."""
        others = dict.fromkeys(test.partition("::")[0] for test in tests)
        return self._exist([self.covering.package.mirror(path)]) or self._exist(others)[:MOST_FILES]

    def _code(self, mutant: Mutant) -> CodeType:
        root = self.covering.package.root
        return compile(mutated(root, mutant), str(root / mutant.path), "exec", dont_inherit=True)

    def judge(self, mutant: Mutant, near_by: Judgement | None = None) -> tuple[Judgement, list[str]]:
        """
        Return what became of a mutant, and the test files that it met: first the one of its module, then others.

        `near_by` is what became of it with the first of these, if that is known.
        """
        mirror = self.covering.package.mirror(mutant.path)
        near, far = self._tests(mutant)
        found, met = near_by or Judgement("uncovered"), [mirror]
        code = self._code(mutant)
        if near_by is None and self._exist([mirror]):
            found = self._run(mutant.path, code, [mirror], self._killers_first(near))
        others = self._killers_first(far)
        files = self._exist(dict.fromkeys(test.partition("::")[0] for test in others))[:MOST_FILES]
        if files and not found.killed and (near_by is None or self._exist([mirror])):
            met += files
            second = self._run(mutant.path, code, files, others, known_only=True)
            found = replace(second, seconds=found.seconds + second.seconds, ran=found.ran + second.ran)
        if not found.killed:
            found = replace(found, outcome="survived" if found.ran else "uncovered")
        return found, met

    def _exist(self, files: Iterable[str]) -> list[str]:
        return [file for file in files if (self.covering.package.root / file).is_file()]

    def unchanged(self, tests: Sequence[str]) -> str:
        """Run tests with nothing changed; return the first that fails, or ""."""
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        return self._run("", None, files, tests, known_only=True, seconds=float("inf")).test

    def _killers_first(self, tests: Sequence[str]) -> list[str]:
        """Return tests with those first that killed mutants of this run before: they kill the next one soonest."""
        return sorted(tests, key=lambda test: -self._killers[test])

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
            quiet(self.test_seconds)
            os.chdir(root)
            if code is not None:
                sys.meta_path.insert(0, Finder(dotted(path), str(root / path), code))
            watch = Watch(tests, None if known_only else self._known, seconds or self.seconds, self.test_seconds, pipe)
            status = int(pytest.main([*OPTIONS, *files], plugins=[watch]))
            failed = watch.failed or ("import" if status not in ENDS_WELL else "")
            watch.tell(failed=failed, ran=watch.ran, seconds=time.process_time())

        found = heard(work)
        if found.killed:
            self._killers[found.test] += 1
        return found


def _mixed(tests: Iterable[str]) -> list[str]:
    """Return the first tests of every file before the second ones, files in the order of their first tests."""
    files: dict[str, list[str]] = {}
    for test in tests:
        files.setdefault(test.partition("::")[0], []).append(test)
    return [test for several in zip_longest(*list(files.values())[:MOST_FILES]) for test in several if test]


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

    child, pipe = fork(work)
    found = read(pipe).decode().split("\n")
    os.waitpid(child, 0)
    return found
