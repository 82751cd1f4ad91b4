from typing import Any

import pytest

from rules.criteria.bedrock_jobs import result_defect
from rules.engine.resource import Resource
from rules.facts.bedrock_job_isolation import IsolatedJob, Kind
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption, OtherBucket, OtherKind

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
GOOD = Key(KEY, "CUSTOMER", "Enabled", rotation=False)
OFF = Key(KEY, "CUSTOMER", "Disabled", rotation=None)
PARTNER = OtherBucket(Resource("AWS::S3::Bucket", "partner", "partner"), {}, OtherKind.FOREIGN)


def job(kind: Kind, **settings: Any) -> IsolatedJob:
    return IsolatedJob("nightly", kind, in_vpc=True, **settings)


@pytest.mark.parametrize(
    ("judged", "defect"),
    [
        pytest.param(job("customization", key_id=KEY, key=GOOD), None, id="own key"),
        pytest.param(
            job("customization", key_id=KEY, key=OFF),
            f"names {KEY}, whose state is Disabled; Enabled is wanted",
            id="disabled key",
        ),
        pytest.param(
            job("import", key_id="alias/gone"),
            "names alias/gone, which KMS does not know",
            id="key that does not exist",
        ),
        pytest.param(
            job("customization"),
            "names no key; a customer-managed key is wanted",
            id="customization",
        ),
        pytest.param(job("import"), "names no key; a customer-managed key is wanted", id="import"),
        pytest.param(
            job("batch", bucket=BucketEncryption("aws:kms", KEY, GOOD)),
            None,
            id="batch into a bucket with an own key",
        ),
        pytest.param(
            job("batch", bucket=BucketEncryption("AES256", None, None)),
            "names no key; by default its results are encrypted with a key of Amazon S3 (AES256); a customer-managed "
            "key is wanted",
            id="batch into a bucket without one",
        ),
        pytest.param(job("batch", bucket=PARTNER), None, id="bucket of another account"),
        pytest.param(job("batch"), None, id="bucket that is gone"),
    ],
)
def test_says_what_lacks_of_a_key(judged: IsolatedJob, defect: str | None) -> None:
    assert result_defect(judged) == defect
