"""Functions that run by the clock, and after a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events

if TYPE_CHECKING:
    from aws_cdk import aws_sqs as sqs

    from cdk.function import StackFunction


def run_every(function: StackFunction, rate: str, *, failures: sqs.CfnQueue) -> None:
    """Have EventBridge invoke `function` at a rate ("1 day"); what it cannot deliver ends in `failures`."""
    rule = events.CfnRule(
        function,
        "Schedule",
        name=function.name,
        description=f"Runs {function.name} every {rate}.",
        schedule_expression=f"rate({rate})",
        targets=[
            events.CfnRule.TargetProperty(
                id="function",
                arn=function.function.attr_arn,
                dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=failures.attr_arn),
            )
        ],
    )
    function.invoked_by("events.amazonaws.com", source_arn=rule.attr_arn)


def run_when_deployed(function: StackFunction, *, failures: sqs.CfnQueue) -> None:
    """Have EventBridge invoke `function` as soon as its stack was created or updated."""
    rule = events.CfnRule(
        function,
        "Deployed",
        name=f"{function.name}-deployed",
        description=f"Runs {function.name} when its stack was deployed.",
        event_pattern={
            "source": ["aws.cloudformation"],
            "detail-type": ["CloudFormation Stack Status Change"],
            "detail": {
                "stack-id": [cdk.Aws.STACK_ID],
                "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
            },
        },
        targets=[
            events.CfnRule.TargetProperty(
                id="function",
                arn=function.function.attr_arn,
                dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=failures.attr_arn),
            )
        ],
    )
    function.invoked_by("events.amazonaws.com", source_arn=rule.attr_arn, construct_id="PermissionWhenDeployed")
