import re
from dataclasses import replace
from datetime import date

import pytest

from cli.formats.registry import render
from cli.formats.screen import shares
from cli.formats.wording import effort, headline, summary
from cli.report import Acceptance, Evaluation, Failure, Report, Unopened
from cli.terminal import PLAIN, Look
from rules.access.bedrock_invoke_least_privilege import BedrockInvokeLeastPrivilege
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


def test_terminal_shows_violations_below_the_duties_gravest_first_then_errors_then_the_summary() -> None:
    shown = STYLES.sub("", render("table", [EVERYTHING], NARROW))
    found = [
        shown.index(text)
        for text in (
            "Account 123456789012 in us-east-1",
            "Logging, retention and alerting",
            " HIGH  boxes-good   1 violation",
            "Wanted: Boxes are good.",
            "Fix:",
            "$ aws boxes put-box --good <name>",
            "PutBox with Good.",
            "app",
            " LOW  box-good   1 violation",
            "batch",
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


def test_bars_show_what_the_figures_say() -> None:
    shown = STYLES.sub("", render("table", [EVERYTHING], WIDE))
    (row,) = [line.split() for line in shown.splitlines() if line.startswith("Logging, retention and alerting")]

    assert row[-5:] == ["█" * 10 + "▒" * 9 + "░" * 5, "2", "2", "1", "1"]


@pytest.mark.parametrize(
    ("figures", "cells"),
    [
        pytest.param([0, 0, 0], [0, 0, 0], id="nothing"),
        pytest.param([5, 0, 0], [10, 0, 0], id="all of one kind"),
        pytest.param([1, 0, 9999], [1, 0, 9], id="a small share is seen"),
        pytest.param([1, 1, 1], [3, 3, 4], id="rounded down"),
        pytest.param([1, 1, 1, 997], [1, 1, 1, 7], id="small shares take from the largest"),
        pytest.param([15, 15, 70], [2, 2, 6], id="rounded up"),
    ],
)
def test_shares_of_a_bar(figures: list[int], cells: list[int]) -> None:
    assert shares(figures, 10) == cells


def accepted_one(name: str) -> Evaluation:
    return replace(bad(name), accepted=Acceptance("Ada [red]\x1b[31m", "Until the\nmigration.", date(2027, 3, 1)))


def test_accepted_violations_are_shown_apart_in_a_pipe() -> None:
    lines = render("table", [report(accepted_one("app"), bad("batch"))], PLAIN).splitlines()

    assert lines[1:] == [
        "NON_COMPLIANT HIGH boxes-good AWS::IAM::Role batch: It is bad; good is wanted.",
        (
            "ACCEPTED HIGH boxes-good AWS::IAM::Role app: It is bad; good is wanted. "
            "(Accepted by Ada [red] [31m until 2027-03-01: Until the migration.)"
        ),
        "Logging, retention and alerting: 1 NON_COMPLIANT, 0 COMPLIANT, 0 NOT_APPLICABLE, 1 ACCEPTED.",
        "1 violation: 1 high. 1 accepted violation. 0 compliant, 0 not applicable.",
    ]


def test_accepted_violations_are_shown_apart_on_a_terminal() -> None:
    shown = STYLES.sub("", render("table", [report(accepted_one("app"))], WIDE))

    assert " ACCEPTED HIGH  boxes-good   1 violation" in shown
    assert "Accepted by Ada [red] [31m until 2027-03-01: Until the migration." in shown
    assert "No violations. 1 accepted violation. 0 compliant, 0 not applicable." in shown
    assert " HIGH  boxes-good   1 violation\n  Wanted: Boxes are good.\n  Fix" not in shown


@pytest.mark.parametrize("look", [PLAIN, WIDE])
def test_a_closed_place_is_said_once_with_how_many_rules_it_cost(look: Look) -> None:
    failures = [Failure(rule, None, "ExpiredToken", "The place could not be opened.") for rule in (BoxesGood, BoxGood)]
    gone = replace(
        report(failures=failures, region="eu-west-1"),
        account_id="unknown",
        profile="audit",
        unopened=Unopened("ExpiredToken", "AWS refused\nthe credentials"),
    )
    shown = STYLES.sub("", render("table", [report(), gone], look))

    assert "unknown eu-west-1, profile audit" in shown
    assert "2 rules" in shown
    assert shown.count("ExpiredToken: AWS refused the credentials") == 1
    assert "The place could not be opened." not in shown
    assert "2 could not be evaluated." in shown


def test_several_accounts_are_told_apart() -> None:
    other = replace(report(bad("app")), account_id="444455556666")
    lines = render("table", [report(bad("app")), other], PLAIN).splitlines()

    assert lines[0].startswith("Account 123456789012 in us-east-1; Account 444455556666 in us-east-1: ")
    assert [line.split()[3:5] for line in lines if line.startswith("NON_COMPLIANT")] == [
        ["123456789012", "us-east-1"],
        ["444455556666", "us-east-1"],
    ]


@pytest.mark.parametrize("look", [PLAIN, WIDE])
def test_says_where_iam_was_judged(look: Look) -> None:
    first, second = report(rules=(BedrockInvokeLeastPrivilege,)), report(region="eu-west-1")

    note = "Rules on IAM are judged once for each account: in us-east-1 for 123456789012."
    assert note in STYLES.sub("", render("table", [first, second], look))
    assert note not in STYLES.sub("", render("table", [first], look))


@pytest.mark.parametrize(("look", "said"), [(PLAIN, "WARNING: An entry\tis"), (WIDE, " WARNING  An entry is")])
def test_warnings_are_loud(look: Look, said: str) -> None:
    warned = replace(report(), warnings=("An entry\tis over.",))

    assert said.replace("\t", " ") in STYLES.sub("", render("table", [warned], look))


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
