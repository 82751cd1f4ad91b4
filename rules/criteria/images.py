"""When a container image is safe to run; each judgement is a finished sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.verdict import shortened
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.facts.container_images import ModelImage, Scan

LONGEST_NAME = 110
SEVERITIES = ("INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL")
SCANNED = frozenset({"COMPLETE", "ACTIVE"})
"""Scanned once by Amazon ECR, and scanned continuously by Amazon Inspector."""


@dataclass(frozen=True)
class Limits:
    """What an image may be: findings below a severity, a number of days old, and without a digest or not."""

    severity: str
    most_days: int
    require_digest: bool


def image_defects(image: ModelImage, limits: Limits) -> Iterator[str]:
    """Yield why an image of the account's own registry is not safe to run, gravest first."""
    name = shortened(image.uri, LONGEST_NAME)
    if image.image is None:
        yield f"The image {name} does not exist."
        return
    yield from _scan_defects(name, image.image.scan, limits.severity)
    if image.image.pushed_days_ago > limits.most_days:
        yield f"The image {name} is {image.image.pushed_days_ago} days old; at most {limits.most_days} are wanted."
    if limits.require_digest and not image.pinned and not image.image.immutable_tags:
        yield f"The tag of {name} can be moved to another image; a digest, or immutable tags, are wanted."


def _scan_defects(name: str, scan: Scan | None, severity: str) -> Iterator[str]:
    if scan is None:
        yield f"The image {name} was never scanned."
    elif scan.status not in SCANNED:
        yield f"The scan of the image {name} is {scan.status}; COMPLETE or ACTIVE is wanted."
    else:
        grave = SEVERITIES[SEVERITIES.index(severity.upper()) :]
        counts = dict(scan.findings)
        found = [f"{counts[one]} {one}" for one in reversed(grave) if counts.get(one)]
        if found:
            yield f"The image {name} has findings: {', '.join(found)}."
