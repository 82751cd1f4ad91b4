from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.sagemaker_deployments import Container, DeployedEndpoint, Deployment, ModelPackage
from rules.model_governance.sagemaker_model_version_approved import SageMakerModelVersionApproved

ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/scoring"
NAME = "arn:aws:sagemaker:us-east-1:123456789012:model-package/fraud/3"
APPROVED = Container(NAME, ModelPackage("fraud", 3, "Approved"))
WAITING = Container(NAME, ModelPackage("fraud", 4, "PendingManualApproval"))
REJECTED = Container(NAME, ModelPackage("fraud", 5, "Rejected"))
UNVERSIONED = Container("arn:aws:sagemaker:us-east-1:865070037744:model-package/llm", ModelPackage("llm", None, None))
GOOD = "The endpoint runs approved versions: fraud version 3."


def serving(*deployments: Deployment, **settings: object) -> DeployedEndpoint:
    resource = Resource("AWS::SageMaker::Endpoint", ARN, "scoring", ARN)
    endpoint = DeployedEndpoint(resource, {"approved": "board"}, serving=True, deployments=deployments)
    return replace(endpoint, **settings)  # type: ignore[arg-type]  # the fields of the fact


def on_blue(*containers: Container) -> Deployment:
    return Deployment("variant blue", "fraud-3", containers)


@pytest.mark.parametrize(
    ("endpoint", "verdict"),
    [
        pytest.param(serving(on_blue(APPROVED)), compliant(GOOD), id="approved version"),
        pytest.param(
            serving(on_blue(APPROVED), Deployment("inference component llm", "llm", (APPROVED,))),
            compliant(GOOD),
            id="approved version in two places",
        ),
        pytest.param(
            serving(on_blue(WAITING)),
            non_compliant(
                "Variant blue runs the model fraud-3, which is fraud version 4, PendingManualApproval; Approved is "
                "wanted."
            ),
            id="version that waits for approval",
        ),
        pytest.param(
            serving(on_blue(REJECTED)),
            non_compliant(
                "Variant blue runs the model fraud-3, which is fraud version 5, Rejected; Approved is wanted."
            ),
            id="rejected version",
        ),
        pytest.param(
            serving(on_blue(APPROVED, Container(None, None))),
            non_compliant(
                "Variant blue runs the model fraud-3, which names no model package; an Approved version is wanted."
            ),
            id="one container of two without a package",
        ),
        pytest.param(
            serving(on_blue(APPROVED), Deployment("shadow variant next", "fraud-4", (WAITING,))),
            non_compliant(
                "Shadow variant next runs the model fraud-4, which is fraud version 4, PendingManualApproval; Approved "
                "is wanted."
            ),
            id="one variant of two",
        ),
        pytest.param(
            serving(on_blue(UNVERSIONED)),
            non_compliant(
                "Variant blue runs the model fraud-3, whose model package "
                "arn:aws:sagemaker:us-east-1:865070037744:model-package/llm is no version of a group; an Approved "
                "version is wanted."
            ),
            id="package of AWS Marketplace",
        ),
        pytest.param(
            serving(on_blue(Container(NAME, None))),
            non_compliant(f"Variant blue runs the model fraud-3, whose model package {NAME} no longer exists."),
            id="package gone",
        ),
        pytest.param(
            serving(Deployment("variant blue", "fraud-3", None)),
            non_compliant("Variant blue runs the model fraud-3, which no longer exists."),
            id="model gone",
        ),
        pytest.param(
            serving(missing_configs=("scoring-1",)),
            non_compliant("Endpoint configuration scoring-1 no longer exists, so the models that run cannot be told."),
            id="configuration gone",
        ),
        pytest.param(
            serving(on_blue(APPROVED), Deployment("inference component adapter", None, ())),
            non_compliant(
                "Inference component adapter runs an image or an adapter that no model stands for; an Approved version "
                "is wanted."
            ),
            id="adapter beside an approved version",
        ),
        pytest.param(serving(), out_of_scope("The endpoint hosts no model yet."), id="nothing on the endpoint"),
        pytest.param(
            serving(serving=False), out_of_scope("The endpoint does not serve requests."), id="failed endpoint"
        ),
    ],
)
def test_judges_what_an_endpoint_runs(endpoint: DeployedEndpoint, verdict: Verdict) -> None:
    assert SageMakerModelVersionApproved().judge(endpoint) == verdict


@pytest.mark.parametrize(
    ("container", "verdict"),
    [
        pytest.param(APPROVED, compliant("The endpoint runs registered versions: fraud version 3."), id="approved"),
        pytest.param(WAITING, compliant("The endpoint runs registered versions: fraud version 4."), id="waiting"),
        pytest.param(
            REJECTED,
            non_compliant(
                "Variant blue runs the model fraud-3, which is fraud version 5, Rejected; Approved is wanted."
            ),
            id="rejected",
        ),
    ],
)
def test_takes_every_version_but_rejected_ones_where_approval_is_not_required(
    container: Container, verdict: Verdict
) -> None:
    rule = SageMakerModelVersionApproved.configured({"requireApproved": "false"})

    assert rule.judge(serving(on_blue(container))) == verdict


def test_exempts_an_endpoint_with_the_tag() -> None:
    rule = SageMakerModelVersionApproved.configured({"exemptTag": "approved=board"})

    assert verdict_on(rule, serving(on_blue(UNVERSIONED))) == not_applicable("Exempt by the tag approved=board.")
