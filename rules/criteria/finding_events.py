"""Whether somebody is told of findings about threats; reasons against it are finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from rules.criteria.alert_routes import delivering, near_misses
from rules.criteria.event_patterns import VARIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rules.facts.guardduty import FindingResponse

Level = Literal["medium", "high", "critical"]

GUARDDUTY: Final = "aws.guardduty"
SECURITY_HUB: Final = "aws.securityhub"

SEVERITIES: Final[dict[Level, tuple[int, ...]]] = {"medium": (4, 5, 6), "high": (7, 8), "critical": (9,)}
"""
Severities of GuardDuty findings from each level on, in whole numbers.

Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
"""
LEVELS: Final = tuple(SEVERITIES)


def ways(account: FindingResponse, sources: Iterable[str], least: Level, trusted: Collection[str]) -> list[str]:
    """Return by what somebody is told of findings of that level or a graver one; trusted administrators count."""
    found = [f"EventBridge rule {name}" for source in sources for name in through(account, source, least)]
    administrator = account.detector.administrator if account.detector else None
    return [*found, f"administrator account {administrator}"] if administrator in trusted else found


def silence(account: FindingResponse, sources: Iterable[str], least: Level) -> list[str]:
    """Return that nobody is told of findings of that level or a graver one, and why."""
    found = [f"Nobody is told of findings of {least} severity or above."]
    if account.detector and account.detector.administrator:
        found.append(f"Their administrator account {account.detector.administrator} is not a trusted account.")
    return [*found, *(why for source in sources for why in obstacles(account, source, least))]


def finding_events(account: FindingResponse, source: str, least: Level) -> list[dict[Any, Any]]:
    """Return the kinds of events through which a source, aws.guardduty or aws.securityhub, tells of findings."""
    levels = LEVELS[LEVELS.index(least) :]
    if source == GUARDDUTY:
        return [_of_guardduty(account, severity) for level in levels for severity in SEVERITIES[level]]
    return [_of_security_hub(account, level.upper()) for level in levels]


def through(account: FindingResponse, source: str, least: Level) -> list[str]:
    """Return the rules by which somebody is told of every finding of that level or a graver one, or an empty list."""
    if source == SECURITY_HUB and not account.in_security_hub:
        return []
    told = [
        delivering(account.event_rules, event, account.event_buses) for event in finding_events(account, source, least)
    ]
    return list(dict.fromkeys(names[0] for names in told)) if all(told) else []


def obstacles(account: FindingResponse, source: str, least: Level) -> list[str]:
    """Return why the rules that are about findings do not tell somebody of each of them."""
    found: dict[str, None] = {}
    for event in finding_events(account, source, least):
        caught = delivering(account.event_rules, event, account.event_buses)
        missed = near_misses(account.event_rules, event, account.event_buses)
        if source == SECURITY_HUB and not account.in_security_hub:
            if caught or missed:
                return ["AWS Security Hub CSPM takes in no findings of GuardDuty."]
        elif not caught:
            found |= dict.fromkeys(missed)
    return list(found)


def _of_guardduty(account: FindingResponse, severity: int) -> dict[Any, Any]:
    """Return the event of a new finding: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html."""
    detail = {
        "accountId": account.resource.id,
        "region": account.region,
        "severity": severity,
        "service": {"serviceName": "guardduty", "archived": False, VARIES: VARIES},
        VARIES: VARIES,
    }
    return _event(account, GUARDDUTY, "GuardDuty Finding", detail) | {"resources": []}


def _of_security_hub(account: FindingResponse, label: str) -> dict[Any, Any]:
    """Return the event of a new finding: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html."""
    finding = {
        "ProductName": "GuardDuty",
        "CompanyName": "Amazon",
        "AwsAccountId": account.resource.id,
        "Region": account.region,
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"},
        "WorkflowState": "NEW",
        "Severity": {"Label": label, VARIES: VARIES},
        VARIES: VARIES,
    }
    return _event(account, SECURITY_HUB, "Security Hub Findings - Imported", {"findings": [finding]})


def _event(account: FindingResponse, source: str, kind: str, detail: dict[Any, Any]) -> dict[Any, Any]:
    return {
        "version": "0",
        "source": source,
        "detail-type": kind,
        "account": account.resource.id,
        "region": account.region,
        "detail": detail,
        "id": VARIES,
        "time": VARIES,
        "resources": VARIES,
    }
