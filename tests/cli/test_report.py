import pytest

from cli.report import Evaluation, Failure
from cli.status import ExitStatus
from rules.engine.duties import Severity
from rules.engine.verdict import Compliance
from tests.cli.reports import EVERYTHING, bad, good, report
from tests.rules.engine.sample_rules import BoxGood

FAILED = Failure(BoxGood, None, "AccessDenied", "ListKeys: not authorized")


@pytest.mark.parametrize(
    ("evaluations", "failures", "fail_on", "status"),
    [
        pytest.param([], [], Severity.LOW, ExitStatus.EVALUATED, id="nothing found"),
        pytest.param([bad("app")], [], None, ExitStatus.EVALUATED, id="violations fail nothing unless asked"),
        pytest.param([bad("app")], [], Severity.HIGH, ExitStatus.VIOLATIONS, id="of the severity"),
        pytest.param([bad("app")], [], Severity.LOW, ExitStatus.VIOLATIONS, id="above the severity"),
        pytest.param([bad("app")], [], Severity.CRITICAL, ExitStatus.EVALUATED, id="below the severity"),
        pytest.param([good("app")], [], Severity.LOW, ExitStatus.EVALUATED, id="compliant"),
        pytest.param([], [FAILED], None, ExitStatus.NOT_EVALUATED, id="a rule failed"),
        pytest.param([bad("app")], [FAILED], Severity.LOW, ExitStatus.NOT_EVALUATED, id="failure wins over violation"),
    ],
)
def test_exit_status(
    evaluations: list[Evaluation], failures: list[Failure], fail_on: Severity | None, status: ExitStatus
) -> None:
    assert report(*evaluations, failures=failures).status(fail_on) is status


def test_counts_every_compliance() -> None:
    assert EVERYTHING.counts == {
        Compliance.COMPLIANT: 1,
        Compliance.NON_COMPLIANT: 2,
        Compliance.NOT_APPLICABLE: 1,
    }
    assert report().counts == dict.fromkeys(Compliance, 0)
