"""The JSON report: a promise to scripts, published as docs/check.schema.json; keys are added, never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cli.report import Evaluation, Failure, Report
    from cli.terminal import Look

SCHEMA_VERSION = 1


def render(reports: Sequence[Report], look: Look) -> str:
    """Return the one report as a JSON object in ASCII, so that no terminal acts on what names contain."""
    del look
    (report,) = reports
    return json.dumps(as_object(report), indent=2) + "\n"


def as_object(report: Report) -> dict[str, Any]:
    """Return the report under the keys of the contract."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "accountId": report.account_id,
        "region": report.region,
        "startedAt": _moment(report.started_at),
        "finishedAt": _moment(report.finished_at),
        "evaluations": [_evaluation(one) for one in report.evaluations],
        "errors": [_error(one) for one in report.failures],
        "summary": {compliance.value: count for compliance, count in report.counts.items()}
        | {"apiCalls": report.api_calls},
    }


def _evaluation(one: Evaluation) -> dict[str, str | None]:
    return {
        "ruleId": one.rule.id,
        "severity": one.rule.severity.name,
        "duty": one.rule.duty.folder,
        "resourceType": one.resource.type,
        "resourceId": one.resource.id,
        "resourceName": one.resource.name,
        "resourceArn": one.resource.arn,
        "compliance": one.verdict.compliance.value,
        "annotation": one.verdict.annotation,
    }


def _error(one: Failure) -> dict[str, str | None]:
    return {
        "ruleId": one.rule.id,
        "resourceId": None if one.resource is None else one.resource.id,
        "code": one.code,
        "message": one.message,
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
