from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.knowledge_sources import GovernedSource, SourceBucket
from rules.facts.s3 import OtherBucket, OtherKind
from rules.knowledge_bases.bedrock_kb_source_governed import BedrockKbSourceGoverned

RESOURCE = Resource("AWS::Bedrock::DataSource", "ABCDEFGHIJ|KLMNOPQRST", "documents")
FOREIGN = OtherBucket(Resource("AWS::S3::Bucket", "partner", "partner"), {}, OtherKind.FOREIGN)
TAGGED = SourceBucket("documents", "us-east-1", {"data-classification": "internal", "owner": "claims"})
UNTAGGED = SourceBucket("documents", "us-east-1", {})
PARTNER = SourceBucket("partner", FOREIGN, None)
SOURCE = GovernedSource(RESOURCE, {"stage": "test"}, "S3", (TAGGED,), "DELETE", days_since_sync=3)
GOOD = compliant("The source is of the type S3, with all tags that are required.")


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        pytest.param(SOURCE, GOOD, id="a classified bucket"),
        pytest.param(
            replace(SOURCE, buckets=(UNTAGGED,)),
            non_compliant("Bucket documents lacks the tag data-classification."),
            id="a bucket without the tag",
        ),
        pytest.param(
            replace(SOURCE, kind="WEB", buckets=()),
            non_compliant("The type WEB is not allowed; S3 is wanted."),
            id="a type that is not allowed",
        ),
        pytest.param(
            replace(SOURCE, kind="MANAGED_KNOWLEDGE_BASE_CONNECTOR", buckets=(UNTAGGED,)),
            non_compliant(
                "The type MANAGED_KNOWLEDGE_BASE_CONNECTOR is not allowed; S3 is wanted.",
                "Bucket documents lacks the tag data-classification.",
            ),
            id="a connector that does not tell what it connects",
        ),
        pytest.param(
            replace(SOURCE, buckets=(SourceBucket("gone", None, None),)),
            non_compliant("Bucket gone does not exist."),
            id="a bucket that does not exist",
        ),
        pytest.param(
            replace(SOURCE, buckets=(PARTNER,)),
            not_applicable("The tags of partner cannot be read from this account."),
            id="a bucket of another account",
        ),
        pytest.param(
            replace(SOURCE, buckets=(PARTNER, UNTAGGED)),
            non_compliant("Bucket documents lacks the tag data-classification."),
            id="a bucket of another account beside one without the tag",
        ),
        pytest.param(replace(SOURCE, days_since_sync=None), GOOD, id="never synced, which nobody asks"),
    ],
)
def test_judges_the_source(source: GovernedSource, verdict: Verdict) -> None:
    assert BedrockKbSourceGoverned().judge(source) == verdict


@pytest.mark.parametrize(
    ("parameters", "source", "verdict"),
    [
        pytest.param(
            {"allowedTypes": "s3,web"},
            replace(SOURCE, kind="WEB", buckets=()),
            compliant("The source is of the type WEB, with all tags that are required."),
            id="another type is allowed",
        ),
        pytest.param(
            {"allowedTypes": "s3,web,confluence,sharepoint"},
            replace(SOURCE, kind="SQL", buckets=()),
            non_compliant("The type SQL is not allowed; S3, WEB, CONFLUENCE and SHAREPOINT is wanted."),
            id="a type beyond several",
        ),
        pytest.param(
            {"requiredTags": "data-classification=public,owner,reviewed"},
            SOURCE,
            non_compliant("Bucket documents lacks the tags data-classification=public and reviewed."),
            id="tags with a value",
        ),
        pytest.param(
            {"dataDeletionPolicy": "RETAIN"},
            SOURCE,
            non_compliant("The deletion policy is DELETE; RETAIN is wanted."),
            id="the other deletion policy",
        ),
        pytest.param({"dataDeletionPolicy": "delete"}, SOURCE, GOOD, id="the wanted deletion policy"),
        pytest.param({"maxSyncAgeDays": "3"}, SOURCE, GOOD, id="synced on the last day"),
        pytest.param(
            {"maxSyncAgeDays": "2"},
            SOURCE,
            non_compliant("The last complete sync was 3 days ago; one in the last 2 days is wanted."),
            id="synced a day too early",
        ),
        pytest.param(
            {"maxSyncAgeDays": "30"},
            replace(SOURCE, days_since_sync=None),
            non_compliant("No sync ever completed; one in the last 30 days is wanted."),
            id="never synced",
        ),
        pytest.param(
            {"maxSyncAgeDays": "30", "allowedTypes": "CUSTOM"},
            replace(SOURCE, kind="CUSTOM", buckets=(), days_since_sync=None),
            compliant("The source is of the type CUSTOM, with all tags that are required."),
            id="a type that is never synced",
        ),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], source: GovernedSource, verdict: Verdict) -> None:
    assert BedrockKbSourceGoverned.configured(parameters).judge(source) == verdict


@pytest.mark.parametrize(
    "given", [{"allowedTypes": "FTP"}, {"dataDeletionPolicy": "KEEP"}, {"maxSyncAgeDays": "-1"}], ids=str
)
def test_refuses_parameters_that_mean_nothing(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        BedrockKbSourceGoverned.configured(given)


def test_exempts_a_source_by_the_tag_of_its_knowledge_base() -> None:
    rule = BedrockKbSourceGoverned.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, replace(SOURCE, buckets=(UNTAGGED,))) == not_applicable("Exempt by the tag stage=test.")
