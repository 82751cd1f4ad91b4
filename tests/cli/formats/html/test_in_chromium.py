from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from cli.formats.html.page import render
from cli.terminal import PLAIN
from tests.cli.formats.hostile import HOSTILE, hostile_report
from tests.cli.formats.hostile import shown as printable_text
from tests.cli.formats.html.conftest import Open
from tests.cli.formats.html.samples import CLOSED, FIRST, SECOND
from tests.cli.reports import bad, good, report
from tests.rules.engine.sample_rules import BoxGood

pytestmark = pytest.mark.slow

OPEN = ["app", "elsewhere", "locked", "batch", "The whole rule"]


def test_opens_with_what_is_violated_and_what_was_not_evaluated(open_report: Open) -> None:
    opened = open_report(FIRST, SECOND)

    assert opened.page.locator("h1").inner_text() == "3 violations"
    assert opened.names == OPEN
    assert opened.shown == "5 of 9 evaluations, 2 of 2 rules"
    assert opened.page.locator("article.rule").first.get_attribute("id") == "boxes-good"


def test_nothing_is_requested_and_the_console_stays_empty(open_report: Open) -> None:
    opened = open_report(FIRST, SECOND, CLOSED)
    opened.check("Compliant")
    opened.search("app")
    opened.page.get_by_label("Dark").check()

    assert opened.requests == [opened.file.as_uri(), "data:,"][: len(opened.requests)]
    assert opened.console == []


def test_the_policy_refuses_what_is_not_the_pages_own(open_report: Open) -> None:
    opened = open_report(FIRST)
    refused = opened.page.evaluate(
        """async () => {
          const found = [];
          document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective));
          try { document.body.innerHTML = "<p>x</p>"; } catch (error) { found.push(error.name); }
          for (const [tag, source] of [["img", "https://example.com/x.png"], ["iframe", "https://example.com/"]]) {
            const element = document.createElement(tag);
            element.src = source;
            document.body.append(element);
          }
          const style = document.createElement("style");
          style.textContent = "body { color: red }";
          document.body.append(style);
          await fetch("https://example.com/").catch((error) => found.push(error.name));
          await new Promise((done) => setTimeout(done, 100));
          return found;
        }"""
    )

    assert sorted(set(refused)) == [
        *("TypeError", "connect-src", "frame-src", "img-src", "require-trusted-types-for", "style-src-elem"),
    ]


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        pytest.param(["Compliant"], [*OPEN[:3], "clean", *OPEN[3:], "fine"], id="outcome"),
        pytest.param(["Accepted violation"], [*OPEN[:3], "tolerated", *OPEN[3:]], id="accepted"),
        pytest.param(["High"], OPEN[:3], id="severity"),
        pytest.param(["Low"], OPEN[3:], id="other severity"),
        pytest.param(["High", "Low"], OPEN, id="both severities"),
        pytest.param(["eu-central-1"], ["elsewhere"], id="Region"),
        pytest.param(["Logging, retention and alerting"], OPEN, id="duty"),
        pytest.param(["NIST SP 800-53"], OPEN, id="framework"),
        pytest.param(["Low", "eu-central-1"], [], id="nothing is left"),
    ],
)
def test_filters(labels: list[str], names: list[str], open_report: Open) -> None:
    opened = open_report(FIRST, SECOND)
    opened.check(*labels)

    assert opened.names == names
    assert opened.shown.startswith(f"{len(names)} of 9 evaluations")
    assert opened.page.locator("#nothing").is_visible() is not bool(names)


def test_each_choice_says_how_many_it_would_show(open_report: Open) -> None:
    opened = open_report(FIRST, SECOND)
    opened.check("Low")
    counts = opened.page.locator(".choice").all_inner_texts()

    assert [" ".join(each.split()) for each in counts][:11] == [
        *("Violation 1", "Not evaluated 1", "Accepted violation 0", "Compliant 1", "Not applicable 0"),
        *("Critical 0", "High 3", "Medium 0", "Low 2"),
        *("us-east-1 2", "eu-central-1 0"),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("APP", ["app"], id="name, in any case"),
        pytest.param("role/app", ["app"], id="ARN"),
        pytest.param("strong weak", ["app"], id="all words, in any order"),
        pytest.param("throttling", ["locked"], id="error code"),
        pytest.param("box-good", ["batch", "The whole rule"], id="rule"),
        pytest.param("SC-28 elsewhere", ["elsewhere"], id="control"),
        pytest.param("(", [], id="a sign of regular expressions"),
        pytest.param("  ", OPEN, id="blank"),
    ],
)
def test_searches(text: str, names: list[str], open_report: Open) -> None:
    opened = open_report(FIRST, SECOND)
    opened.search(text)

    assert opened.names == names


def test_marks_what_was_searched_for(open_report: Open) -> None:
    opened = open_report(FIRST)
    opened.search("weak app")

    assert opened.page.locator("#boxes-good mark").all_text_contents() == ["app", "weak", "app", "app"]


def test_everything_works_from_the_keyboard(open_report: Open) -> None:
    opened = open_report(FIRST, SECOND)
    keyboard = opened.page.keyboard

    keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "findings"
    keyboard.press("/")
    assert opened.page.evaluate("document.activeElement.id") == "search"
    keyboard.type("app")
    expect(opened.page.locator("#shown")).to_contain_text("1 of 9")
    keyboard.press("Escape")
    expect(opened.page.locator("#shown")).to_contain_text("5 of 9")
    keyboard.press("Tab")
    keyboard.press("Space")
    assert opened.page.evaluate("document.activeElement.name") == "outcome"
    assert opened.names == ["locked", "The whole rule"]


def test_links_of_the_first_screen_filter(open_report: Open) -> None:
    opened = open_report(FIRST, SECOND)
    opened.page.get_by_role("link", name="1 low").click()
    assert opened.names == ["batch"]

    opened.page.get_by_role("link", name="what, and why").click()
    assert opened.names == ["locked", "The whole rule"]

    opened.page.get_by_role("button", name="Clear all filters").click()
    assert opened.shown == "9 of 9 evaluations, 2 of 2 rules"


def test_a_link_to_a_rule_that_is_filtered_away_brings_it_back(open_report: Open) -> None:
    opened = open_report(FIRST, SECOND)
    opened.search("batch")
    assert not opened.page.locator("#boxes-good").is_visible()
    opened.page.evaluate("location.hash = 'boxes-good'")
    opened.page.locator("#boxes-good").wait_for(state="visible")

    assert opened.page.locator("#search").input_value() == ""


def test_follows_the_system_until_a_theme_is_chosen_and_keeps_that(open_report: Open) -> None:
    opened = open_report(FIRST, color_scheme="dark")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    dark = opened.page.evaluate(paper)
    opened.page.get_by_label("Light").check()
    light = opened.page.evaluate(paper)
    opened.page.reload()

    assert (dark, light) == ("rgb(23, 25, 27)", "rgb(251, 251, 249)")
    assert opened.page.evaluate(paper) == light
    assert opened.page.get_by_label("Light").is_checked()
    opened.page.get_by_label("Auto").check()
    assert opened.page.evaluate(paper) == dark


def test_shows_a_rules_first_evaluations_and_all_when_asked(open_report: Open) -> None:
    opened = open_report(report(*(bad(f"role-{number:03}") for number in range(50))))
    assert len(opened.names) == 20

    opened.page.get_by_role("button", name="Show all 50").click()
    assert len(opened.names) == 50
    assert "role-020" in opened.page.evaluate("document.activeElement.textContent")


def test_prints_everything_that_the_filter_leaves_and_nothing_else(open_report: Open) -> None:
    opened = open_report(
        report(*(bad(f"role-{number:03}") for number in range(50)), good("clean"), bad("b", of=BoxGood))
    )
    opened.check("High")
    pages = PdfReader(BytesIO(opened.page.pdf(prefer_css_page_size=True))).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)

    assert [name for number in range(50) if (name := f"role-{number:03}") not in text] == []
    assert "Filter: Outcome: Violation, Not evaluated; Severity: High." in text
    assert "A periodic rule with a parameter of every kind." in text
    assert "A change-triggered rule." not in text
    assert "clean" not in text
    assert "Clear all filters" not in text
    assert len(opened.names) == 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_prints_dark_on_light(scheme: str, open_report: Open) -> None:
    opened = open_report(FIRST, color_scheme=scheme)
    opened.page.emulate_media(media="print")

    assert opened.page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 30, 32)"


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1440, 2560])
def test_no_width_makes_the_page_scroll_sideways(width: int, open_report: Open) -> None:
    opened = open_report(FIRST, report(bad("n" * 5000, "s" * 256)), viewport={"width": width, "height": 800})

    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_texts_stay_text(open_report: Open) -> None:
    opened = open_report(*(hostile_report(text) for text in HOSTILE))
    dialogs: list[str] = []
    opened.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    opened.check("Compliant", "Not applicable")
    while opened.page.locator(".more:visible").count():
        opened.page.locator(".more:visible").first.click()

    wanted = {" ".join(printable_text(text).split()) for text in HOSTILE}
    assert wanted <= {" ".join(name.split()) for name in opened.names}
    assert opened.page.locator("main img, main script, main iframe, main .rows a").count() == 0
    assert (dialogs, opened.console) == ([], [])


def test_without_scripts_the_essentials_are_there(open_report: Open) -> None:
    opened = open_report(FIRST, SECOND, java_script_enabled=False)
    rows = opened.page.locator("noscript .rows .name")

    assert rows.all_text_contents() == ["app", "elsewhere", "locked", "tolerated", "batch", "The whole rule"]
    assert opened.page.locator(".filters").is_hidden()
    box = opened.page.locator(".results > noscript p").bounding_box()
    assert box is not None
    assert box["width"] > 1000


def test_the_same_reports_make_the_same_page() -> None:
    assert render((FIRST, SECOND), PLAIN) == render((FIRST, SECOND), PLAIN)
