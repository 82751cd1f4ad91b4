"""
The report as events of the Open Cybersecurity Schema Framework, class Compliance Finding (2003), for a SIEM or lake.

The events are those of https://schema.ocsf.io/1.5.0/classes/compliance_finding with the profile "cloud".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from py_ocsf_models.events.findings.activity_id import ActivityID
from py_ocsf_models.events.findings.category_uid import CategoryUID
from py_ocsf_models.events.findings.class_uid import ClassUID
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.compliance_finding_type_id import ComplianceFindingTypeID
from py_ocsf_models.events.findings.severity_id import SeverityID
from py_ocsf_models.events.findings.status_id import StatusID
from py_ocsf_models.objects.account import Account, TypeID
from py_ocsf_models.objects.analytic import Analytic
from py_ocsf_models.objects.check import Check
from py_ocsf_models.objects.cloud import Cloud
from py_ocsf_models.objects.compliance import Compliance as ComplianceObject
from py_ocsf_models.objects.compliance_status import StatusID as ComplianceStatusID
from py_ocsf_models.objects.finding_info import FindingInformation
from py_ocsf_models.objects.metadata import Metadata
from py_ocsf_models.objects.product import Product
from py_ocsf_models.objects.remediation import Remediation
from py_ocsf_models.objects.resource_details import ResourceDetails

from cli.formats.changes import account_of, change_of, failure_id, partition_of
from cli.formats.json_array import json_array
from cli.formats.wording import acceptance
from rules.delivery.finding import PROVIDER, finding_id
from rules.engine.documentation import Documentation
from rules.engine.duties import Severity
from rules.engine.verdict import Compliance, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.report import Evaluation, Failure, Report
    from cli.terminal import Look
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule

NOT_EVALUATED = "NOT_EVALUATED"

STATUSES = {
    Compliance.COMPLIANT.value: (ComplianceStatusID.Pass, "Pass"),
    Compliance.NON_COMPLIANT.value: (ComplianceStatusID.Fail, "Fail"),
    # "Other" is for what the producer names itself.
    Compliance.NOT_APPLICABLE.value: (ComplianceStatusID.Other, "Not Applicable"),
    # "The compliance check did not yield a result due to missing information."
    NOT_EVALUATED: (ComplianceStatusID.Warning, "Warning"),
}

SEVERITIES = {
    Severity.LOW: SeverityID.Low,
    Severity.MEDIUM: SeverityID.Medium,
    Severity.HIGH: SeverityID.High,
    Severity.CRITICAL: SeverityID.Critical,
}

RULE_ANALYTIC = 1
"""Analytic.type_id of a rule."""


def render(reports: Sequence[Report], look: Look) -> str:
    """Return a JSON array of events in ASCII, one for each evaluation and for each thing that was not evaluated."""
    del look
    events = [
        _event(report, one.rule, one.resource, _Outcome.of(report, one))
        for report in reports
        for one in report.evaluations
    ]
    events += [
        _event(report, one.rule, one.resource, _Outcome.of_failure(report, one))
        for report in reports
        for one in report.failures
    ]
    return json_array(events)


@dataclass(frozen=True)
class _Outcome:
    """What came of one resource: `code` is a compliance or NOT_EVALUATED, `status` that of a finding that is open."""

    uid: str
    code: str
    said: str
    severity: SeverityID
    status: StatusID | None = None
    comment: str | None = None

    @classmethod
    def of(cls, report: Report, one: Evaluation) -> _Outcome:
        uid, compliance = finding_id(change_of(report, one)), one.verdict.compliance
        said = printable(one.verdict.annotation)
        if compliance is not Compliance.NON_COMPLIANT:
            # What is as it should be asks for no action, whatever the rule's severity.
            return cls(uid, compliance.value, said, SeverityID.Informational)
        status = StatusID.New if one.accepted is None else StatusID.Suppressed
        severity = SEVERITIES[one.rule.severity]
        return cls(uid, compliance.value, said, severity, status, acceptance(one) or None)

    @classmethod
    def of_failure(cls, report: Report, one: Failure) -> _Outcome:
        said = printable(f"{one.code}: {one.message}")
        return cls(failure_id(report, one), NOT_EVALUATED, said, SeverityID.Unknown)


def _event(report: Report, rule: type[Rule[Any]], resource: Resource | None, outcome: _Outcome) -> dict[str, Any]:
    """Return one event; what the library has no attribute for, though OCSF 1.5.0 has, is added to what it writes."""
    documentation = Documentation.of(rule)
    at = round(report.started_at.timestamp() * 1000)
    event: dict[str, Any] = ComplianceFinding(
        activity_id=ActivityID.Create,
        activity_name=ActivityID.Create.name,
        category_name=CategoryUID.Findings.name,
        class_name="Compliance Finding",
        class_uid=ClassUID.ComplianceFinding,
        type_uid=ComplianceFindingTypeID.Create,
        type_name="Compliance Finding: Create",
        time=at,
        timezone_offset=0,
        severity_id=outcome.severity,
        severity=outcome.severity.name,
        status_id=outcome.status,
        status=outcome.status and outcome.status.name,
        status_code=outcome.code,
        status_detail=outcome.said,
        message=outcome.said,
        comment=outcome.comment,
        metadata=_metadata(rule, report),
        compliance=_compliance(rule, outcome.code),
        finding_info=FindingInformation(
            uid=outcome.uid,
            title=f"{rule.title}.",
            desc=documentation.description,
            analytic=Analytic(uid=rule.id, name=rule.id, type_id=RULE_ANALYTIC, type="Rule"),
            types=[rule.duty.title],
            created_time=at,
        ),
        remediation=Remediation(desc=documentation.fix, references=list(rule.references)),
        resources=[_resource(report, resource)] if resource else None,
        unmapped={"duty": rule.duty.folder},
    ).model_dump(mode="json", exclude_none=True)
    event["compliance"] |= {
        "status": STATUSES[outcome.code][1],
        "status_code": outcome.code,
        "status_details": [outcome.said],
    }
    event["cloud"] = _cloud(report).model_dump(mode="json", exclude_none=True)
    event["cloud"]["cloud_partition"] = partition_of(report.region)
    return event


def _metadata(rule: type[Rule[Any]], report: Report) -> Metadata:
    return Metadata(
        event_code=rule.id,
        log_name=PROVIDER,
        log_provider=PROVIDER,
        original_time=report.started_at.isoformat(),
        product=_product(),
        profiles=["cloud"],
        tenant_uid=account_of(report),
    )


@cache
def _product() -> Product:
    return Product(uid=PROVIDER, name=PROVIDER, vendor_name=PROVIDER, version=version(PROVIDER))


def _compliance(rule: type[Rule[Any]], code: str) -> ComplianceObject:
    status_id, status = STATUSES[code]
    standards = list(dict.fromkeys(control.framework.title for control in rule.frameworks))
    check = Check(
        uid=rule.id,
        name=rule.title,
        desc=Documentation.of(rule).description,
        severity=SEVERITIES[rule.severity].name,
        severity_id=SEVERITIES[rule.severity],
        standards=standards,
        status=status,
        status_id=status_id,
    )
    return ComplianceObject(
        category=rule.duty.title,
        checks=[check],
        control=rule.title,
        desc=rule.duty.summary,
        requirements=[str(control) for control in rule.frameworks],
        standards=standards,
        status_id=status_id,
    )


def _resource(report: Report, resource: Resource) -> ResourceDetails:
    return ResourceDetails(
        uid=printable(resource.arn or resource.id),
        name=printable(resource.name),
        type=printable(resource.type),
        region=report.region,
        cloud_partition=partition_of(report.region),
        data={"resourceId": printable(resource.id)},
    )


def _cloud(report: Report) -> Cloud:
    account = Account(uid=account_of(report), name=account_of(report), type="AWS Account", type_id=TypeID.AWS_Account)
    return Cloud(provider="AWS", region=report.region, account=account)
