import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.facts import alert_destinations
from rules.facts.alert_destinations import Destination

ALERTS = "arn:aws:sns:us-east-1:123456789012:alerts"
LETTING_IN = {
    "Version": "2012-10-17",
    "Statement": {
        "Sid": "Events",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": ALERTS,
    },
}
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:respond"


@pytest.fixture
def sns(account: Account) -> Any:
    client = account.session().client("sns")
    client.create_topic(Name="alerts")
    return client


@pytest.fixture
def functions(account: Account) -> Any:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("m.py", "def handler(event, context): ...")
    session = account.session()
    role = session.client("iam").create_role(RoleName="respond", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client = session.client("lambda")
    client.create_function(
        FunctionName="respond",
        Role=role,
        Runtime="python3.13",
        Handler="m.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return client


def test_reads_how_many_subscriptions_of_a_topic_are_confirmed(sns: Any, aws: Aws) -> None:
    sns.subscribe(TopicArn=ALERTS, Protocol="sms", Endpoint="+15555550100")
    sns.subscribe(TopicArn=ALERTS, Protocol="email", Endpoint="oncall@example.com")

    found = alert_destinations.destination(aws, ALERTS)

    assert found == Destination(ALERTS, exists=True, subscribers=1, policy=found.policy)


def test_reads_a_topic_that_nobody_subscribed_to(sns: Any, aws: Aws) -> None:
    assert sns.list_subscriptions()["Subscriptions"] == []
    assert alert_destinations.destination(aws, ALERTS).subscribers == 0


@pytest.mark.parametrize("key", [None, "alias/aws/sns"])
def test_reads_the_key_and_the_policy_of_a_topic(sns: Any, aws: Aws, key: str | None) -> None:
    if key:
        sns.set_topic_attributes(TopicArn=ALERTS, AttributeName="KmsMasterKeyId", AttributeValue=key)
    sns.set_topic_attributes(TopicArn=ALERTS, AttributeName="Policy", AttributeValue=json.dumps(LETTING_IN))

    found = alert_destinations.destination(aws, ALERTS)

    assert found.key == key
    assert found.policy is not None
    assert [statement.sid for statement in found.policy.statements] == ["Events"]


def test_reads_topics_of_other_regions_there(account: Account, aws: Aws) -> None:
    arn = account.session("eu-central-1").client("sns").create_topic(Name="alerts")["TopicArn"]

    assert alert_destinations.destination(aws, arn).subscribers == 0
    assert [call.region for call in account.calls][-1] == "eu-central-1"


@pytest.mark.parametrize(
    "arn",
    [
        pytest.param(ALERTS, id="a topic"),
        pytest.param(FUNCTION, id="a function"),
        pytest.param(f"{FUNCTION}:live", id="an alias of a function"),
    ],
)
def test_tells_what_does_not_exist(aws: Aws, arn: str) -> None:
    assert alert_destinations.destination(aws, arn) == Destination(arn, exists=False)


def test_reads_functions(functions: Any, aws: Aws) -> None:
    version = functions.publish_version(FunctionName="respond")["Version"]
    functions.create_alias(FunctionName="respond", Name="live", FunctionVersion=version)

    for arn in (FUNCTION, f"{FUNCTION}:live"):
        assert alert_destinations.destination(aws, arn) == Destination(arn, exists=True)


def test_reads_who_may_invoke_a_function(functions: Any, aws: Aws) -> None:
    functions.add_permission(
        FunctionName="respond",
        StatementId="Events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )

    found = alert_destinations.destination(aws, FUNCTION)

    assert found.policy is not None
    assert [statement.sid for statement in found.policy.statements] == ["Events"]


@pytest.mark.parametrize(
    "arn",
    [
        pytest.param("arn:aws:sns:us-east-1:111122223333:alerts", id="a topic of another account"),
        pytest.param("arn:aws:lambda:us-east-1:111122223333:function:respond", id="a function of another account"),
        pytest.param("arn:aws:sqs:us-east-1:123456789012:alerts", id="a queue"),
        pytest.param("arn:aws:automate:us-east-1:ec2:stop", id="an action on an instance"),
        pytest.param("arn:aws:events:us-east-1:123456789012:event-bus/security", id="an event bus"),
        pytest.param("nonsense", id="no ARN"),
    ],
)
def test_leaves_the_rest_unread(account: Account, aws: Aws, arn: str) -> None:
    assert alert_destinations.destination(aws, arn) == Destination(arn, exists=None)
    assert len(account.calls) == 0


@pytest.mark.parametrize(
    ("arn", "service", "name"),
    [
        (ALERTS, "sns", "alerts"),
        (f"{FUNCTION}:live", "lambda", "respond:live"),
        ("arn:aws-cn:events:cn-north-1:123456789012:event-bus/security", "events", "security"),
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/all", "logs", "all"),
        ("nonsense", "", "nonsense"),
    ],
)
def test_names_destinations(arn: str, service: str, name: str) -> None:
    assert (Destination(arn).service, Destination(arn).name) == (service, name)


@pytest.mark.parametrize(
    ("action", "arn", "code"),
    [
        ("sns:GetTopicAttributes", ALERTS, "AccessDenied"),
        ("lambda:GetFunctionConfiguration", FUNCTION, "AccessDeniedException"),
        ("lambda:GetPolicy", FUNCTION, "AccessDeniedException"),
    ],
)
def test_a_denied_answer_is_no_answer(account: Account, aws: Aws, action: str, arn: str, code: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match=code):
        alert_destinations.destination(aws, arn)
