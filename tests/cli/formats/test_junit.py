from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from cli.formats.registry import render
from cli.report import Report
from cli.terminal import PLAIN
from tests.cli.formats.hostile import accepted, closed, hostile_report, hostile_texts, shown
from tests.cli.reports import EVERYTHING, bad, report

# Their names begin as those of tests do.
TestCase.__test__ = False
TestSuite.__test__ = False

BOXES = "123456789012.us-east-1.boxes-good"


def read(*reports: Report) -> JUnitXml:
    return JUnitXml.fromstring(render("junit", reports, PLAIN).encode())


def suites(*reports: Report) -> list[TestSuite]:
    return list(read(*reports))


def cases(*reports: Report) -> list[TestCase]:
    return [case for suite in suites(*reports) for case in suite]


def outcomes(*reports: Report) -> list[tuple[str, str, object]]:
    """Return (suite, case, outcome) of every case; the outcome of a case that passed is None."""
    return [
        (str(case.classname), str(case.name), type(case.result[0]) if case.result else None) for case in cases(*reports)
    ]


def test_a_case_for_each_resource_of_each_rule() -> None:
    assert outcomes(EVERYTHING) == [
        (BOXES, "app (IAM::Role, arn:aws:iam::123456789012:role/app)", Failure),
        (BOXES, "clean (IAM::Role, arn:aws:iam::123456789012:role/clean)", None),
        (BOXES, "idle (IAM::Role, arn:aws:iam::123456789012:role/idle)", Skipped),
        (BOXES, "locked (IAM::Role, arn:aws:iam::123456789012:role/locked)", Error),
        ("123456789012.us-east-1.box-good", "batch (IAM::Role, arn:aws:iam::123456789012:role/batch)", Failure),
        ("123456789012.us-east-1.box-good", "the whole rule", Error),
    ]


def test_counts_are_those_of_the_cases() -> None:
    found = read(EVERYTHING)

    assert (found.tests, found.failures, found.errors) == (6, 2, 2)
    assert [(one.name, one.tests, one.failures, one.errors, one.skipped) for one in suites(EVERYTHING)] == [
        (BOXES, 4, 1, 1, 1),
        ("123456789012.us-east-1.box-good", 2, 1, 1, 0),
    ]
    assert found.time == 2.5


def test_a_failure_says_what_is_wrong_and_how_to_put_it_right() -> None:
    (failure,) = cases(EVERYTHING)[0].result

    assert (failure.message, failure.type) == ("It is bad; good is wanted.", "HIGH")
    assert failure.text == (
        "arn:aws:iam::123456789012:role/app\n"
        "It is bad; good is wanted.\n\n"
        "Wanted: Boxes are good.\n\n"
        "Fix: PutBox with `Good`:\n\n"
        "    aws boxes put-box --good <name>\n\n"
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html"
    )


def test_an_error_says_why_nothing_was_evaluated() -> None:
    (error,) = cases(EVERYTHING)[-1].result

    assert (error.message, error.type) == ("AccessDenied: ListKeys: not authorized", "AccessDenied")


def test_a_suite_says_what_it_is_about() -> None:
    properties = {one.name: one.value for one in suites(EVERYTHING)[0].properties()}  # type: ignore[no-untyped-call]  # the library says no type

    assert properties == {
        "accountId": "123456789012",
        "region": "us-east-1",
        "duty": "Logging, retention and alerting",
        "severity": "HIGH",
        "title": "Boxes are good",
    }


def test_regions_have_suites_of_their_own() -> None:
    found = read(report(bad("app")), report(bad("app"), region="eu-west-1"))

    assert [suite.name for suite in found if suite.tests] == [
        BOXES,
        "123456789012.eu-west-1.boxes-good",
    ]
    assert found.failures == 2


def test_rules_without_a_resource_are_there() -> None:
    assert [(one.name, one.tests) for one in suites(report())] == [(BOXES, 0), ("123456789012.us-east-1.box-good", 0)]


def test_an_accepted_violation_is_skipped_and_says_who_accepts_it() -> None:
    (case,) = cases(report(accepted("app")))
    (skipped,) = case.result

    assert isinstance(skipped, Skipped)
    assert skipped.message == "It is bad; good is wanted. Accepted by Priya until 2027-03-31: It goes in March."


def test_a_place_that_could_not_be_opened_is_an_error_of_each_rule() -> None:
    assert outcomes(closed()) == [
        ("profile audit.eu-west-1.boxes-good", "the whole rule", Error),
        ("profile audit.eu-west-1.box-good", "the whole rule", Error),
    ]


@hostile_texts
def test_hostile_texts_come_back_as_text(text: str) -> None:
    found = cases(hostile_report(text))
    (failure,) = found[0].result
    (error,) = found[4].result

    assert len(found) == 6
    assert str(found[0].name).startswith(f"{shown(text)} (IAM::Role, ")
    assert failure.message == f"It is {shown(text)}."
    assert (error.message, error.type) == (f"{shown(text)}: {shown(text)}", shown(text))
