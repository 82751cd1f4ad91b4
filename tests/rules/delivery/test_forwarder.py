import json
import random
from typing import Any

import pytest

from cli.sandbox import Account
from rules.delivery import security_hub
from rules.delivery.forwarder import forward, handler
from rules.delivery.security_hub import SecurityHubError
from rules.engine.surroundings import SurroundingsError, opened
from tests.rules.delivery.events import OTHER_RULE, RULE, event, record, without

ID = f"ai-config-rules/{RULE}/123456789012/us-east-1/AWS::Logs::LogGroup"


pytestmark = pytest.mark.usefixtures("hour_of_events")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_hub, "WAITS", (0.0, 0.0, 0.0))
    monkeypatch.setenv("ACCOUNT_ID", "123456789012")


@pytest.fixture
def hub(account: Account) -> Any:
    client = account.session().client("securityhub")
    client.enable_security_hub()
    account.calls.clear()
    return client


def states(hub: Any) -> dict[str, tuple[str, str]]:
    pages = hub.get_paginator("get_findings").paginate()
    return {one["Id"]: (one["RecordState"], one["UpdatedAt"][11:16]) for page in pages for one in page["Findings"]}


def sent(*events: dict[str, Any]) -> list[str]:
    return forward([record(one, f"m{number}") for number, one in enumerate(events)], opened())


def test_a_violation_becomes_a_finding_and_its_end_archives_it(hub: Any) -> None:
    assert sent(event("NON_COMPLIANT")) == []
    assert states(hub) == {f"{ID}/prompts": ("ACTIVE", "10:00")}

    assert sent(event("COMPLIANT", minutes=5, old="NON_COMPLIANT")) == []
    assert states(hub) == {f"{ID}/prompts": ("ARCHIVED", "10:05")}

    assert sent(event("NON_COMPLIANT", minutes=9, old="COMPLIANT")) == []
    (found,) = hub.get_findings()["Findings"]
    assert (found["RecordState"], found["FirstObservedAt"]) == ("ACTIVE", "2026-11-23T10:00:00.000Z")
    assert found["Workflow"] == {"Status": "NEW"}


@pytest.mark.parametrize("end", ["COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"])
def test_every_end_archives(hub: Any, end: str) -> None:
    sent(event("NON_COMPLIANT"), event(end, minutes=1))

    sent(event("NON_COMPLIANT", resource_id="answers"))
    sent(event(end, minutes=1, resource_id="answers"))

    assert states(hub) == {f"{ID}/answers": ("ARCHIVED", "10:01")}


@pytest.mark.parametrize(
    ("events", "state"),
    [
        pytest.param([("NON_COMPLIANT", 0), ("NON_COMPLIANT", 0)], ("ACTIVE", "10:00"), id="the same twice"),
        pytest.param([("COMPLIANT", 5), ("NON_COMPLIANT", 0)], ("ARCHIVED", "10:05"), id="the beginning after the end"),
        pytest.param(
            [("NON_COMPLIANT", 0), ("COMPLIANT", 5), ("NON_COMPLIANT", 0)], ("ARCHIVED", "10:05"), id="again after it"
        ),
        pytest.param(
            [("NON_COMPLIANT", 0), ("COMPLIANT", 2), ("COMPLIANT", 8), ("NON_COMPLIANT", 5)],
            ("ARCHIVED", "10:08"),
            id="between two ends",
        ),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in batches of their own"])
def test_late_and_repeated_events_reopen_nothing(
    hub: Any, events: list[tuple[str, int]], state: tuple[str, str], *, together: bool
) -> None:
    every = [
        event(compliance, minutes=minutes, old="NON_COMPLIANT" if compliance == "COMPLIANT" else "COMPLIANT")
        for compliance, minutes in events
    ]

    for batch in [every] if together else [[one] for one in every]:
        assert sent(*batch) == []

    assert states(hub) == {f"{ID}/prompts": state}


def test_what_was_never_wrong_is_no_finding(hub: Any) -> None:
    assert sent(event("COMPLIANT"), event("NOT_APPLICABLE", resource_id="answers", old="COMPLIANT")) == []

    assert states(hub) == {}


def test_a_result_of_time_to_come_is_refused_and_blocks_nothing(hub: Any) -> None:
    forged = event("COMPLIANT", minutes=60 + 16, old="NON_COMPLIANT")
    ahead = event(minutes=60 + 14, resource_id="answers")

    assert sent(event("NON_COMPLIANT"), forged, ahead) == ["m1"]
    assert states(hub) == {f"{ID}/prompts": ("ACTIVE", "10:00"), f"{ID}/answers": ("ACTIVE", "11:14")}

    assert sent(event("NON_COMPLIANT", minutes=70)) == []
    assert states(hub)[f"{ID}/prompts"] == ("ACTIVE", "11:10")


def test_rules_of_others_are_left_alone(account: Account, hub: Any) -> None:
    assert sent(event(rule="restricted-ssh"), event(rule="securityhub-s3-bucket-0a1b2c")) == []

    assert states(hub) == {}
    assert "securityhub:BatchImportFindings" not in account.calls.actions()


def test_messages_that_are_no_event_are_tried_again_and_the_others_dealt_with(hub: Any) -> None:
    no_events = {"cut": "{", "deep": "[" * 100_000, "list": [], "less": without(event(), "detail")}
    bodies = [*(record(body, name) for name, body in no_events.items()), record(event(), "ok")]

    assert handler({"Records": bodies}, None) == {"batchItemFailures": [{"itemIdentifier": name} for name in no_events]}
    assert list(states(hub)) == [f"{ID}/prompts"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param("{", "the message is not JSON", id="cut"),
        pytest.param([], "the message is not an event", id="a list"),
    ],
)
def test_the_log_says_why_a_message_is_no_event(
    hub: Any, caplog: pytest.LogCaptureFixture, body: object, error: str
) -> None:
    forward([record(body, "odd")], opened())

    assert json.loads(caplog.messages[0]) == {"messageId": "odd", "error": error}
    assert states(hub) == {}


def test_a_refusal_for_the_moment_is_tried_again_at_once(account: Account, hub: Any) -> None:
    account.faults.fail_finding(f"{ID}/prompts", times=3)

    assert sent(event(), event(resource_id="answers")) == []

    assert set(states(hub)) == {f"{ID}/prompts", f"{ID}/answers"}
    imports = [call for call in account.calls if call.operation == "BatchImportFindings"]
    assert len(imports) == 4


def test_what_stays_refused_goes_back_to_the_queue(account: Account, hub: Any) -> None:
    account.faults.fail_finding(f"{ID}/prompts")
    account.faults.fail_finding(f"{ID}/answers", code="InvalidInput")

    failed = sent(event(), event(minutes=1), event(resource_id="answers"), event(resource_id="kept"))

    assert sorted(failed) == ["m0", "m1", "m2"]
    assert set(states(hub)) == {f"{ID}/kept"}


def test_nothing_is_dealt_with_where_security_hub_is_off(account: Account) -> None:
    with pytest.raises(
        SecurityHubError,
        match=r"^AWS Security Hub CSPM is not enabled in us-east-1 of account 123456789012, .* securityHub = false\.$",
    ):
        sent(event())
    assert "securityhub:BatchImportFindings" not in account.calls.actions()


def test_says_so_too_when_only_the_import_is_refused(account: Account, hub: Any) -> None:
    account.faults.fail_finding(f"{ID}/prompts", code="InvalidAccess")

    with pytest.raises(SecurityHubError, match="is not enabled in us-east-1"):
        sent(event())
    assert states(hub) == {}


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("securityhub:BatchImportFindings", "AccessDeniedException: BatchImportFindings: "),
        ("securityhub:GetFindings", "AccessDeniedException: GetFindings: "),
    ],
)
def test_fails_as_a_whole_when_a_call_does(account: Account, hub: Any, action: str, message: str) -> None:
    account.faults.deny(action)

    with pytest.raises(SecurityHubError, match=f"^AWS Security Hub: {message}"):
        sent(event())
    account.faults.clear()
    assert states(hub) == {}


@pytest.mark.parametrize(
    ("success", "failed", "message"),
    [
        (0, [], "answered for 0 findings taken and 0 refused of 1; refused but never sent: none"),
        (0, ["x"], "answered for 0 findings taken and 1 refused of 1; refused but never sent: x"),
    ],
    ids=["says nothing of one", "refuses another"],
)
def test_an_answer_that_does_not_account_for_every_finding_is_a_failure(
    hub: Any, monkeypatch: pytest.MonkeyPatch, success: int, failed: list[str], message: str
) -> None:
    aws = opened()

    def answered(**_: object) -> dict[str, object]:
        refused = [{"Id": one, "ErrorCode": "InternalFailure", "ErrorMessage": "?"} for one in failed]
        return {"SuccessCount": success, "FailedCount": len(failed), "FailedFindings": refused}

    monkeypatch.setattr(aws.client("securityhub"), "batch_import_findings", answered)

    with pytest.raises(SecurityHubError, match=message):
        forward([record(event())], aws)
    assert states(hub) == {}


def test_a_function_that_was_not_told_its_account_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACCOUNT_ID")

    with pytest.raises(SurroundingsError, match="ACCOUNT_ID is not set"):
        handler({"Records": []}, None)


@pytest.mark.repeats
def test_a_thousand_findings_arrive_once_each_whatever_fails(account: Account, hub: Any) -> None:
    # The queue delivers at least once, in any order, and again whatever was not dealt with.
    chance = random.Random(20261123)  # noqa: S311 - a table of cases, not a secret
    rules = (RULE, OTHER_RULE)
    begun = [event(rule=rules[number % 2], resource_id=f"r{number}") for number in range(1000)]
    ended = [
        event("COMPLIANT", minutes=3, old="NON_COMPLIANT", rule=rules[number % 2], resource_id=f"r{number}")
        for number in range(0, 1000, 4)
    ]
    every = [*begun, *ended, *chance.sample(begun, 100)]
    chance.shuffle(every)
    waiting = [record(one, f"m{number}") for number, one in enumerate(every)]
    for number in range(0, 1000, 7):
        kind = f"ai-config-rules/{rules[number % 2]}/123456789012/us-east-1/AWS::Logs::LogGroup/r{number}"
        account.faults.fail_finding(kind, times=chance.choice((1, 3, 5, 9)))
    account.faults.deny("securityhub:BatchImportFindings", after=5, times=4)
    rounds = 0

    while waiting:
        rounds += 1
        batch, waiting = waiting[:100], waiting[100:]
        try:
            failed = set(forward(batch, opened()))
        except SecurityHubError:
            failed = {one["messageId"] for one in batch}
        waiting += [one for one in batch if one["messageId"] in failed]
        assert rounds < 100

    found = [one["Id"] for page in hub.get_paginator("get_findings").paginate() for one in page["Findings"]]
    assert len(found) == len(set(found)) == 1000
    states_of = states(hub)
    for number in range(1000):
        key = f"ai-config-rules/{rules[number % 2]}/123456789012/us-east-1/AWS::Logs::LogGroup/r{number}"
        assert states_of[key] == (("ARCHIVED", "10:03") if number % 4 == 0 else ("ACTIVE", "10:00"))
    assert rounds > 14
