"""What axe-core says of the page; it finds, by its makers' count, a good half of what WCAG asks."""

from typing import Any

import pytest

from tests.cli.formats.html.chromium import AXE
from tests.cli.formats.html.conftest import Open, Opened
from tests.cli.formats.html.samples import CLOSED, FIRST, SECOND, large
from tests.cli.reports import report

pytestmark = pytest.mark.slow

LAID_OUT = "document.styleSheets[0].insertRule('.rule { content-visibility: visible !important; }')"
"""axe-core passes over what the browser has not laid out yet."""

EVERY_RULE = """
async () => (await axe.run(document, { resultTypes: ["violations"] }))
  .violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`)
"""


def violations(opened: Opened) -> Any:
    opened.page.evaluate(LAID_OUT)
    opened.page.evaluate(AXE.read_text(encoding="utf-8"))
    return opened.page.evaluate(EVERY_RULE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(scheme: str, width: int, open_report: Open) -> None:
    opened = open_report(FIRST, SECOND, CLOSED, color_scheme=scheme, viewport={"width": width, "height": 900})
    opened.page.locator(".facets").evaluate("(details) => { details.open = true; }")
    opened.check("Compliant", "Accepted violation", "Not applicable")
    opened.search("o")
    for summary in opened.page.locator(".details summary").all():
        summary.click()

    assert violations(opened) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_among_all_rules(scheme: str, open_report: Open) -> None:
    assert violations(open_report(*large(200), color_scheme=scheme)) == []


def test_axe_finds_nothing_where_there_is_nothing(open_report: Open) -> None:
    assert violations(open_report(report())) == []


def test_axe_does_find_something(open_report: Open) -> None:
    opened = open_report(FIRST)
    opened.page.locator("#search").evaluate("(input) => { input.previousElementSibling.remove(); }")
    opened.page.locator("article h3 a").last.evaluate("(heading) => { heading.style.color = '#ccc'; }")

    assert [each.partition(":")[0] for each in violations(opened)] == ["color-contrast", "label-title-only"]


def test_a_screen_reader_hears_the_structure(open_report: Open) -> None:
    opened = open_report(FIRST, SECOND)
    heard = opened.page.locator("body").aria_snapshot()

    for line in (
        '- heading "3 violations" [level=1]',
        '- heading "Fix first" [level=2]',
        '- heading "Score by duty" [level=2]',
        '- search "Filter the evaluations":',
        '- searchbox "Search"',
        '- checkbox "Violation 3" [checked]',
        "- status: 5 of 9 evaluations, 2 of 2 rules",
        '- article "high Boxes are good":',
        '- heading "high Boxes are good" [level=3]:',
        '- img "3 violations, 2 not evaluated, 1 accepted, 2 compliant, 1 not applicable"',
    ):
        assert line in heard, heard


def test_results_are_announced(open_report: Open) -> None:
    shown = open_report(FIRST).page.locator("#shown")

    assert (shown.get_attribute("role"), shown.get_attribute("aria-live")) == ("status", "polite")
