"""Facts about how jobs of Amazon Bedrock reached the account's data, and what their results are encrypted with."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, get_args

from rules.engine.collector import reads
from rules.engine.resource import Unreadable
from rules.facts import bedrock_jobs, kms, s3
from rules.facts.bedrock_jobs import FRUITLESS, ModelJob
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource

    Listed = bedrock_jobs.Job | ModelJob | Unreadable

Kind = Literal["customization", "import", "batch"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class IsolatedJob:
    """
    A job that made a model or results, or is about to.

    `key_id` is the key that it names, None when it names none, `key` what KMS says of it, None for no such key.
    `bucket` is what the bucket of a batch job does with results that no key was named for: an OtherBucket for one of
    another account, None for other kinds, for a job that names a key, and for a bucket that is gone.
    """

    name: str
    kind: Kind
    in_vpc: bool
    key_id: str | None = None
    key: kms.Key | None = None
    bucket: s3.BucketEncryption | s3.OtherBucket | None = None


@dataclass(frozen=True)
class AccountJobs:
    """The account with its jobs of the last days, those that failed left out."""

    resource: Resource
    jobs: tuple[IsolatedJob, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


@reads(
    uses=(
        bedrock_jobs.customization_jobs,
        bedrock_jobs.import_jobs,
        bedrock_jobs.batch_jobs,
        kms.key,
        s3.bucket_encryption,
    )
)
def account_jobs(aws: Aws, kinds: tuple[Kind, ...], lookback_days: int) -> tuple[AccountJobs | Unreadable, ...]:
    """
    Return the one fact of the account, none without jobs of these kinds.

    It is an Unreadable when a job is, because the account is judged by all of them.
    """
    listings: dict[Kind, Callable[[], Iterable[Listed]]] = {
        "customization": lambda: bedrock_jobs.customization_jobs(aws, lookback_days),
        "import": lambda: bedrock_jobs.import_jobs(aws, lookback_days),
        "batch": lambda: bedrock_jobs.batch_jobs(aws, lookback_days),
    }
    every = [(kind, job) for kind in dict.fromkeys(kinds) for job in sorted(listings[kind](), key=_place)]
    fruitful = [(kind, job) for kind, job in every if not isinstance(job, ModelJob) or job.status not in FRUITLESS]

    def read(listed: tuple[Kind, Listed]) -> IsolatedJob | Unreadable:
        kind, job = listed
        if isinstance(job, Unreadable):
            return job
        key = kms.key(aws, job.key_id) if job.key_id else None
        results = None
        if isinstance(job, bedrock_jobs.Job) and not job.key_id:
            results = s3.bucket_encryption(aws, job.bucket)
        return IsolatedJob(job.resource.name, kind, bool(job.subnet_ids), job.key_id, key, results)

    found: tuple[IsolatedJob | Unreadable, ...] = aws.read_each(fruitful, lambda each: each[1].resource, read)
    jobs = []
    for one in found:
        if isinstance(one, Unreadable):
            return (Unreadable(aws.account, one.code, f"{one.resource.name}: {one.message}"),)
        jobs.append(one)
    return (AccountJobs(aws.account, tuple(jobs)),) if jobs else ()


def _place(job: Listed) -> tuple[str, str]:
    """Return by what the jobs of a kind are sorted: their listing has no order of its own."""
    return job.resource.name, job.resource.id
