import pytest

from cli.commands.demo import judged
from cli.report import Report
from cli.sandbox import Fault, embedded_account
from cli.sandbox.company.aurelia import build

pytestmark = [pytest.mark.slow, pytest.mark.repeats]


def test_pages_of_one_item_change_nothing() -> None:
    with embedded_account() as account:
        build(account, "mixed")
        whole = evaluated(judged(account))
        account.faults.add(Fault("page-size", size=1))
        single = judged(account)

    assert [one for report in single for one in report.failures] == []
    assert evaluated(single) == whole


def evaluated(reports: tuple[Report, ...]) -> list[tuple[str, str, str, str, str]]:
    """Return every evaluation whole, sentences included."""
    return sorted(
        (one.rule.id, report.region, one.resource.id, one.verdict.compliance, one.verdict.annotation)
        for report in reports
        for one in report.evaluations
    )
