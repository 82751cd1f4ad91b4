"""Who is told: a topic, its key, the messages on violations, and the watchdog that notices silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.event_queue import FIFO_BATCH, ComplianceChanges
from cdk.function import HOURS, StackFunction, document
from cdk.role import allow
from cdk.schedule import run_every, run_when_deployed
from rules.delivery import alerter, watchdog
from rules.delivery.inspection import (
    EVENT_RULE_ACTIONS,
    FUNCTION_ACTIONS,
    QUEUE_ACTIONS,
    SUBSCRIPTION_ACTION,
    SUBSCRIPTIONS_ACTION,
)
from rules.engine.verdict import Compliance

if TYPE_CHECKING:
    from aws_cdk import aws_sqs as sqs

    from cdk.alert_settings import AlertSettings
    from cdk.function import Shared
    from rules.delivery.blueprint import Blueprint
    from rules.engine.duties import Severity

TIMEOUT = 60
WATCH = "12 hours"
OWN = (
    ("lambda", "function:", "function", FUNCTION_ACTIONS),
    ("sqs", "", "queue", QUEUE_ACTIONS),
    ("events", "rule/", "EventBridge rule", EVENT_RULE_ACTIONS),
)
"""What the watchdog reads of the stack: service, beginning of the ARN's last part, a word for it, the actions."""
HOUR = 3600


class AlertTopic(Construct):
    """
    The topic, encrypted with a key of its own.

    CloudWatch's alarms of this account may use both, and functions whose roles say so; nobody else.
    """

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str, settings: AlertSettings) -> None:
        super().__init__(scope, construct_id)
        alarms = cdk.Fn.sub(f"arn:${{AWS::Partition}}:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:alarm:{prefix}-*")
        root = cdk.Fn.sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")
        own = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
        self.key = kms.CfnKey(
            self,
            "Key",
            description=f"Encrypts the topic {prefix}-alerts.",
            enable_key_rotation=True,
            key_policy=document(
                {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"},
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                    "Condition": own,
                },
            ),
        )
        self.topic = sns.CfnTopic(self, "Topic", topic_name=f"{prefix}-alerts", kms_master_key_id=self.key.attr_arn)
        sns.CfnTopicPolicy(
            self,
            "TopicPolicy",
            topics=[self.topic.ref],
            policy_document=document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": self.topic.ref,
                    "Condition": own | {"ArnLike": {"aws:SourceArn": alarms}},
                },
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "sns:Publish",
                    "Resource": self.topic.ref,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ),
        )
        for protocol, endpoints in (("email", settings.emails), ("https", settings.endpoints)):
            for number, endpoint in enumerate(endpoints, start=1):
                sns.CfnSubscription(
                    self,
                    f"{protocol.capitalize()}{number}",
                    topic_arn=self.topic.ref,
                    protocol=protocol,
                    endpoint=endpoint,
                )

    @property
    def publishing(self) -> list[dict[str, Any]]:
        """The statements that let a function publish."""
        return [
            allow(["sns:Publish"], [self.topic.ref]),
            # Amazon SNS asks for the key with the publisher's role.
            allow(["kms:Decrypt", "kms:GenerateDataKey"], [self.key.attr_arn]),
        ]


class Alerter(Construct):
    """The queue of compliance changes and the function that turns them into messages."""

    def __init__(
        self, scope: Construct, construct_id: str, shared: Shared, *, topic: AlertTopic, at_least: Severity
    ) -> None:
        super().__init__(scope, construct_id)
        self.changes = ComplianceChanges(
            self,
            "Changes",
            name=f"{shared.prefix}-alerts",
            failures=shared.failures,
            timeout=TIMEOUT,
            batch=FIFO_BATCH,
            fifo=True,
            only=Compliance.NON_COMPLIANT,
        )
        self.changes.invoke(
            StackFunction(
                self,
                "Function",
                shared,
                name=f"{shared.prefix}-alerter",
                handler=f"{alerter.__name__}.handler",
                description="Tells people of resources that have become NON_COMPLIANT.",
                role_description="Publishes messages.",
                actions=alerter.ACTIONS,
                exact=[*topic.publishing, self.changes.reading],
                environment={
                    "ACCOUNT_ID": cdk.Aws.ACCOUNT_ID,
                    "TOPIC_ARN": topic.topic.ref,
                    "MINIMUM_SEVERITY": at_least.name,
                },
                timeout=TIMEOUT,
                asynchronous=False,
            )
        )
        if self.changes.own_failures is not None:
            waiting_alarm(
                self, "FailuresWaiting", f"{shared.prefix}-alerts-failures", self.changes.own_failures, shared
            )


class Watchdog(Construct):
    """The function that looks at all others, and the alarm that goes off when it does not."""

    def __init__(
        self, scope: Construct, construct_id: str, shared: Shared, *, topic: AlertTopic, blueprint: Blueprint
    ) -> None:
        super().__init__(scope, construct_id)
        count = len(blueprint.function_names)
        function = StackFunction(
            self,
            "Function",
            shared,
            name=blueprint.watchdog,
            handler=f"{watchdog.__name__}.handler",
            description=f"Tells people when any of {count} functions is silent or fails, or anything was changed.",
            role_description="Looks at the stack's functions, pack, queues and alarms, and publishes messages.",
            actions=watchdog.ACTIONS,
            exact=[*topic.publishing, *_looking(blueprint, topic)],
            environment={
                "ACCOUNT_ID": cdk.Aws.ACCOUNT_ID,
                "PREFIX": shared.prefix,
                "TOPIC_ARN": topic.topic.ref,
                **blueprint.variables,
            },
        )
        cdk.Validations.of(function.role).acknowledge(
            *(
                cdk.Acknowledgment(
                    id="AwsSolutions-IAM5[Resource::"
                    f"arn:<AWS::Partition>:{service}:<AWS::Region>:<AWS::AccountId>:{kind}{shared.prefix}-*]",
                    reason=f"The watchdog looks at every {noun} of its stack: {', '.join(actions)}.",
                )
                for service, kind, noun, actions in OWN
            )
        )
        run_every(function, WATCH, failures=shared.failures)
        # Otherwise the alarm below would ring for hours before the first run.
        run_when_deployed(function, failures=shared.failures)
        cloudwatch.CfnAlarm(
            self,
            "Silent",
            alarm_name=f"{shared.prefix}-watchdog-silent",
            alarm_description=f"{shared.prefix}-watchdog, which notices when rules fall silent, has not run for a day.",
            namespace="AWS/Lambda",
            metric_name="Invocations",
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name="FunctionName", value=function.function.ref)],
            statistic="Sum",
            comparison_operator="LessThanThreshold",
            threshold=1,
            # Hours, because over longer periods CloudWatch goes on with old data where new ones are missing.
            period=HOUR,
            evaluation_periods=HOURS,
            datapoints_to_alarm=HOURS,
            # A function that nobody invokes has no metric at all.
            treat_missing_data="breaching",
            alarm_actions=list(shared.alarm_actions),
        )


def _looking(blueprint: Blueprint, topic: AlertTopic) -> list[dict[str, Any]]:
    """Return the statements that let the watchdog look at what the stack itself has."""
    arn = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s%s-*"
    own = [
        allow(list(actions), [cdk.Fn.sub(arn % (service, kind, blueprint.prefix))]) for service, kind, _, actions in OWN
    ]
    if blueprint.subscribers:
        own += [
            allow([SUBSCRIPTIONS_ACTION], [topic.topic.ref]),
            # IAM knows no narrower resource for a subscription.
            allow([SUBSCRIPTION_ACTION], ["*"]),
        ]
    return own


def waiting_alarm(
    scope: Construct, construct_id: str, name: str, queue: sqs.CfnQueue, shared: Shared
) -> cloudwatch.CfnAlarm:
    """Add the alarm that somebody has to look at a queue of failures."""
    return cloudwatch.CfnAlarm(
        scope,
        construct_id,
        alarm_name=name,
        alarm_description=f"Events that no attempt could deal with wait in {name}.",
        namespace="AWS/SQS",
        metric_name="ApproximateNumberOfMessagesVisible",
        dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name="QueueName", value=queue.attr_queue_name)],
        statistic="Maximum",
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=1,
        period=300,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        alarm_actions=list(shared.alarm_actions) or None,
    )
