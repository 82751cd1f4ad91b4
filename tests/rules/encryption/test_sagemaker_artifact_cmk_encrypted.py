from dataclasses import replace

import pytest

from rules.encryption.sagemaker_artifact_cmk_encrypted import SageMakerArtifactCmkEncrypted
from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption, OtherBucket, OtherKind
from rules.facts.s3_objects import Stored, StoredObject
from rules.facts.s3_settings import PublicAccessBlock
from rules.facts.sagemaker_models import Artifact, Model

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/fraud"
BLOCKED = PublicAccessBlock(
    block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
)
GOOD_KEY = Key(KEY, "CUSTOMER", "Enabled", rotation=True)
STORED = Stored(
    bucket="models",
    objects=(StoredObject("fraud.tar.gz", "aws:kms", KEY, GOOD_KEY),),
    complete=True,
    bucket_encryption=BucketEncryption("AES256", None, None),
    public_access_block=BLOCKED,
)
PLAIN = replace(STORED, objects=(StoredObject("words", "AES256", None, None),))
ARTIFACT = Artifact("s3://models/fraud.tar.gz", STORED)
FOREIGN = Artifact(
    "s3://partner/m.tar.gz", OtherBucket(Resource("AWS::S3::Bucket", "partner", "partner"), {}, OtherKind.FOREIGN)
)
MODEL = Model(Resource("AWS::SageMaker::Model", ARN, "fraud", ARN), {"stage": "test"}, (ARTIFACT,), ())
GOOD = f"The model's artifacts are encrypted with {KEY}."
FOREIGN_SENTENCE = "s3://partner/m.tar.gz is in a bucket of another account, which this rule does not judge."


@pytest.mark.parametrize(
    ("model", "verdict"),
    [
        pytest.param(MODEL, compliant(GOOD), id="customer-managed key that rotates"),
        pytest.param(
            replace(MODEL, artifacts=(ARTIFACT, Artifact("s3://models/words", PLAIN))),
            non_compliant(
                "s3://models/words is encrypted with a key of Amazon S3 (AES256); a customer-managed key is wanted."
            ),
            id="one artifact of two without a key",
        ),
        pytest.param(
            replace(MODEL, artifacts=(Artifact("s3://models/fraud.tar.gz", replace(STORED, objects=())),)),
            non_compliant(
                "s3://models/fraud.tar.gz has no object; new objects of its bucket are encrypted with a key of Amazon "
                "S3 (AES256); a customer-managed key is wanted."
            ),
            id="artifact that is not there, in a bucket without a key",
        ),
        pytest.param(
            replace(
                MODEL,
                artifacts=(
                    Artifact(
                        "s3://models/fraud.tar.gz",
                        replace(STORED, objects=(), bucket_encryption=BucketEncryption("aws:kms", KEY, GOOD_KEY)),
                    ),
                ),
            ),
            compliant(GOOD, "s3://models/fraud.tar.gz is not there; the encryption of its bucket counts for it."),
            id="artifact that is not there, in a bucket with a key",
        ),
        pytest.param(
            replace(
                MODEL,
                artifacts=(
                    Artifact("s3://models/fraud.tar.gz", replace(STORED, public_access_block=PublicAccessBlock())),
                    Artifact("s3://models/other.tar.gz", replace(STORED, public_access_block=PublicAccessBlock())),
                ),
            ),
            non_compliant("The bucket models does not block all public access."),
            id="public access not blocked, said once for a bucket",
        ),
        pytest.param(
            replace(
                MODEL,
                artifacts=(Artifact("s3://models/words", replace(PLAIN, public_access_block=PublicAccessBlock())),),
            ),
            non_compliant(
                "s3://models/words is encrypted with a key of Amazon S3 (AES256); a customer-managed key is wanted.",
                "The bucket models does not block all public access.",
            ),
            id="neither key nor block",
        ),
        pytest.param(
            replace(MODEL, artifacts=(ARTIFACT, FOREIGN)),
            compliant(GOOD, FOREIGN_SENTENCE),
            id="good, and an artifact of another account",
        ),
        pytest.param(
            replace(MODEL, artifacts=(FOREIGN,)),
            not_applicable(FOREIGN_SENTENCE),
            id="only an artifact of another account",
        ),
        pytest.param(
            replace(MODEL, artifacts=(Artifact("s3://gone/m.tar.gz", None),)),
            not_applicable("s3://gone/m.tar.gz is in a bucket that does not exist."),
            id="bucket gone",
        ),
        pytest.param(
            replace(MODEL, artifacts=(), closed_packages=("arn:aws:sagemaker:us-east-1:444455556666:model-package/m",)),
            not_applicable(
                "What the model package arn:aws:sagemaker:us-east-1:444455556666:model-package/m loads is not visible "
                "here."
            ),
            id="model package of another account",
        ),
        pytest.param(
            replace(MODEL, artifacts=()),
            out_of_scope("The model loads no artifacts from Amazon S3."),
            id="only a container image",
        ),
    ],
)
def test_judges_the_artifacts_of_a_model(model: Model, verdict: Verdict) -> None:
    assert SageMakerArtifactCmkEncrypted().judge(model) == verdict


def test_takes_a_key_without_rotation_where_rotation_is_not_required() -> None:
    slow = replace(STORED, objects=(StoredObject("m", "aws:kms", KEY, replace(GOOD_KEY, rotation=False)),))
    model = replace(MODEL, artifacts=(Artifact("s3://models/m", slow),))

    assert SageMakerArtifactCmkEncrypted().judge(model) == non_compliant(
        f"s3://models/m is encrypted with {KEY}, which does not rotate; automatic rotation is wanted."
    )
    assert SageMakerArtifactCmkEncrypted.configured({"requireRotation": "false"}).judge(model) == compliant(GOOD)


@pytest.mark.parametrize(
    ("length", "shown"),
    [pytest.param(96, "k" * 96, id="whole"), pytest.param(97, "k" * 95 + "…", id="as much as fits")],
)
def test_shows_the_names_of_keys(length: int, shown: str) -> None:
    key = "k" * length
    stored = replace(STORED, objects=(StoredObject("m", "aws:kms", key, replace(GOOD_KEY, arn=key)),))
    model = replace(MODEL, artifacts=(ARTIFACT, Artifact("s3://models/m", stored)))

    assert SageMakerArtifactCmkEncrypted().judge(model) == compliant(
        f"The model's artifacts are encrypted with {KEY} and {shown}."
    )


def test_takes_an_open_bucket_where_the_block_is_not_required() -> None:
    rule = SageMakerArtifactCmkEncrypted.configured({"requirePublicAccessBlock": "false"})
    model = replace(
        MODEL, artifacts=(replace(ARTIFACT, stored=replace(STORED, public_access_block=PublicAccessBlock())),)
    )

    assert rule.judge(model) == compliant(GOOD)


def test_exempts_a_model_with_the_tag() -> None:
    rule = SageMakerArtifactCmkEncrypted.configured({"exemptTag": "stage=test"})

    verdict = verdict_on(rule, replace(MODEL, artifacts=(Artifact("s3://models/words", PLAIN),)))

    assert verdict == not_applicable("Exempt by the tag stage=test.")
