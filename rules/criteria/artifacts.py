"""When data at a location of Amazon S3 is under its owner's control."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from rules.criteria.keys import key_defect
from rules.engine.verdict import shortened
from rules.expressions import Expression
from rules.facts.s3 import OtherBucket, OtherKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.facts.kms import Key
    from rules.facts.s3_objects import Stored

LONGEST_NAME = 96

# The buckets that Amazon SageMaker JumpStart serves models from; in the "private" ones are those with a licence.
JUMPSTART = Expression(r"jumpstart-(private-)?cache-prod-[a-z0-9-]+")


def encryption_defects(uri: str, stored: Stored, *, require_rotation: bool) -> list[str]:
    """
    Return a sentence for everything at a location that no customer-managed key protects, [] when there is nothing.

    An object's own encryption counts. The default of the bucket counts for what was not looked at: where nothing is
    stored yet, and beyond the objects that were read.
    """
    judged = (
        (one.name, storage_defect(one.algorithm, one.key_id, one.key, require_rotation=require_rotation))
        for one in stored.objects
    )
    found = [
        f"{shortened(f's3://{stored.bucket}/{name}', LONGEST_NAME)} is {defect}." for name, defect in judged if defect
    ]
    if stored.objects and stored.complete:
        return found
    default = stored.bucket_encryption
    if defect := storage_defect(default.algorithm, default.key_id, default.key, require_rotation=require_rotation):
        what = f"more than {len(stored.objects)} objects" if stored.objects else "no object"
        found.append(f"{shortened(uri, LONGEST_NAME)} has {what}; new objects of its bucket are {defect}.")
    return found


def public_access_defect(stored: Stored) -> str | None:
    """Return that the bucket of a location does not block public access with all four settings."""
    if all(astuple(stored.public_access_block)):
        return None
    return f"The bucket {stored.bucket} does not block all public access."


def elsewhere(uri: str, place: OtherBucket | None) -> str:
    """Return where a location is that this account does not store anything at; None is no bucket at all."""
    name = shortened(uri, LONGEST_NAME)
    if place is None:
        return f"{name} is in a bucket that does not exist."
    if place.kind is OtherKind.FOREIGN and JUMPSTART.fullmatch(place.resource.name):
        return f"{name} is an artifact of SageMaker JumpStart, which AWS protects."
    return f"{name} is in {place.kind.value}, which this rule does not judge."


def nothing_stored(uri: str) -> str:
    """Return that a location holds nothing, so that a verdict on it speaks of what will be stored there."""
    return f"{shortened(uri, LONGEST_NAME)} is not there; the encryption of its bucket counts for it."


def key_names(stored: Stored) -> Iterator[str]:
    """Yield the keys that protect a location, as its objects and its bucket name them."""
    for one in stored.objects:
        if one.key_id:
            yield one.key_id
    if stored.bucket_encryption.key_id and not (stored.objects and stored.complete):
        yield stored.bucket_encryption.key_id


def storage_defect(algorithm: str | None, key_id: str | None, key: Key | None, *, require_rotation: bool) -> str | None:
    """Return how Amazon S3 encrypts something, where no customer-managed key protects it, as the end of a sentence."""
    if algorithm is None:
        return "not encrypted; a customer-managed key is wanted"
    if not algorithm.startswith("aws:kms"):
        return f"encrypted with a key of Amazon S3 ({algorithm}); a customer-managed key is wanted"
    if key_id is None:
        return "encrypted with aws/s3, which AWS manages; a customer-managed key is wanted"
    defect = key_defect(key, require_rotation=require_rotation)
    return f"encrypted with {key_id}, {defect}" if defect else None
