"""Compliance changes of the pack's rules, from Amazon EventBridge through a queue into a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.function import document
from cdk.role import allow
from rules.delivery.blueprint import KEEP, changes_of

if TYPE_CHECKING:
    from cdk.function import StackFunction
    from rules.engine.verdict import Compliance

ATTEMPTS = 5
FIFO_BATCH = 10
"""The most that Lambda takes from a first-in-first-out queue at a time."""
LEAST_CONCURRENCY = 2

# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY = 6
"""Function timeouts for which a message that was taken stays hidden: room for attempts that Lambda makes by itself."""


class ComplianceChanges(Construct):
    """
    A queue of compliance changes, the EventBridge rule that fills it, and the mapping that invokes a function.

    `only` leaves out changes to any other compliance. What EventBridge cannot put into the queue, and what the function
    cannot deal with in several attempts, ends in `failures` (in `own_failures` for a first-in-first-out queue, because
    Amazon SQS asks for one of its kind).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        failures: sqs.CfnQueue,
        timeout: int,
        batch: int,
        window: int | None = None,
        fifo: bool = False,
        only: Compliance | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.own_failures = tls_only_queue(self, "Failures", f"{name}-failures.fifo", fifo=True) if fifo else None
        dead_letters = self.own_failures or failures
        self._batch, self._window = batch, window
        self.queue = tls_only_queue(
            self,
            "Queue",
            f"{name}.fifo" if fifo else name,
            fifo=fifo,
            visibility=timeout * VISIBILITY,
            redrive={"deadLetterTargetArn": dead_letters.attr_arn, "maxReceiveCount": ATTEMPTS},
            sender=_rule_arn(name),
        )
        self.rule = events.CfnRule(
            self,
            "Rule",
            name=name,
            description="Compliance changes of rules in conformance packs.",
            event_pattern=changes_of(only),
            targets=[
                events.CfnRule.TargetProperty(
                    id="queue",
                    arn=self.queue.attr_arn,
                    sqs_parameters=events.CfnRule.SqsParametersProperty(message_group_id="changes") if fifo else None,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=failures.attr_arn),
                )
            ],
        )

    @property
    def reading(self) -> dict[str, Any]:
        """The statement that lets AWS Lambda take messages with a function's role."""
        return allow(
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
            [self.queue.attr_arn],
        )

    def invoke(self, function: StackFunction) -> None:
        """Have the queue invoke `function`, which says what of a batch has to be tried again."""
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            event_source_arn=self.queue.attr_arn,
            function_name=function.function.ref,
            batch_size=self._batch,
            maximum_batching_window_in_seconds=self._window,
            function_response_types=["ReportBatchItemFailures"],
            # The rate limits of what the function calls are far below the concurrency that Lambda would reach.
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=LEAST_CONCURRENCY),
        )
        mapping.add_resource_dependency(function.role)


def tls_only_queue(
    scope: Construct,
    construct_id: str,
    name: str,
    *,
    fifo: bool = False,
    visibility: int | None = None,
    redrive: dict[str, Any] | None = None,
    sender: str | None = None,
) -> sqs.CfnQueue:
    """
    Return an encrypted queue that takes requests over TLS only.

    `sender` is the ARN of EventBridge rules that may put events into it; a queue without `redrive` is where what
    cannot be delivered ends.
    """
    queue = sqs.CfnQueue(
        scope,
        construct_id,
        queue_name=name,
        fifo_queue=True if fifo else None,
        # EventBridge repeats events now and then; equal ones within five minutes are kept once.
        content_based_deduplication=True if fifo else None,
        sqs_managed_sse_enabled=True,
        message_retention_period=KEEP,
        visibility_timeout=visibility,
        redrive_policy=redrive,
    )
    if redrive is None:
        cdk.Validations.of(queue).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-SQS3", reason="This queue is itself where what cannot be delivered ends."
            )
        )
    statements: list[dict[str, Any]] = [
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sqs:*",
            "Resource": queue.attr_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if sender is not None:
        statements.append(
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue.attr_arn,
                "Condition": {
                    "ArnLike": {"aws:SourceArn": sender},
                    "StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID},
                },
            }
        )
    sqs.CfnQueuePolicy(scope, f"{construct_id}OverTlsOnly", queues=[queue.ref], policy_document=document(*statements))
    return queue


def _rule_arn(name: str) -> str:
    return cdk.Fn.sub(f"arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{name}")


def rules_of(prefix: str) -> str:
    """Return the ARN pattern of all EventBridge rules of a stack."""
    return _rule_arn(f"{prefix}-*")
