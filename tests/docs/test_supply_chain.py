"""What is locked, and what the page on it says."""

import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cdk.sbom import licenses

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NODE: dict[str, Any] = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
NODE_LOCK: dict[str, dict[str, Any]] = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "supply-chain.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.[my]*"))]

LOCKED = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)( ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")
FILES = {
    "lambda": PROJECT["project"]["dependencies"],
    "terminal": PROJECT["dependency-groups"]["terminal"],
    "deploy": PROJECT["dependency-groups"]["deploy"],
    "develop": PROJECT["dependency-groups"]["develop"],
}


def versions(lock: Path) -> set[tuple[str, str]]:
    return {(match[1], match[2]) for match in LOCKED.finditer(lock.read_text(encoding="utf-8"))}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_of_a_lock_is_a_version_with_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")

    assert versions(lock)
    assert LOCKED.sub("", text) == ""


@pytest.mark.parametrize(("name", "needed"), FILES.items(), ids=FILES)
def test_what_the_project_names_is_locked_as_it_says(name: str, needed: list[str]) -> None:
    found = versions(ROOT / "requirements" / f"{name}.txt")

    for requirement in needed:
        package, _, version = requirement.partition("==")
        named = canonical(re.split(r"[\[>=<]", package)[0])
        assert [each for each in found if each[0] == named and version in ("", each[1])], requirement


def test_each_lock_extends_the_one_before() -> None:
    locks = [versions(ROOT / "requirements" / f"{name}.txt") for name in FILES]

    for smaller, larger in pairwise(locks):
        assert smaller <= larger


@pytest.mark.parametrize("path", [path for path in NODE_LOCK if path])
def test_every_node_package_is_locked_with_its_hash(path: str) -> None:
    package = NODE_LOCK[path]

    assert re.fullmatch(r"\d+\.\d+\.\d+[a-z0-9.-]*", package["version"])
    assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"])


def test_node_packages_are_named_with_exact_versions() -> None:
    named: dict[str, str] = NODE["dependencies"] | NODE["devDependencies"]

    assert {name: NODE_LOCK[f"node_modules/{name}"]["version"] for name in named} == named


def test_installing_asks_for_hashes_and_runs_no_scripts() -> None:
    installs = [line for line in MAKEFILE.splitlines() if re.search(r"pip install|npm (ci|install)", line)]

    for line in installs:
        # The project itself comes from this folder, without anything else.
        assert "--require-hashes" in line or "npm ci --ignore-scripts" in line or "--no-deps" in line, line
    assert len(installs) == 4


def test_the_page_lists_the_licence_of_everything_that_others_made() -> None:
    rows = [f"| {name} | {where} | {licence} |" for name, where, licence in licenses()]

    _, _, table = PAGE.partition("| Component | Where | Licence |\n| --- | --- | --- |\n")
    assert table.partition("\n\n")[0].splitlines() == rows


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_actions_are_pinned_by_commit(document: Path) -> None:
    actions = re.findall(r"uses: +(\S+)(.*)", document.read_text(encoding="utf-8"))

    for action, comment in actions:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), f"{action} is a tag or branch, not a commit"
            assert re.fullmatch(r" # v\d+(\.\d+)*", comment), f"{action} does not say which version it is"
