"""Amazon Bedrock: invocation logging, data retention, resource policies, evaluation jobs."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError, NoSuchThingError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Moto, Result, amendment, operation
from cli.sandbox.services.bedrock_tags import tag
from cli.sandbox.services.kms_keys import key_arn
from cli.sandbox.shelves import Record, Shelf

EVALUATIONS: Final = Shelf("bedrock", "evaluation job", ("jobArn", "jobName"), "jobName", "creationTime")


@amendment(
    "bedrock",
    "GetModelInvocationLoggingConfiguration",
    reason="Without a configuration AWS answers no loggingConfig at all, moto an empty one.",
)
def get_model_invocation_logging_configuration(_: Call, moto: Moto) -> Result:
    """Return the configuration, nothing where there is none."""
    answer = moto()
    return answer if answer.get("loggingConfig") else {}


@operation("bedrock", "GetAccountDataRetention")
def get_account_data_retention(call: Call) -> Result:
    """Return the account's data-retention mode; a Region that was never set inherits."""
    retention: Record = call.table("data retention")
    return dict(retention) or {"mode": "inherit"}


@operation("bedrock", "PutAccountDataRetention")
def put_account_data_retention(call: Call) -> Result:
    """Set the account's data-retention mode."""
    retention = call.table("data retention")
    retention |= {"mode": call.params["mode"], "updatedAt": call.now}
    return dict(retention)


@operation("bedrock", "PutResourcePolicy")
def put_resource_policy(call: Call) -> Result:
    """Attach a policy to a guardrail or another resource that can be shared."""
    arn = call.params["resourceArn"]
    try:
        json.loads(call.params["resourcePolicy"])
    except json.JSONDecodeError as error:
        raise AwsError("ValidationException", "The resource policy is no JSON document.") from error
    call.table("resource policies")[arn] = call.params["resourcePolicy"]
    return {"resourceArn": arn}


@operation("bedrock", "GetResourcePolicy")
def get_resource_policy(call: Call) -> Result:
    """Return a resource's policy."""
    return {"resourcePolicy": _policy(call)}


@operation("bedrock", "DeleteResourcePolicy")
def delete_resource_policy(call: Call) -> Result:
    """Take a resource's policy away."""
    _policy(call)
    del call.table("resource policies")[call.params["resourceArn"]]
    return {}


@operation("bedrock", "CreateEvaluationJob")
def create_evaluation_job(call: Call) -> Result:
    """Evaluate models or retrieval: the job is completed."""
    record: Record = {
        name: call.params[name]
        for name in (
            "jobName",
            "jobDescription",
            "roleArn",
            "evaluationConfig",
            "inferenceConfig",
            "outputDataConfig",
            "applicationType",
        )
        if name in call.params
    } | {
        "jobArn": call.arn(f"evaluation-job/{random_id(12)}"),
        "status": "Completed",
        "jobType": "Human" if "human" in call.params["evaluationConfig"] else "Automated",
        "creationTime": call.now,
        "lastModifiedTime": call.now,
        "customerEncryptionKeyId": key_arn(call, call.params.get("customerEncryptionKeyId")),
    }
    record |= {
        "evaluationTaskTypes": sorted(set(_task_types(record["evaluationConfig"]))),
        "modelIdentifiers": sorted(set(_identifiers(record["inferenceConfig"], "modelIdentifier"))),
        "ragIdentifiers": sorted(set(_identifiers(record["inferenceConfig"], "knowledgeBaseId"))),
    }
    tag(call, record["jobArn"], call.params.get("jobTags"))
    return EVALUATIONS.answer(call, EVALUATIONS.put(call, record))


@operation("bedrock", "BatchDeleteEvaluationJob")
def batch_delete_evaluation_job(call: Call) -> Result:
    """Delete evaluation jobs."""
    removed = [EVALUATIONS.remove(call, identifier) for identifier in call.params["jobIdentifiers"]]
    jobs = [{"jobIdentifier": record["jobArn"], "jobStatus": "Deleting"} for record in removed]
    return {"errors": [], "evaluationJobs": jobs}


EVALUATIONS.serves_get("GetEvaluationJob", "jobIdentifier")
EVALUATIONS.serves_list("ListEvaluationJobs")
EVALUATIONS.serves_status("StopEvaluationJob", "jobIdentifier", "Stopped")


def _policy(call: Call) -> str:
    policies = call.table("resource policies")
    if call.params["resourceArn"] not in policies:
        raise NoSuchThingError(f"The resource {call.params['resourceArn']} has no policy.")
    return str(policies[call.params["resourceArn"]])


def _task_types(config: Mapping[str, Any]) -> Iterator[str]:
    for kind in config.values():
        for dataset in kind.get("datasetMetricConfigs", ()):
            yield dataset["taskType"]


def _identifiers(value: Any, member: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == member:
                yield each
            else:
                yield from _identifiers(each, member)
    elif isinstance(value, list):
        for each in value:
            yield from _identifiers(each, member)
