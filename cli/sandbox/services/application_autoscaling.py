"""Application Auto Scaling: inference components of Amazon SageMaker AI, alarms of policies, listings in pages."""

from moto.applicationautoscaling.models import FakeScalableTarget, applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends

from cli.sandbox.calls import Call
from cli.sandbox.constraints import check
from cli.sandbox.operations import Moto, Result, amendment, repage

COPIES = "sagemaker:inference-component:DesiredCopyCount"

LINKED = "sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
_ENDLESS = "Moto's tokens lead to the same page again, of one item or from the third page on; its targets lack a role."
_ALL = 1_000_000

repage("application-autoscaling", "DescribeScalableTargets", reason=_ENDLESS, page_size=50)


@amendment("application-autoscaling", "DescribeScalableTargets", reason=_ENDLESS)
def describe_scalable_targets(call: Call, moto: Moto) -> Result:
    """Return the scalable targets, with the service-linked role where they were registered without one."""
    asked = {name: value for name, value in call.params.items() if name != "NextToken"}
    role = {"RoleARN": f"arn:{call.partition}:iam::{call.account_id}:role/aws-service-role/{LINKED}"}
    return {"ScalableTargets": [role | target for target in moto({**asked, "MaxResults": _ALL})["ScalableTargets"]]}


@amendment("application-autoscaling", "RegisterScalableTarget", reason="Moto does not know inference components.")
def register_scalable_target(call: Call, moto: Moto) -> Result:
    """Register or change a scalable target."""
    params = call.params
    if params.get("ScalableDimension") != COPIES:
        return moto()
    check(call.service, call.operation, params)
    backend = applicationautoscaling_backends[call.account_id][call.region]
    bounds = params.get("MinCapacity"), params.get("MaxCapacity")
    target = backend.targets.get(COPIES, {}).get(params["ResourceId"])
    if target is None:
        role = f"arn:{call.partition}:iam::{call.account_id}:role/aws-service-role/sagemaker"
        target = FakeScalableTarget(
            backend, "sagemaker", params["ResourceId"], COPIES, *bounds, role, params.get("SuspendedState")
        )
        backend.targets.setdefault(COPIES, {})[params["ResourceId"]] = target
    else:
        target.update(*bounds, params.get("SuspendedState"))
    return {"ScalableTargetARN": target.arn}


@amendment("application-autoscaling", "DescribeScalingPolicies", reason="Moto's policies do not know their alarms.")
def describe_scaling_policies(call: Call, moto: Moto) -> Result:
    """Return scaling policies with the alarms whose action they are."""
    answer = dict(moto())
    alarms = cloudwatch_backends[call.account_id][call.region].alarms.values()
    answer["ScalingPolicies"] = [
        policy
        | {
            "Alarms": [
                {"AlarmName": alarm.name, "AlarmARN": alarm.alarm_arn}
                for alarm in alarms
                if policy["PolicyARN"] in alarm.alarm_actions
            ]
        }
        for policy in answer.get("ScalingPolicies", ())
    ]
    return answer
