"""Whether what alerts are sent to lets them in and tells somebody; reasons against it are ends of sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules.permissions.caller import Caller
from rules.permissions.context import RequestContext
from rules.permissions.resource_policy import gets_in

if TYPE_CHECKING:
    from rules.facts.alert_destinations import Destination
    from rules.permissions.document import PolicyDocument

CLOUDWATCH: Final = "cloudwatch.amazonaws.com"
EVENTBRIDGE: Final = "events.amazonaws.com"
INVOKING_ALARMS: Final = "lambda.alarms.cloudwatch.amazonaws.com"
"""
The services in whose names alarms publish to topics, rules send, and alarms invoke functions.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""
AWS_KEY: Final = "alias/aws/sns"
"""
The key of AWS that a topic may be encrypted with, whose policy lets neither EventBridge nor CloudWatch use it.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""

_SENDING: Final = {"sns": ("topic", "sns:Publish"), "lambda": ("function", "lambda:InvokeFunction")}


def destination_defect(destination: Destination, sender: str) -> str | None:
    """
    Return what is wrong with a destination ("topic alerts does not exist"), None for one that can tell somebody.

    `sender` is the ARN of the EventBridge rule or the alarm that sends to it.
    """
    kind, action = _SENDING.get(destination.service, ("target", ""))
    name = f"{kind} {destination.name}"
    if destination.service == "logs":
        return f"log group {destination.name} tells nobody"
    if destination.exists is False:
        return f"{name} does not exist"
    if destination.subscribers == 0:
        return f"{name} has no confirmed subscription"
    if destination.key and destination.key.endswith(AWS_KEY):
        return f"{name} is encrypted with {AWS_KEY}, which no other service may use"
    if not action or not destination.exists or destination.role_arn:
        return None
    service = _service_of(sender, destination)
    let_in = destination.policy and lets_service(destination.policy, service, sender, action, destination.arn)
    return None if let_in else f"{name} does not let {service} in"


def lets_service(policy: PolicyDocument, service: str, source_arn: str, action: str, resource_arn: str) -> bool:
    """
    Say whether a resource's policy may let a service do something to it on behalf of a resource of the account.

    The policy that Amazon SNS gives a topic at first lets in whoever acts for the topic's owner, which is true of
    CloudWatch and not of EventBridge. Source:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    account = source_arn.split(":")[4]
    known = {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
        "aws:ResourceAccount": account,
        "aws:SourceAccount": account,
        "aws:SourceArn": source_arn,
    }
    absent = {"aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths"}
    if service == CLOUDWATCH:
        known["aws:SourceOwner"] = account
    else:
        absent.add("aws:SourceOwner")
    caller = Caller(RequestContext(known, absent=frozenset(absent)), account, service=service)
    return gets_in(policy, caller, (action,), (resource_arn,))


def _service_of(sender: str, destination: Destination) -> str:
    if sender.split(":")[2] == "events":
        return EVENTBRIDGE
    return INVOKING_ALARMS if destination.service == "lambda" else CLOUDWATCH
