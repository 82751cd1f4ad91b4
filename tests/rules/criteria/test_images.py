from dataclasses import replace

import pytest

from rules.criteria.images import Limits, image_defects
from rules.facts.container_images import Image, ModelImage, Scan

LIMITS = Limits("high", 180, require_digest=True)
IMAGE = ModelImage(
    "r/serve:v1", "123456789012", own=True, pinned=True, image=Image(0, immutable_tags=False, scan=Scan("COMPLETE"))
)


def with_scan(scan: Scan | None) -> ModelImage:
    assert IMAGE.image is not None
    return replace(IMAGE, image=replace(IMAGE.image, scan=scan))


@pytest.mark.parametrize(
    ("severity", "sentence"),
    [
        ("critical", "The image r/serve:v1 has findings: 1 CRITICAL."),
        ("high", "The image r/serve:v1 has findings: 1 CRITICAL, 2 HIGH."),
        ("medium", "The image r/serve:v1 has findings: 1 CRITICAL, 2 HIGH, 3 MEDIUM."),
        ("low", "The image r/serve:v1 has findings: 1 CRITICAL, 2 HIGH, 3 MEDIUM, 4 LOW."),
    ],
)
def test_counts_findings_from_a_severity_on(severity: str, sentence: str) -> None:
    counts = (("CRITICAL", 1), ("HIGH", 2), ("INFORMATIONAL", 9), ("LOW", 4), ("MEDIUM", 3), ("UNDEFINED", 9))

    found = image_defects(with_scan(Scan("ACTIVE", counts)), replace(LIMITS, severity=severity))

    assert list(found) == [sentence]


@pytest.mark.parametrize(
    "status",
    [
        "IN_PROGRESS",
        "FAILED",
        "UNSUPPORTED_IMAGE",
        "PENDING",
        "SCAN_ELIGIBILITY_EXPIRED",
        "FINDINGS_UNAVAILABLE",
        "LIMIT_EXCEEDED",
        "IMAGE_ARCHIVED",
    ],
)
def test_takes_only_scans_that_are_complete_or_active(status: str) -> None:
    assert list(image_defects(with_scan(Scan(status)), LIMITS)) == [
        f"The scan of the image r/serve:v1 is {status}; COMPLETE or ACTIVE is wanted."
    ]


def test_names_everything_that_is_wrong_with_an_image_gravest_first() -> None:
    old = replace(with_scan(None), pinned=False)
    assert old.image is not None
    old = replace(old, image=replace(old.image, pushed_days_ago=200))

    assert list(image_defects(old, LIMITS)) == [
        "The image r/serve:v1 was never scanned.",
        "The image r/serve:v1 is 200 days old; at most 180 are wanted.",
        "The tag of r/serve:v1 can be moved to another image; a digest, or immutable tags, are wanted.",
    ]


def test_says_only_that_an_image_does_not_exist() -> None:
    assert list(image_defects(replace(IMAGE, image=None, pinned=False), LIMITS)) == [
        "The image r/serve:v1 does not exist."
    ]
