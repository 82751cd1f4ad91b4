"""Which tests run which lines of rules/: recorded once by coverage.py, then asked for every mutant."""

import ast
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from coverage import CoverageData

from tests.mutation.operators import Mutant

LEFT_OUT = "tests/rules/permissions/oracle"
"""Runs for minutes beside Node; what it finds is asked for in tables as well."""


def hash_of(*files: Path) -> str:
    """Return a hash of what is in these files, in this order; a file that does not exist counts as empty."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes() if file.is_file() else b""
        digest.update(f"{file.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Package:
    """
    A package whose mutants are judged, and the folder of its tests, which mirrors it.

    `further` are tests elsewhere that hold what modules declare, such as the pages that are made from them.
    """

    root: Path
    name: str
    tests: str
    further: tuple[str, ...] = ()

    def modules(self, under: str = "") -> list[str]:
        """Return the paths of all modules, relative to the root, that are in a folder or are that file."""
        start = self.root / (under or self.name)
        files = [start] if start.is_file() else sorted(start.rglob("*.py"))
        return [file.relative_to(self.root).as_posix() for file in files]

    def mirror(self, path: str) -> str:
        """Return the test file of a module: rules/facts/kms.py has tests/rules/facts/test_kms.py."""
        module = Path(path).relative_to(self.name)
        return (Path(self.tests) / module.parent / f"test_{module.name}").as_posix()

    def room(self, path: str) -> str:
        """Return the folder that a module counts for in the score: rules/criteria/credentials, rules/facts."""
        return Path(path).parent.as_posix()


class Covering:
    """Asks the recording; `file` is coverage.py's data, with a context for each test."""

    def __init__(self, package: Package, file: Path) -> None:
        self.package = package
        self.file = file
        self._data = CoverageData(str(file))
        self._data.read()
        self._lines: dict[str, dict[int, frozenset[str]]] = {}
        notes = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        self.sizes: dict[str, int] = notes["sizes"]
        self.hashes: dict[str, str] = notes["hashes"]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """
        Return the tests that may notice a mutant, those first that are likely to, and to be quick.

        What runs at import is covered by every test, so that the tests of the whole module are asked then, and for a
        module of constants those of the modules that import it.
        """
        lines = self._tests_by_line(mutant.path)
        if self.at_import(mutant):
            found = set().union(*lines.values()) - {""}
            if not found:
                importers = self._importers.get(dotted(mutant.path), ())
                found = set().union(*(tests for path in importers for tests in self._tests_by_line(path).values()))
        else:
            found = set().union(*self._of_statement(mutant))
        mirror = self.package.mirror(mutant.path)
        room = Path(mirror).parent.as_posix()
        return sorted(
            found - {""},
            key=lambda test: (
                not test.startswith(f"{mirror}::"),
                not test.startswith(f"{room}/"),
                self.sizes.get(test, 0),
                test,
            ),
        )

    def at_import(self, mutant: Mutant) -> bool:
        """Say whether a mutant runs before tests do, too, or may do so as its module is newer than the recording."""
        newer = self.hashes.get(mutant.path) != hash_of(self.package.root / mutant.path)
        return newer or not mutant.in_function or any("" in tests for tests in self._of_statement(mutant))

    def _of_statement(self, mutant: Mutant) -> list[frozenset[str]]:
        lines = self._tests_by_line(mutant.path)
        return [lines.get(line, frozenset()) for line in range(mutant.first, mutant.last + 1)]

    def _tests_by_line(self, path: str) -> dict[int, frozenset[str]]:
        if path not in self._lines:
            contexts = self._data.contexts_by_lineno(str(self.package.root / path))
            self._lines[path] = {
                line: frozenset(name.partition("|")[0] for name in names) for line, names in contexts.items()
            }
        return self._lines[path]

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.package.modules():
            for node in ast.walk(ast.parse((self.package.root / path).read_text(encoding="utf-8"))):
                for name in _imported(node):
                    found.setdefault(name, []).append(path)
        return found


def record(package: Package, file: Path) -> None:
    """Run the tests of a package once under coverage.py; raises CalledProcessError if one of them fails."""
    file.parent.mkdir(parents=True, exist_ok=True)
    hashes = {path: hash_of(package.root / path) for path in package.modules()}
    options = [
        f"--cov={package.name}",
        "--cov-context=test",
        "--cov-report=",
        f"--cov-config={os.devnull}",
        "-p",
        "no:cacheprovider",
        "-q",
        "-x",
    ]
    command = [sys.executable, "-m", "pytest", *options, f"--ignore={LEFT_OUT}", package.tests]
    subprocess.run(  # noqa: S603 - this interpreter, with the arguments above
        command, check=True, cwd=package.root, env={**os.environ, "COVERAGE_FILE": str(file)}
    )
    now = {path: hash_of(package.root / path) for path in package.modules()}
    note(package, file, {path: found for path, found in hashes.items() if now.get(path) == found})


def note(package: Package, file: Path, hashes: dict[str, str]) -> None:
    """Write beside the recording how many lines each test runs, and what the modules were then."""
    data = CoverageData(str(file))
    data.read()
    sizes: Counter[str] = Counter()
    for path in package.modules():
        for names in data.contexts_by_lineno(str(package.root / path)).values():
            sizes.update(name.partition("|")[0] for name in names if name)
    notes = {"sizes": dict(sizes), "hashes": hashes}
    file.with_suffix(".json").write_text(json.dumps(notes), encoding="utf-8")


def dotted(path: str) -> str:
    """Return the name that a module is imported by."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Import(names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [module, *(f"{module}.{name.name}" for name in names)]
    return ()
