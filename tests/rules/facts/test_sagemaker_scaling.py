from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import sagemaker_scaling
from rules.facts.sagemaker_endpoints import Variant
from rules.facts.sagemaker_scaling import COPIES, INSTANCES, ScaledComponent, ScaledEndpoint, ScaledVariant, Scaling
from tests.rules.facts.endpoints import component, endpoint, model, variant

BLUE = "endpoint/fraud/variant/blue"


@pytest.fixture
def autoscaling(account: Account) -> Any:
    model(account, "fraud")
    return account.session().client("application-autoscaling")


def target(autoscaling: Any, resource: str, dimension: str = INSTANCES, **settings: Any) -> None:
    autoscaling.register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId=resource,
        ScalableDimension=dimension,
        **{"MinCapacity": 2, "MaxCapacity": 4} | settings,
    )


def policy(autoscaling: Any, resource: str, name: str = "load", dimension: str = INSTANCES) -> None:
    autoscaling.put_scaling_policy(
        PolicyName=name,
        ServiceNamespace="sagemaker",
        ResourceId=resource,
        ScalableDimension=dimension,
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        },
    )


def step_policy(autoscaling: Any, resource: str) -> str:
    arn: str = autoscaling.put_scaling_policy(
        PolicyName="steps",
        ServiceNamespace="sagemaker",
        ResourceId=resource,
        ScalableDimension=INSTANCES,
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        },
    )["PolicyARN"]
    return arn


def variants(aws: Aws) -> tuple[ScaledVariant, ...]:
    (found,) = sagemaker_scaling.scaled_endpoints(aws)
    assert isinstance(found, ScaledEndpoint)
    return found.variants


def test_reads_how_each_variant_scales(account: Account, aws: Aws, autoscaling: Any) -> None:
    resource = endpoint(account, "fraud", variant("blue"), variant("green"), tags=(("stage", "prod"),))
    target(autoscaling, BLUE)
    policy(autoscaling, BLUE)

    assert sagemaker_scaling.scaled_endpoints(aws) == (
        ScaledEndpoint(
            resource,
            {"stage": "prod"},
            serving=True,
            asynchronous=False,
            variants=(
                ScaledVariant(Variant("blue", serverless=False), Scaling(2, 4, ("load",))),
                ScaledVariant(Variant("green", serverless=False), None),
            ),
        ),
    )


def test_reads_how_components_scale_and_leaves_adapters_to_them(account: Account, aws: Aws, autoscaling: Any) -> None:
    endpoint(account, "shared", variant("pool", None))
    component(account, "llm", "shared", ModelName="fraud")
    component(account, "adapter", "shared", BaseInferenceComponentName="llm", Container={"ArtifactUrl": "s3://a/b"})
    component(account, "ranker", "shared", ModelName="fraud")
    target(autoscaling, "inference-component/llm", COPIES, MinCapacity=1)
    policy(autoscaling, "inference-component/llm", dimension=COPIES)

    assert variants(aws) == (
        ScaledVariant(
            Variant("pool", serverless=False),
            None,
            (ScaledComponent("llm", Scaling(1, 4, ("load",))), ScaledComponent("ranker", None)),
        ),
    )


@pytest.mark.parametrize(
    ("state", "suspended"),
    [
        pytest.param({"DynamicScalingOutSuspended": True}, True, id="scaling out"),
        pytest.param({"DynamicScalingInSuspended": True}, False, id="scaling in"),
        pytest.param({"ScheduledScalingSuspended": True}, False, id="scheduled actions"),
    ],
)
def test_says_when_nothing_is_added_any_more(
    account: Account, aws: Aws, autoscaling: Any, state: dict[str, bool], *, suspended: bool
) -> None:
    endpoint(account, "fraud", variant("blue"))
    target(autoscaling, BLUE, SuspendedState=state)

    assert variants(aws)[0].scaling == Scaling(2, 4, (), suspended=suspended)


def test_a_step_scaling_policy_acts_only_with_an_alarm(account: Account, aws: Aws, autoscaling: Any) -> None:
    endpoint(account, "fraud", variant("blue"), variant("green"))
    for name in ("blue", "green"):
        target(autoscaling, f"endpoint/fraud/variant/{name}")
    arn = step_policy(autoscaling, BLUE)
    step_policy(autoscaling, "endpoint/fraud/variant/green")
    account.session().client("cloudwatch").put_metric_alarm(
        AlarmName="busy",
        Namespace="AWS/SageMaker",
        MetricName="InvocationsPerInstance",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=100.0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[arn],
    )

    assert [each.scaling for each in variants(aws)] == [Scaling(2, 4, ("steps",)), Scaling(2, 4, ())]


def test_targets_of_other_endpoints_do_not_count(account: Account, aws: Aws, autoscaling: Any) -> None:
    endpoint(account, "fraud", variant("blue"))
    target(autoscaling, "endpoint/fraud-old/variant/blue")
    target(autoscaling, "endpoint/fraud/variant/blue-old")

    assert variants(aws)[0].scaling is None


def test_reads_every_page(account: Account, aws: Aws, autoscaling: Any) -> None:
    names = [f"variant-{number}" for number in range(3)]
    endpoint(account, "fraud", *map(variant, names))
    for name in names:
        target(autoscaling, f"endpoint/fraud/variant/{name}")
        policy(autoscaling, f"endpoint/fraud/variant/{name}")
    account.faults.page_size(1)

    assert [each.scaling for each in variants(aws)] == [Scaling(2, 4, ("load",))] * 3


def test_an_account_without_endpoints_has_none(aws: Aws) -> None:
    assert sagemaker_scaling.scaled_endpoints(aws) == ()


def test_a_component_that_was_deleted_since_it_was_listed_is_left_out(
    account: Account, aws: Aws, autoscaling: Any
) -> None:
    endpoint(account, "shared", variant("pool", None))
    component(account, "llm", "shared", ModelName="fraud")
    target(autoscaling, "inference-component/llm", COPIES)
    account.faults.add(Fault("gone", "sagemaker:DescribeInferenceComponent"))

    assert variants(aws)[0].components == ()


@pytest.mark.usefixtures("autoscaling")
def test_one_endpoint_that_cannot_be_read_leaves_the_others(account: Account, aws: Aws) -> None:
    shared = endpoint(account, "shared", variant("pool", None))
    other = endpoint(account, "other")
    component(account, "llm", "shared", ModelName="fraud")
    account.faults.deny("sagemaker:DescribeInferenceComponent")

    found = {each.resource: each for each in sagemaker_scaling.scaled_endpoints(aws)}

    assert isinstance(found[shared], Unreadable)
    assert isinstance(found[other], ScaledEndpoint)


@pytest.mark.parametrize(
    "action",
    [
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "sagemaker:ListInferenceComponents",
        "sagemaker:ListEndpoints",
    ],
)
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDenied"):
        sagemaker_scaling.scaled_endpoints(aws)


@pytest.mark.usefixtures("autoscaling")
def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    endpoint(account, "shared", variant("pool", None))
    component(account, "llm", "shared", ModelName="fraud")
    before = len(account.calls)

    sagemaker_scaling.scaled_endpoints(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in sagemaker_scaling.scaled_endpoints.actions}
