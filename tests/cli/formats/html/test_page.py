import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape

import pytest

from cli.formats.html.page import render
from cli.terminal import PLAIN
from rules.engine.catalogue import all_rules
from tests.cli.formats.hostile import HOSTILE, IDS, LONG, hostile_report
from tests.cli.formats.html.samples import CLOSED, FIRST, SECOND
from tests.cli.reports import bad, report


def page(*reports: object) -> str:
    return render(reports, PLAIN)  # type: ignore[arg-type]  # reports, whatever their number


def elements(text: str, tag: str) -> list[str]:
    """Return what stands between the tags of that name which have no attributes."""
    return re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)


def policy(text: str) -> dict[str, list[str]]:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert found is not None
    directives = [directive.split() for directive in unescape(found.group(1)).split("; ")]
    return {name: sources for name, *sources in directives}


def hashed(texts: list[str]) -> list[str]:
    return [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts]


def test_the_policy_allows_the_pages_own_parts_by_hash_and_nothing_else() -> None:
    text = page(FIRST)
    found = policy(text)

    assert found.pop("script-src") == hashed(elements(text, "script"))
    assert found.pop("style-src") == hashed(elements(text, "style"))
    assert found == {
        "default-src": ["'none'"],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }


def test_the_policy_comes_before_anything_that_it_governs() -> None:
    text = page(FIRST)

    assert text.index("Content-Security-Policy") < min(text.index(f"<{tag}") for tag in ("style", "script", "link"))


def test_refers_to_nothing_but_pages_that_a_reader_may_open() -> None:
    text = page(report(rules=tuple(all_rules())))
    loaded = re.findall(r"<\w[^>]*\s(?:src|srcset|action|poster|data)=|@import|url\(", text)
    targets = set(re.findall(r'href="([^"#][^"]*)"', text))

    assert loaded == []
    assert targets - {"data:,"} <= {reference for rule in all_rules() for reference in rule.references}


def test_scripts_never_take_text_for_html() -> None:
    scripts = " ".join(elements(page(FIRST), "script"))

    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", scripts) == []


@pytest.mark.parametrize("text", [*HOSTILE, "</script><script>alert(1)</script>", LONG], ids=[*IDS, "end", "long"])
def test_any_text_leaves_the_page_as_it_is(text: str) -> None:
    plain, hostile = page(hostile_report("plain")), page(hostile_report(text))

    def tags(found: str) -> list[str]:
        return re.findall(r"<[a-z/!][^>]*>", re.sub(r'content="[^"]*"', "", found))

    assert tags(hostile) == tags(plain)
    assert hostile.isascii()
    assert len(hostile) < len(plain) + 40_000


def test_the_data_is_what_was_evaluated() -> None:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page(FIRST, SECOND), re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))

    assert [(row[2], row[4]) for row in data["rows"]] == [
        *((0, "app"), (0, "elsewhere"), (1, "locked"), (2, "tolerated"), (3, "clean"), (4, "idle")),
        *((0, "batch"), (1, "The whole rule"), (3, "fine")),
    ]
    assert data["places"] == ["us-east-1", "eu-central-1"]
    assert data["rows"][3][7] == "Accepted by ana@example.com until 2027-03-31: Replaced in spring."


def test_says_which_places_could_not_be_opened_and_what_a_run_warns_of() -> None:
    text = page(FIRST, CLOSED)

    assert "unknown, us-west-2, &lt;i&gt;audit&lt;/i&gt;: nothing could be read. ExpiredToken: The security" in text
    assert "An entry of the baseline has expired: &lt;script&gt;alert(1)&lt;/script&gt;." in text


@pytest.mark.parametrize(
    ("given", "headline"),
    [
        pytest.param(report(), "No violations", id="nothing at all"),
        pytest.param(report(bad("a")), "1 violation", id="one"),
        pytest.param(report(*(bad(f"r{number}") for number in range(1200))), "1,200 violations", id="many"),
        pytest.param(CLOSED, "No violations among what was evaluated", id="nothing evaluated"),
    ],
)
def test_the_headline_says_how_it_came_out(given: object, headline: str) -> None:
    text = page(given)

    assert f'<h1 id="headline">{headline}</h1>' in text
    assert f"<title>{headline}: AI on AWS, account " in text
