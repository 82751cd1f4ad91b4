from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_flows
from rules.facts.bedrock_flows import Flow, FlowVersion, RoutedFlow

ROLE = "arn:aws:iam::123456789012:role/flow"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GUARDRAIL = {"guardrailConfiguration": {"guardrailIdentifier": "abcdefghijkl", "guardrailVersion": "1"}}
INLINE = {
    "inline": {
        "templateType": "TEXT",
        "templateConfiguration": {"text": {"text": "Hello"}},
        "modelId": "amazon.nova-pro-v1:0",
    }
}
MODEL = {"modelId": "amazon.nova-pro-v1:0"}


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock-agent")


def node(name: str, kind: str, **configuration: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "configuration": configuration}


def prompt(name: str, **settings: Any) -> dict[str, Any]:
    return node(name, "Prompt", prompt={"sourceConfiguration": INLINE, **settings})


def knowledge_base(name: str, **settings: Any) -> dict[str, Any]:
    return node(name, "KnowledgeBase", knowledgeBase={"knowledgeBaseId": "KB12345678", **settings})


def made(bedrock: Any, name: str, *nodes: dict[str, Any], **settings: Any) -> Resource:
    definition = {"definition": {"nodes": list(nodes), "connections": []}} if nodes else {}
    arn = bedrock.create_flow(name=name, executionRoleArn=ROLE, **definition, **settings)["arn"]
    return Resource("AWS::Bedrock::Flow", arn, name, arn)


def published(bedrock: Any, flow: Resource, alias: str) -> str:
    """Make the flow's draft a version with an alias, and return its number."""
    bedrock.prepare_flow(flowIdentifier=flow.arn)
    version: str = bedrock.create_flow_version(flowIdentifier=flow.arn)["version"]
    flow_id = flow.id.rpartition("/")[2]
    bedrock.create_flow_alias(flowIdentifier=flow_id, name=alias, routingConfiguration=[{"flowVersion": version}])
    return version


def test_reads_flows_with_their_keys(bedrock: Any, aws: Aws) -> None:
    claims = made(bedrock, "claims", customerEncryptionKeyArn=KEY, tags={"stage": "prod"})
    plain = made(bedrock, "plain")

    flows = {flow.resource.name: flow for flow in bedrock_flows.flows(aws)}

    assert flows == {"claims": Flow(claims, {"stage": "prod"}, KEY), "plain": Flow(plain, {}, None)}


@pytest.mark.parametrize(
    ("nodes", "guarded", "unguarded"),
    [
        pytest.param([prompt("ask")], (), ("ask",), id="prompt without a guardrail"),
        pytest.param([prompt("ask", **GUARDRAIL)], ("ask",), (), id="prompt with a guardrail"),
        pytest.param(
            [prompt("ask", guardrailConfiguration={})], (), ("ask",), id="prompt with an empty guardrail configuration"
        ),
        pytest.param([knowledge_base("search", **MODEL)], (), ("search",), id="knowledge base that generates"),
        pytest.param(
            [knowledge_base("search", **MODEL, **GUARDRAIL)], ("search",), (), id="knowledge base with a guardrail"
        ),
        pytest.param([knowledge_base("search")], (), (), id="knowledge base that only retrieves"),
        pytest.param(
            [
                node(
                    "repeat",
                    "Loop",
                    loop={"definition": {"nodes": [prompt("inner"), prompt("safe", **GUARDRAIL)], "connections": []}},
                )
            ],
            ("safe",),
            ("inner",),
            id="nodes inside a loop",
        ),
        pytest.param([node("start", "Input", input={}), {"name": "end", "type": "Output"}], (), (), id="other nodes"),
        pytest.param([], (), (), id="flow without a definition"),
    ],
)
def test_finds_the_nodes_that_invoke_models(
    bedrock: Any, aws: Aws, nodes: list[dict[str, Any]], guarded: tuple[str, ...], unguarded: tuple[str, ...]
) -> None:
    flow = made(bedrock, "claims", *nodes, tags={"stage": "prod"})

    assert bedrock_flows.routed_flows(aws) == (
        RoutedFlow(flow, {"stage": "prod"}, (FlowVersion("DRAFT", (), guarded, unguarded),)),
    )


def test_the_versions_count_that_aliases_route_to_whatever_the_draft_says(bedrock: Any, aws: Aws) -> None:
    flow = made(bedrock, "claims", prompt("ask"))
    assert published(bedrock, flow, "prod") == "1"
    bedrock.update_flow(
        flowIdentifier=flow.arn,
        name="claims",
        executionRoleArn=ROLE,
        definition={"nodes": [prompt("ask", **GUARDRAIL)], "connections": []},
    )
    assert published(bedrock, flow, "canary") == "2"

    (found,) = bedrock_flows.routed_flows(aws)

    assert isinstance(found, RoutedFlow)
    assert found.versions == (
        FlowVersion("1", ("prod",), (), ("ask",)),
        FlowVersion("2", ("canary",), ("ask",), ()),
    )


def test_an_alias_may_route_to_the_draft(bedrock: Any, aws: Aws) -> None:
    flow = made(bedrock, "claims", prompt("ask"))
    bedrock.create_flow_alias(flowIdentifier=flow.arn, name="dev", routingConfiguration=[{"flowVersion": "DRAFT"}])

    (found,) = bedrock_flows.routed_flows(aws)

    assert isinstance(found, RoutedFlow)
    assert found.versions == (FlowVersion("DRAFT", ("dev",), (), ("ask",)),)


@pytest.mark.parametrize(
    "action",
    ["bedrock:GetFlow", "bedrock:GetFlowVersion", "bedrock:ListFlowAliases", "bedrock:ListTagsForResource"],
)
def test_one_flow_that_cannot_be_read_leaves_the_others(bedrock: Any, account: Account, aws: Aws, action: str) -> None:
    claims, plain = made(bedrock, "claims"), made(bedrock, "plain")
    if action == "bedrock:GetFlowVersion":
        published(bedrock, claims, "prod")
    account.faults.deny(action, resource=claims.id)

    flows = {flow.resource: flow for flow in bedrock_flows.routed_flows(aws)}

    assert isinstance(flows[claims], Unreadable)
    assert isinstance(flows[plain], RoutedFlow)


@pytest.mark.parametrize("action", ["bedrock:GetFlow", "bedrock:ListFlowAliases"])
def test_a_flow_that_was_deleted_since_it_was_listed_is_left_out(
    bedrock: Any, account: Account, aws: Aws, action: str
) -> None:
    claims, plain = made(bedrock, "claims"), made(bedrock, "plain")
    account.faults.add(Fault("gone", action, resource=claims.id))

    assert [flow.resource for flow in bedrock_flows.routed_flows(aws)] == [plain]


def test_reads_every_page(bedrock: Any, account: Account, aws: Aws) -> None:
    for number in range(3):
        flow = made(bedrock, f"flow-{number}")
        published(bedrock, flow, "prod")
        published(bedrock, flow, "canary")
    account.faults.page_size(1)

    flows = bedrock_flows.routed_flows(aws)

    versions = [[one.version for one in flow.versions] for flow in flows if isinstance(flow, RoutedFlow)]
    assert versions == [["1", "2"]] * 3
    assert len(bedrock_flows.flows(aws)) == 3


def test_an_account_without_flows_has_none(aws: Aws) -> None:
    assert bedrock_flows.flows(aws) == ()
    assert bedrock_flows.routed_flows(aws) == ()


def test_a_region_without_flows_has_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:ListFlows"))

    assert bedrock_flows.flows(aws) == ()


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("bedrock:ListFlows")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        bedrock_flows.routed_flows(aws)


def test_declares_the_actions_that_it_uses(bedrock: Any, account: Account, aws: Aws) -> None:
    made(bedrock, "claims")
    published(bedrock, made(bedrock, "live"), "prod")
    before = len(account.calls)

    bedrock_flows.flows(aws)

    middle = len(account.calls)
    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_flows.flows.actions}

    bedrock_flows.routed_flows(Aws(account.session(), account_id=aws.account_id, region=aws.region, now=aws.now))

    used = {call.action for call in list(account.calls)[middle:]}
    assert used == {action.name for action in bedrock_flows.routed_flows.actions}
