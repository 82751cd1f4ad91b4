"""The stack of one account and Region: a function per rule with all that surrounds it, then the conformance pack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_config as config
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_s3_assets import Asset

from cdk import pack
from cdk.function import RuleFunction, Shared, document

if TYPE_CHECKING:
    from pathlib import Path

    from constructs import Construct

    from cdk.bundle import Bundle
    from cdk.settings import Settings
    from rules.engine.rule import Rule

KEEP_FAILED = 14 * 24 * 3600
"""Seconds: the longest that Amazon SQS keeps a message."""


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
        shared = Shared(settings.prefix, code, failures, settings.log_retention_days)
        functions = {rule: RuleFunction(self, shared, rule) for rule in rules}
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
            policy_document=document(
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
