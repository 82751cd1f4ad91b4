from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import knowledge_logs
from rules.facts.knowledge_logs import LoggedKnowledgeBase
from tests.rules.facts.test_knowledge_bases import made

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/kb:*"
TYPE = "APPLICATION_LOGS"


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock-agent")


@pytest.fixture
def logs(account: Account) -> Any:
    client = account.session().client("logs")
    client.create_log_group(logGroupName="/kb")
    return client


def send(logs: Any, base: Resource, name: str) -> None:
    logs.put_delivery_source(name=name, resourceArn=base.arn, logType=TYPE)


def deliver(logs: Any, name: str) -> None:
    destination = logs.put_delivery_destination(
        name=f"{name}-group", deliveryDestinationConfiguration={"destinationResourceArn": GROUP}
    )["deliveryDestination"]
    logs.create_delivery(deliverySourceName=name, deliveryDestinationArn=destination["arn"])


def test_reads_which_logs_are_delivered(bedrock: Any, logs: Any, aws: Aws) -> None:
    logged, stopped = made(bedrock, "logged", tags={"stage": "prod"}), made(bedrock, "stopped")
    silent = made(bedrock, "silent")
    send(logs, logged, "logged")
    deliver(logs, "logged")
    send(logs, stopped, "stopped")

    assert {one.resource.name: one for one in knowledge_logs.logged_knowledge_bases(aws)} == {
        "logged": LoggedKnowledgeBase(logged, {"stage": "prod"}, (TYPE,), ()),
        "stopped": LoggedKnowledgeBase(stopped, {}, (), (TYPE,)),
        "silent": LoggedKnowledgeBase(silent, {}, (), ()),
    }


def test_reads_every_page(bedrock: Any, account: Account, logs: Any, aws: Aws) -> None:
    for number in range(3):
        send(logs, made(bedrock, f"kb-{number}"), f"source-{number}")
        deliver(logs, f"source-{number}")
    account.faults.page_size(1)

    found = knowledge_logs.logged_knowledge_bases(aws)

    assert [one.delivered for one in found if isinstance(one, LoggedKnowledgeBase)] == [(TYPE,)] * 3


def test_one_that_cannot_be_read_leaves_the_others(bedrock: Any, account: Account, aws: Aws) -> None:
    hidden, other = made(bedrock, "hidden"), made(bedrock, "other")
    account.faults.deny("bedrock:GetKnowledgeBase", resource=hidden.id)

    found = {one.resource: one for one in knowledge_logs.logged_knowledge_bases(aws)}

    assert isinstance(found[hidden], Unreadable)
    assert isinstance(found[other], LoggedKnowledgeBase)


@pytest.mark.parametrize("action", ["logs:DescribeDeliveries", "logs:DescribeDeliverySources"])
def test_deliveries_that_cannot_be_listed_are_not_missing(
    bedrock: Any, account: Account, aws: Aws, action: str
) -> None:
    made(bedrock, "logged")
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDenied"):
        knowledge_logs.logged_knowledge_bases(aws)


def test_an_account_without_knowledge_bases_has_none(aws: Aws) -> None:
    assert knowledge_logs.logged_knowledge_bases(aws) == ()


def test_declares_the_actions_that_it_uses(bedrock: Any, account: Account, aws: Aws) -> None:
    made(bedrock, "logged")
    before = len(account.calls)

    knowledge_logs.logged_knowledge_bases(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in knowledge_logs.logged_knowledge_bases.actions}


def test_a_source_whose_resource_was_deleted_delivers_nothing(bedrock: Any, aws: Aws) -> None:
    base = made(bedrock, "claims")
    source = {"name": "claims", "resourceArns": [base.arn], "logType": TYPE, "status": "INACTIVE"}
    with Stubber(aws.client("logs")) as answers:
        answers.add_response("describe_deliveries", {"deliveries": []})
        answers.add_response("describe_delivery_sources", {"deliverySources": [source]})

        found = knowledge_logs.logged_knowledge_bases(aws)

    assert found == (LoggedKnowledgeBase(base, {}, (), ()),)


def test_traces_are_no_logs(bedrock: Any, aws: Aws) -> None:
    base = made(bedrock, "claims")
    delivery = {"deliverySourceName": "claims", "deliveryDestinationType": "XRAY"}
    source = {"name": "claims", "resourceArns": [base.arn], "logType": TYPE, "status": "ACTIVE"}
    with Stubber(aws.client("logs")) as answers:
        answers.add_response("describe_deliveries", {"deliveries": [delivery]})
        answers.add_response("describe_delivery_sources", {"deliverySources": [source]})

        found = knowledge_logs.logged_knowledge_bases(aws)

    assert found == (LoggedKnowledgeBase(base, {}, (), (TYPE,)),)
