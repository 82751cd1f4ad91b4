"""The same listings in other pages: small ones, the service's own, and empty ones with a token."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from tests.properties.recorded import is_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.properties.recorded import Answer, Question

Page = list[tuple[str, Any]]
"""Items with the names of the members that have them: some operations list several things at once."""

SERVICE_DEFAULT = 100
"""Items of a page where nobody says: most services have this, and the company has fewer of anything but endpoints."""


class Paged:
    """
    Every listing in pages of at most `size` items, or of what the call wants if that is less.

    With a `seed`, pages without items and with a token are among them, at the beginning, in the middle and at the end,
    as AWS may answer
    (https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeAggregateComplianceByConfigRules.html).
    """

    def __init__(self, size: int = SERVICE_DEFAULT, seed: int | None = None) -> None:
        self._size = size
        self._seed = seed
        self._cut: dict[tuple[Question, int], list[Page]] = {}

    def sent(self, question: Question, asked: Mapping[str, Any], answer: Answer) -> Mapping[str, Any]:
        """Return the page that the call asks for."""
        paging = answer.paging
        if paging is None:
            return answer.content
        size = min(self._size, int(asked.get(paging.limit or "") or self._size))
        if (question, size) not in self._cut:
            self._cut[question, size] = self._pages(question, asked, answer, size)
        pages = self._cut[question, size]
        number = int(str(asked.get(paging.input_token) or "page-0").removeprefix("page-"))
        page = {name: value for name, value in answer.content.items() if name not in paging.results}
        for name in paging.results:
            if name in answer.content:
                page[name] = [item for of, item in pages[number] if of == name]
        more = number + 1 < len(pages)
        if more:
            page[paging.output_token] = f"page-{number + 1}"
        if paging.truncated:
            page[paging.truncated] = more
        return page

    def _pages(self, question: Question, asked: Mapping[str, Any], answer: Answer, size: int) -> list[Page]:
        names = answer.paging.results if answer.paging else ()
        items = [(name, item) for name in names for item in answer.content.get(name) or ()]
        if any(is_named(item, asked) for _, item in items):
            return [items]
        pages = [items[start : start + size] for start in range(0, len(items), size)] or [[]]
        if self._seed is None:
            return pages
        return _with_gaps(pages, Random(f"{self._seed} {question}"))  # noqa: S311 - nothing secret


def _with_gaps(pages: list[Page], random: Random) -> list[Page]:
    """Return the pages with empty ones between them, and one more at the end."""
    found: list[Page] = []
    for page in pages:
        found += [[]] * random.randint(0, 2)
        found.append(page)
    return [*found, []]
