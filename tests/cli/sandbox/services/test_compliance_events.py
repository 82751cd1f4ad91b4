"""What AWS Config announces, where EventBridge puts it, and what waits for AWS Lambda."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.sandbox import Account
from cli.sandbox.topics import published

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:judge"
PERIODIC = {"EventSource": "aws.config", "MessageType": "ScheduledNotification"}


@pytest.fixture
def queue(account: Account, config: Any) -> str:
    """Return the URL of a queue that hears of violations of a rule, beside a topic that nothing can be put to."""
    source = {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": FUNCTION, "SourceDetails": [PERIODIC]}
    config.put_config_rule(ConfigRule={"ConfigRuleName": "rule", "Source": source})
    session = account.session()
    url = str(session.client("sqs").create_queue(QueueName="changes")["QueueUrl"])
    events = session.client("events")
    pattern = {"source": ["aws.config"], "detail": {"newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}}}
    events.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    events.put_targets(
        Rule="changes",
        Targets=[
            {"Id": "topic", "Arn": "arn:aws:sns:us-east-1:123456789012:topic"},
            {"Id": "queue", "Arn": "arn:aws:sqs:us-east-1:123456789012:changes"},
        ],
    )
    return url


def report(account: Account, config: Any, *compliances: str) -> None:
    for compliance in compliances:
        token = account.config_events().scheduled("rule")["resultToken"]
        evaluation = {
            "ComplianceResourceType": "AWS::S3::Bucket",
            "ComplianceResourceId": "logs",
            "ComplianceType": compliance,
            "Annotation": "It is so.",
            "OrderingTimestamp": datetime(2026, 1, 2, tzinfo=UTC),
        }
        config.put_evaluations(Evaluations=[evaluation], ResultToken=token)


def received(account: Account, url: str) -> list[dict[str, Any]]:
    messages = account.session().client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(one["Body"]) for one in messages.get("Messages", [])]


@pytest.mark.parametrize(
    ("compliances", "counts"),
    [
        (["NON_COMPLIANT"], (1, 1)),
        (["COMPLIANT"], (1, 0)),
        (["NOT_APPLICABLE"], (0, 0)),
        (["NON_COMPLIANT", "NON_COMPLIANT"], (1, 1)),
        (["NON_COMPLIANT", "COMPLIANT", "NON_COMPLIANT"], (3, 2)),
    ],
    ids=["violation", "compliant", "nothing to say", "the same again", "back and forth"],
)
def test_changes_are_announced_once(
    account: Account, config: Any, queue: str, compliances: list[str], counts: tuple[int, int]
) -> None:
    report(account, config, *compliances)

    announced, again = account.config_events().announce(), account.config_events().announce()

    assert again == 0
    assert (announced, len(received(account, queue))) == counts


def test_an_event_has_the_shape_of_notifications(account: Account, config: Any, queue: str) -> None:
    report(account, config, "COMPLIANT", "NON_COMPLIANT")
    account.config_events().announce()

    (event,) = received(account, queue)

    assert (event["source"], event["detail-type"]) == ("aws.config", "Config Rules Compliance Change")
    detail = event["detail"]
    assert detail["configRuleARN"].startswith("arn:aws:config:us-east-1:123456789012:config-rule/config-rule-")
    assert detail["messageType"] == "ComplianceChangeNotification"
    new, old = detail["newEvaluationResult"], detail["oldEvaluationResult"]
    assert (new["complianceType"], old["complianceType"]) == ("NON_COMPLIANT", "COMPLIANT")
    assert new["annotation"] == "It is so."
    assert new["evaluationResultIdentifier"] == {
        "evaluationResultQualifier": {
            "configRuleName": "rule",
            "resourceType": "AWS::S3::Bucket",
            "resourceId": "logs",
            "evaluationMode": "DETECTIVE",
        },
        "orderingTimestamp": "2026-01-02T00:00:00.000Z",
    }


def test_messages_wait_for_whoever_plays_lambda(account: Account, config: Any, queue: str) -> None:
    mapped = account.session().client("lambda")
    arn = "arn:aws:sqs:us-east-1:123456789012:changes"
    mapped.create_event_source_mapping(EventSourceArn=arn, FunctionName="judge", BatchSize=10)
    report(account, config, "NON_COMPLIANT")

    account.config_events().announce()

    (mapping,) = mapped.list_event_source_mappings(FunctionName="judge")["EventSourceMappings"]
    assert mapping["EventSourceArn"] == arn
    assert len(received(account, queue)) == 1


def test_a_stack_has_topics_with_policies_and_subscriptions(account: Account) -> None:
    topic, policy = {"Ref": "Topic"}, {"Version": "2012-10-17", "Statement": []}
    template = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alerts"}},
            "Policy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [topic], "PolicyDocument": policy}},
            "Mail": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": topic, "Protocol": "email", "Endpoint": "security@example.com"},
            },
        }
    }
    cloudformation, sns = account.session().client("cloudformation"), account.session().client("sns")
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(template))
    (arn,) = (one["TopicArn"] for one in sns.list_topics()["Topics"])
    sns.publish(TopicArn=arn, Subject="Hear", Message="it")

    assert json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]) == policy
    (subscribed,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert (subscribed["Protocol"], subscribed["Endpoint"]) == ("email", "security@example.com")
    assert published(arn) == [("Hear", "it")]
    cloudformation.delete_stack(StackName="s")
    assert sns.list_topics()["Topics"] == []
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_a_permission_of_a_stack_is_a_statement_as_any_other(account: Account, functions: Any) -> None:
    permission = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": "judge",
            "Principal": "events.amazonaws.com",
            "SourceArn": "arn:aws:events:us-east-1:123456789012:rule/changes",
        },
    }
    template = json.dumps({"Resources": {"Permission": permission}})
    account.session().client("cloudformation").create_stack(StackName="s", TemplateBody=template)

    (statement,) = json.loads(functions.get_policy(FunctionName="judge")["Policy"])["Statement"]
    assert set(statement) == {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
