"""The rules on alerts on an invented company, with every action that their functions may use denied in turn."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.sandbox import ACCOUNT_ID, REGION, Account, embedded_account
from cli.sandbox.company.aurelia import build
from rules.engine.assessment import Assessment, assess
from rules.engine.aws import Aws
from rules.engine.errors import CollectionError
from rules.engine.rule import Rule
from rules.engine.verdict import Compliance
from rules.logging.ai_finding_response_wired import AiFindingResponseWired
from rules.logging.bedrock_change_alert_wired import BedrockChangeAlertWired
from rules.logging.bedrock_runtime_alarms_wired import BedrockRuntimeAlarmsWired

pytestmark = pytest.mark.slow

RULES: tuple[type[Rule[Any]], ...] = (AiFindingResponseWired, BedrockChangeAlertWired, BedrockRuntimeAlarmsWired)
NEEDED = [(rule, action.name) for rule in RULES for action in sorted(rule.collect.actions)]


@pytest.fixture(scope="module")
def company() -> Iterator[Account]:
    """Return an account in which somebody hears of everything."""
    with embedded_account() as account:
        build(account, "clean")
        yield account


@pytest.fixture(autouse=True)
def no_faults(company: Account) -> Iterator[None]:
    """Cancel the faults of a test when it is over."""
    yield
    company.faults.clear()


def run(company: Account, rule: type[Rule[Any]]) -> Assessment:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return assess(rule(), Aws(company.session(), account_id=ACCOUNT_ID, region=REGION, now=now))


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
@pytest.mark.parametrize("page_size", [1, 100])
def test_somebody_hears_whatever_the_size_of_pages(company: Account, rule: type[Rule[Any]], page_size: int) -> None:
    company.faults.page_size(page_size)

    (judged,) = run(company, rule).judged

    assert (judged.resource.id, judged.verdict.compliance) == (ACCOUNT_ID, Compliance.COMPLIANT)


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_declares_the_actions_that_it_uses(company: Account, rule: type[Rule[Any]]) -> None:
    before = len(company.calls)

    run(company, rule)

    assert {call.action for call in list(company.calls)[before:]} == {action.name for action in rule.collect.actions}


@pytest.mark.parametrize(("rule", "action"), NEEDED, ids=[f"{rule.id} {action}" for rule, action in NEEDED])
def test_there_is_no_verdict_without_one_of_the_actions(company: Account, rule: type[Rule[Any]], action: str) -> None:
    company.faults.deny(action)

    try:
        assessment = run(company, rule)
    except CollectionError as error:
        assert error.code.startswith("AccessDenied")  # noqa: PT017 - it is one of two ways to have no verdict
    else:
        assert assessment.judged == ()
        assert [one.resource.id for one in assessment.unreadable] == [ACCOUNT_ID]
