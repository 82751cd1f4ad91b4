"""How long the calls of a rule take at AWS, by what is known of it: latency, and the rates that AWS documents."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rules.engine.aws import WORKERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.scale.measured import Run

LATENCY = 0.05
"""Seconds that a call takes in a network."""

LAMBDA = "AWS Lambda's control plane"
LAMBDA_RATE = 15
"""Calls per second of all operations but GetFunction (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""

RATES = {
    f"bedrock-agent:{operation}": rate
    for rate, operations in {
        10: (
            "GetAgentVersion",
            "GetDataSource",
            "GetFlow",
            "GetFlowVersion",
            "GetKnowledgeBase",
            "GetPrompt",
            "ListAgentAliases",
            "ListAgents",
            "ListDataSources",
            "ListFlowAliases",
            "ListFlows",
            "ListIngestionJobs",
            "ListKnowledgeBases",
            "ListPrompts",
        ),
        15: ("GetAgent",),
    }.items()
    for operation in operations
}
"""Calls per second, none of them adjustable (https://docs.aws.amazon.com/general/latest/gr/bedrock.html)."""


def waiting(run: Run) -> float:
    """Return the seconds that a run waits for answers where each takes `LATENCY`: one by one, or on the pool."""
    return (run.in_a_row + (run.total - run.in_a_row) / WORKERS) * LATENCY


def slowest(calls: Mapping[str, int]) -> tuple[float, str]:
    """Return the seconds that calls take at the least at documented rates, and the operation that takes longest."""
    shared: Counter[str] = Counter()
    for name, count in calls.items():
        shared[LAMBDA if name.startswith("lambda:") else name] += count
    taken = {name: count / rate for name, count in shared.items() if (rate := _rate(name))}
    longest = max(taken, key=lambda name: taken[name], default="")
    return taken.get(longest, 0.0), longest


def _rate(name: str) -> int | None:
    return LAMBDA_RATE if name == LAMBDA else RATES.get(name)
