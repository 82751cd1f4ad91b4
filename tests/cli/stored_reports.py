"""Stored reports for tests of what compares and packs them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from cli.report import Acceptance
from cli.report_file import Judged, Missed, StoredReport, Visited, Where
from rules.engine.duties import Duty, Severity
from rules.engine.verdict import Compliance

HERE = Where("123456789012", "us-east-1")
THERE = Where("123456789012", "eu-central-1")
MODELS = "bedrock-model-cmk-encrypted"
IAM = "bedrock-invoke-least-privilege"
KNOWN = Acceptance("Ada", "Until the migration.", date(2027, 3, 1))
STARTED = datetime(2026, 11, 1, 12, tzinfo=UTC)


def judged(
    name: str,
    compliance: Compliance = Compliance.NON_COMPLIANT,
    *,
    said: str = "It is bad.",
    rule: str = MODELS,
    where: Where = HERE,
    severity: Severity = Severity.HIGH,
    accepted: Acceptance | None = None,
) -> Judged:
    """Return an evaluation of something of that name."""
    return Judged(
        where,
        rule,
        severity,
        Duty.ENCRYPTION,
        "AWS::Bedrock::CustomModel",
        f"id-{name}",
        name,
        None,
        compliance,
        said,
        accepted,
    )


def missed(rule: str = MODELS, name: str | None = None, where: Where = HERE) -> Missed:
    """Return a rule or a resource that was not evaluated."""
    return Missed(where, rule, None if name is None else f"id-{name}", "AccessDenied", "ListCustomModels: no")


def stored(
    *evaluations: Judged, errors: Sequence[Missed] = (), places: Sequence[Where] = (HERE,), day: int = 1
) -> StoredReport:
    """Return a report of these evaluations and errors."""
    at = STARTED.replace(day=day)
    visited = tuple(Visited(place, at, at, (), None) for place in places)
    return StoredReport(evaluations, tuple(errors), visited, {}, at, at)
