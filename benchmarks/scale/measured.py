"""What rules' functions cost on a company's account, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.company import build
from cli.sandbox import ACCOUNT_ID, REGION, EmbeddedAccount
from cli.sandbox.company.aurelia import PARAMETERS
from cli.sandbox.services.config_rules import ConfigAccount
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.company import Size
    from rules.engine.rule import Rule


@dataclass(frozen=True)
class Run:
    """
    One invocation: seconds of CPU, seconds on the clock, and megabytes, at the peak and afterwards.

    `error` is what it failed with, empty after success; `calls` are those that it made, by `service:Operation`;
    `in_a_row` is how many of them were made while no other was under way.
    """

    cpu: float
    wall: float
    peak: float
    resident: float
    in_a_row: int
    error: str
    calls: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many calls it made, those to AWS Config included."""
        return sum(self.calls.values())


@dataclass(frozen=True)
class Measured:
    """A rule's invocations in one process, and how many evaluations AWS Config has of it then."""

    rule_id: str
    runs: Sequence[Run]
    evaluations: int


@contextmanager
def company(size: Size) -> Iterator[EmbeddedAccount]:
    """Open an account with a company of that size and with every rule, behind HTTP for the rules' functions."""
    with EmbeddedAccount() as account:
        build(size, account)
        config = account.session(REGION).client("config")
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT_ID}:role/recorder"}
        )
        for rule in all_rules():
            config.put_config_rule(
                ConfigRule={
                    "ConfigRuleName": rule.id,
                    "Source": {"Owner": "AWS", "SourceIdentifier": "ANY"},
                    "InputParameters": json.dumps(PARAMETERS.get(rule.id, {})),
                }
            )
        yield account


def measure(account: EmbeddedAccount, rule: type[Rule[Any]], invocations: int = 1) -> Measured:
    """
    Return what that many periodic invocations of a rule's function cost, one after the other in one process.

    Raises ChildProcessError when the process ends before it has answered all of them.
    """
    events = account.config_events(REGION)
    task = {
        "module": rule.module,
        "endpoint": account.endpoint_url,
        "events": [events.scheduled(rule.id) for _ in range(invocations)],
    }
    runs = []
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scale.function"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(account),
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise ChildProcessError(f"{rule.id}: the process has no pipes")
        account.calls.clear()
        process.stdin.write(f"{json.dumps(task)}\n")
        process.stdin.flush()
        for line in process.stdout:
            calls = Counter(f"{call.service}:{call.operation}" for call in account.calls)
            account.calls.clear()
            runs.append(Run(**json.loads(line), calls=calls))
    if len(runs) != invocations:
        raise ChildProcessError(f"{rule.id}: the process ended with status {process.returncode}")
    tables = ConfigAccount(ACCOUNT_ID, REGION, "aws", account.tables)
    return Measured(rule.id, tuple(runs), len(tables.results(rule.id)))


def _environment(account: EmbeddedAccount) -> dict[str, str]:
    reached = {name: value for name, value in account.environment(REGION).items() if name != "AWS_ENDPOINT_URL"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, **reached, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
