"""Links in documents lead somewhere: to a file that is there, or that `generate` writes, and to a heading in it."""

import re
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.docs.documents import ROOT, Link, anchors, documents, links

SITE: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def broken(path: str, link: Link) -> str | None:
    """Return what is wrong with a link of the document at `path`."""
    parts = urlsplit(link.target)
    if parts.scheme or parts.netloc:
        well_formed = parts.scheme == "https" and re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc)
        return None if well_formed and not re.search(r"[\s<>\"]", link.target) else "no address of a public page"
    target = normpath(str(PurePosixPath(path).parent / parts.path)) if parts.path else path
    wrong = {
        "leads out of the repository": target.startswith(("..", "/")),
        "leads out of docs, which the website does not have": path.startswith("docs/") and target[:5] != "docs/",
        "there is no such file": target not in documents() and not (ROOT / target).is_file(),
        "there is no such heading": parts.fragment and parts.fragment not in anchors(documents().get(target, "")),
    }
    return next((sentence for sentence, so in wrong.items() if so), None)


def pages(nav: list[Any]) -> list[str]:
    found: list[str] = []
    for entry in nav:
        (inner,) = entry.values()
        found += pages(inner) if isinstance(inner, list) else [inner]
    return found


@pytest.mark.parametrize("path", documents())
def test_links_lead_somewhere(path: str) -> None:
    found = {link.target: wrong for link in links(documents()[path]) if (wrong := broken(path, link))}

    assert found == {}


@pytest.mark.parametrize("path", documents())
def test_links_and_pictures_have_words(path: str) -> None:
    assert [link.target for link in links(documents()[path]) if not link.text.strip()] == []


@pytest.mark.parametrize("path", documents())
def test_a_document_begins_with_its_only_title(path: str) -> None:
    outside_code = re.sub(r"^```.*?^```", "", documents()[path], flags=re.MULTILINE | re.DOTALL)
    without_comment = re.sub(r"\A<!--.*?-->\n+", "", outside_code)

    assert without_comment.startswith("# ")
    assert len(re.findall(r"^# ", without_comment, re.MULTILINE)) == 1


@pytest.mark.parametrize(
    ("target", "wrong"),
    [
        ("limits.md#what-no-rule-sees", None),
        ("rules/README.md", None),
        ("frameworks.md", None),
        ("https://docs.aws.amazon.com/config/latest/developerguide/", None),
        ("limits.md#what-every-rule-sees", "there is no such heading"),
        ("no-such-page.md", "there is no such file"),
        ("../README.md", "leads out of docs, which the website does not have"),
        ("../../elsewhere.md", "leads out of the repository"),
        ("/docs/limits.md", "leads out of the repository"),
        ("http://docs.aws.amazon.com/config/", "no address of a public page"),
        ("https://localhost/page", "no address of a public page"),
    ],
)
def test_says_what_is_wrong_with_a_link(target: str, wrong: str | None) -> None:
    assert broken("docs/index.md", Link(target, "text", image=False)) == wrong


def test_the_navigation_has_every_page_once() -> None:
    """Pages of single rules are in the table of rules."""
    single = {path for path in documents() if path.startswith("docs/rules/") and path != "docs/rules/README.md"}
    wanted = sorted(path.removeprefix("docs/") for path in documents().keys() - single if path.startswith("docs/"))

    assert sorted(pages(SITE["nav"])) == wanted


def test_the_first_page_leads_to_every_page_of_the_navigation() -> None:
    led_to = {urlsplit(link.target).path for link in links(documents()["docs/index.md"])}

    assert set(pages(SITE["nav"])) - {"index.md"} <= led_to


def test_the_first_page_names_what_is_in_the_folder_of_the_product() -> None:
    commands = re.findall(r"ai-config-rules ([a-z-]+)", documents()["docs/index.md"])

    assert commands
    assert all((ROOT / "cli" / "commands" / f"{name.replace('-', '_')}.py").is_file() for name in commands)
