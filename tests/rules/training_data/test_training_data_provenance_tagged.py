import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.s3 import OtherBucket, OtherKind
from rules.facts.training_corpora import TrainingBucket
from rules.training_data.training_data_provenance_tagged import TrainingDataProvenanceTagged

RESOURCE = Resource("AWS::S3::Bucket", "corpus", "corpus", "arn:aws:s3:::corpus")
TAGS = {
    "data-classification": "confidential",
    "data-source": "claims-warehouse",
    "data-licence": "internal",
    "lawful-basis": "contract",
    "stage": "test",
}
GOOD = compliant("The bucket has all tags that are required.")


def bucket(**tags: str | None) -> TrainingBucket:
    """Return a bucket with all tags, but for those that are given, None for one that is not there."""
    given = {name.replace("_", "-"): value for name, value in tags.items()}
    return TrainingBucket(RESOURCE, {k: v for k, v in (TAGS | given).items() if v is not None}, "us-east-1", ("",))


@pytest.mark.parametrize(
    ("fact", "verdict"),
    [
        pytest.param(bucket(), GOOD, id="all tags"),
        pytest.param(
            bucket(lawful_basis=None), non_compliant("The tag lawful-basis is missing or empty."), id="one missing"
        ),
        pytest.param(
            bucket(lawful_basis="  ", data_source=""),
            non_compliant("The tags data-source and lawful-basis are missing or empty."),
            id="tags without a value",
        ),
        pytest.param(
            TrainingBucket(RESOURCE, {}, "us-east-1", ("",)),
            non_compliant(
                "The tags data-classification, data-source, data-licence and lawful-basis are missing or empty."
            ),
            id="no tags",
        ),
        pytest.param(
            TrainingBucket(RESOURCE, {key.title(): value for key, value in TAGS.items()}, "us-east-1", ("",)),
            non_compliant(
                "The tags data-classification, data-source, data-licence and lawful-basis are missing or empty."
            ),
            id="keys in another case",
        ),
        pytest.param(
            OtherBucket(RESOURCE, {}, OtherKind.FOREIGN),
            not_applicable("It is a bucket of another account, whose tags cannot be read from this account."),
            id="a bucket of another account",
        ),
    ],
)
def test_judges_the_tags(fact: TrainingBucket | OtherBucket, verdict: Verdict) -> None:
    assert TrainingDataProvenanceTagged().judge(fact) == verdict


@pytest.mark.parametrize(
    ("parameters", "fact", "verdict"),
    [
        pytest.param({"requiredTags": "data-source"}, bucket(lawful_basis=None), GOOD, id="fewer tags"),
        pytest.param(
            {"requiredTags": "data-licence=cc0"},
            bucket(),
            non_compliant("The tag data-licence is 'internal'; 'cc0' is wanted."),
            id="a value of a tag",
        ),
        pytest.param({"allowedClassifications": "internal,confidential"}, bucket(), GOOD, id="an allowed class"),
        pytest.param(
            {"allowedClassifications": "public,internal"},
            bucket(),
            non_compliant("The class of the data is 'confidential'; public or internal is wanted."),
            id="a class that is not allowed",
        ),
        pytest.param(
            {"allowedClassifications": "public,internal,secret"},
            bucket(data_classification="x" * 200),
            non_compliant(f"The class of the data is '{'x' * 63}…'; one of public, internal and secret is wanted."),
            id="a long class",
        ),
        pytest.param(
            {"allowedClassifications": "Confidential", "requiredTags": "data-source"},
            bucket(),
            non_compliant("The class of the data is 'confidential'; Confidential is wanted."),
            id="a class in another case",
        ),
        pytest.param(
            {"allowedClassifications": "public", "requiredTags": "data-source"},
            bucket(data_classification=None),
            non_compliant("The data has no class; public is wanted."),
            id="no class where the tag is not required",
        ),
        pytest.param(
            {"allowedClassifications": "public"},
            bucket(data_classification="secret", data_source=None),
            non_compliant(
                "The class of the data is 'secret'; public is wanted.", "The tag data-source is missing or empty."
            ),
            id="a class that is not allowed, and a tag missing",
        ),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], fact: TrainingBucket, verdict: Verdict) -> None:
    assert TrainingDataProvenanceTagged.configured(parameters).judge(fact) == verdict


def test_exempts_a_bucket_with_the_tag() -> None:
    rule = TrainingDataProvenanceTagged.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, bucket(data_source=None)) == not_applicable("Exempt by the tag stage=test.")
