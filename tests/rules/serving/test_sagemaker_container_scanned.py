from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.container_images import ContainedModel, Image, ModelImage, Scan
from rules.serving.sagemaker_container_scanned import SageMakerContainerScanned

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/fraud"
PINNED = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/serve@sha256:{'a' * 8}"
TAGGED = "123456789012.dkr.ecr.us-east-1.amazonaws.com/serve:v1"
AWS_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0"
CLEAN = Image(10, immutable_tags=False, scan=Scan("COMPLETE"))
GOOD_IMAGE = ModelImage(PINNED, "123456789012", own=True, pinned=True, image=CLEAN)
FOREIGN = ModelImage(AWS_IMAGE, "763104351884", own=False, pinned=False)
GOOD = f"Scanned, patched and pinned: {PINNED}."
UNSEEN = f"Scans of {AWS_IMAGE} are not visible in this account."


def running(*images: ModelImage, closed: tuple[str, ...] = ()) -> ContainedModel:
    return ContainedModel(Resource("AWS::SageMaker::Model", ARN, "fraud", ARN), {"stage": "test"}, images, closed)


def found(scan: Scan | None) -> ModelImage:
    return replace(GOOD_IMAGE, image=replace(CLEAN, scan=scan))


def tagged(*, immutable: bool) -> ModelImage:
    return ModelImage(TAGGED, "123456789012", own=True, pinned=False, image=replace(CLEAN, immutable_tags=immutable))


@pytest.mark.parametrize(
    ("model", "verdict"),
    [
        pytest.param(running(GOOD_IMAGE), compliant(GOOD), id="scanned without findings"),
        pytest.param(
            running(replace(GOOD_IMAGE, uri=PINNED.ljust(97, "0"))),
            compliant(f"Scanned, patched and pinned: {PINNED.ljust(95, '0')}…."),
            id="long name of an image",
        ),
        pytest.param(running(found(Scan("ACTIVE", (("MEDIUM", 4),)))), compliant(GOOD), id="findings below"),
        pytest.param(
            running(found(Scan("ACTIVE", (("CRITICAL", 1), ("HIGH", 3), ("LOW", 9))))),
            non_compliant(f"The image {PINNED} has findings: 1 CRITICAL, 3 HIGH."),
            id="grave findings",
        ),
        pytest.param(running(found(None)), non_compliant(f"The image {PINNED} was never scanned."), id="never scanned"),
        pytest.param(
            running(found(Scan("FAILED"))),
            non_compliant(f"The scan of the image {PINNED} is FAILED; COMPLETE or ACTIVE is wanted."),
            id="scan failed",
        ),
        pytest.param(
            running(replace(GOOD_IMAGE, image=None)),
            non_compliant(f"The image {PINNED} does not exist."),
            id="image gone",
        ),
        pytest.param(
            running(replace(GOOD_IMAGE, image=replace(CLEAN, pushed_days_ago=180))), compliant(GOOD), id="at the limit"
        ),
        pytest.param(
            running(replace(GOOD_IMAGE, image=replace(CLEAN, pushed_days_ago=181))),
            non_compliant(f"The image {PINNED} is 181 days old; at most 180 are wanted."),
            id="too old",
        ),
        pytest.param(
            running(tagged(immutable=False)),
            non_compliant(
                f"The tag of {TAGGED} can be moved to another image; a digest, or immutable tags, are wanted."
            ),
            id="tag that can be moved",
        ),
        pytest.param(
            running(tagged(immutable=True)),
            compliant(f"Scanned, patched and pinned: {TAGGED}."),
            id="tag that cannot be moved",
        ),
        pytest.param(
            running(GOOD_IMAGE, replace(tagged(immutable=True), image=None)),
            non_compliant(f"The image {TAGGED} does not exist."),
            id="one image of two",
        ),
        pytest.param(running(FOREIGN), not_applicable(UNSEEN), id="image of AWS"),
        pytest.param(running(GOOD_IMAGE, FOREIGN), compliant(GOOD, UNSEEN), id="own image beside one of AWS"),
        pytest.param(
            running(closed=("arn:aws:sagemaker:us-east-1:865070037744:model-package/m",)),
            not_applicable(
                "The images of the model package arn:aws:sagemaker:us-east-1:865070037744:model-package/m are not "
                "visible here."
            ),
            id="closed package",
        ),
        pytest.param(running(), out_of_scope("The model names no container image."), id="no image"),
    ],
)
def test_judges_the_images_of_a_model(model: ContainedModel, verdict: Verdict) -> None:
    assert SageMakerContainerScanned().judge(model) == verdict


@pytest.mark.parametrize(
    ("given", "model", "verdict"),
    [
        pytest.param(
            {"allowedRegistries": "763104351884"},
            running(GOOD_IMAGE, FOREIGN),
            compliant(GOOD, UNSEEN),
            id="registry allowed",
        ),
        pytest.param(
            {"allowedRegistries": "111122223333,ghcr.io"},
            running(GOOD_IMAGE, FOREIGN),
            non_compliant(f"The image {AWS_IMAGE} comes from a registry that is not allowed."),
            id="registry not allowed",
        ),
        pytest.param(
            {"allowedRegistries": "ghcr.io"}, running(GOOD_IMAGE), compliant(GOOD), id="own registry always allowed"
        ),
        pytest.param(
            {"maxSeverity": "critical"},
            running(found(Scan("COMPLETE", (("HIGH", 3),)))),
            compliant(GOOD),
            id="only critical findings",
        ),
        pytest.param(
            {"maxSeverity": "low"},
            running(found(Scan("COMPLETE", (("LOW", 1),)))),
            non_compliant(f"The image {PINNED} has findings: 1 LOW."),
            id="all findings",
        ),
        pytest.param(
            {"maxImageAgeDays": "9"},
            running(GOOD_IMAGE),
            non_compliant(f"The image {PINNED} is 10 days old; at most 9 are wanted."),
            id="younger",
        ),
        pytest.param(
            {"requireDigest": "false"},
            running(tagged(immutable=False)),
            compliant(f"Scanned and patched: {TAGGED}."),
            id="tags taken",
        ),
    ],
)
def test_follows_its_parameters(given: dict[str, str], model: ContainedModel, verdict: Verdict) -> None:
    assert SageMakerContainerScanned.configured(given).judge(model) == verdict


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("maxSeverity", "none", "low, medium, high, critical"),
        ("maxImageAgeDays", "0", "whole numbers from 1 to 3653"),
        ("allowedRegistries", "a b", "a comma-separated list of account ids, or hosts of registries"),
    ],
)
def test_refuses_other_values(name: str, value: str, allowed: str) -> None:
    with pytest.raises(ParameterError, match=f"{name}=.*{allowed}$"):
        SageMakerContainerScanned.configured({name: value})


def test_exempts_a_model_with_the_tag() -> None:
    rule = SageMakerContainerScanned.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, running(found(None))) == not_applicable("Exempt by the tag stage=test.")
