from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_evaluations
from rules.facts.bedrock_evaluations import EvaluatedModel, Evaluation

ROLE = "arn:aws:iam::123456789012:role/evaluation"
BASE_MODEL = "amazon.nova-lite-v1:0"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
JOB = "arn:aws:bedrock:us-east-1:123456789012:evaluation-job/abcdefghijkl"
MODEL = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl"


@pytest.fixture
def today(account: Account) -> Aws:
    """Return an Aws of the embedded account's own time."""
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime.now(UTC))


def customized(account: Account, name: str, **tags: str) -> Resource:
    bedrock = account.session().client("bedrock")
    bedrock.create_model_customization_job(
        jobName=f"job-{name}",
        customModelName=name,
        roleArn=ROLE,
        baseModelIdentifier=BASE_MODEL,
        trainingDataConfig={"s3Uri": "s3://corpus/train.jsonl"},
        outputDataConfig={"s3Uri": "s3://corpus/output/"},
        hyperParameters={},
        customModelTags=[{"key": key, "value": value} for key, value in tags.items()],
    )
    arn = bedrock.get_custom_model(modelIdentifier=name)["modelArn"]
    return Resource("AWS::Bedrock::CustomModel", arn, name, arn)


def imported(account: Account, name: str) -> Resource:
    bedrock = account.session().client("bedrock")
    bedrock.create_model_import_job(
        jobName=f"job-{name}",
        importedModelName=name,
        roleArn=ROLE,
        modelDataSource={"s3DataSource": {"s3Uri": "s3://weights/"}},
    )
    arn = bedrock.get_imported_model(modelIdentifier=name)["modelArn"]
    return Resource("AWS::Bedrock::ImportedModel", arn, name, arn)


def throughput(account: Account, model: Resource) -> str:
    arn: str = (
        account.session()
        .client("bedrock")
        .create_provisioned_model_throughput(
            modelUnits=1, provisionedModelName=f"{model.name}-throughput", modelId=model.arn
        )["provisionedModelArn"]
    )
    return arn


def data_set(*metrics: str) -> dict[str, Any]:
    return {"taskType": "Generation", "dataset": {"name": "own"}, "metricNames": list(metrics)}


def evaluate(account: Account, name: str, model: str, *metrics: str, kind: str = "automated") -> str:
    arn: str = (
        account.session()
        .client("bedrock")
        .create_evaluation_job(
            jobName=name,
            roleArn=ROLE,
            evaluationConfig={kind: {"datasetMetricConfigs": [data_set(*metrics)]}},
            inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": model}}]},
            outputDataConfig={"s3Uri": "s3://evaluations/"},
            applicationType="ModelEvaluation",
        )["jobArn"]
    )
    return arn


def evaluations(aws: Aws) -> dict[str, list[str]]:
    return {
        model.resource.name: [evaluation.name for evaluation in model.evaluations]
        for model in bedrock_evaluations.evaluated_models(aws)
        if isinstance(model, EvaluatedModel)
    }


def test_reads_the_evaluations_of_custom_and_imported_models(account: Account, today: Aws) -> None:
    claims, llama = customized(account, "claims", stage="prod"), imported(account, "llama")
    evaluate(account, "claims-toxicity", throughput(account, claims), "Builtin.Toxicity", "Builtin.Accuracy")
    evaluate(account, "llama-people", str(llama.arn), "Politeness", kind="human")

    assert bedrock_evaluations.evaluated_models(today) == (
        EvaluatedModel(
            claims,
            {"stage": "prod"},
            (Evaluation("claims-toxicity", 0, frozenset({"Builtin.Toxicity", "Builtin.Accuracy"})),),
        ),
        EvaluatedModel(llama, {}, (Evaluation("llama-people", 0, frozenset({"Politeness"})),)),
    )


def test_evaluations_of_other_models_do_not_count(account: Account, today: Aws) -> None:
    claims, other = customized(account, "claims"), imported(account, "claims-old")
    evaluate(account, "old", str(other.arn), "Builtin.Toxicity")
    evaluate(account, "base", BASE_MODEL, "Builtin.Toxicity")

    assert evaluations(today)[claims.name] == []


def test_an_evaluation_through_deleted_throughput_does_not_count(account: Account, today: Aws) -> None:
    claims = customized(account, "claims")
    arn = throughput(account, claims)
    evaluate(account, "claims-toxicity", arn, "Builtin.Toxicity")
    account.session().client("bedrock").delete_provisioned_model_throughput(provisionedModelId=arn)

    assert evaluations(today) == {"claims": []}


DESCRIBED_JOB = {
    "jobName": "job",
    "jobArn": JOB,
    "jobType": "Automated",
    "status": "Completed",
    "roleArn": ROLE,
    "creationTime": NOW,
    "evaluationConfig": {"automated": {"datasetMetricConfigs": [data_set("Builtin.Toxicity"), data_set("Own")]}},
    "inferenceConfig": {"models": [{"bedrockModel": {"modelIdentifier": MODEL}}]},
    "outputDataConfig": {"s3Uri": "s3://evaluations/"},
}


def answered(aws: Aws, *jobs: dict[str, Any]) -> tuple[Evaluation, ...]:
    """Return the evaluations of an imported model of October 1st when Amazon Bedrock lists these jobs."""
    made = datetime(2026, 10, 1, tzinfo=UTC)
    described: dict[str, Any] = {
        "jobName": "job",
        "jobType": "Automated",
        "status": "Completed",
        "evaluationTaskTypes": ["Generation"],
    }
    listed: list[dict[str, Any]] = [
        {"jobArn": f"{JOB[:-1]}{number}", "creationTime": NOW - timedelta(days=3)} | described | job
        for number, job in enumerate(jobs)
    ]
    counted = [job for job in listed if job.pop("counts")]
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response("list_custom_models", {"modelSummaries": []}, {"isOwned": True, "maxResults": 1000})
        bedrock_says.add_response(
            "list_imported_models",
            {"modelSummaries": [{"modelArn": MODEL, "modelName": "llama", "creationTime": made}]},
        )
        bedrock_says.add_response("list_provisioned_model_throughputs", {"provisionedModelSummaries": []})
        completed = {"statusEquals": "Completed", "maxResults": 1000}
        bedrock_says.add_response("list_evaluation_jobs", {"jobSummaries": listed}, completed)
        bedrock_says.add_response("list_tags_for_resource", {"tags": []})
        for job in sorted(counted, key=lambda job: job["creationTime"], reverse=True):
            bedrock_says.add_response("get_evaluation_job", DESCRIBED_JOB, {"jobIdentifier": job["jobArn"]})
        (model,) = bedrock_evaluations.evaluated_models(aws)
        bedrock_says.assert_no_pending_responses()
    assert isinstance(model, EvaluatedModel)
    return model.evaluations


@pytest.mark.parametrize(
    ("job", "counts"),
    [
        pytest.param({"modelIdentifiers": [MODEL]}, True, id="of before evaluations had a kind"),
        pytest.param({"modelIdentifiers": [MODEL], "applicationType": "ModelEvaluation"}, True, id="of the model"),
        pytest.param({"modelIdentifiers": [MODEL], "applicationType": "RagEvaluation"}, False, id="of retrieval"),
        pytest.param(
            {"modelIdentifiers": [MODEL], "creationTime": datetime(2026, 9, 30, tzinfo=UTC)}, False, id="older than it"
        ),
        pytest.param(
            {"inferenceConfigSummary": {"modelConfigSummary": {"bedrockModelIdentifiers": [MODEL]}}},
            True,
            id="named in the summary of its configuration",
        ),
        pytest.param(
            {"inferenceConfigSummary": {"modelConfigSummary": {"precomputedInferenceSourceIdentifiers": ["llama"]}}},
            True,
            id="of answers collected elsewhere",
        ),
        pytest.param(
            {"inferenceConfigSummary": {"modelConfigSummary": {"precomputedInferenceSourceIdentifiers": ["llama-2"]}}},
            False,
            id="of answers of something else",
        ),
    ],
)
def test_says_which_jobs_evaluated_a_model(aws: Aws, job: dict[str, Any], *, counts: bool) -> None:
    found = answered(aws, job | {"counts": counts})

    assert found == ((Evaluation("job", 3, frozenset({"Builtin.Toxicity", "Own"})),) if counts else ())


def test_puts_the_newest_evaluation_first(aws: Aws) -> None:
    jobs = [
        {"modelIdentifiers": [MODEL], "creationTime": NOW - timedelta(days=days), "jobName": str(days), "counts": True}
        for days in (9, 2, 5)
    ]

    assert [(each.name, each.days_ago) for each in answered(aws, *jobs)] == [("2", 2), ("5", 5), ("9", 9)]


def test_an_account_without_models_has_none(aws: Aws) -> None:
    assert bedrock_evaluations.evaluated_models(aws) == ()


def test_reads_every_page(account: Account, today: Aws) -> None:
    for number in range(2):
        customized(account, f"custom-{number}")
        model = imported(account, f"imported-{number}")
        for job in range(2):
            evaluate(account, f"job-{number}-{job}", str(model.arn), "Builtin.Toxicity")
    account.faults.page_size(1)

    assert {name: len(jobs) for name, jobs in evaluations(today).items()} == {
        "custom-0": 0,
        "custom-1": 0,
        "imported-0": 2,
        "imported-1": 2,
    }


def test_a_job_that_was_deleted_since_it_was_listed_does_not_count(account: Account, today: Aws) -> None:
    llama = imported(account, "llama")
    gone = evaluate(account, "gone", str(llama.arn), "Builtin.Toxicity")
    evaluate(account, "there", str(llama.arn), "Builtin.Toxicity")
    account.faults.add(Fault("gone", "bedrock:GetEvaluationJob", resource=gone))

    assert evaluations(today) == {"llama": ["there"]}


def test_a_model_that_was_deleted_since_it_was_listed_is_left_out(account: Account, today: Aws) -> None:
    claims = customized(account, "claims")
    imported(account, "llama")
    account.faults.add(Fault("gone", "bedrock:ListTagsForResource", resource=str(claims.arn)))

    assert list(evaluations(today)) == ["llama"]


@pytest.mark.parametrize("action", ["bedrock:ListTagsForResource", "bedrock:GetEvaluationJob"])
def test_one_model_that_cannot_be_read_leaves_the_others(account: Account, today: Aws, action: str) -> None:
    claims, llama = customized(account, "claims"), imported(account, "llama")
    job = evaluate(account, "llama-toxicity", str(llama.arn), "Builtin.Toxicity")
    account.faults.deny(action, resource=job if action.endswith("Job") else str(llama.arn))

    found = {model.resource: type(model) for model in bedrock_evaluations.evaluated_models(today)}

    assert found == {claims: EvaluatedModel, llama: Unreadable}


@pytest.mark.parametrize(
    "action",
    [
        "bedrock:ListCustomModels",
        "bedrock:ListImportedModels",
        "bedrock:ListEvaluationJobs",
        "bedrock:ListProvisionedModelThroughputs",
    ],
)
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        bedrock_evaluations.evaluated_models(aws)


def test_a_region_without_evaluations_has_models_without_them(account: Account, aws: Aws) -> None:
    imported(account, "llama")
    account.faults.add(Fault("unknown-operation", "bedrock:ListEvaluationJobs"))

    assert evaluations(aws) == {"llama": []}


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    customized(account, "claims")
    evaluate(account, "llama-toxicity", str(imported(account, "llama").arn), "Builtin.Toxicity")
    before = len(account.calls)

    bedrock_evaluations.evaluated_models(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_evaluations.evaluated_models.actions}
