from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from tests.cli.sandbox.services.rounds import Round, go

ROLE = "arn:aws:iam::123456789012:role/r"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
GUARDRAIL = {"guardrailIdentifier": "abcdefghijkl", "guardrailVersion": "1"}
VECTOR = {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": MODEL}}
COLLECTION = "arn:aws:aoss:us-east-1:123456789012:collection/abcdefghijklmnopqrst"
S3_SOURCE = {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::documents"}}

ROUNDS = [
    Round(
        "bedrock-agent",
        "create_agent",
        {
            "agentName": "a{n}",
            "agentResourceRoleArn": ROLE,
            "foundationModel": "amazon.nova-lite-v1:0",
            "customerEncryptionKeyArn": KEY,
            "guardrailConfiguration": GUARDRAIL,
        },
        "agentId",
        "list_agents",
        "agentSummaries",
        ("get_agent", "agentId"),
        ("delete_agent", "agentId"),
        wrapper="agent",
        expected={
            "agentName": "a{n}",
            "agentVersion": "DRAFT",
            "agentStatus": "NOT_PREPARED",
            "guardrailConfiguration": GUARDRAIL,
            "customerEncryptionKeyArn": KEY,
            "agentResourceRoleArn": ROLE,
        },
    ),
    Round(
        "bedrock-agent",
        "create_knowledge_base",
        {"name": "k{n}", "roleArn": ROLE, "knowledgeBaseConfiguration": VECTOR},
        "knowledgeBaseId",
        "list_knowledge_bases",
        "knowledgeBaseSummaries",
        ("get_knowledge_base", "knowledgeBaseId"),
        ("delete_knowledge_base", "knowledgeBaseId"),
        wrapper="knowledgeBase",
        expected={"name": "k{n}", "status": "ACTIVE", "knowledgeBaseConfiguration": VECTOR},
    ),
    Round(
        "bedrock-agent",
        "create_prompt",
        {"name": "p{n}", "customerEncryptionKeyArn": KEY},
        "id",
        "list_prompts",
        "promptSummaries",
        ("get_prompt", "promptIdentifier"),
        ("delete_prompt", "promptIdentifier"),
        expected={"name": "p{n}", "version": "DRAFT", "customerEncryptionKeyArn": KEY},
    ),
    Round(
        "bedrock-agent",
        "create_flow",
        {"name": "f{n}", "executionRoleArn": ROLE, "customerEncryptionKeyArn": KEY},
        "id",
        "list_flows",
        "flowSummaries",
        ("get_flow", "flowIdentifier"),
        ("delete_flow", "flowIdentifier"),
        expected={"name": "f{n}", "version": "DRAFT", "status": "NotPrepared", "customerEncryptionKeyArn": KEY},
    ),
]
ROUND_OF = {each.create: each for each in ROUNDS}

STORES = [
    {
        "type": "OPENSEARCH_SERVERLESS",
        "opensearchServerlessConfiguration": {
            "collectionArn": COLLECTION,
            "vectorIndexName": "i",
            "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"},
        },
    },
    {
        "type": "OPENSEARCH_MANAGED_CLUSTER",
        "opensearchManagedClusterConfiguration": {
            "domainEndpoint": "https://search.us-east-1.es.amazonaws.com",
            "domainArn": "arn:aws:es:us-east-1:123456789012:domain/vectors",
            "vectorIndexName": "i",
            "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"},
        },
    },
    {
        "type": "PINECONE",
        "pineconeConfiguration": {
            "connectionString": "https://pinecone.example",
            "credentialsSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:pinecone-abcdef",
            "fieldMapping": {"textField": "t", "metadataField": "m"},
        },
    },
    {
        "type": "RDS",
        "rdsConfiguration": {
            "resourceArn": "arn:aws:rds:us-east-1:123456789012:cluster:vectors",
            "credentialsSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds-abcdef",
            "databaseName": "d",
            "tableName": "t",
            "fieldMapping": {
                "primaryKeyField": "id",
                "vectorField": "v",
                "textField": "t",
                "metadataField": "m",
            },
        },
    },
    {
        "type": "NEPTUNE_ANALYTICS",
        "neptuneAnalyticsConfiguration": {
            "graphArn": "arn:aws:neptune-graph:us-east-1:123456789012:graph/g-abcdefghij",
            "fieldMapping": {"textField": "t", "metadataField": "m"},
        },
    },
    {
        "type": "S3_VECTORS",
        "s3VectorsConfiguration": {
            "vectorBucketArn": "arn:aws:s3vectors:us-east-1:123456789012:bucket/vectors",
            "indexName": "index",
        },
    },
]


def agents(account: Account) -> Any:
    return account.session().client("bedrock-agent")


def make_agent(account: Account, **changes: object) -> str:
    return str(agents(account).create_agent(**ROUND_OF["create_agent"].of() | changes)["agent"]["agentId"])


def make_knowledge_base(account: Account, **changes: object) -> Any:
    params = ROUND_OF["create_knowledge_base"].of() | changes
    return agents(account).create_knowledge_base(**params)["knowledgeBase"]


@pytest.mark.parametrize("round_trip", ROUNDS, ids=str)
def test_resources_make_the_round(account: Account, round_trip: Round) -> None:
    go(account, round_trip)


def test_what_belongs_to_an_agent_makes_the_round(account: Account) -> None:
    draft = {"agentId": make_agent(account), "agentVersion": "DRAFT"}
    aliases = Round(
        "bedrock-agent",
        "create_agent_alias",
        {"agentAliasName": "live{n}", "routingConfiguration": [{"agentVersion": "DRAFT"}]},
        "agentAliasId",
        "list_agent_aliases",
        "agentAliasSummaries",
        ("get_agent_alias", "agentAliasId"),
        ("delete_agent_alias", "agentAliasId"),
        wrapper="agentAlias",
        within={"agentId": draft["agentId"]},
        expected={"agentAliasName": "live{n}", "agentAliasStatus": "PREPARED"},
    )
    actions = Round(
        "bedrock-agent",
        "create_agent_action_group",
        {
            "actionGroupName": "g{n}",
            "actionGroupExecutor": {"lambda": "arn:aws:lambda:us-east-1:123456789012:function:f"},
        },
        "actionGroupId",
        "list_agent_action_groups",
        "actionGroupSummaries",
        ("get_agent_action_group", "actionGroupId"),
        ("delete_agent_action_group", "actionGroupId"),
        wrapper="agentActionGroup",
        within=draft,
        expected={"actionGroupName": "g{n}", "actionGroupState": "ENABLED"},
    )
    knowledge = Round(
        "bedrock-agent",
        "associate_agent_knowledge_base",
        {"knowledgeBaseId": "ABCDEFGHI{n}", "description": "d"},
        "knowledgeBaseId",
        "list_agent_knowledge_bases",
        "agentKnowledgeBaseSummaries",
        ("get_agent_knowledge_base", "knowledgeBaseId"),
        ("disassociate_agent_knowledge_base", "knowledgeBaseId"),
        wrapper="agentKnowledgeBase",
        within=draft,
        expected={"knowledgeBaseState": "ENABLED"},
    )
    for round_trip in (aliases, actions, knowledge):
        go(account, round_trip)


def test_an_agent_has_the_alias_for_tests_from_its_beginning(account: Account) -> None:
    [alias] = agents(account).list_agent_aliases(agentId=make_agent(account))["agentAliasSummaries"]

    assert (alias["agentAliasId"], alias["routingConfiguration"]) == ("TSTALIASID", [{"agentVersion": "DRAFT"}])


def test_an_alias_without_a_version_makes_the_draft_one(account: Account) -> None:
    client, agent = agents(account), make_agent(account)
    client.associate_agent_knowledge_base(
        agentId=agent, agentVersion="DRAFT", knowledgeBaseId="ABCDEFGHIJ", description="d"
    )
    with pytest.raises(ClientError, match="is not prepared"):
        client.create_agent_alias(agentId=agent, agentAliasName="live")
    assert client.prepare_agent(agentId=agent)["agentStatus"] == "PREPARED"
    alias = client.create_agent_alias(agentId=agent, agentAliasName="live")["agentAlias"]
    params = ROUND_OF["create_agent"].of()
    del params["guardrailConfiguration"]
    client.update_agent(agentId=agent, **params)
    version = client.get_agent_version(agentId=agent, agentVersion="1")["agentVersion"]
    draft = client.get_agent(agentId=agent)["agent"]
    versions = client.list_agent_versions(agentId=agent)["agentVersionSummaries"]
    [summary] = client.list_agents()["agentSummaries"]
    known = client.list_agent_knowledge_bases(agentId=agent, agentVersion="1")["agentKnowledgeBaseSummaries"]

    assert alias["routingConfiguration"] == [{"agentVersion": "1"}]
    assert (version["version"], version["guardrailConfiguration"]) == ("1", GUARDRAIL)
    assert (draft["agentVersion"], "guardrailConfiguration" in draft) == ("DRAFT", False)
    assert [each["agentVersion"] for each in versions] == ["DRAFT", "1"]
    assert summary["latestAgentVersion"] == "1"
    assert [each["knowledgeBaseId"] for each in known] == ["ABCDEFGHIJ"]
    assert client.delete_agent_version(agentId=agent, agentVersion="1")["agentStatus"] == "DELETING"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_agent_version(agentId=agent, agentVersion="1")


def test_an_alias_of_a_version_that_does_not_exist_is_refused(account: Account) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        agents(account).create_agent_alias(
            agentId=make_agent(account), agentAliasName="live", routingConfiguration=[{"agentVersion": "7"}]
        )


def test_an_agents_belongings_go_with_it(account: Account) -> None:
    client, agent = agents(account), make_agent(account)
    arn = client.get_agent(agentId=agent)["agent"]["agentArn"]
    client.delete_agent(agentId=agent)

    assert client.list_agent_aliases(agentId=agent)["agentAliasSummaries"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.list_tags_for_resource(resourceArn=arn)


def test_updates_change_what_they_name(account: Account) -> None:
    client, agent = agents(account), make_agent(account)
    client.update_agent_alias(agentId=agent, agentAliasId="TSTALIASID", agentAliasName="tests")
    group = client.create_agent_action_group(agentId=agent, agentVersion="DRAFT", actionGroupName="g")
    group_id = group["agentActionGroup"]["actionGroupId"]
    updated = client.update_agent_action_group(
        agentId=agent,
        agentVersion="DRAFT",
        actionGroupId=group_id,
        actionGroupName="g",
        actionGroupState="DISABLED",
    )

    assert client.get_agent_alias(agentId=agent, agentAliasId="TSTALIASID")["agentAlias"]["agentAliasName"] == "tests"
    assert updated["agentActionGroup"]["actionGroupState"] == "DISABLED"


@pytest.mark.parametrize("store", STORES, ids=lambda store: store["type"])
def test_knowledge_bases_may_have_any_store(account: Account, store: dict[str, Any]) -> None:
    made = make_knowledge_base(account, storageConfiguration=store)
    shown = agents(account).get_knowledge_base(knowledgeBaseId=made["knowledgeBaseId"])["knowledgeBase"]

    assert shown["storageConfiguration"] == store


@pytest.mark.parametrize("kind", ["KENDRA", "SQL", "MANAGED"])
def test_knowledge_bases_may_be_of_any_type(account: Account, kind: str) -> None:
    configurations = {
        "KENDRA": {
            "kendraKnowledgeBaseConfiguration": {
                "kendraIndexArn": "arn:aws:kendra:us-east-1:123456789012:index/11111111-2222-4333-8444-555555555555"
            }
        },
        "SQL": {"sqlKnowledgeBaseConfiguration": {"type": "REDSHIFT"}},
        "MANAGED": {},
    }
    configuration = {"type": kind, **configurations[kind]}

    assert (
        make_knowledge_base(account, knowledgeBaseConfiguration=configuration)["knowledgeBaseConfiguration"]
        == configuration
    )


def test_data_sources_make_the_round(account: Account) -> None:
    base = make_knowledge_base(account)["knowledgeBaseId"]
    go(
        account,
        Round(
            "bedrock-agent",
            "create_data_source",
            {
                "name": "s{n}",
                "dataSourceConfiguration": S3_SOURCE,
                "serverSideEncryptionConfiguration": {"kmsKeyArn": KEY},
                "dataDeletionPolicy": "RETAIN",
            },
            "dataSourceId",
            "list_data_sources",
            "dataSourceSummaries",
            ("get_data_source", "dataSourceId"),
            ("delete_data_source", "dataSourceId"),
            wrapper="dataSource",
            within={"knowledgeBaseId": base},
            expected={
                "name": "s{n}",
                "dataSourceConfiguration": S3_SOURCE,
                "serverSideEncryptionConfiguration": {"kmsKeyArn": KEY},
                "dataDeletionPolicy": "RETAIN",
            },
        ),
    )


def test_data_sources_belong_to_one_knowledge_base(account: Account) -> None:
    client = agents(account)
    first, second = (make_knowledge_base(account, name=name)["knowledgeBaseId"] for name in ("first", "second"))
    source = client.create_data_source(knowledgeBaseId=first, name="s", dataSourceConfiguration=S3_SOURCE)
    source_id = source["dataSource"]["dataSourceId"]

    assert source["dataSource"]["dataDeletionPolicy"] == "DELETE"
    assert client.list_data_sources(knowledgeBaseId=second)["dataSourceSummaries"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_data_source(knowledgeBaseId=second, dataSourceId=source_id)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.list_data_sources(knowledgeBaseId="NOSUCHBASE")
    client.delete_knowledge_base(knowledgeBaseId=first)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.list_data_sources(knowledgeBaseId=first)


def test_a_source_is_ingested(account: Account) -> None:
    client, base = agents(account), make_knowledge_base(account)["knowledgeBaseId"]
    source = client.create_data_source(knowledgeBaseId=base, name="s", dataSourceConfiguration=S3_SOURCE)
    within = {"knowledgeBaseId": base, "dataSourceId": source["dataSource"]["dataSourceId"]}
    job = client.start_ingestion_job(**within)["ingestionJob"]

    assert (
        client.get_ingestion_job(**within, ingestionJobId=job["ingestionJobId"])["ingestionJob"]["status"] == "COMPLETE"
    )
    assert len(client.list_ingestion_jobs(**within)["ingestionJobSummaries"]) == 1


def test_only_managed_knowledge_bases_have_resource_policies(account: Account) -> None:
    client = agents(account)
    vector = make_knowledge_base(account, name="vector")["knowledgeBaseArn"]
    managed = make_knowledge_base(account, name="managed", knowledgeBaseConfiguration={"type": "MANAGED"})
    arn = managed["knowledgeBaseArn"]

    with pytest.raises(ClientError, match="managed knowledge bases only"):
        client.put_resource_policy(resourceArn=vector, policy="{}")
    with pytest.raises(ClientError, match="ValidationException"):
        client.put_resource_policy(resourceArn=arn, policy="{")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_resource_policy(resourceArn=arn)
    revision = client.put_resource_policy(resourceArn=arn, policy='{"Statement": []}')["revisionId"]
    assert client.get_resource_policy(resourceArn=arn)["policy"] == '{"Statement": []}'
    assert client.delete_resource_policy(resourceArn=arn)["revisionId"] == revision
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_resource_policy(resourceArn=arn)


def test_prompts_have_versions_under_arns_of_their_own(account: Account) -> None:
    client = agents(account)
    prompt = client.create_prompt(name="p")
    version = client.create_prompt_version(promptIdentifier=prompt["id"], description="first")
    client.update_prompt(promptIdentifier=prompt["id"], name="renamed")

    assert (version["version"], version["arn"]) == ("1", f"{prompt['arn']}:1")
    assert client.get_prompt(promptIdentifier=version["arn"])["description"] == "first"
    assert client.get_prompt(promptIdentifier=prompt["id"], promptVersion="1")["name"] == "p"
    assert client.get_prompt(promptIdentifier=prompt["arn"])["name"] == "renamed"
    listed = client.list_prompts(promptIdentifier=prompt["id"])["promptSummaries"]
    assert [each["version"] for each in listed] == ["DRAFT", "1"]
    client.delete_prompt(promptIdentifier=prompt["id"], promptVersion="1")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_prompt(promptIdentifier=prompt["id"], promptVersion="1")


def test_flows_have_versions_and_aliases(account: Account) -> None:
    client = agents(account)
    flow = client.create_flow(**ROUND_OF["create_flow"].of())["id"]
    assert client.prepare_flow(flowIdentifier=flow)["status"] == "Prepared"
    assert client.create_flow_version(flowIdentifier=flow)["version"] == "1"
    routing = [{"flowVersion": "1"}]
    alias = client.create_flow_alias(flowIdentifier=flow, name="live", routingConfiguration=routing)["id"]
    client.update_flow_alias(flowIdentifier=flow, aliasIdentifier=alias, name="renamed", routingConfiguration=routing)
    client.update_flow(flowIdentifier=flow, name="f", executionRoleArn=ROLE)

    assert client.get_flow(flowIdentifier=flow)["status"] == "NotPrepared"
    assert client.get_flow_version(flowIdentifier=flow, flowVersion="1")["status"] == "Prepared"
    versions = client.list_flow_versions(flowIdentifier=flow)["flowVersionSummaries"]
    assert [each["version"] for each in versions] == ["1"]
    [listed] = client.list_flow_aliases(flowIdentifier=flow)["flowAliasSummaries"]
    assert (listed["name"], listed["routingConfiguration"]) == ("renamed", routing)
    assert client.get_flow_alias(flowIdentifier=flow, aliasIdentifier=alias)["flowId"] == flow
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.create_flow_alias(flowIdentifier=flow, name="next", routingConfiguration=[{"flowVersion": "9"}])
    assert client.delete_flow_alias(flowIdentifier=flow, aliasIdentifier=alias)["id"] == alias
    client.delete_flow_version(flowIdentifier=flow, flowVersion="1")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_flow_version(flowIdentifier=flow, flowVersion="1")


def test_tags_of_agents_resources_are_kept(account: Account) -> None:
    client = agents(account)
    arn = make_knowledge_base(account, tags={"a": "1"})["knowledgeBaseArn"]
    client.tag_resource(resourceArn=arn, tags={"b": "2"})
    client.untag_resource(resourceArn=arn, tagKeys=["a"])

    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}


@pytest.mark.parametrize("operation", ["create_agent", "create_knowledge_base"])
def test_a_name_is_given_once(account: Account, operation: str) -> None:
    create = getattr(agents(account), operation)
    create(**ROUND_OF[operation].of())

    with pytest.raises(ClientError, match="ConflictException"):
        create(**ROUND_OF[operation].of())
