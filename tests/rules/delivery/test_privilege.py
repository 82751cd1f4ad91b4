"""A function that lacks any one of its actions says so: it fails, hands messages back, or tells people or its log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox.topics import published
from rules.delivery import alerter, forwarder, reconciler, watchdog
from rules.delivery.pack import PackStateError
from rules.delivery.security_hub import SecurityHubError
from tests.rules.delivery.deployed import Deployed
from tests.rules.delivery.events import RULE, event, record

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hour_of_events")]

FAILURES = (ClientError, PackStateError, SecurityHubError)
PRINCIPALS = ("AWS::IAM::Role", "AWS::IAM::User")


def records(deployed: Deployed) -> dict[str, Any]:
    del deployed
    events = [event(resource_type=kind, resource_id="AROAEXAMPLE") for kind in PRINCIPALS]
    return {"Records": [record(one, f"m{number}") for number, one in enumerate(events)]}


def pack(deployed: Deployed) -> dict[str, Any]:
    deployed.wire()
    deployed.config.put_evaluations(
        Evaluations=[
            {
                "ComplianceResourceType": kind,
                "ComplianceResourceId": "AROAEXAMPLE",
                "ComplianceType": "NON_COMPLIANT",
                "Annotation": "It is wrong.",
                "OrderingTimestamp": datetime.fromisoformat("2026-11-23T10:00:00Z"),
            }
            for kind in PRINCIPALS
        ],
        ResultToken=deployed.account.config_events().scheduled(deployed.name_of(RULE))["resultToken"],
    )
    return {}


def is_loud(
    deployed: Deployed, handler: Callable[[Any, object], Any], given: dict[str, Any], log: Callable[[], str]
) -> bool:
    told = len(published(deployed.topic))
    log()
    try:
        returned = handler(given, None)
    except FAILURES:
        return True
    failed = bool(returned and returned["batchItemFailures"])
    looking = any("could not" in text for _, text in published(deployed.topic)[told:])
    return failed or looking or '"unnamed"' in log()


@pytest.mark.parametrize(
    ("function", "prepare"),
    [
        pytest.param(forwarder, records, id="forwarder"),
        pytest.param(alerter, records, id="alerter"),
        pytest.param(reconciler, pack, id="reconciler"),
        pytest.param(watchdog, pack, id="watchdog"),
    ],
)
def test_a_missing_action_is_told(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], function: Any, prepare: Callable[[Deployed], dict[str, Any]]
) -> None:
    given = prepare(deployed)
    deployed.account.calls.clear()
    function.handler(given, None)
    used = {call.action for call in deployed.account.calls if call.action != "sts:GetCallerIdentity"}

    silent = set()
    for action in sorted(used):
        deployed.account.faults.deny(action)
        if not is_loud(deployed, function.handler, given, lambda: "".join(capsys.readouterr())):
            silent.add(action)
        deployed.account.faults.clear()

    assert silent == set()
    assert {action.name for action in function.ACTIONS} <= used
