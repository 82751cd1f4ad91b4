"""The website, built from all pages, reads like the pages themselves and fetches nothing from elsewhere."""

import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from shutil import copy, copytree

import pytest

from tests.docs.documents import MARKDOWN, ROOT, documents

COUNTED = frozenset({"li", "tr", "pre", "h1", "h2", "h3", "img", "strong", "blockquote"})
FETCHING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}

pytestmark = pytest.mark.slow


class Reader(HTMLParser):
    """Counts elements of the main part of a page, or of all of it, and collects what the page fetches."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.fetched: list[str] = []
        self._depth = 1 if whole else 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if address := given.get(FETCHING.get(tag, "")):
            self.fetched.append(address)
        if tag == "div" and (self._depth or given.get("role") == "main"):
            self._depth += 1
        if self._depth and tag in COUNTED:
            self.counts[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._depth:
            self._depth -= 1


def read(html: str, *, whole: bool = False) -> Reader:
    reader = Reader(whole=whole)
    reader.feed(html)
    return reader


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the website of the documents as they are once `generate` has run."""
    root = tmp_path_factory.mktemp("repository")
    copytree(ROOT / "docs", root / "docs", ignore=lambda folder, names: names if folder.endswith("rules") else ())
    copy(ROOT / "mkdocs.yml", root)
    for path, text in documents().items():
        if path.startswith("docs/"):
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"],
        cwd=root,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    return root / "build" / "site"


def test_has_a_page_for_every_document(site: Path) -> None:
    wanted = {path.removeprefix("docs/") for path in documents() if path.startswith("docs/")}
    html = {re.sub(r"README\.md$", "index.md", path).replace(".md", ".html") for path in wanted}

    assert {page for page in html if not (site / page).is_file()} == set()
    assert (site / "architecture.svg").is_file()


def test_fetches_nothing_from_elsewhere(site: Path) -> None:
    pages = {page.relative_to(site).as_posix(): page.read_text(encoding="utf-8") for page in site.rglob("*.html")}
    styles = {sheet.name: sheet.read_text(encoding="utf-8") for sheet in site.rglob("*.css")}

    fetched = {name: [each for each in read(html).fetched if "//" in each] for name, html in pages.items()}
    assert {name: found for name, found in fetched.items() if found} == {}
    assert {name for name, sheet in styles.items() if re.search(r"(url\(|@import)[\s\"']*(https?:)?//", sheet)} == set()


def test_reads_like_the_markdown_itself(site: Path) -> None:
    """GitHub and the website's generator take lists, tables and code for the same."""
    different = {}
    for path, text in documents().items():
        if path.startswith("docs/"):
            page = re.sub(r"README\.md$", "index.md", path.removeprefix("docs/")).replace(".md", ".html")
            shown = read((site / page).read_text(encoding="utf-8")).counts
            wanted = read(MARKDOWN.render(text), whole=True).counts
            if shown != wanted:
                different[path] = (shown, wanted)

    assert different == {}
