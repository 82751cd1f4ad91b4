"""Chromium for tests: the one that package.json pins, unpacked once; on other machines, one that is installed."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from shutil import rmtree, which
from tempfile import mkdtemp

ROOT = Path(__file__).parents[4]
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

UNPACK = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();'

INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

HAS_PACKAGED = sys.platform == "linux" and platform.machine() == "x86_64"
"""The package's Chromium is built for these machines only."""


def executable() -> tuple[Path, dict[str, str]] | None:
    """
    Return Chromium's path and the environment to start it with, None on a machine that has none.

    Where the package's Chromium runs, it is used, and anything that stands against that is an error.
    """
    if HAS_PACKAGED:
        folder = _unpacked()
        program = folder / "chromium"
        if _starts(program, {}):
            return program, {}
        # The package has the libraries that a machine without a desktop lacks.
        libraries = {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib")}
        if _starts(program, libraries):
            return program, libraries
        raise RuntimeError(f"{program} does not start")
    found = next(filter(None, (which(name) for name in INSTALLED)), None)
    return None if found is None else (Path(found), {})


def _starts(program: Path, environment: dict[str, str]) -> bool:
    started = subprocess.run(  # noqa: S603 - the pinned program
        [program, "--version"], env=os.environ | environment, capture_output=True, check=False
    )
    return started.returncode == 0


def _unpacked() -> Path:
    """Return the folder with Chromium in build/, unpacking it where nobody did; several processes may try at once."""
    version = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    folder = ROOT / "build" / f"chromium-{version}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(exist_ok=True)
    draft = Path(mkdtemp(dir=folder.parent, prefix="chromium-draft-"))
    node = which("node")
    if node is None:
        raise RuntimeError("Node is missing: make installs it into .venv/bin")
    # The package unpacks into the folder for temporary files; its libraries only where it takes itself for AWS Lambda.
    environment = os.environ | {"TMPDIR": str(draft), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x"}
    subprocess.run(  # noqa: S603 - the pinned program
        [node, "--input-type=module", "--eval", UNPACK], cwd=ROOT, env=environment, check=True
    )
    try:
        draft.rename(folder)
    except OSError:
        # Another process was first.
        rmtree(draft)
    return folder
