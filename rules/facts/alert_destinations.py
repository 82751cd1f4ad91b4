"""Facts about what alerts are sent to: topics, functions, and whatever else an ARN names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.frozen import dataclass
from rules.permissions.document import PolicyType, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.engine.aws import Aws
    from rules.permissions.document import PolicyDocument

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
    looked at. `subscribers` are the confirmed subscriptions of an Amazon SNS topic of this account, None otherwise;
    `key` is what the topic is encrypted with, as somebody wrote it: an id, an alias or an ARN. `policy` is the own
    policy of a topic or a function of this account. `role_arn` is the role with which an EventBridge rule sends, None
    for a sender that does so in its own name.
    """

    arn: str
    exists: bool | None = None
    subscribers: int | None = None
    key: str | None = None
    policy: PolicyDocument | None = None
    role_arn: str | None = None

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
    return Destination(
        arn,
        exists=True,
        subscribers=int(attributes["SubscriptionsConfirmed"]),
        key=attributes.get("KmsMasterKeyId") or None,
        policy=parse(attributes["Policy"], PolicyType.RESOURCE),
    )


@reads(Action("lambda:GetFunctionConfiguration", FUNCTION), Action("lambda:GetPolicy", FUNCTION))
def function(aws: Aws, arn: str) -> Destination:
    """Return a function of this account, or the version or alias of one that the ARN names."""
    parts = arn.split(":")
    named = {"FunctionName": ":".join(parts[:FUNCTION_PARTS])}
    if len(parts) > FUNCTION_PARTS:
        named["Qualifier"] = parts[FUNCTION_PARTS]
    client = aws.client("lambda", parts[3])
    found = _unless_missing(client.get_function_configuration, named)
    policy = _unless_missing(client.get_policy, named)
    return Destination(
        arn,
        exists=found is not None,
        policy=None if policy is None else parse(policy["Policy"], PolicyType.RESOURCE),
    )


@reads(uses=(topic, function))
def destination(aws: Aws, arn: str) -> Destination:
    """Return what an ARN names: topics and functions of this account as they are, anything else unread."""
    found = Destination(arn)
    if arn.split(":")[4:5] != [aws.account_id]:
        return found
    if found.service == "sns":
        return topic(aws, arn)
    return function(aws, arn) if found.service == "lambda" else found


def _unless_missing(ask: Callable[..., Mapping[str, Any]], named: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return an answer of AWS Lambda, None where there is no such function, or no policy of it."""
    try:
        return ask(**named)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
