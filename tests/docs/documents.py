"""All documents of the repository as they are once `generate` has run, and what a reader of Markdown finds in them."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cli.documents.generated import Generated
from rules.engine.catalogue import all_rules

ROOT = Path(__file__).parents[2]
MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Link:
    """A link or an image: where it leads, and its text or alternative text."""

    target: str
    text: str
    image: bool


@cache
def documents() -> dict[str, str]:
    """Return the text of every document by its path, generated ones as they should be."""
    generated = {path: text for path, text in Generated.of(all_rules(), ROOT).wanted.items() if path.endswith(".md")}
    written = [*ROOT.glob("*.md"), ROOT / "requirements" / "README.md", *(ROOT / "docs").glob("*.md")]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(written)} | generated


def links(text: str) -> list[Link]:
    """Return every link and image of a document."""
    found = []
    for inline in _inline(text):
        children = inline.children or []
        for position, token in enumerate(children):
            if token.type == "image":
                found.append(Link(str(token.attrs["src"]), token.content, image=True))
            elif token.type == "link_open":
                inner = children[position + 1 :]
                end = next(index for index, each in enumerate(inner) if each.type == "link_close")
                found.append(Link(str(token.attrs["href"]), "".join(each.content for each in inner[:end]), image=False))
    return found


@cache
def anchors(text: str) -> frozenset[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    tokens = MARKDOWN.parse(text)
    found: list[str] = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = "".join(each.content for each in inline.children or [])
            slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return frozenset(found)


def _inline(text: str) -> list[Token]:
    return [token for token in MARKDOWN.parse(text) if token.type == "inline"]
