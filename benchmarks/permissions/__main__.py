"""
How fast permissions are judged: python -m benchmarks.permissions.

Every side gets the same policies in the same run, round by round, each in a process of its own; the best round
of each counts, so that a busy machine disturbs all alike. Needs Node on the path, and uv to install cloudsplaining.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import environment, program
from benchmarks.permissions.organisation import managed_documents, organisation

HERE = Path(__file__).parent
OURS = "ai-config-rules"
Figures = dict[str, float]


def main() -> None:
    """Print the figures as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="the best counts (default: %(default)s)")
    sys.stdout.writelines(f"{line}\n" for line in report(parser.parse_args().rounds))


def report(rounds: int) -> Iterator[str]:
    """Yield the lines of the report."""
    details = organisation()
    yield "| policies | how many | judged by | CPU seconds | policies per CPU second | ours is faster by |"
    yield "|---|---|---|---|---|---|"
    for pack, documents in packs(details).items():
        best = compared(documents, rounds)
        ours = best[OURS]["cpu_seconds"]
        for side, figures in best.items():
            spent = figures["cpu_seconds"]
            yield (
                f"| {pack} | {len(documents):,} | {side} | {spent:.3f} | {len(documents) / spent:,.0f} "
                f"| {'' if side == OURS else f'{spent / ours:.0f} times'} |"
            )
    account: Figures | None = None
    for _ in range(rounds):
        account = better(account, measured([sys.executable, "-m", "benchmarks.permissions.engine", "account"], details))
    yield ""
    yield "| the account | |"
    yield "|---|---|"
    yield from (f"| {name} | {figure:,.2f} |" for name, figure in (account or {}).items())


def packs(details: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the policies that all sides judge."""
    return {
        "AWS-managed policies": list(managed_documents().values()),
        "inline policies of the account": inline(details),
    }


def compared(documents: Sequence[Any], rounds: int) -> dict[str, Figures]:
    """Return the best figures of each side, of some rounds over these policies."""
    sides = {
        OURS: [sys.executable, "-m", "benchmarks.permissions.engine", "policies"],
        "cloudsplaining": [
            str(environment(HERE / "requirements.txt") / "bin" / "python"),
            str(HERE / "cloudsplaining_run.py"),
        ],
        "iam-simulate": [program("node"), str(HERE / "iam_simulate_run.mjs")],
    }
    best: dict[str, Figures] = {}
    for _ in range(rounds):
        for side, command in sides.items():
            best[side] = better(best.get(side), measured(command, documents))
    return best


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


if __name__ == "__main__":
    main()
