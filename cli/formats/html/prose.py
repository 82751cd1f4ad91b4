"""A rule's documentation, which is Markdown, as HTML."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

_READER = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


@cache
def as_html(markdown: str) -> Markup:
    """Return Markdown as HTML; HTML that stands in the Markdown is shown as text."""
    return Markup(_READER.render(markdown))  # noqa: S704 - markdown-it-py escapes whatever is not its own


def first_step(fix: str) -> Markup:
    """Return the first paragraph of a fix as HTML within a line, without the colon before an example."""
    paragraph, _, _ = fix.partition("\n\n")
    return Markup(_READER.renderInline(paragraph.rstrip(":")))  # noqa: S704 - the same
