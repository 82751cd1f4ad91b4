from typing import Any

import pytest

from cli.sandbox import Account

MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
CUSTOM = {"type": "CUSTOM"}


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
def test_ingestion_jobs_come_in_the_order_that_is_asked_for(account: Account, order: str) -> None:
    client, source = account.session().client("bedrock-agent"), made_source(account)
    started = [client.start_ingestion_job(**source)["ingestionJob"]["ingestionJobId"] for _ in range(3)]
    jobs = client.list_ingestion_jobs(**source, sortBy={"attribute": "STARTED_AT", "order": order})

    found = [job["ingestionJobId"] for job in jobs["ingestionJobSummaries"]]
    assert found == (started if order == "ASCENDING" else started[::-1])


@pytest.mark.parametrize(("status", "count"), [("COMPLETE", 1), ("FAILED", 0)])
def test_ingestion_jobs_are_filtered_by_status(account: Account, status: str, count: int) -> None:
    client, source = account.session().client("bedrock-agent"), made_source(account)
    client.start_ingestion_job(**source)
    filters = [{"attribute": "STATUS", "operator": "EQ", "values": [status]}]

    assert len(client.list_ingestion_jobs(**source, filters=filters)["ingestionJobSummaries"]) == count


def made_source(account: Account) -> Any:
    client = account.session().client("bedrock-agent")
    base = client.create_knowledge_base(
        name="k",
        roleArn="arn:aws:iam::123456789012:role/r",
        knowledgeBaseConfiguration={
            "type": "VECTOR",
            "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": MODEL},
        },
    )["knowledgeBase"]["knowledgeBaseId"]
    source = client.create_data_source(knowledgeBaseId=base, name="s", dataSourceConfiguration=CUSTOM)["dataSource"]
    return {"knowledgeBaseId": base, "dataSourceId": source["dataSourceId"]}
