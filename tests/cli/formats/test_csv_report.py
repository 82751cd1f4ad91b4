import csv

import pytest

from cli.formats.csv_report import COLUMNS
from cli.formats.registry import render
from cli.report import Report
from cli.terminal import PLAIN
from tests.cli.formats.hostile import accepted, closed, hostile_report, hostile_texts, shown
from tests.cli.reports import EVERYTHING, bad, report

FORMULA = tuple("=+-@＝＋－＠\t\r")  # noqa: RUF001 - full-width signs count


def rows(*reports: Report) -> list[dict[str, str]]:
    text = render("csv", reports, PLAIN)
    return list(csv.DictReader(text.splitlines(), strict=True))


def test_has_a_row_for_everything() -> None:
    found = rows(EVERYTHING)

    assert [(row["ruleId"], row["resourceName"], row["compliance"]) for row in found] == [
        ("boxes-good", "app", "NON_COMPLIANT"),
        ("box-good", "batch", "NON_COMPLIANT"),
        ("boxes-good", "clean", "COMPLIANT"),
        ("boxes-good", "idle", "NOT_APPLICABLE"),
        ("box-good", "", "NOT_EVALUATED"),
        ("boxes-good", "locked", "NOT_EVALUATED"),
    ]


def test_a_row_says_all_of_an_evaluation() -> None:
    assert rows(EVERYTHING)[0] == {
        "accountId": "123456789012",
        "region": "us-east-1",
        "ruleId": "boxes-good",
        "severity": "HIGH",
        "duty": "logging",
        "compliance": "NON_COMPLIANT",
        "resourceType": "AWS::IAM::Role",
        "resourceId": "AROAapp",
        "resourceName": "app",
        "resourceArn": "arn:aws:iam::123456789012:role/app",
        "annotation": "It is bad; good is wanted.",
        "title": "Boxes are good",
        "reference": "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html",
        "evaluatedAt": "2026-11-01T12:00:00Z",
        "acceptedBy": "",
        "acceptedUntil": "",
        "acceptedBecause": "",
    }


def test_a_row_says_why_something_was_not_evaluated() -> None:
    *_, whole, one = rows(EVERYTHING)

    assert (whole["resourceType"], whole["annotation"]) == ("", "AccessDenied: ListKeys: not authorized")
    assert (one["resourceId"], one["annotation"]) == ("AROAlocked", "Throttling: GetKey: slow down")


def test_regions_and_accounts_are_in_one_table() -> None:
    found = rows(report(bad("app")), report(bad("app"), region="eu-west-1"))

    assert [row["region"] for row in found] == ["us-east-1", "eu-west-1"]


@hostile_texts
def test_hostile_texts_stay_in_their_cells(text: str) -> None:
    found = rows(hostile_report(text))

    assert len(found) == 6
    assert all(set(row) == set(COLUMNS) for row in found)
    assert found[0]["resourceName"] in (shown(text), f"'{shown(text)}")


def test_an_accepted_violation_stays_one_with_who_accepts_it() -> None:
    (row,) = rows(report(accepted("app")))

    assert row["compliance"] == "NON_COMPLIANT"
    assert (row["acceptedBy"], row["acceptedUntil"], row["acceptedBecause"]) == (
        "Priya",
        "2027-03-31",
        "It goes in March.",
    )


def test_a_place_that_could_not_be_opened_has_a_row_for_each_rule() -> None:
    assert [(row["accountId"], row["ruleId"], row["annotation"]) for row in rows(closed())] == [
        ("unknown", "boxes-good", "ExpiredToken: no credentials"),
        ("unknown", "box-good", "ExpiredToken: no credentials"),
    ]


@hostile_texts
def test_no_cell_is_a_formula(text: str) -> None:
    cells = [cell for row in rows(hostile_report(text)) for cell in row.values()]

    assert not [cell for cell in cells if cell.lstrip().startswith(FORMULA)]


@pytest.mark.parametrize("text", ["app", "a=b", "10", "日本語"])
def test_what_is_no_formula_is_left_alone(text: str) -> None:
    assert rows(report(bad(text)))[0]["resourceName"] == text


def test_an_empty_account_has_the_headings_only() -> None:
    assert render("csv", [report()], PLAIN) == ",".join(COLUMNS) + "\n"
