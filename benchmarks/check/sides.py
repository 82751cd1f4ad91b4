"""The two sides: `ai-config-rules check`, and Prowler with its services bedrock and sagemaker, as users run them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from benchmarks.imports.comparison import compiling, measured
from benchmarks.peers import environment
from cli.sandbox import CREDENTIALS, REGION

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUIREMENTS = Path(__file__).parent / "requirements.txt"


@dataclass(frozen=True)
class Run:
    """
    One run of a side: its time from start to end, and its own processor time, in seconds.

    `verdicts` counts what it says, by COMPLIANT, NON_COMPLIANT, PASS, FAIL …; `errors` are what it could not read.
    """

    seconds: float
    cpu: float
    verdicts: Counter[str]
    errors: int


class Side(Protocol):
    """One of the programs that judge the account."""

    name: str

    def run(self, url: str, folder: Path) -> Run:
        """Judge the account behind a URL; files go to an empty folder. Raises ChildProcessError where it fails."""


class Ours:
    """All rules, in one Region, as they are configured by default."""

    name = "ai-config-rules"

    def __init__(self) -> None:
        """Let Python compile it, as it does once after it is installed."""
        measured(["start", "check"])

    def run(self, url: str, folder: Path) -> Run:
        """Judge the account behind a URL; raises ChildProcessError where there is no report."""
        report = folder / "report.json"
        command = [sys.executable, "-m", "cli.main", "check", "--format", "json", "--output", str(report), "--quiet"]
        seconds, cpu = _timed(command, _environment(url, folder))
        try:
            told = json.loads(report.read_text())
        except (OSError, ValueError) as error:
            raise ChildProcessError(f"{self.name} has written no report") from error
        verdicts = Counter(each["compliance"] for each in told["evaluations"])
        return Run(seconds, cpu, verdicts, len(told["errors"]))


class Prowler:
    """Prowler with its services bedrock and sagemaker, in one Region, with one kind of report."""

    name = "Prowler"

    def __init__(self) -> None:
        """Install it, and let Python compile it, so that the first run is not slower than those that follow."""
        programs = environment(REQUIREMENTS) / "bin"
        self._program = programs / "prowler"
        code = "import compileall, prowler; compileall.compile_dir(prowler.__path__[0], quiet=2)"
        for command in ([str(programs / "python"), "-c", code], [str(self._program), "aws", "--list-checks"]):
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own commands

    def run(self, url: str, folder: Path) -> Run:
        """Judge the account behind a URL; raises ChildProcessError where there are no findings."""
        log = folder / "prowler.log"
        services = ["aws", "--service", "bedrock", "sagemaker", "--region", REGION]
        reports = ["--output-formats", "json-ocsf", "--output-directory", str(folder), "--output-filename", "report"]
        quiet = ["--no-banner", "--ignore-exit-code-3", "--log-level", "ERROR", "--log-file", str(log)]
        seconds, cpu = _timed([str(self._program), *services, *reports, *quiet], _environment(url, folder))
        try:
            findings = json.loads((folder / "report.ocsf.json").read_text())
        except (OSError, ValueError) as error:
            raise ChildProcessError(f"{self.name} has written no report") from error
        errors = sum('"level": "ERROR"' in line for line in log.read_text().splitlines()) if log.exists() else 0
        return Run(seconds, cpu, Counter(each["status_code"] for each in findings), errors)


def _environment(url: str, folder: Path) -> dict[str, str]:
    """Return the variables by which a side finds the account, and nothing of this machine's AWS settings."""
    kept = {name: value for name, value in compiling().items() if not name.startswith("AWS_")}
    return {
        **kept,
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "HOME": str(folder),
    }


def _timed(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command and return its time and its processor time, with that of what it starts."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, env=environment, check=False, capture_output=True)  # noqa: S603 - our own commands
    seconds, after = perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
