"""When training data counts as scanned by Amazon Macie; each judgement is a finished sentence, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from rules.criteria.durations import in_days
from rules.criteria.key_policies import lets_role
from rules.criteria.scan_scopes import chooses, covers
from rules.engine.verdict import shortened
from rules.facts.macie import ABSENT, OFF, PAUSED
from rules.frozen import dataclass

if TYPE_CHECKING:
    from rules.facts.macie import Inventoried
    from rules.facts.macie_jobs import ClassificationJob
    from rules.facts.training_scans import ScannedBucket

Level = Literal["low", "medium", "high"]
LEVELS: tuple[Level, ...] = get_args(Level)

# https://docs.aws.amazon.com/macie/latest/user/discovery-scoring-s3.html
ERROR_SCORE = -1
UNSEEN_SCORE = 50

# Managed data identifiers of the category "Credentials": they find secrets, not people.
# https://docs.aws.amazon.com/macie/latest/user/mdis-reference-quick.html
CREDENTIALS = frozenset(
    {
        "AWS_CREDENTIALS",
        "GCP_API_KEY",
        "HTTP_BASIC_AUTH_HEADER",
        "HTTP_COOKIE",
        "JSON_WEB_TOKEN",
        "OPENSSH_PRIVATE_KEY",
        "PGP_PRIVATE_KEY",
        "PKCS",
        "PUTTY_PRIVATE_KEY",
        "STRIPE_CREDENTIALS",
    }
)


@dataclass(frozen=True)
class Scan:
    """What looked into the training data ("Job "weekly""), and how many days ago."""

    by: str
    days: int

    @property
    def when(self) -> str:
        """The words "today" or "3 days ago"."""
        return f"{in_days(self.days)} ago" if self.days else "today"


def obstacle(bucket: ScannedBucket) -> str | None:
    """Return why Macie looks into nothing of the bucket at all."""
    if bucket.session.status == ABSENT:
        return None
    if bucket.session.status == OFF:
        return f"Amazon Macie is not enabled in {bucket.region}, so nothing has looked for personal data in the bucket."
    if bucket.session.status == PAUSED:
        return f"Amazon Macie is suspended in {bucket.region}, and its jobs with it."
    if bucket.known is None:
        return "Amazon Macie does not know the bucket, so it never looked into it."
    if bucket.known.error:
        return f"Amazon Macie cannot read the bucket: {bucket.known.error}."
    return None


def nothing_to_scan(bucket: ScannedBucket) -> str | None:
    """Return why a scan of the bucket would read nothing, whoever asks for it."""
    known = bucket.known
    if known is None:
        return f"Amazon Macie is not available in {bucket.region}."
    if known.objects == 0:
        return "The bucket holds no objects any more, so there is nothing to scan."
    if known.classifiable is not None and known.classifiable <= (known.own_keys or 0):
        return "Amazon Macie can read none of the bucket's objects: their format, storage class or encryption bars it."
    return None


def finding_defect(bucket: ScannedBucket, least: Level) -> str | None:
    """Return how many findings of sensitive data at or above a severity are open."""
    wanted = LEVELS[LEVELS.index(least) :]
    count = sum(number for severity, number in bucket.findings if severity.lower() in wanted)
    if count:
        what = "1 finding" if count == 1 else f"{count} findings"
        level = least.capitalize() if least == LEVELS[-1] else f"{least.capitalize()} or above"
        return f"Amazon Macie has {what} of sensitive data of severity {level} open; none is wanted."
    known, administrator = bucket.known, bucket.session.administrator
    if administrator and known and known.monitored and (known.sensitivity or 0) > UNSEEN_SCORE:
        # Only the administrator sees what automated discovery found (Macie User Guide, "Administrator and member
        # account relationships").
        return (
            f"Automated discovery found sensitive data: the score is {known.sensitivity}, less than {UNSEEN_SCORE} is"
            f" wanted. Account {administrator} has the findings."
        )
    return None


def newest_scan(bucket: ScannedBucket, max_age: int, min_sampling: int) -> Scan | None:
    """Return the newest scan of all the training data that counts, None where there is none."""
    scans = [
        Scan(_named(job), job.days_since_run or 0)
        for job in bucket.jobs
        if chooses(job, bucket) and _job_defect(job, bucket, max_age, min_sampling) is None
    ]
    known = bucket.known
    if known and _discovery_defect(known, max_age) is None:
        scans.append(Scan("Automated discovery", known.days_since_discovery or 0))
    return min(scans, key=lambda scan: scan.days, default=None)


def scan_defects(bucket: ScannedBucket, max_age: int, min_sampling: int) -> list[str]:
    """Return what is wrong with the scans of a bucket that has none that counts, beginning with that."""
    known = bucket.known
    jobs = sorted((job for job in bucket.jobs if chooses(job, bucket)), key=lambda job: job.days_since_run or 0)
    reasons = [_job_defect(job, bucket, max_age, min_sampling) for job in jobs]
    if known and known.monitored:
        reasons.append(_discovery_defect(known, max_age))
    if administrator := bucket.session.administrator:
        reasons.append(f"Jobs of Macie's administrator {administrator} are not visible here.")
    return [
        f"Amazon Macie has no complete scan of the training data in the last {in_days(max_age)}.",
        *(reason for reason in reasons if reason),
    ]


def run_under_way(bucket: ScannedBucket, max_age: int, min_sampling: int) -> str | None:
    """Return which recurring job is at work, so that nobody can tell when its run before this one was complete."""
    for job in bucket.jobs:
        again = job.scheduled and job.status == "RUNNING" and job.runs > 1
        if again and chooses(job, bucket) and _setting_defect(job, bucket, min_sampling) is None:
            age = job.days_since_run
            if age is not None and age <= max_age:
                return (
                    f"{_named(job)} is running again; whether its last run was complete cannot be told until it ends."
                )
    return None


def _job_defect(job: ClassificationJob, bucket: ScannedBucket, max_age: int, min_sampling: int) -> str | None:
    name = _named(job)
    if job.status == "RUNNING":
        return f"{name} is still running."
    if job.days_since_run is None or not job.runs:
        return f"{name} has not run yet."
    if job.days_since_run > max_age:
        return f"{name} last ran {in_days(job.days_since_run)} ago."
    if job.failed:
        return f"{name} could not read everything in its last run."
    return _setting_defect(job, bucket, min_sampling)


def _setting_defect(job: ClassificationJob, bucket: ScannedBucket, min_sampling: int) -> str | None:
    name = _named(job)
    if not job.existing:
        return f"{name} looks only at objects that are newer than the job."
    if not covers(job.objects, bucket.prefixes):
        return f"The scope of {name[0].lower()}{name[1:]} leaves out training data."
    if job.sampling < min_sampling:
        return f"{name} looks at {job.sampling} percent of the objects; {min_sampling} is wanted."
    if job.selector == "NONE" or (job.selector == "INCLUDE" and job.identifiers <= CREDENTIALS):
        return f"{name} uses no managed data identifier that finds personal data."
    return _key_defect(bucket)


def _key_defect(bucket: ScannedBucket) -> str | None:
    """Return why jobs pass over objects under the bucket's key: they do so without an error."""
    if bucket.key_arn is None or bucket.session.role is None:
        return None
    if bucket.key_policy is None:
        return f"Whether Amazon Macie may use {bucket.key_arn} cannot be read from this account."
    if lets_role(bucket.key_policy, bucket.session.role, "kms:Decrypt"):
        return None
    return f"The policy of {bucket.key_arn} does not let Amazon Macie decrypt objects, so jobs pass over them."


def _discovery_defect(known: Inventoried, max_age: int) -> str | None:
    days, score = known.days_since_discovery, known.sensitivity
    if not known.monitored:
        return "Automated discovery leaves the bucket out."
    if days is None or score is None or score == UNSEEN_SCORE:
        return "Automated discovery has not looked into the bucket yet."
    if days > max_age:
        return f"Automated discovery last looked into the bucket {in_days(days)} ago."
    if score == ERROR_SCORE:
        return "Automated discovery could not read any object that it chose."
    return None


def _named(job: ClassificationJob) -> str:
    return f'Job "{shortened(job.name, 60)}"'
