import re

import pytest

from cli.formats.registry import render
from cli.formats.wording import effort, headline, summary
from cli.report import Failure, Report
from cli.terminal import PLAIN, Look
from tests.cli.reports import EVERYTHING, HOSTILE_NAMES, bad, good, report, role
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

NARROW = Look(terminal=True, colour=True, width=80)
WIDE = Look(terminal=True, colour=True, width=140)
GREY = Look(terminal=True, colour=False, width=80)

STYLES = re.compile(r"\x1b\[[0-9;]*m")


def test_pipe_gets_plain_lines() -> None:
    assert render("table", [EVERYTHING], PLAIN).splitlines() == [
        "Account 123456789012 in us-east-1: 2 rules, 12 API calls, 2.5 s.",
        "NON_COMPLIANT HIGH boxes-good AWS::IAM::Role app: It is bad; good is wanted.",
        "NON_COMPLIANT LOW box-good AWS::IAM::Role batch: It is bad; good is wanted.",
        "NOT_EVALUATED LOW box-good: AccessDenied: ListKeys: not authorized",
        "NOT_EVALUATED HIGH boxes-good AWS::IAM::Role locked: Throttling: GetKey: slow down",
        "Logging, retention and alerting: 2 NON_COMPLIANT, 1 COMPLIANT, 1 NOT_APPLICABLE, 2 NOT_EVALUATED.",
        "2 violations: 1 high, 1 low. 1 compliant, 1 not applicable. 2 could not be evaluated.",
    ]


def test_several_regions_are_told_apart_in_a_pipe() -> None:
    failed = Failure(BoxGood, None, "AccessDenied", "ListKeys: not authorized")
    lines = render("table", [report(bad("app")), report(region="eu-west-1", failures=[failed])], PLAIN).splitlines()

    assert lines[:3] == [
        "Account 123456789012 in us-east-1, eu-west-1: 2 rules, 24 API calls, 2.5 s.",
        "NON_COMPLIANT HIGH boxes-good us-east-1 AWS::IAM::Role app: It is bad; good is wanted.",
        "NOT_EVALUATED LOW box-good eu-west-1: AccessDenied: ListKeys: not authorized",
    ]


@pytest.mark.parametrize("look", [NARROW, WIDE, Look(terminal=True, colour=True, width=40)])
def test_terminal_lines_fit(look: Look) -> None:
    long = bad("a" * 64, "The role may invoke every model. " * 7)
    text = STYLES.sub("", render("table", [EVERYTHING, report(long, region="eu-west-1")], look))

    assert max(len(line) for line in text.splitlines()) <= look.width


def test_terminal_shows_violations_gravest_first_then_duties_then_errors_then_the_summary() -> None:
    shown = STYLES.sub("", render("table", [EVERYTHING], NARROW))
    found = [
        shown.index(text)
        for text in (
            "Account 123456789012 in us-east-1",
            " HIGH  boxes-good   1 violation",
            "Wanted: Boxes are good.",
            "app",
            " LOW  box-good   1 violation",
            "batch",
            "Logging, retention and alerting",
            "NOT EVALUATED",
            "box-good: the whole rule",
            "AccessDenied: ListKeys: not authorized",
            "boxes-good: locked, IAM::Role",
            "2 violations: 1 high, 1 low.",
            "ai-config-rules explain RULE",
        )
    ]

    assert found == sorted(found)
    assert "clean" not in shown


def test_terminal_tells_regions_apart() -> None:
    failed = Failure(BoxGood, None, "AccessDenied", "ListKeys: not authorized")
    shown = STYLES.sub("", render("table", [report(bad("app")), report(region="eu-west-1", failures=[failed])], NARROW))

    assert "IAM::Role, us-east-1" in shown
    assert "box-good in eu-west-1: the whole rule" in shown


def test_terminal_without_colours_has_no_escapes() -> None:
    assert "\x1b" in render("table", [EVERYTHING], NARROW)
    assert "\x1b" not in render("table", [EVERYTHING], GREY)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("look", [PLAIN, NARROW])
def test_hostile_names_stay_text(name: str, look: Look) -> None:
    safe = "".join(character if character.isprintable() else " " for character in name)
    failed = Failure(BoxesGood, role(name), name, name)
    text = STYLES.sub("", render("table", [report(bad(name, name), failures=[failed])], look))

    assert safe in text
    assert text.replace("\n", "").isprintable()


def test_hostile_names_cannot_add_lines_in_a_pipe() -> None:
    harmless = render("table", [report(bad("app"))], PLAIN)
    hostile = render("table", [report(bad("app\nNo violations.\r\u2028x", "It\nis bad."))], PLAIN)

    assert len(hostile.splitlines()) == len(harmless.splitlines())


def test_long_names_are_cut() -> None:
    assert "a" * 199 + "…: " in render("table", [report(bad("a" * 300))], PLAIN)


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        pytest.param([report()], "No violations. 0 compliant, 0 not applicable.", id="nothing"),
        pytest.param([report(bad("app"))], "1 violation: 1 high. 0 compliant, 0 not applicable.", id="one"),
        pytest.param(
            [report(bad("app"), good("a")), report(bad("app"), bad("batch", of=BoxGood))],
            "3 violations: 2 high, 1 low. 1 compliant, 0 not applicable.",
            id="several reports",
        ),
        pytest.param(
            [report(failures=[Failure(BoxGood, None, "AccessDenied", "no")])],
            "No violations among what was evaluated. 0 compliant, 0 not applicable. 1 could not be evaluated.",
            id="no false assurance beside a failure",
        ),
    ],
)
def test_summary(reports: list[Report], words: str) -> None:
    assert summary(reports) == words


def test_headline_names_accounts_once_with_their_regions() -> None:
    assert headline([report(), report(region="eu-west-1")]) == "Account 123456789012 in us-east-1, eu-west-1"
    assert effort([report(), report(region="eu-west-1")]) == "2 rules, 24 API calls, 2.5 s"
