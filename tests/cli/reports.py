"""Reports for tests of what shows them: made by hand, from the sample rules of the engine's tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cli.report import Evaluation, Failure, Report
from rules.engine.resource import Resource
from rules.engine.rule import Rule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

STARTED = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
FINISHED = datetime(2026, 11, 1, 12, 0, 2, 500_000, tzinfo=UTC)

HOSTILE_NAMES = (
    "<img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m\x1b]0;owned\x07",
    "\x9b31mred",
    "[red]markup[/red]",
    "[link=https://example.com]click[/link]",
    "two\nlines\r\x08back",
    "\u202egnp.exe",
    "half \ud83d pair",
    ":skull:",
)
"""Names that a terminal, a browser or a template language would act on if they were not treated as text."""


def role(name: str) -> Resource:
    """Return a role of that name."""
    return Resource("AWS::IAM::Role", f"AROA{name}", name, f"arn:aws:iam::123456789012:role/{name}")


def bad(name: str, annotation: str = "It is bad; good is wanted.", *, of: type[Rule[Any]] = BoxesGood) -> Evaluation:
    """Return a violation."""
    return Evaluation(of, role(name), non_compliant(annotation))


def good(name: str, verdict: Verdict | None = None, *, of: type[Rule[Any]] = BoxesGood) -> Evaluation:
    """Return an evaluation that is no violation."""
    return Evaluation(of, role(name), verdict or compliant("It is good."))


def unused(name: str) -> Evaluation:
    """Return an evaluation that is NOT_APPLICABLE."""
    return good(name, not_applicable("It is not used."))


def report(
    *evaluations: Evaluation,
    failures: Sequence[Failure] = (),
    region: str = "us-east-1",
    rules: tuple[type[Rule[Any]], ...] = (BoxesGood, BoxGood),
) -> Report:
    """Return a report with these evaluations and failures."""
    return Report("123456789012", region, STARTED, FINISHED, rules, evaluations, tuple(failures), 12)


EVERYTHING = report(
    bad("app"),
    bad("batch", of=BoxGood),
    good("clean"),
    unused("idle"),
    failures=[
        Failure(BoxGood, None, "AccessDenied", "ListKeys: not authorized"),
        Failure(BoxesGood, role("locked"), "Throttling", "GetKey: slow down"),
    ],
)
"""A report with one of each."""
