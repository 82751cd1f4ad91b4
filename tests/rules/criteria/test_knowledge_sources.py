import pytest

from rules.criteria.knowledge_sources import sync_defects, tag_defects
from rules.engine.parameters import Tag
from rules.engine.resource import Resource
from rules.facts.knowledge_sources import GovernedSource, SourceBucket
from rules.facts.s3 import OtherBucket, OtherKind

RESOURCE = Resource("AWS::Bedrock::DataSource", "ABCDEFGHIJ|KLMNOPQRST", "documents")
FOREIGN = OtherBucket(Resource("AWS::S3::Bucket", "partner", "partner"), {}, OtherKind.FOREIGN)
OWNER, PUBLIC = Tag("owner", None), Tag("class", "public")


def source(*buckets: SourceBucket, kind: str = "S3", days: int | None = None) -> GovernedSource:
    return GovernedSource(RESOURCE, {}, kind, buckets, "DELETE", days)


@pytest.mark.parametrize(
    ("bucket", "defects"),
    [
        pytest.param(SourceBucket("a", "us-east-1", {"owner": "x", "class": "public"}), [], id="all tags"),
        pytest.param(SourceBucket("a", "us-east-1", {"class": "public"}), ["Bucket a lacks the tag owner."], id="one"),
        pytest.param(
            SourceBucket("a", "us-east-1", {"Owner": "x", "class": "secret"}),
            ["Bucket a lacks the tags owner and class=public."],
            id="another spelling and another value",
        ),
        pytest.param(SourceBucket("a", None, None), ["Bucket a does not exist."], id="no bucket"),
        pytest.param(SourceBucket("a", FOREIGN, None), [], id="a bucket whose tags are not known"),
    ],
)
def test_finds_missing_tags(bucket: SourceBucket, defects: list[str]) -> None:
    assert [*tag_defects(source(bucket), (OWNER, PUBLIC))] == defects


@pytest.mark.parametrize(
    ("kind", "days", "most", "defects"),
    [
        ("S3", 7, 7, []),
        ("S3", 8, 7, ["The last complete sync was 8 days ago; one in the last 7 days is wanted."]),
        ("S3", None, 7, ["No sync ever completed; one in the last 7 days is wanted."]),
        ("S3", None, 0, []),
        ("CUSTOM", None, 7, []),
    ],
)
def test_finds_old_syncs(kind: str, days: int | None, most: int, defects: list[str]) -> None:
    assert [*sync_defects(source(kind=kind, days=days), most)] == defects
