"""Runbook: enable-invocation-logging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdk.remediation import steps
from cdk.remediation.runbook import BUCKET_NAME, Document, Outcome, PassedRole, Runbook
from rules.engine.collector import Action

if TYPE_CHECKING:
    from cdk.remediation.settings import LogDestination

DELIVERED = ("textDataDeliveryEnabled", "imageDataDeliveryEnabled", "embeddingDataDeliveryEnabled")
"""What bedrock-invocation-logging-enabled asks for by default; older SDKs know no other kinds of data."""


def enable_invocation_logging(destination: LogDestination) -> Runbook:
    """Return the runbook that switches invocation logging on with this destination for runs that name no other."""
    config: dict[str, Any] = dict.fromkeys(DELIVERED, True)
    parameters: dict[str, Document] = {}
    checks: list[steps.Step] = []
    answer = "$.loggingConfig"
    where: list[str] = []
    read, write = "bedrock:GetModelInvocationLoggingConfiguration", "bedrock:PutModelInvocationLoggingConfiguration"
    if destination.log_group:
        parameters |= {
            "LogGroupName": {
                "type": "String",
                "description": "The name of the log group, which exists.",
                "default": destination.log_group,
                "allowedPattern": "^[.\\-_/#A-Za-z0-9]{1,512}$",
            },
            "DeliveryRoleArn": {
                "type": "String",
                "description": "The ARN of the role with which Amazon Bedrock writes to the log group.",
                "default": role_arn(destination),
            },
        }
        config["cloudWatchConfig"] = {"logGroupName": "{{ LogGroupName }}", "roleArn": "{{ DeliveryRoleArn }}"}
        selector = f"{answer}.cloudWatchConfig.logGroupName"
        checks.append(steps.verify("VerifyLogGroup", read, {}, selector, "{{ LogGroupName }}"))
        where.append("the log group {{ LogGroupName }}")
    if destination.bucket:
        parameters |= {
            "BucketName": BUCKET_NAME | {"default": _named(destination.bucket)},
            "KeyPrefix": {
                "type": "String",
                "description": "What the keys of the logs begin with.",
                "default": destination.key_prefix,
            },
        }
        config["s3Config"] = {"bucketName": "{{ BucketName }}", "keyPrefix": "{{ KeyPrefix }}"}
        selector = f"{answer}.s3Config.bucketName"
        checks.append(steps.verify("VerifyBucket", read, {}, selector, "{{ BucketName }}"))
        where.append("the bucket {{ BucketName }}")
    target = " and ".join(where)
    return Runbook(
        id="enable-invocation-logging",
        title="Switches on model invocation logging of Amazon Bedrock where it is off",
        changes="Prompts and answers of all model invocations of the Region are kept from then on.",
        parameters=parameters,
        steps=(
            # Where logging is off there is no configuration to select from, which no other step can tell from an error.
            steps.script(
                "Inspect", "invocation_logging.inspect", {"LoggingConfig": config}, outputs={"IsRight": "Boolean"}
            ),
            steps.decide(
                "Decide",
                steps.is_true("Inspect.IsRight"),
                nothing="SayNothingToDo",
                dry_run="SayWouldChange",
                change="SwitchOn",
            ),
            steps.call("SwitchOn", write, {"loggingConfig": config}),
            *checks,
            steps.say("SayChanged", Outcome.CHANGED, f"Model invocations are now logged to {target}."),
            steps.say("SayNothingToDo", Outcome.NOTHING_TO_DO, f"Model invocations are logged to {target} already."),
            steps.say(
                "SayWouldChange",
                Outcome.WOULD_CHANGE,
                f"Model invocation logging is off; it would be switched on with delivery to {target}.",
            ),
        ),
        outputs=("Inspect.IsRight",),
        permissions=(Action(read), Action(write)),
        passes=PassedRole(role_arn(destination), "bedrock.amazonaws.com") if destination.log_group else None,
    )


def role_arn(destination: LogDestination) -> Document:
    """Return the ARN of the delivery role in the account of the stack, as a CloudFormation value."""
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{destination.role_name}"}


def _named(bucket: str) -> object:
    name = bucket.replace("{account}", "${AWS::AccountId}").replace("{region}", "${AWS::Region}")
    return name if name == bucket else {"Fn::Sub": name}
