from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.sagemaker_endpoints import InstanceRange, Variant
from rules.facts.sagemaker_scaling import ScaledComponent, ScaledEndpoint, ScaledVariant, Scaling
from rules.serving.sagemaker_endpoint_autoscaled import SageMakerEndpointAutoscaled

ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/scoring"
SCALING = Scaling(2, 4, ("load",))
INSTANCES = Variant("blue", serverless=False)
SERVERLESS = ScaledVariant(Variant("burst", serverless=True), None)
BLUE = ScaledVariant(INSTANCES, SCALING)
MANAGED = ScaledVariant(replace(INSTANCES, managed=InstanceRange(2, 8)), None)
SCALES = "The endpoint's variants scale: blue from 2 to 4 instances."


def serving(*variants: ScaledVariant) -> ScaledEndpoint:
    resource = Resource("AWS::SageMaker::Endpoint", ARN, "scoring", ARN)
    return ScaledEndpoint(resource, {"stage": "test"}, serving=True, asynchronous=False, variants=variants)


def hosting(variant: ScaledVariant, *scalings: Scaling | None) -> ScaledVariant:
    components = tuple(ScaledComponent(f"llm-{number}", one) for number, one in enumerate(scalings, 1))
    return replace(variant, components=components)


@pytest.mark.parametrize(
    ("endpoint", "verdict"),
    [
        pytest.param(serving(BLUE), compliant(SCALES), id="target with a policy"),
        pytest.param(
            serving(replace(BLUE, variant=replace(INSTANCES, name="b" * 63))),
            compliant(SCALES.replace("blue", "b" * 63)),
            id="the longest name that a variant can have",
        ),
        pytest.param(
            serving(ScaledVariant(INSTANCES, None)),
            non_compliant("Variant blue has no scalable target."),
            id="no target",
        ),
        pytest.param(
            serving(ScaledVariant(INSTANCES, replace(SCALING, policies=()))),
            non_compliant("Variant blue has a scalable target without a policy that acts."),
            id="target without a policy",
        ),
        pytest.param(
            serving(ScaledVariant(INSTANCES, replace(SCALING, suspended=True))),
            non_compliant("Scaling out of variant blue is suspended."),
            id="suspended",
        ),
        pytest.param(
            serving(ScaledVariant(INSTANCES, replace(SCALING, least=1))),
            non_compliant("Variant blue scales in to 1 instance; at least 2 are wanted."),
            id="scales in to one instance",
        ),
        pytest.param(
            serving(ScaledVariant(INSTANCES, replace(SCALING, most=2))),
            non_compliant("Variant blue cannot scale: its minimum and its maximum are 2 instances."),
            id="no room to scale",
        ),
        pytest.param(
            serving(BLUE, ScaledVariant(Variant("green", serverless=False), None)),
            non_compliant("Variant green has no scalable target."),
            id="one variant of two",
        ),
        pytest.param(
            serving(SERVERLESS),
            compliant("The endpoint's variants scale: burst is serverless."),
            id="serverless",
        ),
        pytest.param(
            serving(hosting(MANAGED, SCALING)),
            compliant("The endpoint's variants scale: blue from 2 to 8 instances."),
            id="managed instances with a component that scales",
        ),
        pytest.param(
            serving(hosting(MANAGED, SCALING, None)),
            non_compliant("Inference component llm-2 has no scalable target."),
            id="one component of two without a target",
        ),
        pytest.param(
            serving(hosting(MANAGED, replace(SCALING, least=0))),
            non_compliant("Inference component llm-1 scales in to 0 copies; at least 2 are wanted."),
            id="component that scales in to nothing",
        ),
        pytest.param(
            serving(hosting(MANAGED, Scaling(1, 1, ("load",)))),
            non_compliant(
                "Inference component llm-1 cannot scale: its minimum and its maximum are 1 copy.",
                "Inference component llm-1 scales in to 1 copy; at least 2 are wanted.",
            ),
            id="component of one copy",
        ),
        pytest.param(
            serving(hosting(ScaledVariant(INSTANCES, None), SCALING)),
            non_compliant("Variant blue has neither managed instance scaling nor a scalable target."),
            id="components that scale on instances that do not",
        ),
        pytest.param(serving(hosting(BLUE, SCALING)), compliant(SCALES), id="components on a variant with a target"),
        pytest.param(
            serving(hosting(replace(MANAGED, variant=replace(INSTANCES, managed=InstanceRange(2, None))), SCALING)),
            compliant("The endpoint's variants scale: blue as SageMaker sees fit."),
            id="managed instances without a limit",
        ),
        pytest.param(
            serving(hosting(replace(MANAGED, variant=replace(INSTANCES, managed=InstanceRange(1, 1))), SCALING)),
            non_compliant(
                "Variant blue cannot scale: its minimum and its maximum are 1 instance.",
                "Variant blue scales in to 1 instance; at least 2 are wanted.",
            ),
            id="managed instances without room",
        ),
        pytest.param(
            replace(serving(ScaledVariant(INSTANCES, None)), asynchronous=True),
            not_applicable("The endpoint is asynchronous: its requests wait in a queue."),
            id="asynchronous",
        ),
        pytest.param(
            replace(serving(ScaledVariant(INSTANCES, None)), serving=False),
            out_of_scope("The endpoint does not serve requests."),
            id="failed endpoint",
        ),
    ],
)
def test_judges_how_an_endpoint_scales(endpoint: ScaledEndpoint, verdict: Verdict) -> None:
    assert SageMakerEndpointAutoscaled().judge(endpoint) == verdict


@pytest.mark.parametrize(
    ("least", "verdict"),
    [
        pytest.param("0", compliant("The endpoint's variants scale: blue from 1 to 4 instances."), id="none"),
        pytest.param("1", compliant("The endpoint's variants scale: blue from 1 to 4 instances."), id="exactly"),
        pytest.param(
            "3", non_compliant("Variant blue scales in to 1 instance; at least 3 are wanted."), id="more than it has"
        ),
    ],
)
def test_asks_for_as_many_instances_as_the_parameter_says(least: str, verdict: Verdict) -> None:
    rule = SageMakerEndpointAutoscaled.configured({"minInstances": least})

    assert rule.judge(serving(ScaledVariant(INSTANCES, replace(SCALING, least=1)))) == verdict


def test_refuses_serverless_variants_where_they_are_not_allowed() -> None:
    rule = SageMakerEndpointAutoscaled.configured({"allowServerless": "false"})

    assert rule.judge(serving(SERVERLESS)) == non_compliant(
        "Variant burst is serverless; instances that scale are wanted."
    )


def test_refuses_a_minimum_that_is_no_number_of_instances() -> None:
    with pytest.raises(ParameterError, match="whole numbers from 0 to 1000"):
        SageMakerEndpointAutoscaled.configured({"minInstances": "-1"})


def test_exempts_an_endpoint_with_the_tag() -> None:
    rule = SageMakerEndpointAutoscaled.configured({"exemptTag": "stage=test"})

    verdict = verdict_on(rule, serving(ScaledVariant(INSTANCES, None)))

    assert verdict == not_applicable("Exempt by the tag stage=test.")
