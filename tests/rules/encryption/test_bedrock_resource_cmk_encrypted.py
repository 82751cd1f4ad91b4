from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from cli.sandbox import Account, embedded_account
from rules.encryption.bedrock_resource_cmk_encrypted import BedrockResourceCmkEncrypted
from rules.engine.assessment import assess, verdict_on
from rules.engine.aws import Aws
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_keys import KeyedJob, KeyedResource, Kind
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption, OtherBucket, OtherKind

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
ARN = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"
GOOD_KEY = Key(KEY, "CUSTOMER", "Enabled", rotation=True)
GUARDRAIL = KeyedResource(Resource("AWS::Bedrock::Guardrail", ARN, "chat", ARN), {"stage": "test"}, KEY, GOOD_KEY)
JOB = KeyedJob(Resource("AWS::Bedrock::ModelInvocationJob", "job", "nightly", "job"), {}, None, None, None, "results")
FOREIGN = OtherBucket(Resource("AWS::S3::Bucket", "partner", "partner"), {}, OtherKind.FOREIGN)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(GUARDRAIL, compliant(f"The customer-managed key {KEY} encrypts it."), id="customer-managed key"),
        pytest.param(
            replace(GUARDRAIL, key=replace(GOOD_KEY, rotation=False)),
            compliant(f"The customer-managed key {KEY} encrypts it."),
            id="rotation is not asked for",
        ),
        pytest.param(
            replace(GUARDRAIL, key_id=None, key=None),
            non_compliant("A key that AWS owns encrypts it; a customer-managed key is wanted."),
            id="no key named",
        ),
        pytest.param(
            replace(GUARDRAIL, key=None),
            non_compliant(f"The key is {KEY}, which KMS does not know."),
            id="key deleted",
        ),
        pytest.param(
            replace(GUARDRAIL, key=replace(GOOD_KEY, state="PendingDeletion")),
            non_compliant(f"The key is {KEY}, whose state is PendingDeletion; Enabled is wanted."),
            id="key pending deletion",
        ),
        pytest.param(
            replace(GUARDRAIL, key=replace(GOOD_KEY, manager="AWS")),
            non_compliant(f"The key is {KEY}, which AWS manages; a customer-managed key is wanted."),
            id="AWS-managed key",
        ),
        pytest.param(
            replace(JOB, key_id=KEY, key=GOOD_KEY),
            compliant(f"The customer-managed key {KEY} encrypts it."),
            id="job with a key",
        ),
        pytest.param(
            replace(JOB, bucket_encryption=BucketEncryption("aws:kms", KEY, GOOD_KEY)),
            compliant(f"The output bucket encrypts the results with {KEY}."),
            id="job without a key, bucket with one",
        ),
        pytest.param(
            replace(JOB, bucket_encryption=BucketEncryption("aws:kms", KEY, replace(GOOD_KEY, rotation=False))),
            compliant(f"The output bucket encrypts the results with {KEY}."),
            id="job without a key, bucket with one that does not rotate",
        ),
        pytest.param(
            replace(JOB, bucket_encryption=BucketEncryption("AES256", None, None)),
            non_compliant(
                "The job names no key; by default its results are encrypted with a key of Amazon S3 (AES256); "
                "a customer-managed key is wanted."
            ),
            id="job and bucket without a key",
        ),
        pytest.param(
            replace(JOB, bucket_encryption=FOREIGN),
            not_applicable("The job names no key, and its output bucket results is not one of this account."),
            id="job without a key, bucket of another account",
        ),
        pytest.param(
            JOB,
            not_applicable("The job names no key, and its output bucket results does not exist."),
            id="job without a key, bucket gone",
        ),
    ],
)
def test_judges_the_key(found: KeyedResource, verdict: Verdict) -> None:
    assert BedrockResourceCmkEncrypted().judge(found) == verdict


def test_exempts_a_resource_with_the_tag() -> None:
    rule = BedrockResourceCmkEncrypted.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, replace(GUARDRAIL, key_id=None)) == not_applicable("Exempt by the tag stage=test.")


def test_wants_every_kind_by_default() -> None:
    assert BedrockResourceCmkEncrypted().kinds == get_args(Kind)


@pytest.mark.parametrize(
    "given", [{"kinds": "guardrail,model"}, {"lookbackDays": "0"}, {"lookbackDays": "366"}], ids=str
)
def test_refuses_parameters_that_mean_nothing(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        BedrockResourceCmkEncrypted.configured(given)


@pytest.fixture
def account() -> Iterator[Account]:
    with embedded_account() as account:
        yield account


def test_reads_only_the_wanted_kinds(account: Account) -> None:
    account.session().client("bedrock").create_guardrail(
        name="chat", blockedInputMessaging="no", blockedOutputsMessaging="no"
    )
    now = datetime(2026, 11, 1, tzinfo=UTC)
    aws = Aws(account.session(), account_id="123456789012", region="us-east-1", now=now)
    before = len(account.calls)

    assessment = assess(BedrockResourceCmkEncrypted.configured({"kinds": "guardrail"}), aws)

    assert [one.resource.name for one in assessment.judged] == ["chat"]
    assert {call.operation for call in list(account.calls)[before:]} == {
        "ListGuardrails",
        "GetGuardrail",
        "ListTagsForResource",
    }
