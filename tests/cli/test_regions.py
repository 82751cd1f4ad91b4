"""Regions of every partition that lack some of the services: their rules have nothing to judge, and do not fail."""

import pytest

from cdk.settings import Settings
from cli.account import open_session
from cli.judging import judge
from cli.sandbox import Account, Fault
from cli.selection import Selection
from rules.engine.catalogue import all_rules
from rules.engine.clients import SERVICES
from rules.engine.verdict import Compliance

GLOBAL = frozenset({"iam", "sts", "s3control"})
"""Services that botocore lists in other Regions than it reaches them from."""


@pytest.mark.repeats
@pytest.mark.parametrize("region", ["us-west-1", "mx-central-1", "us-gov-west-1", "cn-north-1"])
def test_a_region_without_a_service_has_nothing_to_judge(account: Account, region: str) -> None:
    session = account.session(region)
    partition = session.get_partition_for_region(region)
    lacking = [
        service
        for service in SERVICES
        if service not in GLOBAL and region not in session.get_available_regions(service, partition)
    ]
    for service in lacking:
        account.faults.add(Fault("no-endpoint", f"{service}:*"))
    report = judge(Selection().rules(Settings(all_rules())), open_session(session))

    assert lacking
    assert report.failures == ()
    assert {one.verdict.compliance for one in report.evaluations} == {Compliance.NOT_APPLICABLE}
    assert {one.rule.id for one in report.evaluations} == {rule.id for rule in all_rules()}
