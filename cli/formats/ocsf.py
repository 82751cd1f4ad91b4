"""
The report as events of the Open Cybersecurity Schema Framework, class Compliance Finding (2003), for a SIEM or lake.

The events are those of https://schema.ocsf.io/1.5.0/classes/compliance_finding with the profile "cloud".
"""

from __future__ import annotations

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

from cli.formats.changes import change_of, failure_id, partition_of
from cli.formats.json_array import json_array
from rules.delivery.finding import PROVIDER, finding_id
from rules.engine.documentation import Documentation
from rules.engine.duties import Severity
from rules.engine.verdict import Compliance, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.report import Report
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
        _event(
            report,
            one.rule,
            one.resource,
            uid=finding_id(change_of(report, one)),
            outcome=one.verdict.compliance.value,
            said=one.verdict.annotation,
        )
        for report in reports
        for one in report.evaluations
    ]
    events += [
        _event(
            report,
            one.rule,
            one.resource,
            uid=failure_id(report, one),
            outcome=NOT_EVALUATED,
            said=f"{one.code}: {one.message}",
        )
        for report in reports
        for one in report.failures
    ]
    return json_array(events)


def _event(
    report: Report, rule: type[Rule[Any]], resource: Resource | None, *, uid: str, outcome: str, said: str
) -> dict[str, Any]:
    """Return one event; what the library has no attribute for, though OCSF 1.5.0 has, is added to what it writes."""
    documentation = Documentation.of(rule)
    shown = printable(said)
    severity = _severity(rule, outcome)
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
        severity_id=severity,
        severity=severity.name,
        status_id=StatusID.New if outcome == Compliance.NON_COMPLIANT.value else None,
        status=StatusID.New.name if outcome == Compliance.NON_COMPLIANT.value else None,
        status_code=outcome,
        status_detail=shown,
        message=shown,
        metadata=_metadata(rule, report),
        compliance=_compliance(rule, outcome),
        finding_info=FindingInformation(
            uid=uid,
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
    event["compliance"] |= {"status": STATUSES[outcome][1], "status_code": outcome, "status_details": [shown]}
    event["cloud"] = _cloud(report).model_dump(mode="json", exclude_none=True)
    event["cloud"]["cloud_partition"] = partition_of(report.region)
    return event


def _severity(rule: type[Rule[Any]], outcome: str) -> SeverityID:
    """Return how grave the event is: what is as it should be asks for no action, whatever the rule's severity."""
    if outcome == Compliance.NON_COMPLIANT.value:
        return SEVERITIES[rule.severity]
    return SeverityID.Unknown if outcome == NOT_EVALUATED else SeverityID.Informational


def _metadata(rule: type[Rule[Any]], report: Report) -> Metadata:
    return Metadata(
        event_code=rule.id,
        log_name=PROVIDER,
        log_provider=PROVIDER,
        original_time=report.started_at.isoformat(),
        product=_product(),
        profiles=["cloud"],
        tenant_uid=report.account_id,
    )


@cache
def _product() -> Product:
    return Product(uid=PROVIDER, name=PROVIDER, vendor_name=PROVIDER, version=version(PROVIDER))


def _compliance(rule: type[Rule[Any]], outcome: str) -> ComplianceObject:
    status_id, status = STATUSES[outcome]
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
    account = Account(uid=report.account_id, name=report.account_id, type="AWS Account", type_id=TypeID.AWS_Account)
    return Cloud(provider="AWS", region=report.region, account=account)
