"""Functions that run by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
