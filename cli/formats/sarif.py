"""
The report as SARIF 2.1.0, the way GitHub code scanning takes it.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What GitHub asks for beyond it:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from cli.formats.changes import account_of, change_of, failure_id
from cli.formats.sarif_locations import location
from cli.formats.sarif_rules import LEVELS, NOT_EVALUATED, NOT_EVALUATED_LEVEL, descriptor, not_evaluated_descriptor
from cli.formats.wording import acceptance, name_of, type_of
from rules.delivery.finding import PROVIDER, finding_id
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from cli.report import Evaluation, Report
    from cli.terminal import Look
    from rules.engine.resource import Resource

Json = dict[str, Any]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"


def render(reports: Sequence[Report], look: Look) -> str:
    """
    Return one SARIF log with one run, in ASCII: GitHub takes no two runs of one tool in a file.

    Results are violations, the gravest first, and what was not evaluated, under a rule of its own. A violation that a
    baseline accepts is there, suppressed.
    """
    del look
    log = {"$schema": SCHEMA, "version": VERSION, "runs": [_run(reports)]}
    return json.dumps(log, indent=2) + "\n"


def _run(reports: Sequence[Report]) -> Json:
    rules = list(dict.fromkeys(rule for report in reports for rule in report.rules))
    problems = [one for report in reports for one in _problems(report)]
    descriptors = [descriptor(rule) for rule in rules] + [not_evaluated_descriptor()]
    index = {one["id"]: position for position, one in enumerate(descriptors)}
    violated = [(report, one) for report in reports for one in report.evaluations if one.violates or one.accepted]
    violated.sort(key=lambda found: -found[1].rule.severity.value)
    return {
        "tool": {"driver": {"name": PROVIDER, "semanticVersion": version(PROVIDER), "rules": descriptors}},
        "invocations": [_invocation(reports, problems)],
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_violation(report, one, index) for report, one in violated),
            *(_failure(one, index) for one in problems),
        ],
    }


def _violation(report: Report, one: Evaluation, index: Mapping[str, int]) -> Json:
    said = f"{_named(report, one)}: {one.verdict.annotation}"
    result = {
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
    if one.accepted is not None:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": acceptance(one)}]
    return result


def _failure(one: _Problem, index: Mapping[str, int]) -> Json:
    properties = {"accountId": account_of(one.report), "region": one.report.region, "rule": one.rule_id}
    return {
        "ruleId": NOT_EVALUATED,
        "ruleIndex": index[NOT_EVALUATED],
        "level": NOT_EVALUATED_LEVEL,
        "message": {"text": message(one.said)},
        "locations": [location(one.report, one.resource)],
        "partialFingerprints": _fingerprints(one.id),
        "properties": {name: value for name, value in properties.items() if value},
    }


@dataclass(frozen=True)
class _Problem:
    """What was not evaluated: a resource, a rule, or without `rule_id` everything in a place."""

    report: Report
    id: str
    said: str
    rule_id: str | None = None
    resource: Resource | None = None


def _problems(report: Report) -> Iterator[_Problem]:
    """Yield what was not evaluated; a place that could not be opened is one problem, not one for each rule."""
    place = f"{account_of(report)}, {report.region}"
    if report.unopened is not None:
        said = f"Nothing was evaluated in {place}: {report.unopened.code}: {report.unopened.message}"
        yield _Problem(report, f"{PROVIDER}/{account_of(report)}/{report.region}/not-evaluated", said)
        return
    for one in report.failures:
        subject = "The whole rule" if one.resource is None else f"{name_of(one.resource)} ({type_of(one.resource)})"
        said = f"{one.rule.id}: {subject} was not evaluated in {place}: {one.code}: {one.message}"
        yield _Problem(report, failure_id(report, one), said, one.rule.id, one.resource)


def _invocation(reports: Sequence[Report], problems: Sequence[_Problem]) -> Json:
    return {
        "executionSuccessful": not problems,
        "startTimeUtc": _moment(min(report.started_at for report in reports)),
        "endTimeUtc": _moment(max(report.finished_at for report in reports)),
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": message(one.said)},
                **({"associatedRule": {"id": one.rule_id}} if one.rule_id else {}),
            }
            for one in problems
        ],
        "toolConfigurationNotifications": [
            {"level": "warning", "message": {"text": message(warning)}}
            for report in reports
            for warning in report.warnings
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


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _fingerprints(identity: str) -> Json:
    """Return what a result is known by from run to run; GitHub reads "primaryLocationLineHash" only."""
    digest = sha256(identity.encode()).hexdigest()
    return {"primaryLocationLineHash": f"{digest[:16]}:1", "findingId/v1": identity}
