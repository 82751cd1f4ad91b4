"""A Lambda function of the stack with all that surrounds it: role, log group, retries and an alarm on its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.pack import logical_id
from cdk.role import allow, statements, wildcards
from rules.engine.documentation import Documentation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aws_cdk import aws_sqs as sqs
    from aws_cdk.aws_s3_assets import Asset

    from rules.engine.collector import Action
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
HOURS = 24


@dataclass(frozen=True)
class Shared:
    """
    What all functions of a stack have in common.

    `failures` keeps the events that no attempt could deal with, `retention` is how many days logs are kept,
    `alarm_actions` are the ARNs of what alarms tell.
    """

    prefix: str
    code: Asset
    failures: sqs.CfnQueue
    retention: int
    alarm_actions: Sequence[str] = ()


class StackFunction(Construct):
    """
    A function, its role, log group, retries and alarm.

    `actions` are what its code declares, `exact` further policy statements on resources of the stack itself.
    `asynchronous` is False for a function that a queue invokes, which tries again and keeps failures by itself.

    No concurrency is reserved: an account keeps 100 for the rest, so that a new account with a quota of 10 could
    not deploy at all, and two runs of a rule at a time do no harm.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        shared: Shared,
        *,
        name: str,
        handler: str,
        description: str,
        role_description: str,
        actions: Collection[Action],
        exact: Sequence[dict[str, Any]] = (),
        environment: Mapping[str, str] | None = None,
        timeout: int = TIMEOUT,
        asynchronous: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = name
        log_group = logs.CfnLogGroup(
            self, "Logs", log_group_name=f"/aws/lambda/{name}", retention_in_days=shared.retention
        )
        # Otherwise the next deployment would meet a log group of that name; evaluations live in AWS Config.
        log_group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        failing = [allow(["sqs:SendMessage"], [shared.failures.attr_arn])] if asynchronous else []
        self.role = iam.CfnRole(
            self,
            "Role",
            description=role_description,
            assume_role_policy_document=document(
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ),
            policies=[
                iam.CfnRole.PolicyProperty(policy_name="rule", policy_document=document(*statements(actions), *exact)),
                iam.CfnRole.PolicyProperty(
                    policy_name="function",
                    policy_document=document(
                        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.attr_arn]), *failing
                    ),
                ),
            ],
        )
        cdk.Validations.of(self.role).acknowledge(*_acknowledged(actions))
        self.function = lambda_.CfnFunction(
            self,
            "Function",
            function_name=name,
            description=description,
            runtime=RUNTIME,
            architectures=["arm64"],
            handler=handler,
            code=lambda_.CfnFunction.CodeProperty(
                s3_bucket=shared.code.s3_bucket_name, s3_key=shared.code.s3_object_key
            ),
            role=self.role.attr_arn,
            memory_size=MEMORY,
            timeout=timeout,
            logging_config=lambda_.CfnFunction.LoggingConfigProperty(log_group=log_group.ref),
            environment=lambda_.CfnFunction.EnvironmentProperty(variables=environment) if environment else None,
        )
        shared.code.add_resource_metadata(self.function, "Code")
        if asynchronous:
            self.retries = lambda_.CfnEventInvokeConfig(
                self,
                "Retries",
                function_name=self.function.ref,
                qualifier="$LATEST",
                maximum_retry_attempts=RETRIES,
                maximum_event_age_in_seconds=EVENT_AGE,
                destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                    on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=shared.failures.attr_arn)
                ),
            )
        cloudwatch.CfnAlarm(
            self,
            "Errors",
            alarm_name=f"{name}-errors",
            alarm_description=f"{name.removeprefix(f'{shared.prefix}-')} failed in the last 24 hours; "
            f"{log_group.log_group_name} says why.",
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
            alarm_actions=list(shared.alarm_actions) or None,
        )

    def invoked_by(
        self, principal: str, *, source_arn: str | None = None, construct_id: str = "Permission"
    ) -> lambda_.CfnPermission:
        """Let a service of this account invoke the function, on behalf of `source_arn` where that is given."""
        return lambda_.CfnPermission(
            self,
            construct_id,
            action="lambda:InvokeFunction",
            function_name=self.function.ref,
            principal=principal,
            source_account=cdk.Aws.ACCOUNT_ID,
            source_arn=source_arn,
        )


class RuleFunction(StackFunction):
    """The function of one rule, which AWS Config may invoke."""

    def __init__(self, scope: Construct, shared: Shared, rule: type[Rule[Any]]) -> None:
        super().__init__(
            scope,
            logical_id(rule),
            shared,
            name=f"{shared.prefix}-{rule.id}",
            handler=f"{rule.module}.handler",
            description=Documentation.of(rule).description,
            role_description=f"What {rule.id} reads and reports.",
            actions=rule.actions(),
        )
        self.permission = self.invoked_by("config.amazonaws.com")


def document(*policy_statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(policy_statements)}


def _acknowledged(actions: Collection[Action]) -> list[cdk.Acknowledgment]:
    """Return why each wildcard in a role is as narrow as it can be (cdk-nag rule AwsSolutions-IAM5)."""
    every = "The function reads every resource of this kind that the account has"
    none = "AWS grants these actions on no narrower resource"
    return [
        cdk.Acknowledgment(
            id=f"AwsSolutions-IAM5[Resource::{resource}]",
            reason=f"{none if resource == '*' else every}: {', '.join(names)}.",
        )
        for resource, names in wildcards(actions).items()
    ]
