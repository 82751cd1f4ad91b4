"""What a run over one account and Region found, before anybody formats it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cli.status import ExitStatus
from rules.engine.verdict import Compliance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from rules.engine.duties import Severity
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule
    from rules.engine.verdict import Verdict


UNKNOWN_ACCOUNT = "unknown"
"""In the place of an account id where nobody could say whose the credentials are."""


@dataclass(frozen=True)
class Acceptance:
    """Who accepts a known violation, why, and the last day on which that holds."""

    owner: str
    reason: str
    expires: date


@dataclass(frozen=True)
class Evaluation:
    """
    One resource, judged by one rule.

    A violation that a baseline accepts stays NON_COMPLIANT, is shown with who accepts it, and is counted apart.
    """

    rule: type[Rule[Any]]
    resource: Resource
    verdict: Verdict
    accepted: Acceptance | None = None

    @property
    def violates(self) -> bool:
        """Whether the resource is NON_COMPLIANT, and nobody accepts that."""
        return self.verdict.compliance is Compliance.NON_COMPLIANT and self.accepted is None


@dataclass(frozen=True)
class Failure:
    """Something that was not evaluated: one resource of a rule, or without `resource` the whole rule."""

    rule: type[Rule[Any]]
    resource: Resource | None
    code: str
    message: str


@dataclass(frozen=True)
class Unopened:
    """Why nothing could be read in a place at all."""

    code: str
    message: str


@dataclass(frozen=True)
class Report:
    """
    The run over one account and Region.

    Everything is in the order of `rules`, which is the catalogue's; resources of a rule by type, name and id.
    `api_calls` are the calls that were sent to AWS, each counted once however often it was retried.
    `parameters` are those in force, by rule id and name: the text that AWS Config would carry, None where not set.
    `profile` and `role_arn` are what the credentials came from, where they were given.
    A place that could not be opened says so in `unopened`, and has a failure for each of its rules; its account may
    be UNKNOWN_ACCOUNT. `warnings` are sentences about the run, such as that an entry of a baseline has expired.
    """

    account_id: str
    region: str
    started_at: datetime
    finished_at: datetime
    rules: tuple[type[Rule[Any]], ...]
    evaluations: tuple[Evaluation, ...]
    failures: tuple[Failure, ...]
    api_calls: int
    parameters: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    profile: str | None = None
    role_arn: str | None = None
    unopened: Unopened | None = None
    warnings: tuple[str, ...] = ()

    @property
    def accepted(self) -> tuple[Evaluation, ...]:
        """The violations that a baseline accepts; `counts` has them among the NON_COMPLIANT."""
        return tuple(one for one in self.evaluations if one.accepted is not None)

    @property
    def counts(self) -> dict[Compliance, int]:
        """How many evaluations there are of each compliance, zeros included."""
        found = Counter(one.verdict.compliance for one in self.evaluations)
        return {compliance: found[compliance] for compliance in Compliance}

    def status(self, fail_on: Severity | None) -> ExitStatus:
        """Return the exit status of the run, where violations of `fail_on` and above are to fail it."""
        return status_of((self,), fail_on)


def status_of(reports: Sequence[Report], fail_on: Severity | None) -> ExitStatus:
    """Return the exit status of runs over several places, as if they were one."""
    if any(report.failures for report in reports):
        return ExitStatus.NOT_EVALUATED
    if fail_on is not None and any(
        one.violates and one.rule.severity.value >= fail_on.value for report in reports for one in report.evaluations
    ):
        return ExitStatus.VIOLATIONS
    return ExitStatus.EVALUATED
