"""The stack of one account and Region: a function per rule with all that surrounds it, then the conformance pack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_config as config
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from cdk import pack
from cdk.role import allow, statements, wildcards
from rules.engine.documentation import Documentation

if TYPE_CHECKING:
    from pathlib import Path

    from cdk.bundle import Bundle
    from cdk.settings import Settings
    from rules.engine.rule import Rule

RUNTIME = "python3.14"
MEMORY = 512
"""
Megabytes. A rule needs about 90 to start; the rest is processor, of which Lambda gives a share by memory, and room
for accounts with thousands of roles. The month's bill of a daily run is cents either way.
"""
TIMEOUT = 600
"""Seconds: two thirds of what Lambda allows, so that a run which grows is noticed before it cannot be helped."""
RETRIES = 2
EVENT_AGE = 3600
"""
Seconds for which Lambda tries to deliver an event, room for three attempts of ten minutes; after that somebody is told.
The most that Lambda takes is six hours, and silence for six hours helps nobody: the next daily pass comes anyway.
"""
KEEP_FAILED = 14 * 24 * 3600
"""Seconds: the longest that Amazon SQS keeps a message."""
HOURS = 24


class RuleFunction(Construct):
    """
    The Lambda function of one rule, its role, log group, permission for AWS Config, retries and alarm.

    No concurrency is reserved: an account keeps 100 for the rest, so that a new account with a quota of 10 could
    not deploy at all, and two runs of a rule at a time do no harm.
    """

    def __init__(
        self, scope: Construct, rule: type[Rule[Any]], *, name: str, code: Asset, failures: sqs.CfnQueue, retention: int
    ) -> None:
        super().__init__(scope, pack.logical_id(rule))
        log_group = logs.CfnLogGroup(self, "Logs", log_group_name=f"/aws/lambda/{name}", retention_in_days=retention)
        # Otherwise the next deployment would meet a log group of that name; evaluations live in AWS Config.
        log_group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        self.role = iam.CfnRole(
            self,
            "Role",
            description=f"What {rule.id} reads and reports.",
            assume_role_policy_document=_document(
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ),
            policies=[
                iam.CfnRole.PolicyProperty(policy_name="rule", policy_document=_document(*statements(rule.actions()))),
                iam.CfnRole.PolicyProperty(
                    policy_name="function",
                    policy_document=_document(
                        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.attr_arn]),
                        allow(["sqs:SendMessage"], [failures.attr_arn]),
                    ),
                ),
            ],
        )
        cdk.Validations.of(self.role).acknowledge(*_acknowledged(rule))
        self.function = lambda_.CfnFunction(
            self,
            "Function",
            function_name=name,
            description=Documentation.of(rule).description,
            runtime=RUNTIME,
            architectures=["arm64"],
            handler=f"{rule.module}.handler",
            code=lambda_.CfnFunction.CodeProperty(s3_bucket=code.s3_bucket_name, s3_key=code.s3_object_key),
            role=self.role.attr_arn,
            memory_size=MEMORY,
            timeout=TIMEOUT,
            logging_config=lambda_.CfnFunction.LoggingConfigProperty(log_group=log_group.ref),
        )
        code.add_resource_metadata(self.function, "Code")
        self.permission = lambda_.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=self.function.ref,
            principal="config.amazonaws.com",
            source_account=cdk.Aws.ACCOUNT_ID,
        )
        self.retries = lambda_.CfnEventInvokeConfig(
            self,
            "Retries",
            function_name=self.function.ref,
            qualifier="$LATEST",
            maximum_retry_attempts=RETRIES,
            maximum_event_age_in_seconds=EVENT_AGE,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=failures.attr_arn)
            ),
        )
        cloudwatch.CfnAlarm(
            self,
            "Errors",
            alarm_name=f"{name}-errors",
            alarm_description=f"{rule.id} failed in the last 24 hours; {log_group.log_group_name} says why.",
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name="FunctionName", value=self.function.ref)],
            statistic="Sum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            # A rule runs once a day: one bad hour keeps the alarm on until a day has passed without another.
            period=3600,
            evaluation_periods=HOURS,
            datapoints_to_alarm=1,
            treat_missing_data="notBreaching",
        )


class RulesStack(cdk.Stack):
    """The rules of one account and Region."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        bundle: Bundle,
        region: str | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            synthesizer=synthesizer,
            stack_name=settings.prefix,
            env=cdk.Environment(region=region),
            description="AWS Config rules on the customer's duties for AI workloads.",
        )
        rules = settings.rules_in(region)
        code = code_asset(self, bundle)
        failures = self._failures(settings.prefix)
        functions = {
            rule: RuleFunction(
                self,
                rule,
                name=settings.function_name(rule),
                code=code,
                failures=failures,
                retention=settings.log_retention_days,
            )
            for rule in rules
        }
        self._pack(settings, region, functions, bundle.path.parent)

    def _failures(self, prefix: str) -> sqs.CfnQueue:
        """Return the queue of events that no attempt could evaluate, with the alarm that somebody has to look."""
        queue = sqs.CfnQueue(
            self,
            "Failures",
            queue_name=f"{prefix}-failures",
            sqs_managed_sse_enabled=True,
            message_retention_period=KEEP_FAILED,
        )
        cdk.Validations.of(queue).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-SQS3", reason="This queue is itself where what cannot be delivered ends."
            )
        )
        sqs.CfnQueuePolicy(
            self,
            "FailuresOverTlsOnly",
            queues=[queue.ref],
            policy_document=_document(
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "sqs:*",
                    "Resource": queue.attr_arn,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ),
        )
        cloudwatch.CfnAlarm(
            self,
            "FailuresWaiting",
            alarm_name=f"{prefix}-failures",
            alarm_description=f"Events that no attempt could evaluate wait in {prefix}-failures.",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name="QueueName", value=queue.attr_queue_name)],
            statistic="Maximum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            period=300,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
        )
        return queue

    def _pack(
        self, settings: Settings, region: str | None, functions: dict[type[Rule[Any]], RuleFunction], folder: Path
    ) -> None:
        """Add the pack, after everything that AWS Config needs to invoke its rules."""
        template = pack.deployed_pack(settings, region)
        pack.check_limits(template)
        body = pack.as_json(template)
        inline = len(body.encode()) <= pack.INLINE_BYTES
        conformance_pack = config.CfnConformancePack(
            self,
            "Pack",
            conformance_pack_name=settings.prefix,
            template_body=body if inline else None,
            template_s3_uri=None if inline else self._stored(body, folder),
            conformance_pack_input_parameters=[
                config.CfnConformancePack.ConformancePackInputParameterProperty(
                    parameter_name=pack.arn_parameter(rule), parameter_value=function.function.attr_arn
                )
                for rule, function in functions.items()
            ],
        )
        # PutConfigRule tries the permission, and the first evaluation begins at once.
        for function in functions.values():
            conformance_pack.add_resource_dependency(function.permission)
            conformance_pack.add_resource_dependency(function.retries)

    def _stored(self, body: str, folder: Path) -> str:
        """Return the S3 URI of a pack that is too large for the request."""
        file = folder / f"{self.node.id}.json"
        file.write_text(body, encoding="utf-8")
        return Asset(self, "PackTemplate", path=str(file)).s3_object_url


def code_asset(scope: Construct, bundle: Bundle) -> Asset:
    """Return the bundle as an asset, under a key that is the same wherever it is published."""
    return Asset(
        scope, "Code", path=str(bundle.path), asset_hash=bundle.digest, asset_hash_type=cdk.AssetHashType.CUSTOM
    )


def _acknowledged(rule: type[Rule[Any]]) -> list[cdk.Acknowledgment]:
    """Return why each wildcard in a rule's role is as narrow as it can be (cdk-nag rule AwsSolutions-IAM5)."""
    every = "The rule reads every resource of this kind that the account has"
    none = "AWS grants these actions on no narrower resource"
    return [
        cdk.Acknowledgment(
            id=f"AwsSolutions-IAM5[Resource::{resource}]",
            reason=f"{none if resource == '*' else every}: {', '.join(actions)}.",
        )
        for resource, actions in wildcards(rule.actions()).items()
    ]


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
