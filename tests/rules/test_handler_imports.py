"""What the handler of a function brings along, and which clients a run makes."""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.sandbox import Account
from rules.engine.assessment import assess
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty
from rules.engine.rule import Rule
from rules.engine.surroundings import opened

ROOT = Path(__file__).parents[2]
DELIVERING = tuple(f"rules.delivery.{name}" for name in ("alerter", "forwarder", "reconciler", "watchdog"))
DUTIES = frozenset(f"rules.{duty.folder}" for duty in Duty)

PROGRAM = """
import json, sys
from importlib import import_module
import rdklib
before = set(sys.modules)
for name in sys.argv[1:]:
    import_module(name)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@cache
def imports_of(module: str) -> frozenset[str]:
    """Return the modules of `rules` that a module imports as it is imported itself."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rules"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = ROOT.joinpath(*inner.split(".")).with_suffix(".py").exists()
                found.add(inner if is_module else node.module)
    return frozenset(found)


def behind(module: str) -> set[str]:
    """Return all modules of `rules` that importing a module imports."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = imports_of(waiting.pop()) - found
        found |= new
        waiting.extend(new)
    return found


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_brings_no_other_rule_and_nothing_of_delivery(rule: type[Rule[Any]]) -> None:
    needed = behind(rule.module)

    others = {name for name in needed if name.rpartition(".")[0] in DUTIES}
    assert others == set()
    assert {name for name in needed if name.startswith(("rules.delivery", "cli", "cdk"))} == set()
    assert needed.isdisjoint({"rules.engine.catalogue", "rules.engine.documentation"})
    assert {name for name in needed if name.startswith("rules.frameworks.")} == {"rules.frameworks.table"}


@pytest.mark.parametrize("module", [*sorted({rule.module for rule in all_rules()}), *DELIVERING])
def test_what_many_modules_have_are_classes_that_are_quick_to_make(module: str) -> None:
    for name in behind(module):
        text = ROOT.joinpath(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        assert "from dataclasses import dataclass" not in text or name == "rules.frozen"


@pytest.mark.slow
def test_handlers_need_nothing_that_rdklib_does_not_import_anyway() -> None:
    modules = [*(rule.module for rule in all_rules()), *DELIVERING]
    done = subprocess.run(  # noqa: S603 - this interpreter, with names of this project
        [sys.executable, "-c", PROGRAM, *modules], cwd=ROOT, capture_output=True, text=True, check=True
    )

    new = {name for name in json.loads(done.stdout) if name.partition(".")[0] != "rules"}
    # What delivers verdicts of any rule looks for all of them.
    assert new <= {"pkgutil"}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_run_makes_no_client_that_it_does_not_use(
    account: Account, rule: type[Rule[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: set[str] = set()
    usual = boto3.session.Session.client

    def client(self: boto3.session.Session, service: str, **settings: Any) -> Any:
        made.add(service)
        return usual(self, service, **settings)

    monkeypatch.setenv("ACCOUNT_ID", "123456789012")
    aws = opened()
    monkeypatch.setattr(boto3.session.Session, "client", client)
    assess(rule(), aws)

    assert made
    assert made == {call.service for call in account.calls}
