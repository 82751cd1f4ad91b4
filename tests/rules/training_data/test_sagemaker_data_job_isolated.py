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
from rules.facts.sagemaker_data_jobs import KINDS
from rules.facts.sagemaker_endpoint_configs import NamedKey, Output
from rules.facts.sagemaker_isolation import JOB, Job, Network, Part, Volumes
from rules.training_data.sagemaker_data_job_isolated import SageMakerDataJobIsolated
from tests.rules.facts.jobs import Laboratory

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
GOOD_KEY = NamedKey(KEY, Key(KEY, "CUSTOMER", "Enabled", rotation=False))
VOLUMES = Volumes(("ml.m5.large",), GOOD_KEY)
OUTPUT = (Output("output", GOOD_KEY),)
ENCRYPTS = f"It encrypts with {KEY}."


def job(*parts: Part, gone_model: str | None = None) -> Job:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:processing-job/clean-1"
    resource = Resource("AWS::SageMaker::ProcessingJob", arn, "clean-1", arn)
    return Job(resource, parts, {"stage": "trial"}, gone_model)


PROCESSING = Part(JOB, Network(JOB, True, True, True, 2), VOLUMES, OUTPUT)  # noqa: FBT003 - isolated, in a VPC, encrypted
CLARIFY = replace(PROCESSING, network=Network(in_vpc=True, traffic_encrypted=True, instance_count=2))
TRANSFORM = replace(PROCESSING, network=Network("Model fraud", isolated=True, in_vpc=True))
AUTOML = Part(JOB, Network(in_vpc=True, traffic_encrypted=True), Volumes((), GOOD_KEY), OUTPUT)
OPEN = Part(
    JOB,
    Network(isolated=False, in_vpc=False, traffic_encrypted=False, instance_count=1),
    Volumes(("ml.m5.large",), None),
    (),
)
NOT_ISOLATED = "The job has network isolation off; on is wanted."
NO_VPC = "The job is in no VPC of yours; a VPC configuration is wanted."
NO_VOLUME_KEY = "The job names no key for its volumes; a customer-managed key is wanted."


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [
        pytest.param(
            job(PROCESSING),
            compliant("The job passes isolation, vpc, traffic, volume and output.", ENCRYPTS),
            id="processing job",
        ),
        pytest.param(job(OPEN), non_compliant(NOT_ISOLATED, NO_VPC, NO_VOLUME_KEY), id="open processing job"),
        pytest.param(
            job(CLARIFY),
            compliant("The job passes vpc, traffic, volume and output.", "It has no setting for isolation.", ENCRYPTS),
            id="Clarify",
        ),
        pytest.param(
            job(TRANSFORM),
            compliant("The job passes isolation, vpc, volume and output.", "It has no setting for traffic.", ENCRYPTS),
            id="transform job",
        ),
        pytest.param(
            job(replace(TRANSFORM, network=Network("Model fraud", isolated=False, in_vpc=False))),
            non_compliant(
                "Model fraud has network isolation off; on is wanted.",
                "Model fraud is in no VPC of yours; a VPC configuration is wanted.",
            ),
            id="transform job with an open model",
        ),
        pytest.param(
            job(replace(TRANSFORM, network=None), gone_model="fraud"),
            not_applicable("Model fraud, which had the network settings of the job, no longer exists."),
            id="transform job whose model is gone",
        ),
        pytest.param(
            job(AUTOML),
            compliant("The job passes vpc, traffic, volume and output.", "It has no setting for isolation.", ENCRYPTS),
            id="AutoML job",
        ),
        pytest.param(
            job(replace(AUTOML, network=Network(in_vpc=False, traffic_encrypted=False), volumes=Volumes((), None))),
            non_compliant(
                NO_VPC,
                "The job does not encrypt traffic between instances; encryption is wanted.",
                NO_VOLUME_KEY,
            ),
            id="open AutoML job",
        ),
    ],
)
def test_judges_a_job(judged: Job, verdict: Verdict) -> None:
    assert SageMakerDataJobIsolated().judge(judged) == verdict


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        pytest.param({"checks": "volume"}, non_compliant(NO_VOLUME_KEY), id="one check"),
        pytest.param({"exemptTag": "stage"}, not_applicable("Exempt by the tag stage."), id="exempt by a tag"),
    ],
)
def test_parameters_choose(given: dict[str, Any], verdict: Verdict) -> None:
    assert verdict_on(SageMakerDataJobIsolated.configured(given), job(OPEN)) == verdict


def test_all_kinds_are_judged_unless_some_are_chosen() -> None:
    assert SageMakerDataJobIsolated().kinds == KINDS
    assert SageMakerDataJobIsolated.configured({"kinds": "AutoML,tuning"}).kinds == ("automl", "tuning")


@pytest.mark.parametrize("given", [{"kinds": "training"}, {"checks": "network"}, {"lookbackDays": "0"}])
def test_refuses_other_parameters(given: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match="sagemaker-data-job-isolated"):
        SageMakerDataJobIsolated.configured(given)


@pytest.mark.parametrize(("days", "jobs"), [("9", []), ("11", ["clean"])], ids=["too short", "long enough"])
def test_looks_back_as_far_as_it_is_told(account: Account, days: str, jobs: list[str]) -> None:
    laboratory = Laboratory(account)
    laboratory.process("clean")
    laboratory.tune("search")
    later = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime.now(tz=UTC) + timedelta(days=10))

    found = SageMakerDataJobIsolated.configured({"lookbackDays": days, "kinds": "processing"}).facts(later)

    assert [job.resource.name for job in found] == jobs
