"""Amazon Bedrock agents: knowledge bases of all types, data sources, ingestion jobs, resource policies."""

import json
from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError, NoSuchThingError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.agent_tags import REASON, tag, untag
from cli.sandbox.services.agents import UPPER
from cli.sandbox.shelves import Record, Shelf

KNOWLEDGE_BASES: Final = Shelf(
    "bedrock-agent", "knowledge base", ("knowledgeBaseId", "knowledgeBaseArn"), "name", wrapper="knowledgeBase"
)
SOURCES: Final = Shelf(
    "bedrock-agent", "data source", ("dataSourceId",), "name", within=("knowledgeBaseId",), wrapper="dataSource"
)
JOBS: Final = Shelf(
    "bedrock-agent",
    "ingestion job",
    ("ingestionJobId",),
    within=("knowledgeBaseId", "dataSourceId"),
    wrapper="ingestionJob",
)
# https://docs.aws.amazon.com/bedrock/latest/userguide/kb-managed-cross-account.html
_SHAREABLE: Final = "MANAGED"


def create_knowledge_base(call: Call) -> Result:
    """Create a knowledge base of any type over any store."""
    if call.params["name"] in [record["name"] for record in KNOWLEDGE_BASES.records(call).values()]:
        raise AwsError("ConflictException", f"The knowledge base {call.params['name']} exists already.")
    record = {
        **call.params,
        "knowledgeBaseId": (identifier := random_id(10, UPPER)),
        "knowledgeBaseArn": call.arn(f"knowledge-base/{identifier}"),
        "status": "ACTIVE",
        "createdAt": call.now,
        "updatedAt": call.now,
    }
    tag(call, record["knowledgeBaseArn"], call.params.get("tags"))
    return KNOWLEDGE_BASES.answer(call, KNOWLEDGE_BASES.put(call, record))


def delete_knowledge_base(call: Call) -> Result:
    """Delete a knowledge base with its data sources and its policy."""
    record = KNOWLEDGE_BASES.remove(call, call.params["knowledgeBaseId"])
    untag(call, record["knowledgeBaseArn"])
    call.table("resource policies").pop(record["knowledgeBaseArn"], None)
    for key in [
        key for key, each in SOURCES.records(call).items() if each["knowledgeBaseId"] == record["knowledgeBaseId"]
    ]:
        del SOURCES.records(call)[key]
    return {"knowledgeBaseId": record["knowledgeBaseId"], "status": "DELETING"}


@operation("bedrock-agent", "CreateDataSource")
def create_data_source(call: Call) -> Result:
    """Add a data source to a knowledge base."""
    KNOWLEDGE_BASES.find(call, call.params["knowledgeBaseId"])
    record = {
        "dataDeletionPolicy": "DELETE",
        **call.params,
        "dataSourceId": random_id(10, UPPER),
        "status": "AVAILABLE",
        "createdAt": call.now,
        "updatedAt": call.now,
    }
    return SOURCES.answer(call, SOURCES.put(call, record))


@operation("bedrock-agent", "ListDataSources")
def list_data_sources(call: Call) -> Result:
    """Return the data sources of a knowledge base."""
    KNOWLEDGE_BASES.find(call, call.params["knowledgeBaseId"])
    return SOURCES.listing(call)


@operation("bedrock-agent", "StartIngestionJob")
def start_ingestion_job(call: Call) -> Result:
    """Read a data source into its knowledge base: the job is complete."""
    SOURCES.find(call, call.params["dataSourceId"])
    record = {
        **call.params,
        "ingestionJobId": random_id(10, UPPER),
        "status": "COMPLETE",
        "startedAt": call.now,
        "updatedAt": call.now,
    }
    return JOBS.answer(call, JOBS.put(call, record))


@operation("bedrock-agent", "ListIngestionJobs")
def list_ingestion_jobs(call: Call) -> Result:
    """Return the ingestion jobs of a data source, those of some states, in the order that is asked for."""
    records = JOBS.inside(call)
    for each in call.params.get("filters", ()):
        records = [record for record in records if record["status"] in each["values"]]
    if order := call.params.get("sortBy"):
        member = "startedAt" if order["attribute"] == "STARTED_AT" else "status"
        records.sort(key=lambda record: record[member], reverse=order["order"] == "DESCENDING")
    return JOBS.listing(call, records)


@operation("bedrock-agent", "PutResourcePolicy")
def put_resource_policy(call: Call) -> Result:
    """Attach a policy to a managed knowledge base; other types have none."""
    record = KNOWLEDGE_BASES.find(call, call.params["resourceArn"])
    if record["knowledgeBaseConfiguration"]["type"] != _SHAREABLE:
        raise AwsError("ValidationException", "Resource policies are supported for managed knowledge bases only.")
    try:
        json.loads(call.params["policy"])
    except json.JSONDecodeError as error:
        raise AwsError("ValidationException", "The policy is no JSON document.") from error
    policy = {"policy": call.params["policy"], "revisionId": random_id(32)}
    call.table("resource policies")[call.params["resourceArn"]] = policy
    return {"resourceArn": call.params["resourceArn"], "revisionId": policy["revisionId"]}


@operation("bedrock-agent", "GetResourcePolicy")
def get_resource_policy(call: Call) -> Result:
    """Return a knowledge base's policy."""
    return {"resourceArn": call.params["resourceArn"], **_policy(call)}


@operation("bedrock-agent", "DeleteResourcePolicy")
def delete_resource_policy(call: Call) -> Result:
    """Take a knowledge base's policy away."""
    revision = _policy(call)["revisionId"]
    del call.table("resource policies")[call.params["resourceArn"]]
    return {"resourceArn": call.params["resourceArn"], "revisionId": revision}


KNOWLEDGE_BASES.registers("CreateKnowledgeBase", create_knowledge_base, amends=REASON)
KNOWLEDGE_BASES.registers("DeleteKnowledgeBase", delete_knowledge_base, amends=REASON)
KNOWLEDGE_BASES.serves_get("GetKnowledgeBase", "knowledgeBaseId", amends=REASON)
KNOWLEDGE_BASES.serves_list("ListKnowledgeBases", amends=REASON)
KNOWLEDGE_BASES.serves_update("UpdateKnowledgeBase", "knowledgeBaseId")
SOURCES.serves_get("GetDataSource", "dataSourceId")
SOURCES.serves_update("UpdateDataSource", "dataSourceId")
SOURCES.serves_delete("DeleteDataSource", "dataSourceId", status="DELETING")
JOBS.serves_get("GetIngestionJob", "ingestionJobId")


def _policy(call: Call) -> Record:
    policies = call.table("resource policies")
    if call.params["resourceArn"] not in policies:
        raise NoSuchThingError(f"The resource {call.params['resourceArn']} has no policy.")
    policy: Record = policies[call.params["resourceArn"]]
    return policy
