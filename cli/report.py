"""What a run over one account and Region found, before anybody formats it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cli.status import ExitStatus
from rules.engine.verdict import Compliance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rules.engine.duties import Severity
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule
    from rules.engine.verdict import Verdict


@dataclass(frozen=True)
class Evaluation:
    """One resource, judged by one rule."""

    rule: type[Rule[Any]]
    resource: Resource
    verdict: Verdict

    @property
    def violates(self) -> bool:
        """Whether the resource is NON_COMPLIANT."""
        return self.verdict.compliance is Compliance.NON_COMPLIANT


@dataclass(frozen=True)
class Failure:
    """Something that was not evaluated: one resource of a rule, or without `resource` the whole rule."""

    rule: type[Rule[Any]]
    resource: Resource | None
    code: str
    message: str


@dataclass(frozen=True)
class Report:
    """
    The run over one account and Region.

    Everything is in the order of `rules`, which is the catalogue's; resources of a rule by type, name and id.
    `api_calls` are the calls that were sent to AWS, each counted once however often it was retried.
    `parameters` are those in force, by rule id and name: the text that AWS Config would carry, None where not set.
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

    @property
    def counts(self) -> dict[Compliance, int]:
        """How many evaluations there are of each compliance, zeros included."""
        found = Counter(one.verdict.compliance for one in self.evaluations)
        return {compliance: found[compliance] for compliance in Compliance}

    def status(self, fail_on: Severity | None) -> ExitStatus:
        """Return the exit status of the run, where violations of `fail_on` and above are to fail it."""
        if self.failures:
            return ExitStatus.NOT_EVALUATED
        if fail_on is not None and any(
            one.violates and one.rule.severity.value >= fail_on.value for one in self.evaluations
        ):
            return ExitStatus.VIOLATIONS
        return ExitStatus.EVALUATED
