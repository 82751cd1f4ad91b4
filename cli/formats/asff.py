"""The report in the AWS Security Finding Format: what the forwarder imports into Security Hub CSPM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.formats.changes import change_of, failure_id, partition_of
from cli.formats.json_array import json_array
from cli.formats.wording import acceptance
from cli.report import UNKNOWN_ACCOUNT
from rules.delivery.finding import (
    LONGEST_DESCRIPTION,
    LONGEST_PRODUCT_FIELD,
    LONGEST_TITLE,
    PROVIDER,
    SCHEMA,
    TYPES,
    Finding,
    finding_of,
    product_arn,
    written,
)
from rules.engine.resource import ACCOUNT_TYPE
from rules.engine.verdict import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.report import Evaluation, Failure, Report
    from cli.terminal import Look


def render(reports: Sequence[Report], look: Look) -> str:
    """
    Return a JSON array of findings, in ASCII; BatchImportFindings takes at most 100 of one account and Region at once.

    Violations are ACTIVE, those that a baseline accepts as well, with who accepts them among the product fields.
    What is compliant or not applicable is ARCHIVED, which closes a finding that is open.
    """
    del look
    # AWS Security Hub takes findings of accounts that it knows.
    known = [report for report in reports if report.account_id != UNKNOWN_ACCOUNT]
    findings = [_judged(report, one) for report in known for one in report.evaluations]
    findings += [_not_evaluated(report, one) for report in known for one in report.failures]
    return json_array(findings)


def _judged(report: Report, one: Evaluation) -> Finding:
    finding = finding_of(change_of(report, one))
    if one.accepted is not None:
        finding["ProductFields"][f"{PROVIDER}/Accepted"] = shortened(acceptance(one), LONGEST_PRODUCT_FIELD)
    return finding


def _not_evaluated(report: Report, one: Failure) -> Finding:
    """Return a finding of its own: an open violation stays open while it cannot be looked at."""
    rule, at, partition = one.rule, written(report.started_at), partition_of(report.region)
    said = printable(f"{one.code}: {one.message}")
    subject = "It" if one.resource is None else f"{printable(one.resource.type)} {printable(one.resource.id)}"
    fields = {
        "ProviderName": PROVIDER,
        f"{PROVIDER}/RuleId": rule.id,
        f"{PROVIDER}/Duty": rule.duty.title,
        f"{PROVIDER}/Annotation": said,
    }
    if one.resource is not None:
        fields |= {f"{PROVIDER}/ResourceType": one.resource.type, f"{PROVIDER}/ResourceId": printable(one.resource.id)}
    return {
        "SchemaVersion": SCHEMA,
        "Id": failure_id(report, one),
        "ProductArn": product_arn(partition, report.region, report.account_id),
        "ProductName": PROVIDER,
        "GeneratorId": f"{PROVIDER}/{rule.id}",
        "AwsAccountId": report.account_id,
        "Region": report.region,
        "FirstObservedAt": at,
        "LastObservedAt": at,
        "CreatedAt": at,
        "UpdatedAt": at,
        "Title": shortened(f"Not evaluated: {rule.title}", LONGEST_TITLE),
        "Description": shortened(f"{subject} could not be evaluated. {said}", LONGEST_DESCRIPTION),
        "Resources": [
            {
                "Type": "AwsAccount",
                "Id": f"{ACCOUNT_TYPE}:{report.account_id}",
                "Partition": partition,
                "Region": report.region,
            }
        ],
        "Compliance": {"Status": "NOT_AVAILABLE"},
        "RecordState": "ACTIVE",
        "ProductFields": {name: shortened(text, LONGEST_PRODUCT_FIELD) for name, text in fields.items() if text},
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL", "Original": rule.severity.name},
            "Types": TYPES,
        },
    }
