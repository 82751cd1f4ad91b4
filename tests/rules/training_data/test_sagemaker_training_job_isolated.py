from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.sandbox import ACCOUNT_ID, REGION, Account
from rules.engine.assessment import verdict_on
from rules.engine.aws import Aws
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.kms import Key
from rules.facts.sagemaker_endpoint_configs import NamedKey, Output
from rules.facts.sagemaker_isolation import JOB, Job, Network, Part, Volumes
from rules.training_data.sagemaker_training_job_isolated import SageMakerTrainingJobIsolated
from tests.rules.facts.jobs import Laboratory

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/fraud-1"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
GOOD_KEY = NamedKey(KEY, Key(KEY, "CUSTOMER", "Enabled", rotation=False))
RETIRED_KEY = NamedKey(KEY, Key(KEY, "CUSTOMER", "PendingDeletion", rotation=None))
NETWORK = Network(isolated=True, in_vpc=True, traffic_encrypted=True, instance_count=3)
PART = Part(JOB, NETWORK, Volumes(("ml.m5.large",), GOOD_KEY), (Output("output", GOOD_KEY),))
FRAUD = Job(Resource("AWS::SageMaker::TrainingJob", ARN, "fraud-1", ARN), (PART,), {"stage": "trial"})
OPEN = Network(isolated=False, in_vpc=False, traffic_encrypted=False, instance_count=3)
BARE = replace(FRAUD, parts=(Part(JOB, OPEN, Volumes(("ml.m5.large",), None), (Output("output", None),)),))

NOT_ISOLATED = "The job has network isolation off; on is wanted."
NO_VPC = "The job is in no VPC of yours; a VPC configuration is wanted."


@pytest.mark.parametrize(
    ("job", "verdict"),
    [
        pytest.param(
            FRAUD,
            compliant("The job passes isolation, vpc, traffic, volume and output.", f"It encrypts with {KEY}."),
            id="good",
        ),
        pytest.param(
            BARE,
            non_compliant(
                NOT_ISOLATED,
                NO_VPC,
                "The job does not encrypt traffic between its 3 instances; encryption is wanted.",
                "The job names no key for its volumes; a customer-managed key is wanted.",
                "The job names no key for its output; a customer-managed key is wanted.",
            ),
            id="what the API does by default",
        ),
        pytest.param(
            replace(FRAUD, parts=(replace(PART, volumes=Volumes(("ml.m5.large",), RETIRED_KEY)),)),
            non_compliant(f"The job names {KEY} for its volumes, whose state is PendingDeletion; Enabled is wanted."),
            id="key pending deletion",
        ),
        pytest.param(
            replace(FRAUD, parts=(Part(JOB, Network(in_vpc=True), None, (Output("output", GOOD_KEY),)),)),
            compliant(
                "The job passes vpc and output.",
                "It has no setting for isolation, traffic and volume.",
                f"It encrypts with {KEY}.",
            ),
            id="serverless",
        ),
    ],
)
def test_judges_a_job(job: Job, verdict: Verdict) -> None:
    assert SageMakerTrainingJobIsolated().judge(job) == verdict


def test_names_the_gravest_first_and_counts_the_rest() -> None:
    annotation = SageMakerTrainingJobIsolated().judge(BARE).annotation

    assert annotation.startswith(f"{NOT_ISOLATED} {NO_VPC} ")
    assert annotation.endswith("(+2 more)")


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        pytest.param({"checks": "isolation"}, non_compliant(NOT_ISOLATED), id="one check"),
        pytest.param({"checks": "VPC, isolation"}, non_compliant(NOT_ISOLATED, NO_VPC), id="two, in any order"),
        pytest.param(
            {"exemptTag": "stage=trial"}, not_applicable("Exempt by the tag stage=trial."), id="exempt by a tag"
        ),
    ],
)
def test_parameters_choose(given: dict[str, Any], verdict: Verdict) -> None:
    assert verdict_on(SageMakerTrainingJobIsolated.configured(given), BARE) == verdict


@pytest.mark.parametrize(
    "given", [{"checks": "isolation,all"}, {"lookbackDays": "0"}, {"lookbackDays": "91"}, {"kinds": "processing"}]
)
def test_refuses_other_parameters(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match="sagemaker-training-job-isolated"):
        SageMakerTrainingJobIsolated.configured(given)


@pytest.mark.parametrize(("days", "jobs"), [("9", []), ("11", ["fraud"])], ids=["too short", "long enough"])
def test_looks_back_as_far_as_it_is_told(account: Account, days: str, jobs: list[str]) -> None:
    Laboratory(account).train("fraud")
    later = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime.now(tz=UTC) + timedelta(days=10))

    found = SageMakerTrainingJobIsolated.configured({"lookbackDays": days}).facts(later)

    assert [job.resource.name for job in found] == jobs
