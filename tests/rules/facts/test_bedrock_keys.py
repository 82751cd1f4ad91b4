from typing import Any

import pytest
from botocore.stub import Stubber

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import bedrock_keys
from rules.facts.bedrock_keys import KINDS, KeyedJob, KeyedResource
from rules.facts.kms import Key
from rules.facts.s3 import BucketEncryption, OtherBucket

ROLE = "arn:aws:iam::123456789012:role/ai"
JOB = {
    "jobArn": "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghijkl",
    "jobName": "nightly",
    "modelId": "amazon.nova-pro-v1:0",
    "roleArn": ROLE,
    "submitTime": "2026-10-15T00:00:00Z",
    "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://corpus/in/"}},
}


@pytest.fixture
def key(account: Account) -> str:
    arn: str = account.session().client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def batch(aws: Aws, bucket: str, **output: str) -> KeyedJob | KeyedResource | Unreadable:
    target = {"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/out/", **output}}
    with Stubber(aws.client("bedrock")) as bedrock_says:
        summaries = {"invocationJobSummaries": [JOB | {"outputDataConfig": target}]}
        bedrock_says.add_response("list_model_invocation_jobs", summaries)
        bedrock_says.add_response("list_tags_for_resource", {"tags": []})
        (job,) = bedrock_keys.keyed_resources(aws, ("batch",), 30)
    return job


def test_reads_every_kind_of_resource_with_its_key(account: Account, aws: Aws, key: str) -> None:
    bedrock, agents = account.session().client("bedrock"), account.session().client("bedrock-agent")
    texts = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "No."}
    bedrock.create_guardrail(name="guardrail", kmsKeyId=key, **texts)
    agents.create_prompt(name="prompt", customerEncryptionKeyArn=key)
    agents.create_flow(name="flow", executionRoleArn=ROLE)
    agents.create_agent(agentName="agent", agentResourceRoleArn=ROLE)

    found = bedrock_keys.keyed_resources(aws, ("guardrail", "prompt", "flow", "agent"), 30)

    good = Key(key, "CUSTOMER", "Enabled", rotation=False)
    assert [(one.resource.name, one.key_id, one.key) for one in found if isinstance(one, KeyedResource)] == [
        ("guardrail", key, good),
        ("prompt", key, good),
        ("flow", None, None),
        ("agent", None, None),
    ]


def test_a_job_with_a_key_does_not_ask_the_bucket(aws: Aws, key: str) -> None:
    job = batch(aws, "results", s3EncryptionKeyId=key)

    assert isinstance(job, KeyedJob)
    assert (job.key_id, job.bucket_encryption) == (key, None)


def test_a_job_without_a_key_has_the_default_of_its_bucket(account: Account, aws: Aws) -> None:
    account.session().client("s3").create_bucket(Bucket="results")

    job = batch(aws, "results")

    assert isinstance(job, KeyedJob)
    assert (job.key_id, job.key, job.bucket_encryption) == (None, None, BucketEncryption("AES256", None, None))


@pytest.mark.parametrize(
    ("bucket", "kind"), [("never-made", type(None)), ("results--use1-az4--x-s3", OtherBucket)], ids=str
)
def test_a_job_without_a_key_and_without_a_bucket_of_this_account(aws: Aws, bucket: str, kind: type[Any]) -> None:
    job = batch(aws, bucket)

    assert isinstance(job, KeyedJob)
    assert isinstance(job.bucket_encryption, kind)


def test_a_key_that_cannot_be_described_makes_the_resource_unreadable(account: Account, aws: Aws, key: str) -> None:
    account.session().client("bedrock-agent").create_prompt(name="prompt", customerEncryptionKeyArn=key)
    account.faults.deny("kms:DescribeKey")

    (found,) = bedrock_keys.keyed_resources(aws, ("prompt",), 30)

    assert isinstance(found, Unreadable)
    assert found.resource.name == "prompt"


def test_passes_on_what_could_not_be_read(account: Account, aws: Aws) -> None:
    account.session().client("bedrock-agent").create_prompt(name="prompt")
    account.faults.deny("bedrock:GetPrompt")

    (found,) = bedrock_keys.keyed_resources(aws, ("prompt", "prompt"), 30)

    assert isinstance(found, Unreadable)


def test_an_account_without_anything_has_nothing(account: Account, aws: Aws) -> None:
    assert bedrock_keys.keyed_resources(aws, KINDS[:4], 30) == ()
    assert {call.operation for call in account.calls} == {"ListGuardrails", "ListPrompts", "ListFlows", "ListAgents"}


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws, key: str) -> None:
    bedrock, agents = account.session().client("bedrock"), account.session().client("bedrock-agent")
    account.session().client("kms").enable_key_rotation(KeyId=key)
    account.session().client("s3").create_bucket(Bucket="results")
    bedrock.create_guardrail(name="guardrail", kmsKeyId=key, blockedInputMessaging="No.", blockedOutputsMessaging="No.")
    agents.create_prompt(name="prompt")
    agents.create_flow(name="flow", executionRoleArn=ROLE)
    agents.create_agent(agentName="agent", agentResourceRoleArn=ROLE)
    bedrock.create_model_invocation_job(
        jobName="nightly",
        roleArn=ROLE,
        modelId="amazon.nova-pro-v1:0",
        inputDataConfig=JOB["inputDataConfig"],
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://results/out/"}},
    )
    dataset = {"taskType": "Generation", "dataset": {"name": "Builtin.Bold"}, "metricNames": ["Builtin.Toxicity"]}
    bedrock.create_evaluation_job(
        jobName="safety",
        roleArn=ROLE,
        evaluationConfig={"automated": {"datasetMetricConfigs": [dataset]}},
        inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": "amazon.nova-pro-v1:0"}}]},
        outputDataConfig={"s3Uri": "s3://results/out/"},
    )
    before = len(account.calls)

    bedrock_keys.keyed_resources(aws, KINDS, 30)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_keys.keyed_resources.actions}
