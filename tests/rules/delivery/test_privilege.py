"""A function that lacks any one of its actions says so: it fails, hands messages back, or tells people or its log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.securityhub.models import securityhub_backends

from cli.sandbox.topics import published
from rules.delivery import alerter, forwarder, inspection, reconciler, watchdog
from rules.delivery.pack import PackStateError
from rules.delivery.security_hub import SecurityHubError
from tests.rules.delivery.deployed import Deployed
from tests.rules.delivery.events import RULE, event, record

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hour_of_events")]

FAILURES = (ClientError, PackStateError, SecurityHubError)
OF_OTHER_PACKS = {
    "config:DescribeConfigRuleEvaluationStatus",
    "config:DescribeConfigurationRecorders",
    "config:DescribeConfigurationRecorderStatus",
}
"""What the watchdog needs where a pack has rules of AWS, or rules that changes trigger; this one has neither."""
OF_OWN_STACK = {
    *inspection.FUNCTION_ACTIONS,
    *inspection.QUEUE_ACTIONS,
    *inspection.EVENT_RULE_ACTIONS,
    inspection.SUBSCRIPTIONS_ACTION,
    inspection.SUBSCRIPTION_ACTION,
}
"""What the watchdog needs for parts of the stack, which names them."""
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


def says(deployed: Deployed, handler: Callable[[Any, object], Any], given: dict[str, Any]) -> str:
    """Return what is said of a run besides the log: an exception, messages handed back, messages to people."""
    before = len(published(deployed.topic))
    try:
        returned = handler(given, None) or {"batchItemFailures": []}
    except FAILURES as error:
        return str(error)
    back = [f"message {one['itemIdentifier']} is handed back" for one in returned["batchItemFailures"]]
    return "\n".join([*back, *(text for _, text in published(deployed.topic)[before:])])


@pytest.mark.parametrize(
    ("function", "prepare", "unused", "of_stack"),
    [
        pytest.param(forwarder, records, set(), set(), id="forwarder"),
        pytest.param(alerter, records, set(), {"sns:Publish"}, id="alerter"),
        pytest.param(reconciler, pack, set(), set(), id="reconciler"),
        pytest.param(watchdog, pack, OF_OTHER_PACKS, OF_OWN_STACK, id="watchdog"),
    ],
)
def test_a_missing_action_is_told(
    deployed: Deployed,
    caplog: pytest.LogCaptureFixture,
    *,
    function: Any,
    prepare: Callable[[Deployed], dict[str, Any]],
    unused: set[str],
    of_stack: set[str],
) -> None:
    given = prepare(deployed)
    deployed.account.calls.clear()
    function.handler(given, None)
    used = {call.action for call in deployed.account.calls}

    silent = set()
    for action in sorted(used):
        caplog.clear()
        securityhub_backends["123456789012"]["us-east-1"].findings.clear()
        deployed.account.faults.deny(action)
        said = says(deployed, function.handler, given)
        deployed.account.faults.clear()
        if f"perform: {action} " not in said + caplog.text and "is handed back" not in said:
            silent.add(action)

    assert silent == set()
    assert {action.name for action in function.ACTIONS} | of_stack == used | unused
