"""A browser, and reports opened in it from a file as a reader would."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from cli.formats.html.page import render
from cli.report import Report
from cli.terminal import PLAIN
from tests.cli.formats.html.chromium import executable

SEARCHED = """
window.searched = new Promise((done) =>
  new MutationObserver(() => done()).observe(document.getElementById("shown"), { childList: true }));
null
"""

Open = Callable[..., "Opened"]


@dataclass
class Opened:
    """A report in the browser, with everything that it wrote to the console and everything that it asked for."""

    page: Page
    file: Path
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names of the evaluations that the page shows, in its order."""
        return [each.strip() for each in self.page.locator("article.rule:visible .rows .name").all_text_contents()]

    @property
    def shown(self) -> str:
        """What the page says that it shows."""
        return self.page.locator("#shown").inner_text()

    def check(self, *labels: str) -> None:
        """Tick the choices of that wording."""
        for label in labels:
            self.page.locator("label.choice", has_text=label).locator("input").check()

    def uncheck(self, *labels: str) -> None:
        """Take the ticks away."""
        for label in labels:
            self.page.locator("label.choice", has_text=label).locator("input").uncheck()

    def search(self, text: str) -> None:
        """Type into the search field, and wait until the page has searched."""
        self.page.evaluate(SEARCHED)
        self.page.locator("#search").fill(text)
        self.page.evaluate("window.searched")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium; tests are skipped where there is none and the project's own package has none either."""
    found = executable()
    if found is None:
        pytest.skip("no Chromium: the packaged one runs on Linux x86_64 only, and none is installed here")
    program, environment = found
    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"], env={**os.environ, **environment}
        )
        yield opened
        opened.close()


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Return what writes a report to a file and opens it; options are those of a Playwright context."""
    contexts = []

    def opened(*reports: Report, **options: Any) -> Opened:
        file = write(reports, tmp_path)
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        found = Opened(page, file)
        page.on("console", lambda message: found.console.append(message.text))
        page.on("pageerror", lambda error: found.console.append(str(error)))
        page.on("request", lambda request: found.requests.append(request.url))
        page.goto(file.as_uri())
        return found

    yield opened
    for context in contexts:
        context.close()


def write(reports: Sequence[Report], folder: Path) -> Path:
    """Write the reports as HTML, and return the file."""
    file = folder / "report.html"
    file.write_text(render(reports, PLAIN), encoding="utf-8")
    return file
