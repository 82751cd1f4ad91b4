"""
The report as SARIF 2.1.0, the way GitHub code scanning takes it.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What GitHub asks for beyond it:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from cli.formats.changes import change_of, failure_id
from cli.formats.sarif_locations import location
from cli.formats.sarif_rules import LEVELS, NOT_EVALUATED, NOT_EVALUATED_LEVEL, descriptor, not_evaluated_descriptor
from cli.formats.wording import name_of, type_of
from rules.delivery.finding import PROVIDER, finding_id
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cli.report import Evaluation, Failure, Report
    from cli.terminal import Look

Json = dict[str, Any]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"


def render(reports: Sequence[Report], look: Look) -> str:
    """
    Return one SARIF log with one run, in ASCII: GitHub takes no two runs of one tool in a file.

    Results are violations, the gravest first, and what was not evaluated, under a rule of its own.
    """
    del look
    log = {"$schema": SCHEMA, "version": VERSION, "runs": [_run(reports)]}
    return json.dumps(log, indent=2) + "\n"


def _run(reports: Sequence[Report]) -> Json:
    rules = list(dict.fromkeys(rule for report in reports for rule in report.rules))
    failed = [(report, one) for report in reports for one in report.failures]
    descriptors = [descriptor(rule) for rule in rules] + [not_evaluated_descriptor()]
    index = {one["id"]: position for position, one in enumerate(descriptors)}
    violated = [(report, one) for report in reports for one in report.evaluations if one.violates]
    violated.sort(key=lambda found: -found[1].rule.severity.value)
    return {
        "tool": {"driver": {"name": PROVIDER, "semanticVersion": version(PROVIDER), "rules": descriptors}},
        "invocations": [_invocation(reports, failed)],
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_violation(report, one, index) for report, one in violated),
            *(_failure(report, one, index) for report, one in failed),
        ],
    }


def _violation(report: Report, one: Evaluation, index: Mapping[str, int]) -> Json:
    said = f"{_named(report, one)}: {one.verdict.annotation}"
    return {
        "ruleId": one.rule.id,
        "ruleIndex": index[one.rule.id],
        "level": LEVELS[one.rule.severity],
        "message": {"text": message(said)},
        "locations": [location(report, one.resource)],
        "partialFingerprints": _fingerprints(finding_id(change_of(report, one))),
        "properties": {
            "accountId": report.account_id,
            "region": report.region,
            "resourceType": printable(one.resource.type),
            "resourceId": printable(one.resource.id),
            "severity": one.rule.severity.name,
        },
    }


def _failure(report: Report, one: Failure, index: Mapping[str, int]) -> Json:
    return {
        "ruleId": NOT_EVALUATED,
        "ruleIndex": index[NOT_EVALUATED],
        "level": NOT_EVALUATED_LEVEL,
        "message": {"text": message(_said(report, one))},
        "locations": [location(report, one.resource)],
        "partialFingerprints": _fingerprints(failure_id(report, one)),
        "properties": {"accountId": report.account_id, "region": report.region, "rule": one.rule.id},
    }


def _invocation(reports: Sequence[Report], failed: Sequence[tuple[Report, Failure]]) -> Json:
    return {
        "executionSuccessful": not failed,
        "startTimeUtc": _moment(min(report.started_at for report in reports)),
        "endTimeUtc": _moment(max(report.finished_at for report in reports)),
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": message(_said(report, one))},
                "associatedRule": {"id": one.rule.id},
            }
            for report, one in failed
        ],
    }


def message(text: str) -> str:
    """
    Return text as it is shown: on one line, and not as a link, whatever it contains.

    In a message, "[text](target)" is a link (3.11.6), and "{0}" is replaced (3.11.5).
    """
    return printable(text).replace("](", "] (").replace("{", "{{").replace("}", "}}")


def _named(report: Report, one: Evaluation) -> str:
    return f"{name_of(one.resource)} ({type_of(one.resource)}, {report.account_id}, {report.region})"


def _said(report: Report, one: Failure) -> str:
    subject = "The whole rule" if one.resource is None else f"{name_of(one.resource)} ({type_of(one.resource)})"
    return (
        f"{one.rule.id}: {subject} was not evaluated in {report.account_id}, {report.region}: {one.code}: {one.message}"
    )


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _fingerprints(identity: str) -> Json:
    """Return what a result is known by from run to run; GitHub reads "primaryLocationLineHash" only."""
    digest = sha256(identity.encode()).hexdigest()
    return {"primaryLocationLineHash": f"{digest[:16]}:1", "findingId/v1": identity}
