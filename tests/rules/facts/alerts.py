"""A topic that rules and alarms may publish to and somebody reads, and a rule that sends to it."""

import json

from rules.facts.alert_destinations import Destination
from rules.facts.event_rules import EventRule
from rules.permissions.document import PolicyDocument, PolicyType, parse

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
EVENTS = "arn:aws:events:us-east-1:123456789012:"


def letting_in(*services: str, action: str = "sns:Publish", resource: str = TOPIC) -> PolicyDocument:
    """Return a policy that lets services in on behalf of the account."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": list(services)},
        "Action": action,
        "Resource": resource,
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    return parse(json.dumps({"Version": "2012-10-17", "Statement": statement}), PolicyType.RESOURCE)


HEARD = Destination(
    TOPIC, exists=True, subscribers=1, policy=letting_in("events.amazonaws.com", "cloudwatch.amazonaws.com")
)
RULE = EventRule(
    name="changes",
    arn=f"{EVENTS}rule/changes",
    bus="default",
    state="ENABLED",
    pattern={"source": ["aws.bedrock"]},
    targets=(HEARD,),
)
