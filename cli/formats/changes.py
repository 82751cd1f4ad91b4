"""Evaluations as the compliance changes that the forwarder knows, so that a resource's finding has one id anywhere."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, cast

import botocore.session

from cli.report import UNKNOWN_ACCOUNT
from rules.delivery.compliance_change import ComplianceChange
from rules.delivery.finding import IDS_OF_IAM, LONGEST_ID, PROVIDER
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from cli.report import Evaluation, Failure, Report


def change_of(report: Report, one: Evaluation) -> ComplianceChange:
    """
    Return what AWS Config would have said of an evaluation, of a rule without a name of its own there.

    It counts as recorded when the run began: what AWS Config recorded since then is newer. Like the forwarder, it
    names principals by their ARN.
    """
    return ComplianceChange(
        rule=one.rule,
        config_rule_name="",
        partition=partition_of(report.region),
        account_id=report.account_id,
        region=report.region,
        resource_type=one.resource.type,
        resource_id=printable(one.resource.id),
        compliance=one.verdict.compliance,
        annotation=printable(one.verdict.annotation).strip(),
        recorded_at=report.started_at,
        arn=one.resource.arn if one.resource.type in IDS_OF_IAM else None,
    )


def failure_id(report: Report, one: Failure) -> str:
    """Return the id of the finding that something was not evaluated, the same in every run; never a violation's id."""
    start = f"{PROVIDER}/{one.rule.id}/{account_of(report)}/{report.region}/not-evaluated"
    if one.resource is None:
        return start
    subject = f"{one.resource.type}/{printable(one.resource.id)}"
    if len(start) + 1 + len(subject) > LONGEST_ID:
        subject = sha256(subject.encode()).hexdigest()
    return f"{start}/{subject}"


def account_of(report: Report) -> str:
    """Return the account's id, or where its credentials come from where nobody could say whose they are."""
    if report.account_id != UNKNOWN_ACCOUNT:
        return report.account_id
    return f"profile {printable(report.profile)}" if report.profile else UNKNOWN_ACCOUNT


@cache
def partition_of(region: str) -> str:
    """Return the partition of a Region ("aws", "aws-cn", …); raises botocore's UnknownRegionError."""
    return cast("str", botocore.session.Session().get_partition_for_region(region))
