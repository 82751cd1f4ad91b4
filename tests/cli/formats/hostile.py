"""Texts that a reader of some format would act on if they were not treated as text, and reports that hold them."""

from dataclasses import replace
from datetime import date

import pytest

from cli.report import UNKNOWN_ACCOUNT, Acceptance, Evaluation, Failure, Report, Unopened
from tests.cli.reports import HOSTILE_NAMES, bad, good, report, role, unused
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

HOSTILE = (
    *HOSTILE_NAMES,
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",  # noqa: RUF001 - what a spreadsheet takes for an equals sign
    "a | b || \\| c",
    "`` ` ``` code",
    "]]></failure><failure>",
    "<!-- gone -->",
    "</details></table>",
    "&amp;&#60;",
    "@octocat fixes #1 and GH-2",
    "https://example.com www.example.com a@example.com",
    "[click](https://example.com) ![x](https://example.com/x.png) [1](1)",
    "$x$ **bold** _it_ ~~no~~",
    "{0} ${aws:username} {{resolve}}",
    "../../etc/passwd",
    "'\"; DROP TABLE",
    "日本語 é",
    "\u200b\ufeff\u2066hidden\u2069",
)
IDS = [ascii(text)[:40] for text in HOSTILE]

LONG = "a" * 5000

hostile_texts = pytest.mark.parametrize("text", HOSTILE, ids=IDS)


def shown(text: str) -> str:
    """Return a text as every format has to show it: on one line, without what a terminal acts on."""
    return "".join(character if character.isprintable() else " " for character in text)


def hostile_report(text: str) -> Report:
    """Return a report that has the text wherever an account can put one."""
    return report(
        bad(text, f"It is {text}."),
        good(text),
        unused(text),
        accepted(text, owner=text, reason=text),
        failures=[Failure(BoxesGood, role(text), text, text), Failure(BoxGood, None, text, text)],
    )


def accepted(name: str, *, owner: str = "Priya", reason: str = "It goes in March.") -> Evaluation:
    """Return a violation that somebody accepts."""
    return replace(bad(name), accepted=Acceptance(owner, reason, date(2027, 3, 31)))


def closed(text: str = "no credentials", account_id: str = UNKNOWN_ACCOUNT) -> Report:
    """Return the report on a place that could not be opened."""
    failed = [Failure(rule, None, "ExpiredToken", text) for rule in (BoxesGood, BoxGood)]
    return replace(
        report(region="eu-west-1", failures=failed),
        account_id=account_id,
        profile="audit",
        unopened=Unopened("ExpiredToken", text),
        warnings=(f"An entry has expired: {text}.",),
    )
