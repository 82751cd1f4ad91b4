from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.sandbox import ACCOUNT_ID, REGION, Account
from rules.engine.aws import Aws
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import ANNOTATION_LIMIT, Verdict, compliant, non_compliant
from rules.facts.bedrock_job_isolation import KINDS, AccountJobs, IsolatedJob
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption, OtherBucket, OtherKind
from rules.training_data.bedrock_training_job_isolated import BedrockTrainingJobIsolated
from tests.rules.facts.test_bedrock_job_isolation import Workshop

ACCOUNT = Resource("AWS::::Account", "123456789012", "123456789012", "arn:aws:iam::123456789012:root")
KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
GOOD_KEY = Key(KEY, "CUSTOMER", "Enabled", rotation=False)
TUNED = IsolatedJob("tuned", "customization", in_vpc=True, key_id=KEY, key=GOOD_KEY)
LLAMA = replace(TUNED, name="llama", kind="import")
NIGHTLY = IsolatedJob("nightly", "batch", in_vpc=True, bucket=BucketEncryption("aws:kms", KEY, GOOD_KEY))
PARTNER = OtherBucket(Resource("AWS::S3::Bucket", "partner", "partner"), {}, OtherKind.FOREIGN)
NO_KEY = "names no key; a customer-managed key is wanted"
KEYED = "None lacks a customer-managed key for what it made."


@pytest.mark.parametrize(
    ("jobs", "verdict"),
    [
        pytest.param((TUNED,), compliant("In a VPC of yours: 1 of 1 jobs.", KEYED), id="one good job"),
        pytest.param((TUNED, LLAMA, NIGHTLY), compliant("In a VPC of yours: 3 of 3 jobs.", KEYED), id="all good"),
        pytest.param(
            (TUNED, replace(LLAMA, in_vpc=False), NIGHTLY),
            non_compliant("Outside of your VPCs: 1 of 3 jobs (llama)."),
            id="one outside",
        ),
        pytest.param(
            (TUNED, replace(LLAMA, key_id=None, key=None)),
            non_compliant("Without a customer-managed key: 1 of 2 jobs (llama).", f"Job llama {NO_KEY}."),
            id="one without a key",
        ),
        pytest.param(
            (replace(TUNED, in_vpc=False, key_id=None, key=None), LLAMA, replace(NIGHTLY, in_vpc=False)),
            non_compliant(
                "Outside of your VPCs: 2 of 3 jobs (tuned and nightly).",
                "Without a customer-managed key: 1 of 3 jobs (tuned).",
                f"Job tuned {NO_KEY}.",
            ),
            id="outside and without a key",
        ),
        pytest.param(
            (replace(TUNED, key=replace(GOOD_KEY, state="PendingDeletion")),),
            non_compliant(
                "Without a customer-managed key: 1 of 1 jobs (tuned).",
                f"Job tuned names {KEY}, whose state is PendingDeletion; Enabled is wanted.",
            ),
            id="key pending deletion",
        ),
        pytest.param(
            (replace(NIGHTLY, bucket=BucketEncryption("AES256", None, None)),),
            non_compliant(
                "Without a customer-managed key: 1 of 1 jobs (nightly).",
                "Job nightly names no key; by default its results are encrypted with a key of Amazon S3 (AES256); a "
                "customer-managed key is wanted.",
            ),
            id="batch into a bucket of S3's keys",
        ),
        pytest.param(
            (TUNED, replace(NIGHTLY, bucket=PARTNER)),
            compliant(
                "In a VPC of yours: 2 of 2 jobs.",
                KEYED,
                "Not judged is what nightly writes to, a bucket of another account.",
            ),
            id="bucket of another account",
        ),
        pytest.param(
            (TUNED, replace(TUNED, key_id=None, key=None)),
            non_compliant("Without a customer-managed key: 1 of 2 jobs (tuned).", f"Job tuned {NO_KEY}."),
            id="two jobs of one name",
        ),
    ],
)
def test_judges_the_account_by_all_of_its_jobs(jobs: tuple[IsolatedJob, ...], verdict: Verdict) -> None:
    assert BedrockTrainingJobIsolated().judge(AccountJobs(ACCOUNT, jobs)) == verdict


def test_names_the_first_offenders_and_counts_them_all() -> None:
    jobs = tuple(IsolatedJob(f"{'n' * 50}-{number}", "customization", in_vpc=False) for number in range(100, 160))

    annotation = BedrockTrainingJobIsolated().judge(AccountJobs(ACCOUNT, jobs)).annotation

    assert annotation.startswith(f"Outside of your VPCs: 60 of 60 jobs ({'n' * 50}-100, {'n' * 50}-101, ")
    assert "and 57 more)." in annotation
    assert len(annotation) <= ANNOTATION_LIMIT


def test_all_kinds_are_judged_unless_some_are_chosen() -> None:
    assert BedrockTrainingJobIsolated().kinds == KINDS
    assert BedrockTrainingJobIsolated.configured({"kinds": "batch"}).kinds == ("batch",)


@pytest.mark.parametrize(
    "given", [{"kinds": "evaluation"}, {"lookbackDays": "0"}, {"lookbackDays": "366"}, {"exemptTag": "a=b"}]
)
def test_refuses_other_parameters(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match="bedrock-training-job-isolated"):
        BedrockTrainingJobIsolated.configured(given)


@pytest.mark.parametrize(("days", "jobs"), [("9", []), ("11", ["tuned"])], ids=["too short", "long enough"])
def test_looks_back_as_far_as_it_is_told(account: Account, days: str, jobs: list[str]) -> None:
    Workshop(account).fill()
    later = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime.now(tz=UTC) + timedelta(days=10))

    found = BedrockTrainingJobIsolated.configured({"lookbackDays": days, "kinds": "customization"}).facts(later)

    assert [job.name for one in found if isinstance(one, AccountJobs) for job in one.jobs] == jobs
