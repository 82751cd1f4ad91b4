"""Facts about what alerts are sent to: topics, functions, and whatever else an ARN names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code

if TYPE_CHECKING:
    from rules.engine.aws import Aws

# An alarm of another Region has destinations of that Region.
TOPIC = "arn:{partition}:sns:*:{account}:*"
FUNCTION = "arn:{partition}:lambda:*:{account}:function:*"

FUNCTION_PARTS = 7
"""Parts of a function's ARN; an eighth is its version or alias."""


@dataclass(frozen=True)
class Destination:
    """
    What an EventBridge rule or an alarm sends to.

    `exists` is None where this account cannot tell: of what belongs to another account, and of kinds that are not
    looked at. `subscribers` are the confirmed subscriptions of an Amazon SNS topic of this account, None otherwise.
    """

    arn: str
    exists: bool | None = None
    subscribers: int | None = None

    @property
    def service(self) -> str:
        """The service that the ARN is of, such as sns."""
        return self.arn.split(":")[2] if self.arn.startswith("arn:") else ""

    @property
    def name(self) -> str:
        """The last part of the ARN, without the kind of resource."""
        return self.arn.split(":", 5)[-1].rpartition("/")[2].removeprefix("function:").removeprefix("log-group:")


@reads(Action("sns:GetTopicAttributes", TOPIC))
def topic(aws: Aws, arn: str) -> Destination:
    """Return a topic of this account, as GetTopicAttributes describes it."""
    try:
        attributes = aws.client("sns", arn.split(":")[3]).get_topic_attributes(TopicArn=arn)["Attributes"]
    except ClientError as error:
        if error_code(error) in ("NotFound", "NotFoundException"):
            return Destination(arn, exists=False)
        raise
    return Destination(arn, exists=True, subscribers=int(attributes["SubscriptionsConfirmed"]))


@reads(Action("lambda:GetFunctionConfiguration", FUNCTION))
def function(aws: Aws, arn: str) -> Destination:
    """Return a function of this account, or the version or alias of one that the ARN names."""
    parts = arn.split(":")
    named = {"Qualifier": parts[FUNCTION_PARTS]} if len(parts) > FUNCTION_PARTS else {}
    try:
        aws.client("lambda", parts[3]).get_function_configuration(
            FunctionName=":".join(parts[:FUNCTION_PARTS]), **named
        )
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return Destination(arn, exists=False)
        raise
    return Destination(arn, exists=True)


@reads(uses=(topic, function))
def destination(aws: Aws, arn: str) -> Destination:
    """Return what an ARN names: topics and functions of this account as they are, anything else unread."""
    found = Destination(arn)
    if arn.split(":")[4:5] != [aws.account_id]:
        return found
    if found.service == "sns":
        return topic(aws, arn)
    return function(aws, arn) if found.service == "lambda" else found
