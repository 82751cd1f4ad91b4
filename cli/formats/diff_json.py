"""Differences as JSON: a promise to scripts, published as docs/diff.schema.json; keys are added, never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.differences import ANY_REGION, Kind
from cli.report import UNKNOWN_ACCOUNT

if TYPE_CHECKING:
    from cli.differences import Change, Differences, Gap
    from cli.report_file import Judged, StoredReport, Where
    from cli.terminal import Look

SCHEMA_VERSION = 1


def render(found: Differences, old: StoredReport, new: StoredReport, look: Look) -> str:
    """Return the differences as a JSON object in ASCII."""
    del look
    content: dict[str, Any] = {
        "schemaVersion": SCHEMA_VERSION,
        "old": {"startedAt": _moment(old)},
        "new": {"startedAt": _moment(new)},
        **{kind.value: [_change(change) for change in found.of(kind)] for kind in Kind},
        "noLongerEvaluated": [_gap(gap) for gap in found.gaps],
        "summary": {
            **{kind.value: len(found.of(kind)) for kind in Kind},
            "noLongerEvaluated": len(found.gaps),
            "unchanged": found.unchanged,
            "errors": found.errors,
        },
    }
    return json.dumps(content, indent=2) + "\n"


def _change(change: Change) -> dict[str, Any]:
    one = change.one
    return {
        "ruleId": one.rule_id,
        "severity": one.severity.name,
        "duty": one.duty.folder,
        **_where(one.where),
        "resourceType": one.resource_type,
        "resourceId": one.resource_id,
        "resourceName": one.resource_name,
        "resourceArn": one.resource_arn,
        "old": _state(change.old),
        "new": _state(change.new),
    }


def _state(one: Judged | None) -> dict[str, Any] | None:
    if one is None:
        return None
    by = one.accepted
    accepted = None if by is None else {"owner": by.owner, "reason": by.reason, "expires": by.expires.isoformat()}
    return {"compliance": one.compliance.value, "annotation": one.annotation, "accepted": accepted}


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "ruleId": gap.rule_id,
        **_where(gap.where),
        "resourceId": gap.resource_id,
        "reason": gap.reason,
        "violationsBefore": gap.violations,
    }


def _where(where: Where) -> dict[str, str | None]:
    """Return an account, null where nobody could say it, and a Region, null for rules on IAM."""
    return {
        "accountId": None if where.account_id == UNKNOWN_ACCOUNT else where.account_id,
        "region": None if where.region == ANY_REGION else where.region,
    }


def _moment(report: StoredReport) -> str:
    return report.started_at.isoformat(timespec="seconds").replace("+00:00", "Z")
