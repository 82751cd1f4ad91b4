"""When a data source of a knowledge base is governed; each judgement returns finished sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.criteria.durations import in_days
from rules.engine.verdict import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules.engine.parameters import Tag
    from rules.facts.knowledge_sources import GovernedSource

CUSTOM = "CUSTOM"
"""The type of sources that get their documents by API calls, one by one, and are never synced."""


def tag_defects(source: GovernedSource, required: Iterable[Tag]) -> Iterator[str]:
    """Return which buckets do not exist, and which lack tags; of buckets of other accounts nothing is known."""
    wanted = tuple(required)
    for bucket in source.buckets:
        if bucket.place is None:
            yield f"Bucket {bucket.name} does not exist."
        elif bucket.tags is not None:
            missing = [str(tag) for tag in wanted if not tag.on(bucket.tags)]
            if missing:
                yield f"Bucket {bucket.name} lacks the tag{'s' if len(missing) > 1 else ''} {listed(missing)}."


def sync_defects(source: GovernedSource, most: int) -> Iterator[str]:
    """Return that the last complete sync is more than `most` days ago; 0 is no limit."""
    if not most or source.kind == CUSTOM:
        return
    days = source.days_since_sync
    if days is None:
        yield f"No sync ever completed; one in the last {in_days(most)} is wanted."
    elif days > most:
        yield f"The last complete sync was {in_days(days)} ago; one in the last {in_days(most)} is wanted."
