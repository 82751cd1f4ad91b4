from dataclasses import replace
from typing import Any

import pytest

from rules.criteria.jobs import CHECKS, Check, job_verdict
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.kms import Key
from rules.facts.sagemaker_endpoint_configs import NamedKey, Output
from rules.facts.sagemaker_isolation import JOB, Job, Network, Part, Volumes

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/fraud-1"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
GOOD_KEY = NamedKey(KEY, Key(KEY, "CUSTOMER", "Enabled", rotation=True))
AWS_KEY = NamedKey("alias/aws/s3", Key("alias/aws/s3", "AWS", "Enabled", rotation=None))
GOOD_NETWORK = Network(isolated=True, in_vpc=True, traffic_encrypted=True, instance_count=2)
GOOD_PART = Part(JOB, GOOD_NETWORK, Volumes(("ml.m5.large",), GOOD_KEY), (Output("output", GOOD_KEY),))

PASSED = "The job passes isolation, vpc, traffic, volume and output."
ENCRYPTS = f"It encrypts with {KEY}."
GOOD = compliant(PASSED, ENCRYPTS)
NOT_ISOLATED = "The job has network isolation off; on is wanted."
NO_VPC = "The job is in no VPC of yours; a VPC configuration is wanted."
CLEAR_TRAFFIC = "The job does not encrypt traffic between its 2 instances; encryption is wanted."
NO_VOLUME_KEY = "The job names no key for its volumes; a customer-managed key is wanted."
NO_OUTPUT_KEY = "The job names no key for its output; a customer-managed key is wanted."


def job(*parts: Part, gone_model: str | None = None) -> Job:
    return Job(Resource("AWS::SageMaker::TrainingJob", ARN, "fraud-1", ARN), parts, gone_model=gone_model)


def with_network(**settings: Any) -> Job:
    return job(replace(GOOD_PART, network=replace(GOOD_NETWORK, **settings)))


def with_volumes(key: NamedKey | None, *types: str) -> Job:
    return job(replace(GOOD_PART, volumes=Volumes(types, key)))


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [
        pytest.param(job(GOOD_PART), GOOD, id="everything in order"),
        pytest.param(with_network(isolated=False), non_compliant(NOT_ISOLATED), id="isolation off"),
        pytest.param(with_network(in_vpc=False), non_compliant(NO_VPC), id="no VPC"),
        pytest.param(with_network(traffic_encrypted=False), non_compliant(CLEAR_TRAFFIC), id="traffic in the clear"),
        pytest.param(
            with_network(traffic_encrypted=False, instance_count=1), GOOD, id="one instance has nobody to talk to"
        ),
        pytest.param(
            with_network(traffic_encrypted=False, instance_count=None),
            non_compliant("The job does not encrypt traffic between instances; encryption is wanted."),
            id="an unknown number of instances",
        ),
        pytest.param(with_volumes(None, "ml.m5.large"), non_compliant(NO_VOLUME_KEY), id="volumes without a key"),
        pytest.param(
            with_volumes(AWS_KEY, "ml.m5.large"),
            non_compliant(
                "The job names alias/aws/s3 for its volumes, which AWS manages; a customer-managed key is wanted."
            ),
            id="volumes with a key of AWS",
        ),
        pytest.param(with_volumes(None), non_compliant(NO_VOLUME_KEY), id="instances of AWS's choice without a key"),
        pytest.param(with_volumes(None, "ml.g5.xlarge", "ml.p4d.24xlarge"), GOOD, id="local storage takes no key"),
        pytest.param(
            with_volumes(None, "ml.m5.large", "ml.g5.xlarge"),
            non_compliant(
                "The job has no customer-managed key for the volumes of ml.m5.large, because ml.g5.xlarge beside them "
                "takes none; separate jobs are wanted."
            ),
            id="local storage beside volumes",
        ),
        pytest.param(
            with_volumes(AWS_KEY, "ml.g5.xlarge"),
            non_compliant(
                "The job names alias/aws/s3 for its volumes, which AWS manages; a customer-managed key is wanted."
            ),
            id="a key that is named counts, whatever the instance",
        ),
        pytest.param(
            job(replace(GOOD_PART, outputs=(Output("output", None),))), non_compliant(NO_OUTPUT_KEY), id="no output key"
        ),
        pytest.param(
            job(replace(GOOD_PART, outputs=(Output("output", GOOD_KEY), Output("captured data", None)))),
            non_compliant("The job names no key for its captured data; a customer-managed key is wanted."),
            id="one of two outputs without a key",
        ),
        pytest.param(
            job(replace(GOOD_PART, outputs=(Output("output", NamedKey("alias/gone", None)),))),
            non_compliant("The job names alias/gone for its output, which KMS does not know."),
            id="a key that does not exist",
        ),
        pytest.param(
            job(replace(GOOD_PART, outputs=())),
            compliant(
                "The job passes isolation, vpc, traffic and volume.", "It writes no output to encrypt.", ENCRYPTS
            ),
            id="nothing is written",
        ),
        pytest.param(
            job(Part(JOB, Network(in_vpc=True), None, (Output("output", GOOD_KEY),))),
            compliant(
                "The job passes vpc and output.", "It has no setting for isolation, traffic and volume.", ENCRYPTS
            ),
            id="serverless",
        ),
        pytest.param(
            job(Part(JOB, Network(in_vpc=False), None, (Output("output", None),))),
            non_compliant(NO_VPC, NO_OUTPUT_KEY),
            id="serverless in no VPC, without a key",
        ),
        pytest.param(
            job(replace(GOOD_PART, name="Definition a"), replace(GOOD_PART, name="Definition b", volumes=None)),
            GOOD,
            id="a setting that one of two parts has",
        ),
        pytest.param(
            job(
                GOOD_PART,
                Part(
                    "Definition nets",
                    replace(GOOD_NETWORK, holder="Definition nets", isolated=False),
                    Volumes(("ml.m5.large",), None),
                    (Output("output", GOOD_KEY),),
                ),
            ),
            non_compliant(
                "Definition nets has network isolation off; on is wanted.",
                "Definition nets names no key for its volumes; a customer-managed key is wanted.",
            ),
            id="one bad definition among good ones",
        ),
    ],
)
def test_judges_a_job_by_every_check(judged: Job, verdict: Verdict) -> None:
    assert job_verdict(judged, CHECKS) == verdict


GONE = not_applicable("Model fraud, which had the network settings of the job, no longer exists.")
WITHOUT_MODEL = replace(GOOD_PART, network=None)


@pytest.mark.parametrize(
    ("judged", "checks", "verdict"),
    [
        pytest.param(job(WITHOUT_MODEL, gone_model="fraud"), CHECKS, GONE, id="what had the settings is gone"),
        pytest.param(
            job(replace(WITHOUT_MODEL, outputs=(Output("output", None),)), gone_model="fraud"),
            CHECKS,
            non_compliant(NO_OUTPUT_KEY),
            id="what had the settings is gone, and a key lacks",
        ),
        pytest.param(
            job(WITHOUT_MODEL, gone_model="fraud"),
            ("volume", "output"),
            compliant("The job passes volume and output.", ENCRYPTS),
            id="what had the settings is gone, and nobody asks",
        ),
        pytest.param(
            job(WITHOUT_MODEL),
            CHECKS,
            compliant(
                "The job passes volume and output.", "It has no setting for isolation, vpc and traffic.", ENCRYPTS
            ),
            id="what has no network settings at all",
        ),
        pytest.param(
            with_network(isolated=False, in_vpc=False, traffic_encrypted=False),
            ("vpc",),
            non_compliant(NO_VPC),
            id="only what is asked",
        ),
        pytest.param(
            job(replace(GOOD_PART, volumes=Volumes((), None), outputs=(Output("output", None),))),
            ("isolation", "vpc", "traffic"),
            compliant("The job passes isolation, vpc and traffic."),
            id="keys that nobody asks for",
        ),
        pytest.param(
            job(Part(JOB, Network(in_vpc=True), None, ())),
            ("isolation", "volume"),
            not_applicable("It has no setting for isolation and volume."),
            id="nothing of what is asked has a setting",
        ),
        pytest.param(
            job(replace(GOOD_PART, outputs=())),
            ("output",),
            not_applicable("It writes no output to encrypt."),
            id="a key is asked for what is not written",
        ),
        pytest.param(
            job(GOOD_PART), ("output", "output"), compliant("The job passes output.", ENCRYPTS), id="asked twice"
        ),
    ],
)
def test_judges_a_job_by_the_checks_that_are_asked(judged: Job, checks: tuple[Check, ...], verdict: Verdict) -> None:
    assert job_verdict(judged, checks) == verdict
