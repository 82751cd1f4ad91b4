"""Peers: other programs, installed from PyPI by hashes into environments of their own under build/."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from shutil import rmtree, which

ENVIRONMENTS = Path(__file__).parent.parent / "build" / "peers"


def environment(requirements: Path) -> Path:
    """
    Return the folder of an environment that has what a locked file asks for, installed when it is first wanted.

    Raises CalledProcessError where it cannot be installed.
    """
    wanted = sha256(requirements.read_bytes()).hexdigest()
    folder = ENVIRONMENTS / requirements.parent.name
    done = folder / "installed"
    if not done.exists() or done.read_text() != wanted:
        rmtree(folder, ignore_errors=True)
        uv, python = program("uv"), str(folder / "bin" / "python")
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(folder))
        install = ("pip", "install", "--quiet", "--require-hashes", "--python", python)
        _run(uv, *install, "--requirement", str(requirements))
        done.write_text(wanted)
    return folder


def program(name: str) -> str:
    """Return the path of a program that make has installed; ends the benchmark where it is not there."""
    beside = Path(sys.executable).with_name(name)
    path = str(beside) if beside.exists() else which(name)
    if path is None:
        sys.exit(f"{name} is not on the path; make installs it into .venv/bin.")
    return path


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - our own commands
