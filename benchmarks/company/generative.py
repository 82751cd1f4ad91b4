"""Amazon Bedrock: guardrails, models and the jobs that made them, prompts, agents, flows, knowledge bases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.company.grounds import ARTIFACTS, CLAUDE, DROPBOX, MODEL, PARTNER, allow, arn, document, one_in, role
from benchmarks.company.identities import service_role
from benchmarks.company.storage import corpus

if TYPE_CHECKING:
    from benchmarks.company.grounds import Grounds

PROFILES = ("us.amazon.nova-pro-v1:0", "global.anthropic.claude-sonnet-4-20250514-v1:0")
CATEGORIES = ("HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT")
IDENTIFIERS = ("CREDIT_DEBIT_CARD_NUMBER", "EMAIL", "PHONE", "US_SOCIAL_SECURITY_NUMBER")


def build(grounds: Grounds) -> None:
    """Make what the company has in Amazon Bedrock."""
    for number in range(grounds.size.guardrails):
        grounds.guardrails.append(_guardrail(grounds, number))
    enforced = {"guardrailIdentifier": grounds.guardrails[0], "guardrailVersion": "1"}
    grounds.ask("bedrock", "PutEnforcedGuardrailConfiguration", guardrailInferenceConfig=enforced)
    for number in range(grounds.size.jobs):
        _batch(grounds, number)
    for number in range(grounds.size.models):
        _customized(grounds, number)
        _imported(grounds, number)
    for number in range(grounds.size.parts):
        source = arn("bedrock", f"inference-profile/{PROFILES[one_in(number, 4)]}")
        name = f"profile-{number}"
        grounds.ask("bedrock", "CreateInferenceProfile", inferenceProfileName=name, modelSource={"copyFrom": source})
        _agent(grounds, number)
        _flow(grounds, number)
        _knowledge_base(grounds, number)


def _guardrail(grounds: Grounds, number: int) -> str:
    strength = "LOW" if one_in(number, 5) else "HIGH"
    content = [{"type": each, "inputStrength": strength, "outputStrength": strength} for each in CATEGORIES]
    content.append({"type": "PROMPT_ATTACK", "inputStrength": strength, "outputStrength": "NONE"})
    personal = IDENTIFIERS[: 1 if one_in(number, 3) else None]
    settings: dict[str, Any] = {} if one_in(number, 4) else {"kmsKeyId": grounds.key(number)}
    if one_in(number, 2):
        filters = [{"type": kind, "threshold": 0.8} for kind in ("GROUNDING", "RELEVANCE")]
        settings["contextualGroundingPolicyConfig"] = {"filtersConfig": filters}
        settings["tags"] = [{"key": "rag", "value": "true"}]
    made = grounds.ask(
        "bedrock",
        "CreateGuardrail",
        name=f"guardrail-{number}",
        blockedInputMessaging="Please ask something else.",
        blockedOutputsMessaging="There is no answer to this.",
        contentPolicyConfig={"filtersConfig": content},
        sensitiveInformationPolicyConfig={
            "piiEntitiesConfig": [{"type": kind, "action": "ANONYMIZE"} for kind in personal]
        },
        **settings,
    )
    grounds.ask("bedrock", "CreateGuardrailVersion", guardrailIdentifier=made["guardrailId"])
    return str(made["guardrailId"])


def _network(grounds: Grounds, number: int) -> dict[str, Any]:
    """Return where a careful job of Amazon Bedrock runs, nothing for the others."""
    if one_in(number, 4):
        return {}
    subnet, group = grounds.networks[number % len(grounds.networks)]
    return {"vpcConfig": {"subnetIds": [subnet], "securityGroupIds": [group]}}


def _customized(grounds: Grounds, number: int) -> None:
    grounds.ask(
        "bedrock",
        "CreateModelCustomizationJob",
        jobName=f"customization-{number}",
        customModelName=f"custom-{number}",
        roleArn=role(service_role(grounds, number)),
        baseModelIdentifier="amazon.nova-lite-v1:0",
        trainingDataConfig={"s3Uri": f"s3://{corpus(number % grounds.size.buckets)}/train.jsonl"},
        outputDataConfig={"s3Uri": f"s3://{ARTIFACTS}/metrics/"},
        hyperParameters={"epochCount": "2"},
        **({} if one_in(number, 3) else {"customModelKmsKeyId": grounds.key(number)}),
        **_network(grounds, number),
    )


def _imported(grounds: Grounds, number: int) -> None:
    grounds.ask(
        "bedrock",
        "CreateModelImportJob",
        jobName=f"import-{number}",
        importedModelName=f"imported-{number}",
        roleArn=role(service_role(grounds, number)),
        modelDataSource={"s3DataSource": {"s3Uri": f"s3://{ARTIFACTS}/imported-{number}/"}},
        **({} if one_in(number, 3) else {"importedModelKmsKeyId": grounds.key(number)}),
        **_network(grounds, number),
    )
    if one_in(number, 2):
        _evaluation(grounds, number)


def _evaluation(grounds: Grounds, number: int) -> None:
    model = grounds.ask("bedrock", "GetImportedModel", modelIdentifier=f"imported-{number}")["modelArn"]
    data_set = {
        "taskType": "Generation",
        "dataset": {"name": "Builtin.RealToxicityPrompts"},
        "metricNames": ["Builtin.Toxicity" if one_in(number, 4) else "Builtin.Accuracy"],
    }
    grounds.ask(
        "bedrock",
        "CreateEvaluationJob",
        jobName=f"evaluation-{number}",
        roleArn=role(service_role(grounds, number)),
        customerEncryptionKeyId=grounds.key(number),
        evaluationConfig={"automated": {"datasetMetricConfigs": [data_set]}},
        inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": model}}]},
        outputDataConfig={"s3Uri": f"s3://{ARTIFACTS}/evaluations/"},
        applicationType="ModelEvaluation",
    )


def _batch(grounds: Grounds, number: int) -> None:
    bucket = DROPBOX if one_in(number, 5) else ARTIFACTS
    grounds.ask(
        "bedrock",
        "CreateModelInvocationJob",
        jobName=f"batch-{number}",
        modelId=MODEL,
        roleArn=role(service_role(grounds, number)),
        inputDataConfig={"s3InputDataConfig": {"s3Uri": f"s3://{bucket}/in.jsonl"}},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/out/"}},
        **_network(grounds, number),
    )


def _care(grounds: Grounds, number: int) -> dict[str, Any]:
    """Return the guardrail of an agent or a prompt, nothing for those without."""
    if one_in(number, 4):
        return {}
    identifier = grounds.guardrails[number % len(grounds.guardrails)]
    return {"guardrailConfiguration": {"guardrailIdentifier": identifier, "guardrailVersion": "1"}}


def _key(grounds: Grounds, number: int) -> dict[str, str]:
    return {} if one_in(number, 3) else {"customerEncryptionKeyArn": grounds.key(number)}


def _agent(grounds: Grounds, number: int) -> None:
    made = grounds.ask(
        "bedrock-agent",
        "CreateAgent",
        agentName=f"agent-{number}",
        foundationModel=MODEL,
        instruction="Help customers of Northwind politely, and leave promises to people.",
        agentResourceRoleArn=role(service_role(grounds, number)),
        **_care(grounds, number),
        **_key(grounds, number),
    )["agent"]
    grounds.ask("bedrock-agent", "PrepareAgent", agentId=made["agentId"])
    grounds.ask("bedrock-agent", "CreateAgentAlias", agentId=made["agentId"], agentAliasName="live")


def _flow(grounds: Grounds, number: int) -> None:
    grounds.ask("bedrock-agent", "CreatePrompt", name=f"prompt-{number}", **_key(grounds, number))
    template = {"text": {"text": "Which team handles {{case}}?", "inputVariables": [{"name": "case"}]}}
    inline = {"modelId": MODEL, "templateType": "TEXT", "templateConfiguration": template}
    prompt = {"prompt": {"sourceConfiguration": {"inline": inline}, **_care(grounds, number)}}
    flow = grounds.ask(
        "bedrock-agent",
        "CreateFlow",
        name=f"flow-{number}",
        executionRoleArn=role(service_role(grounds, number)),
        definition={"nodes": [{"name": "Ask", "type": "Prompt", "configuration": prompt}], "connections": []},
        **_key(grounds, number),
    )["id"]
    grounds.ask("bedrock-agent", "PrepareFlow", flowIdentifier=flow)
    version = grounds.ask("bedrock-agent", "CreateFlowVersion", flowIdentifier=flow)["version"]
    routing = [{"flowVersion": version}]
    grounds.ask("bedrock-agent", "CreateFlowAlias", flowIdentifier=flow, name="live", routingConfiguration=routing)


def _knowledge_base(grounds: Grounds, number: int) -> None:
    managed = one_in(number, 2)
    model = {"embeddingModelArn": CLAUDE.replace(MODEL, "amazon.titan-embed-text-v2:0")}
    key = {"serverSideEncryptionConfiguration": {"kmsKeyArn": grounds.key(number)}}
    configuration: dict[str, Any] = (
        {"type": "MANAGED", "managedKnowledgeBaseConfiguration": {"embeddingModelType": "MANAGED", **key}}
        if managed
        else {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": model}
    )
    made = grounds.ask(
        "bedrock-agent",
        "CreateKnowledgeBase",
        name=f"knowledge-{number}",
        roleArn=role(service_role(grounds, number)),
        knowledgeBaseConfiguration=configuration,
        **({} if managed else {"storageConfiguration": _vectors(grounds, number)}),
    )["knowledgeBase"]
    added = grounds.ask(
        "bedrock-agent",
        "CreateDataSource",
        knowledgeBaseId=made["knowledgeBaseId"],
        name="documents",
        dataSourceConfiguration={
            "type": "S3",
            "s3Configuration": {"bucketArn": f"arn:aws:s3:::{corpus(number % grounds.size.buckets)}"},
        },
    )["dataSource"]
    grounds.ask(
        "bedrock-agent",
        "StartIngestionJob",
        knowledgeBaseId=made["knowledgeBaseId"],
        dataSourceId=added["dataSourceId"],
    )
    if managed:
        readers = PARTNER if one_in(number, 6) else role("service-0")
        statement = allow("bedrock:Retrieve", made["knowledgeBaseArn"], Sid="Readers", Principal={"AWS": readers})
        grounds.ask(
            "bedrock-agent", "PutResourcePolicy", resourceArn=made["knowledgeBaseArn"], policy=document(statement)
        )


def _vectors(grounds: Grounds, number: int) -> dict[str, Any]:
    name = f"northwind-vectors-{number}"
    encryption = (
        {}
        if one_in(number, 3)
        else {"encryptionConfiguration": {"sseType": "aws:kms", "kmsKeyArn": grounds.key(number)}}
    )
    grounds.ask("s3vectors", "CreateVectorBucket", vectorBucketName=name, **encryption)
    grounds.ask(
        "s3vectors",
        "CreateIndex",
        vectorBucketName=name,
        indexName="documents",
        dataType="float32",
        dimension=1024,
        distanceMetric="cosine",
    )
    return {
        "type": "S3_VECTORS",
        "s3VectorsConfiguration": {"vectorBucketArn": arn("s3vectors", f"bucket/{name}"), "indexName": "documents"},
    }
