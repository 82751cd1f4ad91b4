"""When an Amazon CloudWatch Logs log group counts as protected; each judgement returns finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.criteria.durations import bounds, in_days
from rules.criteria.keys import key_defect
from rules.permissions.resource_policy import Trust, outsiders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.facts.logs import LogGroup

READ = (
    *("logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogObject", "logs:GetLogRecord", "logs:Unmask"),
    *("logs:StartLiveTail", "logs:StartQuery", "logs:CreateExportTask", "logs:PutSubscriptionFilter"),
)
"""The actions that show log events to somebody, or send them on."""


def outsider_defects(group: LogGroup, accounts: Iterable[str]) -> tuple[str, ...]:
    """Return who may read the log group from outside the account and the trusted accounts."""
    arn = f"{group.resource.arn}"
    _, partition, _, _, account_id, _ = arn.split(":", 5)
    trust = Trust(account_id, partition, frozenset(accounts))
    found = [
        outsider.sentence
        for policy in group.policies
        for outsider in outsiders(policy, trust, READ, resources=(arn, f"{arn}:*"))
    ]
    return tuple(dict.fromkeys(found))


def key_defects(group: LogGroup) -> tuple[str, ...]:
    """Return why log events are not encrypted with a customer-managed key that can be used."""
    if group.key_arn is None:
        return ("Log events are encrypted with a key that AWS owns; a customer-managed key is wanted.",)
    defect = key_defect(group.key)
    return (f"Log events are encrypted with {group.key_arn}, {defect}.",) if defect else ()


def retention_defects(group: LogGroup, least: int, most: int) -> tuple[str, ...]:
    """Return why log events are not kept for `least` to `most` days; 0 is no bound, and two zeros ask nothing."""
    if not least and not most:
        return ()
    wanted = bounds(least, most)
    days = group.retention_days
    if days is None:
        return (f"Log events never expire; a retention of {wanted} is wanted.",)
    if days < least or (most and days > most):
        return (f"Log events expire after {in_days(days)}; {wanted} is wanted.",)
    return ()
