"""What is asked of AWS Security Hub CSPM, and what becomes of each of its answers."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.stub import ANY, Stubber

from rules.delivery.finding import Finding
from rules.delivery.security_hub import ACTIONS, SecurityHub, SecurityHubError, batches, told
from rules.engine.aws import Aws
from tests.rules.delivery.events import at

PRODUCT = "arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default"
OWN = {
    "ProductArn": [{"Value": PRODUCT, "Comparison": "EQUALS"}],
    "AwsAccountId": [{"Value": "123456789012", "Comparison": "EQUALS"}],
}
NOT_ENABLED = (
    "AWS Security Hub CSPM is not enabled in us-east-1 of account 123456789012, so that no finding can be imported. "
    "Enable it there, or deploy with the setting securityHub = false."
)


def finding(finding_id: str, **members: Any) -> Finding:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": finding_id,
        "ProductArn": PRODUCT,
        "GeneratorId": "ai-config-rules/x",
        "AwsAccountId": "123456789012",
        "CreatedAt": "2026-11-23T10:00:00.000Z",
        "UpdatedAt": "2026-11-23T10:00:00.000Z",
        "Title": "t",
        "Description": "d",
        "Resources": [{"Type": "Other", "Id": finding_id}],
        **members,
    }


@pytest.fixture
def stub(here: Aws) -> Iterator[Stubber]:
    with Stubber(here.client("securityhub")) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that were waited for, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def answer(stub: Stubber, asked: list[str], **refused: str) -> None:
    """Answer an import of these findings, of which some are refused by code."""
    failed = [{"Id": key, "ErrorCode": code, "ErrorMessage": "No."} for key, code in refused.items()]
    stub.add_response(
        "batch_import_findings",
        {"SuccessCount": len(asked) - len(failed), "FailedCount": len(failed), "FailedFindings": failed},
        {"Findings": [finding(key) for key in asked]},
    )


def test_imports_a_hundred_findings_at_a_time(here: Aws, stub: Stubber, waits: list[float]) -> None:
    names = [f"f{number}" for number in range(201)]
    for asked in (names[:100], names[100:200], names[200:]):
        answer(stub, asked)

    assert SecurityHub(here).put(map(finding, names)) == {}
    assert waits == []


def test_tries_again_what_was_refused_for_the_moment(here: Aws, stub: Stubber, waits: list[float]) -> None:
    answer(stub, ["a", "b", "c"], b="InternalException", c="LimitExceededException")
    answer(stub, ["b", "c"], c="InternalException")
    answer(stub, ["c"])

    assert SecurityHub(here).put(map(finding, "abc")) == {}
    assert waits == [0.5, 1.0]


def test_tells_what_stayed_refused(here: Aws, stub: Stubber, waits: list[float]) -> None:
    answer(stub, ["a", "b", "c", "d"], a="InvalidInput", b="InternalException", c="FindingSizeExceeded")
    answer(stub, ["b"], b="InternalException")
    answer(stub, ["b"], b="InternalException")
    answer(stub, ["b"], b="LimitExceededException")

    assert SecurityHub(here).put(map(finding, "abcd")) == {
        "a": "InvalidInput: No.",
        "b": "LimitExceededException: No.",
        "c": "FindingSizeExceeded: No.",
    }
    assert waits == [0.5, 1.0, 2.0]


def test_does_not_try_again_what_would_be_refused_again(here: Aws, stub: Stubber, waits: list[float]) -> None:
    answer(stub, ["a"], a="InvalidInput")

    assert SecurityHub(here).put([finding("a")]) == {"a": "InvalidInput: No."}
    assert waits == []


def test_what_one_batch_was_refused_stays_told(here: Aws, stub: Stubber) -> None:
    names = [f"f{number}" for number in range(101)]
    answer(stub, names[:100], f7="InvalidInput")
    answer(stub, names[100:], f100="InvalidInput")

    assert set(SecurityHub(here).put(map(finding, names))) == {"f7", "f100"}


@pytest.mark.parametrize("code", ["InvalidAccess", "InvalidAccessException", "SubscriptionRequiredException"])
def test_a_refusal_may_mean_that_it_is_not_enabled(here: Aws, stub: Stubber, code: str) -> None:
    answer(stub, ["a", "b"], b=code)

    with pytest.raises(SecurityHubError) as raised:
        SecurityHub(here).put(map(finding, "ab"))
    assert str(raised.value) == NOT_ENABLED


@pytest.mark.parametrize(
    ("response", "said"),
    [
        pytest.param(
            {"SuccessCount": 1, "FailedCount": 0, "FailedFindings": []},
            "AWS Security Hub answered for 1 findings taken and 0 refused of 2; refused but never sent: none",
            id="nothing is said of one",
        ),
        pytest.param(
            {
                "SuccessCount": 1,
                "FailedCount": 1,
                "FailedFindings": [{"Id": "x" * 512, "ErrorCode": "InternalFailure", "ErrorMessage": "No."}],
            },
            f"AWS Security Hub answered for 1 findings taken and 1 refused of 2; refused but never sent: {'x' * 512}",
            id="another is refused",
        ),
    ],
)
def test_an_answer_has_to_account_for_every_finding(
    here: Aws, stub: Stubber, response: dict[str, Any], said: str
) -> None:
    stub.add_response("batch_import_findings", response)

    with pytest.raises(SecurityHubError) as raised:
        SecurityHub(here).put(map(finding, "ab"))
    assert str(raised.value) == said


Ask = Callable[[SecurityHub], object]


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(("BatchImportFindings", lambda hub: hub.put([finding("a")])), id="importing"),
        pytest.param(("GetFindings", lambda hub: hub.existing(["a"])), id="those of some ids"),
        pytest.param(("GetFindings", lambda hub: hub.open_findings()), id="those that are open"),
    ],
)
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "AWS Security Hub: AccessDeniedException: {}: It may not."),
        *((code, NOT_ENABLED) for code in ("InvalidAccessException", "SubscriptionRequiredException")),
    ],
)
def test_a_call_that_fails_is_an_error(here: Aws, stub: Stubber, call: tuple[str, Ask], code: str, said: str) -> None:
    operation, ask = call
    stub.add_client_error(xform_name(operation), code, "It may not.")

    with pytest.raises(SecurityHubError) as raised:
        ask(SecurityHub(here))
    assert str(raised.value) == said.format(operation)


def test_asks_for_twenty_ids_at_a_time_each_once(here: Aws, stub: Stubber) -> None:
    names = [f"f{number:02}" for number in range(21)]
    for asked in (names[:20], names[20:]):
        wanted = {**OWN, "Id": [{"Value": one, "Comparison": "EQUALS"} for one in asked]}
        there = [finding(one) for one in asked if one != "f03"]
        stub.add_response("get_findings", {"Findings": there}, {"Filters": wanted, "MaxResults": 100})

    found = SecurityHub(here).existing([*reversed(names), "f00"])

    assert list(found) == [name for name in names if name != "f03"]
    assert found["f20"] == finding("f20")


def test_asks_nothing_about_no_ids(here: Aws, stub: Stubber) -> None:
    assert SecurityHub(here).existing([]) == {}
    stub.assert_no_pending_responses()


def test_finds_what_is_open_and_its_own_on_every_page(here: Aws, stub: Stubber) -> None:
    wanted = {
        **OWN,
        "ProductFields": [{"Key": "ProviderName", "Value": "ai-config-rules", "Comparison": "EQUALS"}],
        "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
    }
    asked = {"Filters": wanted, "MaxResults": 100}
    elsewhere = PRODUCT.replace("us-east-1", "eu-west-1")
    first = [finding("a"), finding("b", ProductArn=elsewhere), finding("c", AwsAccountId="111122223333")]
    stub.add_response("get_findings", {"Findings": first, "NextToken": "t"}, asked)
    stub.add_response("get_findings", {"Findings": [finding("d")]}, asked | {"NextToken": ANY})

    assert SecurityHub(here).open_findings() == {"a": finding("a"), "d": finding("d")}


def test_groups_have_at_most_a_size() -> None:
    assert [list(each) for each in batches("abcde", 2)] == [["a", "b"], ["c", "d"], ["e"]]
    assert list(batches("", 2)) == []


def test_a_line_of_the_log_is_json_whatever_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    told(at=at(0), found=[1, "é"])

    assert [(one.levelno, one.getMessage()) for one in caplog.records] == [
        (logging.INFO, '{"at": "2026-11-23 10:00:00+00:00", "found": [1, "\\u00e9"]}')
    ]


def test_actions_are_granted_on_the_product_and_the_hub() -> None:
    place = "arn:{partition}:securityhub:{region}:{account}"

    assert {(action.name, action.resource) for action in ACTIONS} == {
        ("securityhub:BatchImportFindings", f"{place}:product/{{account}}/default"),
        ("securityhub:GetFindings", f"{place}:hub/default"),
    }
