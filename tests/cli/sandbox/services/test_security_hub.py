from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from cli.sandbox.passing_time import expire_finding

PRODUCT = "arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default"


def finding(finding_id: str = "f", hour: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": finding_id,
        "ProductArn": PRODUCT,
        "GeneratorId": "g",
        "AwsAccountId": "123456789012",
        "CreatedAt": "2026-01-01T00:00:00Z",
        "UpdatedAt": f"2026-01-01T{hour:02}:00:00Z",
        "Title": "t",
        "Description": "d",
        "FindingProviderFields": {"Severity": {"Label": "LOW"}, "Types": ["Software and Configuration Checks"]},
        "Resources": [{"Type": "Other", "Id": "r"}],
        **changes,
    }


@pytest.fixture
def hub(account: Account) -> Any:
    client = account.session().client("securityhub")
    client.enable_security_hub()
    return client


def put(hub: Any, *findings: dict[str, Any]) -> list[tuple[str, str]]:
    """Import findings; return what was refused, with the code."""
    answer = hub.batch_import_findings(Findings=list(findings))
    assert answer["SuccessCount"] + answer["FailedCount"] == len(findings)
    return [(one["Id"], one["ErrorCode"]) for one in answer["FailedFindings"]]


def titles(hub: Any, **filters: list[dict[str, str]]) -> list[str]:
    return [one["Title"] for one in hub.get_findings(Filters=filters)["Findings"]]


@pytest.mark.parametrize(("hour", "title"), [(0, "t"), (1, "t"), (2, "new")], ids=["older", "as old", "newer"])
def test_only_what_is_newer_updates_a_finding(hub: Any, hour: int, title: str) -> None:
    put(hub, finding())

    assert put(hub, finding(hour=hour, Title="new")) == []
    assert titles(hub) == [title]


def test_investigators_keep_what_is_theirs_until_a_finding_is_reopened(hub: Any) -> None:
    put(hub, finding())
    identifier = {"Id": "f", "ProductArn": PRODUCT}
    hub.batch_update_findings(FindingIdentifiers=[identifier], Workflow={"Status": "RESOLVED"})

    put(hub, finding(hour=2, RecordState="ARCHIVED", Workflow={"Status": "NEW"}))
    assert hub.get_findings()["Findings"][0]["Workflow"] == {"Status": "RESOLVED"}

    put(hub, finding(hour=3, RecordState="ACTIVE"))
    (found,) = hub.get_findings()["Findings"]
    assert (found["RecordState"], found["Workflow"]) == ("ACTIVE", {"Status": "NEW"})
    assert found["Severity"] == {"Label": "LOW"}


@pytest.mark.parametrize(
    "changes",
    [
        {"Id": "i" * 513},
        {"Title": "t" * 257},
        {"Description": "d" * 1025},
        {"AwsAccountId": "111122223333"},
        {"Resources": []},
        {"FindingProviderFields": {}},
        {"Remediation": {"Recommendation": {"Text": "x" * 513}}},
        {"Compliance": {"RelatedRequirements": ["r"] * 33}},
        {"ProductFields": {str(number): "v" for number in range(51)}},
        {"ProductFields": {"k": "v" * 2049}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_refuses_what_the_format_does_not_allow(hub: Any, changes: dict[str, Any]) -> None:
    refused = finding(**changes)

    assert put(hub, refused, finding("good")) == [(refused["Id"], "InvalidInput")]
    assert len(hub.get_findings()["Findings"]) == 1


def test_refuses_single_findings_on_order(account: Account, hub: Any) -> None:
    account.faults.fail_finding("f", times=1)

    assert put(hub, finding(), finding("other")) == [("f", "InternalFailure")]
    assert put(hub, finding(), finding("other")) == []


@pytest.mark.parametrize("call", ["batch_import_findings", "get_findings"])
def test_says_when_it_is_not_enabled(account: Account, call: str) -> None:
    client = account.session().client("securityhub")

    with pytest.raises(ClientError, match="InvalidAccessException"):
        getattr(client, call)(**({"Findings": [finding()]} if call == "batch_import_findings" else {}))


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["a", "b"]),
        ({"Id": [{"Value": "a", "Comparison": "EQUALS"}]}, ["a"]),
        ({"Id": [{"Value": one, "Comparison": "EQUALS"} for one in "ab"]}, ["a", "b"]),
        ({"GeneratorId": [{"Value": "ours/", "Comparison": "PREFIX"}]}, ["a"]),
        ({"ProductFields": [{"Key": "k", "Value": "v", "Comparison": "EQUALS"}]}, ["b"]),
        (
            {
                "ProductFields": [{"Key": "k", "Value": "v", "Comparison": "EQUALS"}],
                "Id": [{"Value": "a", "Comparison": "EQUALS"}],
            },
            [],
        ),
    ],
    ids=["none", "id", "either id", "beginning", "field", "both"],
)
def test_finds_by_filters(hub: Any, filters: dict[str, Any], found: list[str]) -> None:
    put(hub, finding("a", Title="a", GeneratorId="ours/x"), finding("b", Title="b", ProductFields={"k": "v"}))

    assert titles(hub, **filters) == found


@pytest.mark.parametrize(
    "filters",
    [
        {"Id": [{"Value": str(number), "Comparison": "EQUALS"} for number in range(21)]},
        {"Title": [{"Value": "t", "Comparison": "CONTAINS_WORD"}]},
    ],
    ids=["too many values", "a comparison that it does not have"],
)
def test_refuses_filters(hub: Any, filters: dict[str, Any]) -> None:
    put(hub, finding())

    with pytest.raises(ClientError, match="InvalidInputException"):
        hub.get_findings(Filters=filters)


def test_findings_come_in_pages(account: Account, hub: Any) -> None:
    put(hub, *(finding(str(number)) for number in range(7)))
    account.faults.page_size(3)

    pages = list(hub.get_paginator("get_findings").paginate())

    assert [len(page["Findings"]) for page in pages] == [3, 3, 1]


def test_findings_expire(hub: Any) -> None:
    put(hub, finding(), finding("other"))

    expire_finding("123456789012", "us-east-1", "f")

    assert [one["Id"] for one in hub.get_findings()["Findings"]] == ["other"]
