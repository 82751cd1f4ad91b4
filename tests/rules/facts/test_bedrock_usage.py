from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.facts import bedrock_usage
from rules.facts.bedrock_usage import BedrockUsage

PREFERENCE = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "No."}
ROLE = "arn:aws:iam::123456789012:role/ai"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-express-v1"
VECTOR = {
    "type": "VECTOR",
    "vectorKnowledgeBaseConfiguration": {
        "embeddingModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v1"
    },
}
STORE = {
    "type": "OPENSEARCH_SERVERLESS",
    "opensearchServerlessConfiguration": {
        "collectionArn": "arn:aws:aoss:us-east-1:123456789012:collection/abcdefghijklmnopqrst",
        "vectorIndexName": "index",
        "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"},
    },
}


def count(client: Any, namespace: str, metric: str, *models: str) -> None:
    data = [{"MetricName": metric, "Dimensions": [{"Name": "ModelId", "Value": one}], "Value": 1} for one in models]
    client.put_metric_data(Namespace=namespace, MetricData=data)


def make_everything(account: Account) -> None:
    session = account.session()
    bedrock, agents = session.client("bedrock"), session.client("bedrock-agent")
    for name in ("one", "two"):
        bedrock.create_guardrail(name=name, **PREFERENCE)
        agents.create_agent(agentName=name, agentResourceRoleArn=ROLE)
        agents.create_knowledge_base(
            name=name, roleArn=ROLE, knowledgeBaseConfiguration=VECTOR, storageConfiguration=STORE
        )
        bedrock.create_inference_profile(inferenceProfileName=name, modelSource={"copyFrom": MODEL})
        bedrock.create_model_customization_job(
            jobName=f"job-{name}",
            customModelName=name,
            roleArn=ROLE,
            baseModelIdentifier=MODEL,
            trainingDataConfig={"s3Uri": "s3://ai-data/train"},
            outputDataConfig={"s3Uri": "s3://ai-data/out"},
            hyperParameters={},
        )
        bedrock.create_model_import_job(
            jobName=f"import-{name}",
            importedModelName=name,
            roleArn=ROLE,
            modelDataSource={"s3DataSource": {"s3Uri": "s3://ai-data/model"}},
        )
    cloudwatch = session.client("cloudwatch")
    count(cloudwatch, "AWS/Bedrock", "Invocations", "b-model", "a-model")
    count(cloudwatch, "AWS/Bedrock", "InvocationLatency", "another-model")
    count(cloudwatch, "AWS/BedrockMantle", "Inferences", "a-model")


EVERYTHING = BedrockUsage(
    invoked_models=("a-model", "b-model"),
    mantle=True,
    guardrails=2,
    agents=2,
    knowledge_bases=2,
    custom_models=2,
    imported_models=2,
    inference_profiles=2,
)


def test_finds_every_sign_of_use(account: Account, aws: Aws) -> None:
    account.session().client("s3").create_bucket(Bucket="ai-data")
    make_everything(account)

    assert bedrock_usage.usage(aws) == EVERYTHING


def test_counts_over_all_pages(account: Account, aws: Aws) -> None:
    account.session().client("s3").create_bucket(Bucket="ai-data")
    make_everything(account)
    account.faults.page_size(1)

    assert bedrock_usage.usage(aws) == EVERYTHING


def test_finds_no_sign_of_use_in_an_empty_account(aws: Aws) -> None:
    usage = bedrock_usage.usage(aws)

    assert usage == BedrockUsage()
    assert not usage.in_use


def test_what_a_region_does_not_offer_is_not_in_use(account: Account, aws: Aws) -> None:
    account.session().client("bedrock").create_guardrail(name="one", **PREFERENCE)
    account.faults.add(Fault("unknown-operation", "bedrock:ListImportedModels"))
    account.faults.add(Fault("unknown-operation", "bedrock:ListAgents"))

    assert bedrock_usage.usage(aws) == BedrockUsage(guardrails=1)


@pytest.mark.parametrize("action", sorted(action.name for action in bedrock_usage.usage.actions))
def test_says_nothing_when_a_sign_cannot_be_looked_for(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match=action.partition(":")[2]):
        bedrock_usage.usage(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    bedrock_usage.usage(aws)

    assert {call.action for call in account.calls} == {action.name for action in bedrock_usage.usage.actions}


@pytest.mark.parametrize(
    ("usage", "evidence"),
    [
        pytest.param(BedrockUsage(), (), id="nothing"),
        pytest.param(BedrockUsage(mantle=True), (), id="only what the logs do not cover"),
        pytest.param(
            BedrockUsage(invoked_models=("m",), guardrails=1),
            ("1 model invoked in the last two weeks", "1 guardrail"),
            id="one of each",
        ),
        pytest.param(
            EVERYTHING,
            (
                "2 models invoked in the last two weeks",
                "2 agents",
                "2 knowledge bases",
                "2 custom models",
                "2 imported models",
                "2 application inference profiles",
                "2 guardrails",
            ),
            id="two of each",
        ),
    ],
)
def test_says_what_speaks_for_use(usage: BedrockUsage, evidence: tuple[str, ...]) -> None:
    assert usage.evidence == evidence
    assert usage.in_use is bool(evidence)
