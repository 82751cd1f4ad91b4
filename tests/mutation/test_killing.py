"""A project of one module with tests whose holes are known, judged in a process without threads of other tests."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.mutation.covering import Covering, Package, record
from tests.mutation.forks import Outcome
from tests.mutation.killing import Judge
from tests.mutation.operators import Mutant, mutants

pytestmark = pytest.mark.slow

MODULE = """
from functools import cached_property

OLDEST = 90

class Key:
    def __init__(self, days):
        self.days = days

    @cached_property
    def old(self):
        return self.days > OLDEST

def wait(turns):
    while turns != 0:
        turns = turns - 1

def forgotten():
    return 1
"""
TESTS = """
import pytest
from sample.keys import Key, wait

@pytest.mark.parametrize(("days", "old"), [(91, True), (89, False)])
def test_a_key_gets_old(days, old):
    assert Key(days).old is old

def test_waits():
    assert wait(3) is None
"""
WANTED: dict[str, Outcome] = {
    "90 -> 91": "killed",
    "self.days > OLDEST -> self.days >= OLDEST": "survived",
    "return self.days > OLDEST -> return None": "killed",
    "turns != 0 -> turns == 0": "survived",
    "0 -> 1": "survived",
    "turns - 1 -> turns + 1": "stopped",
    "1 -> 2": "stopped",
    "return 1 -> return None": "uncovered",
    "1 -> 2 (forgotten)": "uncovered",
}
"""No test has a key of exactly 90 days, or asks how long was waited; turns that grow or skip 0 never end."""


def outcomes(root: Path) -> tuple[list[dict[str, Outcome]], list[str]]:
    """Return what became of mutants, together and one by one, and which of right and of wrong tests fail unchanged."""
    package = Package(root, "sample", "checks")
    record(package, root / "build" / "coverage")
    judge = Judge(Covering(package, root / "build" / "coverage"), seconds=10, test_seconds=1, needed=())
    changes: dict[str, Mutant] = {}
    for mutant in mutants(root, "sample/keys.py"):
        change = f"{mutant.before} -> {mutant.after}"
        changes[f"{change} (forgotten)" if change in changes else change] = mutant
    together = {mutant: judgement.outcome for mutant, judgement, _ in judge.judge_all(changes.values())}
    alone = {change: judge.judge(mutant)[0].outcome for change, mutant in changes.items()}
    right = [f"checks/test_keys.py::{name}" for name in ("test_a_key_gets_old[91-True]", "test_waits")]
    (root / "checks" / "test_wrong.py").write_text("def test_fails():\n    assert False\n", encoding="utf-8")
    failing = [judge.unchanged(right), judge.unchanged([*right, "checks/test_wrong.py::test_fails"])]
    return [{change: together[mutant] for change, mutant in changes.items()}, alone], failing


def test_judges_every_mutant_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Who measures these tests does not mean those of the project.
    for name in [name for name in os.environ if name.startswith("SLIPCOVER_")]:
        monkeypatch.delenv(name)
    for path, text in {
        "sample/__init__.py": "",
        "sample/keys.py": MODULE,
        "checks/test_keys.py": TESTS,
        "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        found, failing = process.submit(outcomes, tmp_path).result()

    assert found == [WANTED, WANTED]
    assert failing == ["", "checks/test_wrong.py::test_fails"]
