import json
from dataclasses import replace
from typing import Any

import pytest

from rules.criteria.alert_destinations import destination_defect
from rules.facts.alert_destinations import Destination
from rules.permissions.document import PolicyDocument, PolicyType, parse
from tests.rules.facts.alerts import HEARD, RULE, TOPIC, letting_in

ALARM = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:throttled"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:respond"
INVOKED = Destination(
    FUNCTION,
    exists=True,
    policy=letting_in(
        "events.amazonaws.com",
        "lambda.alarms.cloudwatch.amazonaws.com",
        action="lambda:InvokeFunction",
        resource=FUNCTION,
    ),
)


def policy(**statement: Any) -> PolicyDocument:
    allow = {"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC} | statement
    return parse(json.dumps({"Version": "2012-10-17", "Statement": allow}), PolicyType.RESOURCE)


AS_CREATED = policy(
    Principal={"AWS": "*"},
    Action=["SNS:Publish", "SNS:Subscribe"],
    Condition={"StringEquals": {"AWS:SourceOwner": "123456789012"}},
)
BY_RULE = {"Principal": {"Service": "events.amazonaws.com"}}


@pytest.mark.parametrize("sender", [RULE.arn, ALARM], ids=["a rule", "an alarm"])
@pytest.mark.parametrize(
    ("destination", "defect"),
    [
        pytest.param(HEARD, None, id="a topic with subscribers"),
        pytest.param(INVOKED, None, id="a function"),
        pytest.param(Destination("arn:aws:events:us-east-1:111122223333:event-bus/x"), None, id="what cannot be read"),
        pytest.param(Destination("arn:aws:sns:us-east-1:111122223333:alerts"), None, id="a topic of another account"),
        pytest.param(
            replace(HEARD, subscribers=0),
            "topic alerts has no confirmed subscription",
            id="a topic without subscribers",
        ),
        pytest.param(Destination(TOPIC, exists=False), "topic alerts does not exist", id="no topic"),
        pytest.param(Destination(FUNCTION, exists=False), "function respond does not exist", id="no function"),
        pytest.param(
            Destination("arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/all"),
            "log group all tells nobody",
            id="a log group",
        ),
        pytest.param(
            replace(HEARD, key="alias/aws/sns"),
            "topic alerts is encrypted with alias/aws/sns, which no other service may use",
            id="a topic with the key of AWS",
        ),
        pytest.param(
            replace(HEARD, key="arn:aws:kms:us-east-1:123456789012:alias/aws/sns"),
            "topic alerts is encrypted with alias/aws/sns, which no other service may use",
            id="a topic with the key of AWS by ARN",
        ),
        pytest.param(replace(HEARD, key="alias/alerts"), None, id="a topic with a key of the account"),
        pytest.param(replace(INVOKED, policy=None, role_arn="role"), None, id="a function that a role invokes"),
    ],
)
def test_says_why_a_destination_tells_nobody(destination: Destination, sender: str, defect: str | None) -> None:
    assert destination_defect(destination, sender) == defect


@pytest.mark.parametrize(
    ("given", "rule", "alarm"),
    [
        pytest.param(AS_CREATED, False, True, id="the policy that a topic is created with"),
        pytest.param(policy(**BY_RULE), True, False, id="EventBridge"),
        pytest.param(policy(Principal={"Service": "cloudwatch.amazonaws.com"}), False, True, id="CloudWatch"),
        pytest.param(policy(Principal="*"), True, True, id="everybody"),
        pytest.param(
            policy(**BY_RULE, Condition={"ArnLike": {"aws:SourceArn": f"{RULE.arn}*"}}), True, False, id="the rule"
        ),
        pytest.param(
            policy(**BY_RULE, Condition={"ArnEquals": {"aws:SourceArn": f"{RULE.arn}-2"}}),
            False,
            False,
            id="another rule",
        ),
        pytest.param(
            policy(**BY_RULE, Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
            False,
            False,
            id="another account",
        ),
        pytest.param(policy(**BY_RULE, Action="sns:Subscribe"), False, False, id="another action"),
        pytest.param(policy(**BY_RULE, Resource=f"{TOPIC}-2"), False, False, id="another topic"),
        pytest.param(policy(Principal={"AWS": "123456789012"}), False, False, id="the account"),
        pytest.param(None, False, False, id="no policy"),
    ],
)
def test_a_topic_has_to_let_the_sender_in(given: PolicyDocument | None, *, rule: bool, alarm: bool) -> None:
    topic = replace(HEARD, policy=given)

    assert destination_defect(topic, RULE.arn) == (
        None if rule else "topic alerts does not let events.amazonaws.com in"
    )
    assert destination_defect(topic, ALARM) == (
        None if alarm else "topic alerts does not let cloudwatch.amazonaws.com in"
    )


def test_alarms_invoke_functions_in_a_name_of_their_own() -> None:
    function = replace(
        INVOKED, policy=letting_in("cloudwatch.amazonaws.com", action="lambda:InvokeFunction", resource=FUNCTION)
    )

    assert destination_defect(function, ALARM) == (
        "function respond does not let lambda.alarms.cloudwatch.amazonaws.com in"
    )
