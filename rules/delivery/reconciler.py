"""
The function that holds AWS Security Hub against AWS Config, every day.

It adds what an event did not bring, archives what is no longer so, brings sentences up to date, and renews what stays
open: AWS Security Hub deletes findings that nobody updated for 90 days, and AWS Config sends events of changes only.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rules.delivery.compliance_change import ComplianceChange, moment, rule_of
from rules.delivery.finding import PROVIDER, Finding, archived, finding_id, finding_of
from rules.delivery.forwarder import CLOCKS_DIFFER
from rules.delivery.pack import RESULTS_ACTION, RULES_ACTION, STATE_ACTION, Pack
from rules.delivery.principals import ACTIONS as PRINCIPAL_ACTIONS
from rules.delivery.principals import named
from rules.delivery.security_hub import ACTIONS as HUB_ACTIONS
from rules.delivery.security_hub import SecurityHub, SecurityHubError, told
from rules.engine.surroundings import opened, variable
from rules.engine.verdict import Compliance, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from rules.engine.aws import Aws

ACTIONS = HUB_ACTIONS | PRINCIPAL_ACTIONS | {STATE_ACTION, RULES_ACTION, RESULTS_ACTION}

RENEWED_AFTER = timedelta(days=7)
"""Far below the 90 days, and seldom enough that an unchanged finding is not imported every day."""

SAID = ("Title", "Description", "Remediation", "Compliance", "ProductFields")
"""What a finding says; AWS Security Hub adds fields of its own to the last."""


def handler(event: Mapping[str, Any], context: object) -> None:
    """
    Bring the findings up to date.

    Raises PackStateError when AWS Config does not say how things stand, and SecurityHubError when findings could not
    be imported; nothing is archived unless its rule was read to the end.
    """
    del event, context
    reconcile(opened(), variable("PACK"))


def reconcile(aws: Aws, pack_name: str) -> None:
    """Bring the findings of the account and Region up to date with what the pack's rules say (see `handler`)."""
    pack, hub = Pack(aws, pack_name), SecurityHub(aws)
    # Read before the results: what begins to be wrong in between has a later time, and is kept.
    open_findings = hub.open_findings()
    names = pack.rule_names()
    wrong = named(aws, {finding_id(change): change for name in names for change in _changes(aws, pack, name)})
    known = open_findings | hub.existing(wrong.keys() - open_findings.keys())
    findings = [
        finding
        for key, change in wrong.items()
        for finding in [finding_of(change, known.get(key), at=_after(known.get(key), aws))]
        if _is_news(finding, known.get(key), aws)
    ]
    stale = {key: one for key, one in open_findings.items() if key not in wrong}
    right = _right(aws, pack, names, stale)
    ended = [
        archived(one, Compliance.COMPLIANT if key in right else Compliance.NOT_APPLICABLE, _after(one, aws))
        for key, one in stale.items()
    ]
    refused = hub.put([*findings, *ended])
    told(rules=len(names), open=len(wrong), imported=len(findings), archived=len(ended), refused=refused)
    if refused:
        reasons = listed(f"{key} ({reason})" for key, reason in refused.items())
        raise SecurityHubError(f"AWS Security Hub refused {len(refused)} findings: {reasons}")


def _changes(
    aws: Aws, pack: Pack, name: str, compliance: Compliance = Compliance.NON_COMPLIANT
) -> Iterator[ComplianceChange]:
    rule = rule_of(name)
    if rule is None:
        return
    for result in pack.results(name, compliance):
        yield ComplianceChange.of_result(
            rule, result, partition=aws.partition, account_id=aws.account_id, region=aws.region
        )


def _after(known: Mapping[str, Any] | None, aws: Aws) -> datetime:
    """
    Return when a finding is brought up to date: now, or just after what somebody dated to a time to come.

    AWS Security Hub would ignore everything until then. What is newer by minutes was imported meanwhile, and stays.
    """
    if known is None or moment(known["UpdatedAt"]) <= aws.now + CLOCKS_DIFFER:
        return aws.now
    return moment(known["UpdatedAt"]) + timedelta(milliseconds=1)


def _is_news(finding: Finding, known: Mapping[str, Any] | None, aws: Aws) -> bool:
    if known is None or known["RecordState"] != finding["RecordState"]:
        return True
    if aws.now - moment(known["UpdatedAt"]) >= RENEWED_AFTER:
        return True
    as_known = {name: known.get(name) for name in SAID}
    fields: Mapping[str, str] = known.get("ProductFields", {})
    as_known["ProductFields"] = {name: value for name, value in fields.items() if not name.startswith("aws/")}
    severity = known.get("FindingProviderFields", {}).get("Severity", {}).get("Label")
    wanted = finding["FindingProviderFields"]["Severity"]["Label"]
    return severity != wanted or as_known != {name: finding[name] for name in SAID}


def _right(aws: Aws, pack: Pack, names: list[str], stale: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return which of the stale findings are about resources that are COMPLIANT now, the others being gone."""
    about = {one.get("ProductFields", {}).get(f"{PROVIDER}/RuleId") for one in stale.values()}
    rules = {name: rule_of(name) for name in names}
    asked = [name for name, rule in rules.items() if rule is not None and rule.id in about]
    return {finding_id(change) for name in asked for change in _changes(aws, pack, name, Compliance.COMPLIANT)}
