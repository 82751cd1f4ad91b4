from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.facts import cloudtrail, data_events
from rules.facts.data_events import DataEvents
from tests.rules.facts.test_bedrock_usage import make_everything

ROLE = "arn:aws:iam::123456789012:role/ai"


@pytest.fixture
def now(account: Account) -> Aws:
    """Return what collectors read the embedded account with at its own time."""
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime.now(UTC))


def invoke_asynchronously(account: Account) -> None:
    account.session().client("bedrock-runtime").start_async_invoke(
        modelId="amazon.nova-reel-v1:1",
        modelInput={},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://ai-videos/"}},
    )


def count_agents(account: Account, operation: str) -> None:
    """Count an invocation as Amazon Bedrock Agents does."""
    dimensions = [{"Name": "Operation", "Value": operation}]
    datum = {"MetricName": "InvocationCount", "Dimensions": dimensions, "Value": 1}
    account.session().client("cloudwatch").put_metric_data(Namespace="AWS/Bedrock/Agents", MetricData=[datum])


def make_flow_and_prompt(account: Account) -> None:
    client = account.session().client("bedrock-agent")
    client.create_flow(name="flow", executionRoleArn=ROLE)
    client.create_prompt(name="prompt")


def test_nothing_is_used_in_an_empty_account(aws: Aws) -> None:
    assert data_events.data_events(aws) == (DataEvents(aws.account, {}, (), (), ()),)


@pytest.mark.parametrize("small_pages", [False, True], ids=["whole listings", "a page for each item"])
def test_finds_every_type_that_is_used(account: Account, now: Aws, small_pages: bool) -> None:
    account.session().client("s3").create_bucket(Bucket="ai-data")
    make_everything(account)
    make_flow_and_prompt(account)
    invoke_asynchronously(account)
    count_agents(account, "InvokeInlineAgent")
    if small_pages:
        account.faults.add(Fault("page-size"))

    assert data_events.used_types(now) == (
        "AWS::Bedrock::AgentAlias",
        "AWS::Bedrock::AsyncInvoke",
        "AWS::Bedrock::FlowAlias",
        "AWS::Bedrock::Guardrail",
        "AWS::Bedrock::InlineAgent",
        "AWS::Bedrock::KnowledgeBase",
        "AWS::Bedrock::Model",
        "AWS::Bedrock::PromptVersion",
        "AWS::BedrockMantle::Project",
    )


def test_flows_and_prompts_are_used_where_they_exist(account: Account, aws: Aws) -> None:
    make_flow_and_prompt(account)

    assert data_events.used_types(aws) == ("AWS::Bedrock::FlowAlias", "AWS::Bedrock::PromptVersion")


def test_agents_that_are_invoked_by_alias_are_not_inline(account: Account, aws: Aws) -> None:
    count_agents(account, "InvokeAgent")

    assert data_events.used_types(aws) == ()


def test_asynchronous_invocations_of_long_ago_are_not_counted(account: Account) -> None:
    invoke_asynchronously(account)
    later = datetime.now(UTC) + data_events.LATELY * 2
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=later)

    assert data_events.used_types(aws) == ()


def test_a_region_without_amazon_bedrock_uses_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:*"))

    assert data_events.used_types(aws) == ()


def test_tells_who_records(account: Account, aws: Aws) -> None:
    account.session().client("s3").create_bucket(Bucket="logs")
    client = account.session().client("cloudtrail")
    client.create_trail(Name="audit", S3BucketName="logs")
    client.create_event_data_store(Name="store")

    (fact,) = data_events.data_events(aws)

    assert fact.trails == cloudtrail.trails(aws)
    assert fact.stores == cloudtrail.event_data_stores(aws)
    assert ([trail.name for trail in fact.trails], [store.name for store in fact.stores]) == (["audit"], ["store"])


def test_calls_what_it_declares_and_fails_without_it(account: Account, aws: Aws) -> None:
    account.session().client("s3").create_bucket(Bucket="logs")
    client: Any = account.session().client("cloudtrail")
    client.create_trail(Name="audit", S3BucketName="logs")
    client.create_event_data_store(Name="store")
    account.calls.clear()
    data_events.data_events(aws)
    called = {call.action for call in account.calls}
    declared = {action.name for action in data_events.data_events.actions}

    assert called == declared
    for action in sorted(declared):
        account.faults.clear()
        account.faults.add(Fault("deny", action))
        again = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=aws.now)
        with pytest.raises(ClientError, match="AccessDenied"):
            data_events.data_events(again)
