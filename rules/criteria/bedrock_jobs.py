"""When what a job of Amazon Bedrock made is encrypted with a key of the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.criteria.artifacts import storage_defect
from rules.criteria.keys import key_defect
from rules.facts.s3 import BucketEncryption

if TYPE_CHECKING:
    from rules.facts.bedrock_job_isolation import IsolatedJob


def result_defect(job: IsolatedJob) -> str | None:
    """
    Return why a job's model or results have no usable customer-managed key, to go on from the job's name.

    None when they have one, and for results in a bucket that is gone or another account's.
    """
    if job.key_id is not None:
        defect = key_defect(job.key)
        return f"names {job.key_id}, {defect}" if defect else None
    if job.kind != "batch":
        return "names no key; a customer-managed key is wanted"
    if not isinstance(job.bucket, BucketEncryption):
        return None
    stored = storage_defect(job.bucket.algorithm, job.bucket.key_id, job.bucket.key, require_rotation=False)
    return f"names no key; by default its results are {stored}" if stored else None
