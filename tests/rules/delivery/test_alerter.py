import json

import pytest
from botocore.exceptions import ClientError

from cli.sandbox.topics import published
from rules.delivery import alerter
from tests.rules.delivery.deployed import Deployed
from tests.rules.delivery.events import OTHER_RULE, RULE, event, record

pytestmark = pytest.mark.usefixtures("hour_of_events")


def told(deployed: Deployed) -> list[str]:
    return [subject for subject, _ in published(deployed.topic)]


def test_several_events_are_one_message_without_what_is_no_news(deployed: Deployed) -> None:
    records = [
        record(event(), "m0"),
        record(event(), "m1"),
        record(event(rule=OTHER_RULE, resource_id="model"), "m2"),
        record(event(resource_id="known", old="NON_COMPLIANT"), "m3"),
        record(event("COMPLIANT", resource_id="right"), "m4"),
        record(event(rule="restricted-ssh"), "m5"),
    ]

    assert alerter.handler({"Records": records}, None) == {"batchItemFailures": []}

    ((subject, text),) = published(deployed.topic)
    assert subject == "HIGH: 2 resources have become NON_COMPLIANT in us-east-1 (123456789012)"
    assert text.count("\nResource:") == 2


@pytest.mark.parametrize("given", [event("COMPLIANT"), event(rule="restricted-ssh"), event(old="NON_COMPLIANT")])
def test_says_nothing_where_nothing_has_become_wrong(deployed: Deployed, given: dict[str, object]) -> None:
    alerter.handler({"Records": [record(given)]}, None)

    assert told(deployed) == []


def test_the_log_counts_what_came_and_what_was_told(deployed: Deployed, caplog: pytest.LogCaptureFixture) -> None:
    records = [record(event(), "m0"), record(event("COMPLIANT", resource_id="right"), "m1"), record("{", "cut")]

    alerter.handler({"Records": records}, None)

    assert json.loads(caplog.messages[-1]) == {"changes": 2, "told": 1, "failed": 1}
    assert len(told(deployed)) == 1


def test_says_nothing_below_the_severity(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMUM_SEVERITY", "CRITICAL")

    alerter.handler({"Records": [record(event())]}, None)

    assert told(deployed) == []


def test_a_message_that_is_no_event_goes_back_and_the_others_are_told(deployed: Deployed) -> None:
    answer = alerter.handler({"Records": [record("{", "cut"), record(event(), "ok")]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "cut"}]}
    assert told(deployed) == [f"HIGH: {RULE} in us-east-1 (123456789012)"]


def test_a_result_of_time_to_come_is_refused(deployed: Deployed) -> None:
    answer = alerter.handler({"Records": [record(event(minutes=60 + 16), "forged")]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "forged"}]}
    assert told(deployed) == []


def test_fails_when_the_topic_takes_nothing(deployed: Deployed) -> None:
    deployed.account.faults.deny("sns:Publish")

    with pytest.raises(ClientError, match="not authorized to perform: sns:Publish"):
        alerter.handler({"Records": [record(event())]}, None)
