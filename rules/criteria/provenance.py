"""What the tags of a bucket say of the data in it; each judgement is a finished sentence, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.verdict import listed, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.engine.parameters import Tag

CLASSIFICATION = "data-classification"
"""The key of the tag that says how confidential data is."""

LONGEST_VALUE = 64
"""Characters of a tag's value that a sentence shows; S3 takes 256."""


def tag_defects(tags: Mapping[str, str], required: Iterable[Tag]) -> Iterator[str]:
    """Return which required tags are missing, empty, or have another value than the one that is required."""
    missing = []
    for tag in required:
        value = tags.get(tag.key, "").strip()
        if not value:
            missing.append(tag.key)
        elif not tag.on(tags):
            actual = shortened(value, LONGEST_VALUE)
            yield f"The tag {tag.key} is {actual!r}; {tag.value!r} is wanted."
    if missing:
        yield f"The tag{'s' if len(missing) > 1 else ''} {listed(missing, most=6)} {_are(missing)} missing or empty."


def classification_defect(tags: Mapping[str, str], allowed: Iterable[str]) -> str | None:
    """Return which class the data has that is not one of the allowed ones; none of them allows any."""
    classes = tuple(allowed)
    value = tags.get(CLASSIFICATION, "").strip()
    if not classes or value in classes:
        return None
    wanted = " or ".join(classes) if len(classes) < 3 else f"one of {listed(classes, most=5)}"  # noqa: PLR2004 - "a or b"
    if not value:
        return f"The data has no class; {wanted} is wanted."
    return f"The class of the data is {shortened(value, LONGEST_VALUE)!r}; {wanted} is wanted."


def _are(names: list[str]) -> str:
    return "are" if len(names) > 1 else "is"
