from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

COPIES = "sagemaker:inference-component:DesiredCopyCount"


@pytest.fixture
def autoscaling(account: Account) -> Any:
    return account.session().client("application-autoscaling")


def register(autoscaling: Any, resource: str, dimension: str = COPIES, **settings: Any) -> None:
    autoscaling.register_scalable_target(
        ServiceNamespace="sagemaker", ResourceId=resource, ScalableDimension=dimension, **settings
    )


def test_an_inference_component_is_a_scalable_target_that_can_change(autoscaling: Any) -> None:
    register(autoscaling, "inference-component/llm", MinCapacity=1, MaxCapacity=4)
    register(autoscaling, "inference-component/llm", MaxCapacity=8)

    (target,) = autoscaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]

    assert (target["ResourceId"], target["ScalableDimension"]) == ("inference-component/llm", COPIES)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 8)


def test_a_variant_is_scaled_with_the_role_of_the_service(account: Account, autoscaling: Any) -> None:
    sagemaker = account.session().client("sagemaker")
    role = "arn:aws:iam::123456789012:role/hosting"
    sagemaker.create_model(ModelName="m", ExecutionRoleArn=role)
    variant = {"VariantName": "v", "ModelName": "m", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    register(
        autoscaling, "endpoint/e/variant/v", "sagemaker:variant:DesiredInstanceCount", MinCapacity=1, MaxCapacity=2
    )

    (target,) = autoscaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]

    assert target["RoleARN"].endswith("/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint")


def test_a_dimension_that_does_not_exist_is_refused(autoscaling: Any) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        register(autoscaling, "endpoint/a/variant/b", "sagemaker:variant:Nothing", MinCapacity=1, MaxCapacity=2)


def test_targets_come_in_pages(account: Account, autoscaling: Any) -> None:
    for number in range(3):
        register(autoscaling, f"inference-component/{number}", MinCapacity=1, MaxCapacity=2)
    account.faults.page_size(1)

    pages = list(autoscaling.get_paginator("describe_scalable_targets").paginate(ServiceNamespace="sagemaker"))

    assert [len(page["ScalableTargets"]) for page in pages] == [1, 1, 1]


def test_more_targets_than_two_pages_hold_are_listed_once_each(autoscaling: Any) -> None:
    for number in range(101):
        register(autoscaling, f"inference-component/{number}", MinCapacity=1, MaxCapacity=2)

    pages = list(autoscaling.get_paginator("describe_scalable_targets").paginate(ServiceNamespace="sagemaker"))

    assert [len(page["ScalableTargets"]) for page in pages] == [50, 50, 1]
    assert len({target["ResourceId"] for page in pages for target in page["ScalableTargets"]}) == 101


def test_a_policy_knows_the_alarms_that_it_answers(account: Account, autoscaling: Any) -> None:
    register(autoscaling, "inference-component/llm", MinCapacity=1, MaxCapacity=2)
    arn = autoscaling.put_scaling_policy(
        PolicyName="steps",
        ServiceNamespace="sagemaker",
        ResourceId="inference-component/llm",
        ScalableDimension=COPIES,
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        },
    )["PolicyARN"]
    for name, actions in (("busy", [arn]), ("other", [])):
        account.session().client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/SageMaker",
            MetricName="Invocations",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=actions,
        )

    (policy,) = autoscaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]

    assert [alarm["AlarmName"] for alarm in policy["Alarms"]] == ["busy"]
