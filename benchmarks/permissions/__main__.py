"""
How fast permissions are judged: python -m benchmarks.permissions.

Every side gets the same policies in the same run, round by round, each in a process of its own; the best round
of each counts, so that a busy machine disturbs all alike. Needs Node on the path and, for cloudsplaining, uv.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import which
from typing import Any

from benchmarks.permissions.organisation import managed_documents, organisation

HERE = Path(__file__).parent
CLOUDSPLAINING = "cloudsplaining==0.9.1"

Figures = dict[str, float]


def main() -> None:
    """Print the figures as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="the best counts (default: %(default)s)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as directory:
        sys.stdout.writelines(f"{line}\n" for line in report(Path(directory), rounds))


def report(directory: Path, rounds: int) -> Iterator[str]:
    """Yield the lines of the report."""
    sides = {
        "ai-config-rules": [sys.executable, "-m", "benchmarks.permissions.engine", "policies"],
        "cloudsplaining": [cloudsplaining(directory / "cloudsplaining"), str(HERE / "cloudsplaining_run.py")],
        "iam-simulate": [found("node"), str(HERE / "iam_simulate_run.mjs")],
    }
    details = organisation()
    packs = {
        "AWS-managed policies": list(managed_documents().values()),
        "inline policies of the account": inline(details),
    }
    yield "| policies | how many | judged by | CPU seconds | policies per CPU second | ours is faster by |"
    yield "|---|---|---|---|---|---|"
    for pack, documents in packs.items():
        best: dict[str, Figures] = {}
        for _ in range(rounds):
            for side, command in sides.items():
                best[side] = better(best.get(side), measured(command, documents))
        ours = best["ai-config-rules"]["cpu_seconds"]
        for side, figures in best.items():
            spent = figures["cpu_seconds"]
            yield (
                f"| {pack} | {len(documents):,} | {side} | {spent:.3f} | {len(documents) / spent:,.0f} "
                f"| {'' if side == 'ai-config-rules' else f'{spent / ours:.0f} times'} |"
            )
    account: Figures | None = None
    for _ in range(rounds):
        account = better(account, measured([sys.executable, "-m", "benchmarks.permissions.engine", "account"], details))
    yield ""
    yield "| the account | |"
    yield "|---|---|"
    yield from (f"| {name} | {figure:,.2f} |" for name, figure in (account or {}).items())


def inline(details: dict[str, Any]) -> list[Any]:
    """Return the inline policies of the roles, at most 2,000, which the slower sides have to get through."""
    policies = [each["PolicyDocument"] for role in details["RoleDetailList"] for each in role["RolePolicyList"]]
    return policies[:2_000]


def measured(command: Sequence[str], given: object) -> Figures:
    """Return the figures that a side writes for what it is given."""
    finished = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True)  # noqa: S603 - our own commands
    figures: Figures = json.loads(finished.stdout)
    return figures


def better(known: Figures | None, new: Figures) -> Figures:
    """Return the figures of the quicker round."""
    return new if known is None or new["cpu_seconds"] < known["cpu_seconds"] else known


def cloudsplaining(directory: Path) -> str:
    """Return the Python of a throw-away environment that has cloudsplaining."""
    uv = found("uv")
    subprocess.run([uv, "venv", "--quiet", str(directory)], check=True)  # noqa: S603 - as above
    python = str(directory / "bin" / "python")
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, CLOUDSPLAINING], check=True)  # noqa: S603 - as above
    return python


def found(program: str) -> str:
    """Return the path of a program that make has installed."""
    path = which(program)
    if path is None:
        sys.exit(f"{program} is not on the path; make installs it into .venv/bin.")
    return path


if __name__ == "__main__":
    main()
