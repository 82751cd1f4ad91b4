"""The JSON report: a promise to scripts, published as docs/check.schema.json; keys are added, never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.report import UNKNOWN_ACCOUNT
from rules.engine.verdict import Compliance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cli.report import Evaluation, Failure, Report
    from cli.terminal import Look

SCHEMA_VERSION = 1


def render(reports: Sequence[Report], look: Look) -> str:
    """Return the reports as one JSON object in ASCII, so that no terminal acts on what names contain."""
    del look
    return json.dumps(as_object(reports), indent=2) + "\n"


def as_object(reports: Sequence[Report]) -> dict[str, Any]:
    """
    Return the reports under the keys of the contract.

    With several places the evaluations and errors of all are in one list each and say where they are from; the account
    and Region beside them are those of the first place that could be opened.
    """
    first = next((report for report in reports if report.unopened is None), reports[0])
    counts = [report.counts for report in reports]
    return {
        "schemaVersion": SCHEMA_VERSION,
        "accountId": first.account_id,
        "region": first.region,
        "startedAt": _moment(min(report.started_at for report in reports)),
        "finishedAt": _moment(max(report.finished_at for report in reports)),
        "evaluations": [_evaluation(report, one) for report in reports for one in report.evaluations],
        "errors": [_error(report, one) for report in reports for one in report.failures],
        "summary": {compliance.value: sum(each[compliance] for each in counts) for compliance in Compliance}
        | {
            "apiCalls": sum(report.api_calls for report in reports),
            "accepted": sum(len(report.accepted) for report in reports),
        },
        "places": [_place(report) for report in reports],
        "parameters": {rule_id: dict(values) for report in reports for rule_id, values in report.parameters.items()},
        "warnings": [warning for report in reports for warning in report.warnings],
    }


def _place(report: Report) -> dict[str, Any]:
    unopened = report.unopened
    return {
        "accountId": _account(report),
        "region": report.region,
        "profile": report.profile,
        "roleArn": report.role_arn,
        "startedAt": _moment(report.started_at),
        "finishedAt": _moment(report.finished_at),
        "apiCalls": report.api_calls,
        "rules": [rule.id for rule in report.rules],
        "error": None if unopened is None else {"code": unopened.code, "message": unopened.message},
    }


def _evaluation(report: Report, one: Evaluation) -> dict[str, Any]:
    accepted = one.accepted
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
        "accountId": report.account_id,
        "region": report.region,
        "accepted": None
        if accepted is None
        else {"owner": accepted.owner, "reason": accepted.reason, "expires": accepted.expires.isoformat()},
    }


def _error(report: Report, one: Failure) -> dict[str, str | None]:
    return {
        "ruleId": one.rule.id,
        "resourceId": None if one.resource is None else one.resource.id,
        "code": one.code,
        "message": one.message,
        "resourceType": None if one.resource is None else one.resource.type,
        "accountId": _account(report),
        "region": report.region,
    }


def _account(report: Report) -> str | None:
    """Return the account's id, None where nobody could say it."""
    return None if report.account_id == UNKNOWN_ACCOUNT else report.account_id


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
