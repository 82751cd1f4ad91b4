"""How large a generated company is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True)
class Size:
    """
    How many things of each kind a company has; `parts` are of kinds that come by the dozen.

    `models`, `endpoints` and `jobs` count those of each service: as many training jobs in Amazon SageMaker AI as
    customization jobs in Amazon Bedrock. `parts` counts, each: agents, flows, knowledge bases with a data source,
    notebook instances, inference profiles, model package groups, image repositories, log groups of deliveries,
    rules of EventBridge, and users with an API key.
    """

    roles: int
    users: int
    functions: int
    buckets: int
    guardrails: int
    models: int
    endpoints: int
    jobs: int
    parts: int
    networks: int
    keys: int
    alarms: int

    def times(self, factor: float) -> Self:
        """Return a company with that many times as much of everything, at least one of each."""
        return type(self)(*(max(1, round(getattr(self, each.name) * factor)) for each in fields(self)))


COMPANY = Size(
    roles=2_000,
    users=200,
    functions=300,
    buckets=200,
    guardrails=100,
    models=100,
    endpoints=100,
    jobs=100,
    parts=25,
    networks=10,
    keys=20,
    alarms=100,
)
"""A company with an AI department."""

GROUP = Size(
    roles=10_000,
    users=1_000,
    functions=2_000,
    buckets=5_000,
    guardrails=1_000,
    models=1_000,
    endpoints=1_000,
    jobs=1_000,
    parts=200,
    networks=50,
    keys=100,
    alarms=1_000,
)
"""A group of companies that has put everything into one account and Region."""

SIZES = {"company": COMPANY, "group": GROUP}
