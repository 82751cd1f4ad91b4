from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.clients import Service
from rules.engine.collector import Collector
from rules.engine.errors import UnexpectedAnswerError
from rules.facts import api_keys, cloudtrail, serverless_collections
from rules.facts.listings import every, listed, within


def keys(account: Account, count: int) -> None:
    kms = account.session().client("kms")
    for _ in range(count):
        kms.create_key()


@pytest.mark.parametrize("size", [1, 2, 100])
def test_returns_the_items_of_all_pages(account: Account, aws: Aws, size: int) -> None:
    keys(account, 3)
    account.faults.page_size(size)

    assert len(every(aws, "kms", "list_keys", "Keys")) == 3


def test_passes_parameters_on(account: Account, aws: Aws) -> None:
    keys(account, 1)
    key = every(aws, "kms", "list_keys", "Keys")[0]["KeyId"]

    assert every(aws, "kms", "list_aliases", "Aliases", KeyId=key) == []
    assert [call.parameters for call in account.calls if call.operation == "ListAliases"] == [{"KeyId": key}]


def test_a_region_without_the_operation_has_nothing(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "kms:ListKeys"))

    assert every(aws, "kms", "list_keys", "Keys") == []


@pytest.mark.parametrize("after", [0, 1], ids=["first page", "second page"])
def test_a_listing_that_is_refused_is_no_empty_listing(account: Account, aws: Aws, after: int) -> None:
    keys(account, 2)
    account.faults.page_size(1)
    account.faults.deny("kms:ListKeys", after=after)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        every(aws, "kms", "list_keys", "Keys")


def test_an_endpoint_that_should_be_there_is_no_absent_service(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("no-endpoint", "kms:ListKeys"))

    with pytest.raises(EndpointConnectionError):
        every(aws, "kms", "list_keys", "Keys")


def test_a_service_that_answered_another_listing_before_is_not_absent(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("no-endpoint", "bedrock-agent:ListFlows"))

    assert every(aws, "bedrock-agent", "list_agents", "agentSummaries") == []
    with pytest.raises(EndpointConnectionError):
        every(aws, "bedrock-agent", "list_flows", "flowSummaries")


def test_an_absent_operation_is_told_from_an_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "kms:ListKeys"))

    assert (listed(aws, "sagemaker", "list_models", "Models"), listed(aws, "kms", "list_keys", "Keys")) == ([], None)


def test_lists_once_in_a_run(account: Account, aws: Aws) -> None:
    keys(account, 2)
    account.calls.clear()

    first = every(aws, "kms", "list_keys", "Keys")
    first.clear()

    assert len(every(aws, "kms", "list_keys", "Keys")) == 2
    assert [call.operation for call in account.calls] == ["ListKeys"]


def test_asks_for_pages_as_large_as_the_operation_allows(aws: Aws) -> None:
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        page = {"NameContains": "risk", "MaxResults": 100}
        sagemaker_says.add_response("list_models", {"Models": [], "NextToken": "2"}, page)
        sagemaker_says.add_response("list_models", {"Models": []}, page | {"NextToken": "2"})

        assert every(aws, "sagemaker", "list_models", "Models", NameContains="risk") == []
        sagemaker_says.assert_no_pending_responses()


def test_takes_no_more_than_the_newest(account: Account, aws: Aws) -> None:
    keys(account, 3)

    assert len(every(aws, "kms", "list_keys", "Keys", newest=2)) == 2


@pytest.mark.parametrize("kind", ["unknown-operation", "no-endpoint"])
def test_an_operation_that_answered_one_page_is_there(account: Account, aws: Aws, kind: str) -> None:
    agents = account.session().client("bedrock-agent")
    for name in ("one", "two"):
        agents.create_agent(agentName=name)
    account.faults.page_size(1)
    account.faults.add(Fault(kind, "bedrock-agent:ListAgents", after=1))

    with pytest.raises((ClientError, EndpointConnectionError)):
        every(aws, "bedrock-agent", "list_agents", "agentSummaries")


@pytest.mark.parametrize("kind", ["unknown-operation", "no-endpoint"])
def test_what_belongs_to_something_that_is_there_is_never_absent(account: Account, aws: Aws, kind: str) -> None:
    agent_id = account.session().client("bedrock-agent").create_agent(agentName="one")["agent"]["agentId"]
    account.faults.add(Fault(kind, "bedrock-agent:ListAgentAliases"))

    with pytest.raises((ClientError, EndpointConnectionError)):
        within(aws, "bedrock-agent", "list_agent_aliases", "agentAliasSummaries", agentId=agent_id)


@pytest.mark.parametrize(
    ("service", "operation", "token", "collector"),
    [
        ("iam", "ListServiceSpecificCredentials", {"IsTruncated": True, "Marker": "again"}, api_keys.api_keys),
        ("cloudtrail", "ListEventDataStores", {"NextToken": "again"}, cloudtrail.event_data_stores),
        (
            "opensearchserverless",
            "ListSecurityPolicies",
            {"nextToken": "again"},
            serverless_collections.network_policies,
        ),
    ],
)
def test_a_listing_whose_page_names_itself_as_the_next_one_ends(
    aws: Aws, service: Service, operation: str, token: dict[str, Any], collector: Collector[[], object]
) -> None:
    def repeat(**_: object) -> tuple[Any, dict[str, Any]]:
        return SimpleNamespace(status_code=200), {**token, "ResponseMetadata": {}}

    aws.client(service).meta.events.register(f"before-call.*.{operation}", repeat)

    with pytest.raises(UnexpectedAnswerError, match="names itself as the next one"):
        collector(aws)
