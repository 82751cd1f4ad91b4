from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cli.sandbox import ACCOUNT_ID, REGION, Account, embedded_account
from rules.engine.aws import Aws
from rules.training_data.training_data_bucket_protected import TrainingDataBucketProtected
from rules.training_data.training_data_pii_scanned import TrainingDataPiiScanned
from rules.training_data.training_data_provenance_tagged import TrainingDataProvenanceTagged
from tests.rules.facts.test_training_corpora import channel, make, train

TrainingDataRule = type[TrainingDataBucketProtected | TrainingDataPiiScanned | TrainingDataProvenanceTagged]
RULES = (TrainingDataBucketProtected, TrainingDataPiiScanned, TrainingDataProvenanceTagged)


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """Return an account where a training job read a bucket just now."""
    with embedded_account() as account:
        make(account, "claims")
        train(account, "fraud", channel("s3://claims/train/"))
        yield account


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
@pytest.mark.parametrize(("days", "buckets"), [("9", []), ("11", ["claims"])], ids=["too short", "long enough"])
def test_a_rule_looks_back_as_far_as_it_is_told(
    account: Account, rule: TrainingDataRule, days: str, buckets: list[str]
) -> None:
    now = datetime.now(tz=UTC) + timedelta(days=10)
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=now)

    found = rule.configured({"lookbackDays": days}).facts(aws)

    assert [one.resource.name for one in found] == buckets
