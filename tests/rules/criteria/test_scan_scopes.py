from dataclasses import replace

import pytest

from rules.criteria.scan_scopes import chooses, covers
from rules.engine.resource import Resource
from rules.facts.macie import Inventoried, Session
from rules.facts.macie_jobs import TAG, ClassificationJob, Condition, Scope
from rules.facts.training_scans import ScannedBucket

KNOWN = Inventoried(
    error=None,
    objects=2,
    classifiable=2,
    own_keys=0,
    kms_keys=0,
    permission="NOT_PUBLIC",
    sharing="UNKNOWN",
    monitored=False,
    days_since_discovery=None,
    sensitivity=50,
    last_job=None,
)
BUCKET = ScannedBucket(
    resource=Resource("AWS::S3::Bucket", "corpus", "corpus", "arn:aws:s3:::corpus"),
    tags={"stage": "prod", "team": "ai"},
    account_id="123456789012",
    region="us-east-1",
    prefixes=("train/",),
    session=Session("ENABLED"),
    known=KNOWN,
)
JOB = ClassificationJob(
    id="job",
    name="weekly",
    status="COMPLETE",
    scheduled=False,
    runs=1,
    days_since_run=3,
    failed=False,
    buckets=frozenset(),
    choice=None,
    objects=Scope(),
    sampling=100,
    existing=True,
    selector="RECOMMENDED",
    identifiers=frozenset(),
)


def name(comparator: str, *values: str) -> Condition:
    return Condition("S3_BUCKET_NAME", comparator, values)


def tags(comparator: str, *pairs: tuple[str | None, str | None]) -> Condition:
    return Condition(TAG, comparator, pairs)


def keys(*prefixes: str) -> Condition:
    return Condition("OBJECT_KEY", "STARTS_WITH", prefixes)


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        pytest.param(Scope(), True, id="no criteria choose everything"),
        pytest.param(Scope((name("EQ", "other", "corpus"),)), True, id="one of the names"),
        pytest.param(Scope((name("EQ", "corpus-two"),)), False, id="another name that begins alike"),
        pytest.param(Scope((name("NE", "other"),)), True, id="not another name"),
        pytest.param(Scope((name("NE", "other", "corpus"),)), False, id="perhaps not this name"),
        pytest.param(Scope((name("STARTS_WITH", "cor"),)), False, id="an operator that buckets do not have"),
        pytest.param(Scope((name("EQ", "corpus"), tags("EQ", ("stage", "test")))), False, id="all have to hold"),
        pytest.param(Scope((tags("EQ", ("stage", "prod")),)), True, id="a tag"),
        pytest.param(Scope((tags("EQ", ("stage", None)),)), True, id="a tag's key"),
        pytest.param(Scope((tags("EQ", (None, "ai")),)), True, id="a tag's value"),
        pytest.param(Scope((tags("EQ", (None, "prod-2")),)), False, id="another tag's value"),
        pytest.param(Scope((tags("EQ", ("Stage", "prod")),)), False, id="a tag in another case"),
        pytest.param(Scope((tags("EQ", ("stage", "prod"), ("team", "hr")),)), False, id="one of two tags"),
        pytest.param(Scope((tags("NE", ("stage", "test"), ("team", "hr")),)), True, id="none of two tags"),
        pytest.param(Scope((tags("NE", ("stage", "test"), ("team", "ai")),)), False, id="not one of two tags"),
        pytest.param(Scope((tags("EQ"),)), False, id="no tags to look for"),
        pytest.param(Scope((Condition("ACCOUNT_ID", "EQ", ("123456789012",)),)), True, id="this account"),
        pytest.param(Scope((Condition("ACCOUNT_ID", "EQ", ("111122223333",)),)), False, id="another account"),
        pytest.param(
            Scope((Condition("S3_BUCKET_EFFECTIVE_PERMISSION", "EQ", ("NOT_PUBLIC",)),)), True, id="public access"
        ),
        pytest.param(
            Scope((Condition("S3_BUCKET_SHARED_ACCESS", "NE", ("EXTERNAL",)),)), False, id="sharing that is not known"
        ),
        pytest.param(Scope((Condition("S3_BUCKET_AGE", "EQ", ("1",)),)), False, id="a property that is not known"),
        pytest.param(Scope((), (name("EQ", "corpus"),)), False, id="left out by name"),
        pytest.param(Scope((), (name("EQ", "other"),)), True, id="another one left out"),
        pytest.param(Scope((), (name("NE", "corpus"),)), True, id="all others left out"),
        pytest.param(Scope((), (name("NE", "corpus", "other"),)), False, id="perhaps left out"),
        pytest.param(
            Scope((), (name("EQ", "corpus"), tags("EQ", ("stage", "test")))), True, id="one reason to leave out of two"
        ),
        pytest.param(Scope((), (tags("EQ", ("stage", "prod"), ("team", "hr")),)), False, id="left out by a tag"),
        pytest.param(
            Scope((), (Condition("S3_BUCKET_SHARED_ACCESS", "EQ", ("EXTERNAL",)),)),
            False,
            id="perhaps left out for sharing",
        ),
        pytest.param(Scope((), (name("STARTS_WITH", "cor"),)), False, id="left out by an operator that is not known"),
        pytest.param(Scope((name("EQ", "corpus"),), (name("EQ", "corpus"),)), False, id="leaving out comes first"),
    ],
)
def test_criteria_choose_a_bucket_when_they_do_for_sure(choice: Scope, *, chosen: bool) -> None:
    assert chooses(replace(JOB, choice=choice), BUCKET) is chosen


def test_a_job_chooses_the_buckets_that_it_names() -> None:
    assert chooses(replace(JOB, buckets=frozenset({"corpus"})), BUCKET)
    assert not chooses(replace(JOB, buckets=frozenset({"corpus-two"})), BUCKET)


def test_a_job_chose_what_macie_says_that_it_looked_into() -> None:
    looked = replace(BUCKET, known=replace(KNOWN, last_job="job"))
    choice = Scope((tags("EQ", ("stage", "prod"), ("team", "hr")),))

    assert chooses(replace(JOB, choice=choice), looked)


def test_properties_of_a_bucket_that_macie_does_not_know_are_not_known() -> None:
    choice = Scope((Condition("S3_BUCKET_EFFECTIVE_PERMISSION", "EQ", ("NOT_PUBLIC",)),))

    assert not chooses(replace(JOB, choice=choice), replace(BUCKET, known=None))


@pytest.mark.parametrize(
    ("objects", "prefixes", "covered"),
    [
        pytest.param(Scope(), ("",), True, id="everything"),
        pytest.param(Scope((keys("train/"),)), ("train/2026/",), True, id="what is included"),
        pytest.param(Scope((keys("train/2026/"),)), ("train/",), False, id="a part is included"),
        pytest.param(Scope((keys("train/"),)), ("",), False, id="a part of the bucket is included"),
        pytest.param(Scope((keys("a/", "train/"),)), ("train/", "a/b"), True, id="each part is included"),
        pytest.param(Scope((keys("train/"),)), ("train/", "validation/"), False, id="one of two is included"),
        pytest.param(Scope((keys("train/"), keys("train/2026/"))), ("train/",), False, id="both have to hold"),
        pytest.param(Scope((Condition("OBJECT_EXTENSION", "EQ", ("csv",)),)), ("train/",), False, id="some formats"),
        pytest.param(Scope((), (keys("logs/"),)), ("train/",), True, id="something else is left out"),
        pytest.param(Scope((), (keys("train/2025/"),)), ("train/",), False, id="a part is left out"),
        pytest.param(Scope((), (keys("t"),)), ("train/",), False, id="more is left out"),
        pytest.param(Scope((), (keys("logs/"),)), ("",), False, id="a part of the bucket is left out"),
        pytest.param(
            Scope((), (Condition("OBJECT_SIZE", "GT", ("1",)),)), ("train/",), False, id="large ones left out"
        ),
        pytest.param(Scope((), (Condition(TAG, "EQ", (("a", "b"),)),)), ("train/",), False, id="tagged ones left out"),
    ],
)
def test_a_job_covers_prefixes_when_it_leaves_nothing_out(
    objects: Scope, prefixes: tuple[str, ...], *, covered: bool
) -> None:
    assert covers(objects, prefixes) is covered
