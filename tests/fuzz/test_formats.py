"""Reports with texts of any kind: every format is what it says, and no text does anything in it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from typing import Final
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from cli.formats.registry import FORMATS, render
from cli.report import Failure
from cli.terminal import PLAIN
from rules.engine.verdict import non_compliant
from tests.cli.reports import EVERYTHING, HOSTILE_NAMES, bad, report, role
from tests.fuzz.budget import examples
from tests.fuzz.limits import at_most
from tests.rules.engine.sample_rules import BoxesGood

FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
MORE_TEXTS: Final = (
    *("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "]]>", "-->", "</script><script>alert(1)</script>", "{{7*7}}"),
    *(
        "|a|b|",
        "`x`",
        "![](http://example.com/x.png)",
        "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
        "&amp;",
        "\x00\x0b\x1f",
    ),
    *("::error::x", "\ufffe\uffff", "https://example.com", "a" * 5_000),
)


def texts() -> st.SearchStrategy[str]:
    """Return a text that some reader would act on if it were not taken for a text."""
    odd = st.sampled_from((*HOSTILE_NAMES, *MORE_TEXTS))
    return st.lists(odd | st.text(max_size=10), min_size=1, max_size=3).map("".join)


class Tags(HTMLParser):
    """Counts the elements of a page and keeps their attributes' names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        self.found.update((tag, name) for name, _ in attrs)
        self.found.add((tag, ""))


PLAIN_TAGS: Final = Tags(render("html", [EVERYTHING], PLAIN)).found


@given(texts(), texts(), texts(), texts())
@examples(20)
def test_a_report_of_any_texts_is_shown_as_texts(name: str, said: str, code: str, message: str) -> None:
    verdict = non_compliant(said, "It is bad.")
    failure = Failure(BoxesGood, role(name), code, message)
    odd = report(replace(bad(name), verdict=verdict), failures=[failure, Failure(BoxesGood, None, code, message)])
    with at_most(30):
        shown = {form: render(form, [odd], PLAIN) for form in FORMATS}
    for form in ("json", "sarif", "asff", "ocsf"):
        json.loads(shown[form])
    ET.fromstring(shown["junit"])  # noqa: S314 - it is our own
    cells = [cell for row in csv.reader(StringIO(shown["csv"])) for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULAS)]
    assert all(line.isprintable() for line in shown["table"].splitlines())
    for form in FORMATS:
        assert shown[form].endswith("\n")
        shown[form].encode()
    assert Tags(shown["html"]).found <= PLAIN_TAGS
    assert "<script" not in shown["markdown"].lower()
    assert "<img" not in shown["markdown"].lower()
