"""
The report as JUnit XML, which every build server shows: a suite for each rule, a test case for each resource.

The format has no owner; this is what the schema of Jenkins' xUnit plugin allows (junit-10.xsd).

A violation is a failure, what was not evaluated an error; what a rule does not apply to is skipped, and what a baseline
accepts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from cli.formats.changes import account_of
from cli.formats.wording import acceptance, name_of, type_of
from rules.delivery.finding import PROVIDER
from rules.engine.documentation import Documentation
from rules.engine.verdict import Compliance, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.report import Evaluation, Failure, Report
    from cli.terminal import Look
    from rules.engine.resource import Resource
    from rules.engine.rule import Rule

OUTCOMES = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
"""Attributes of a suite, each with the element that it counts; all suites together have the first two only."""


def render(reports: Sequence[Report], look: Look) -> str:
    """Return the reports as one `testsuites` element, in ASCII, with a suite for each rule, account and Region."""
    del look
    suites = ET.Element("testsuites", name=PROVIDER)
    for report in reports:
        for rule in report.rules:
            suites.append(_suite(report, rule))
    _count(suites, list(suites.iter("testcase")), OUTCOMES[:2])
    suites.set("time", _seconds(reports))
    ET.indent(suites)
    document: bytes = ET.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return document.decode("ascii") + "\n"


def _suite(report: Report, rule: type[Rule[Any]]) -> ET.Element:
    place = f"{account_of(report)}.{report.region}"
    suite = ET.Element("testsuite", name=f"{place}.{rule.id}")
    properties = ET.SubElement(suite, "properties")
    values = {
        "accountId": account_of(report),
        "region": report.region,
        "duty": rule.duty.title,
        "severity": rule.severity.name,
        "title": rule.title,
    }
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=value)
    cases = [_judged(place, one) for one in report.evaluations if one.rule is rule]
    cases += [_not_evaluated(place, one) for one in report.failures if one.rule is rule]
    suite.extend(cases)
    _count(suite, cases, OUTCOMES)
    suite.set("time", "0")
    suite.set("timestamp", report.started_at.isoformat(timespec="seconds").replace("+00:00", ""))
    return suite


def _judged(place: str, one: Evaluation) -> ET.Element:
    case = _case(place, one.rule, one.resource)
    said = printable(one.verdict.annotation)
    if one.accepted is not None:
        ET.SubElement(case, "skipped", message=f"{said} {acceptance(one)}")
    elif one.violates:
        failure = ET.SubElement(case, "failure", message=said, type=one.rule.severity.name)
        failure.text = _advice(one.rule, one.resource, said)
    elif one.verdict.compliance is Compliance.NOT_APPLICABLE:
        ET.SubElement(case, "skipped", message=said)
    return case


def _not_evaluated(place: str, one: Failure) -> ET.Element:
    case = _case(place, one.rule, one.resource)
    message = f"{printable(one.code)}: {printable(one.message)}"
    ET.SubElement(case, "error", message=message, type=printable(one.code)).text = message
    return case


def _case(place: str, rule: type[Rule[Any]], resource: Resource | None) -> ET.Element:
    """Return a case whose name is the same in every run, which is how build servers tell old failures from new."""
    name = "the whole rule" if resource is None else f"{name_of(resource)} ({type_of(resource)}, {_id(resource)})"
    return ET.Element("testcase", classname=f"{place}.{rule.id}", name=name, time="0")


def _id(resource: Resource) -> str:
    return printable(resource.arn or resource.id)


def _advice(rule: type[Rule[Any]], resource: Resource, said: str) -> str:
    """Return what somebody needs who has only the build server's page."""
    found = f"{_id(resource)}\n{said}"
    return f"{found}\n\nWanted: {rule.title}.\n\nFix: {Documentation.of(rule).fix}\n\n{rule.references[0]}"


def _count(element: ET.Element, cases: Sequence[ET.Element], outcomes: Sequence[tuple[str, str]]) -> None:
    element.set("tests", str(len(cases)))
    for attribute, outcome in outcomes:
        element.set(attribute, str(sum(case.find(outcome) is not None for case in cases)))


def _seconds(reports: Sequence[Report]) -> str:
    took = max(report.finished_at for report in reports) - min(report.started_at for report in reports)
    return f"{took.total_seconds():.3f}"
