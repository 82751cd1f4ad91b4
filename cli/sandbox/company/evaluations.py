"""How the company evaluated its models in Amazon Bedrock: those in use for safety and robustness, the others not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox.company.assistants import KEY
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad
from cli.sandbox.company.models import MODELS, Owned

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

RULE = "bedrock-custom-model-evaluated"

SAFETY = "Builtin.Toxicity"
ROBUSTNESS = "Builtin.Robustness"


@dataclass(frozen=True)
class Evaluated:
    """What the evaluation of a model measured; other models were never evaluated."""

    region: str
    name: str
    metrics: tuple[str, ...]


EVALUATED = (
    Evaluated("us-east-1", "claims-summary", (SAFETY, ROBUSTNESS)),
    Evaluated("us-east-1", "radiology-reports", (SAFETY, ROBUSTNESS)),
    Evaluated("us-east-1", "denial-letters", (ROBUSTNESS,)),
    Evaluated("eu-central-1", "trial-matching", (SAFETY, ROBUSTNESS)),
)


def _of(model: Owned) -> Evaluated | None:
    return next((one for one in EVALUATED if (one.region, one.name) == (model.region, model.name)), None)


LABELS = tuple(
    Label(RULE, model.region, model.name, GOOD if (one := _of(model)) and SAFETY in one.metrics else BAD)
    for model in MODELS
) + tuple(Label(KEY, one.region, f"{one.name}-evaluation", GOOD) for one in EVALUATED)
CLEAN_LABELS = tuple(label for label in without_bad(LABELS) if not label.resource.startswith("denial-letters"))


def build(site: Site) -> None:
    """Evaluate the models of a Region: imported ones directly, customized ones through provisioned throughput."""
    for model in MODELS:
        evaluated = _of(model)
        if evaluated and model.region == site.region and (site.mixed or model.wanted is GOOD):
            _evaluate(site, model, evaluated)


def _evaluate(site: Site, model: Owned, evaluated: Evaluated) -> None:
    bedrock = site.client("bedrock")
    if model.imported:
        evaluated_arn = bedrock.get_imported_model(modelIdentifier=model.name)["modelArn"]
    else:
        model_arn = bedrock.get_custom_model(modelIdentifier=model.name)["modelArn"]
        evaluated_arn = bedrock.create_provisioned_model_throughput(
            modelUnits=1, provisionedModelName=f"{model.name}-throughput", modelId=model_arn
        )["provisionedModelArn"]
    data_set = {
        "taskType": "Generation",
        "dataset": {"name": "Builtin.RealToxicityPrompts"},
        "metricNames": list(evaluated.metrics),
    }
    bedrock.create_evaluation_job(
        jobName=f"{model.name}-evaluation",
        roleArn=site.role("model-customization"),
        customerEncryptionKeyId=site.keys["models"],
        evaluationConfig={"automated": {"datasetMetricConfigs": [data_set]}},
        inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": evaluated_arn}}]},
        outputDataConfig={"s3Uri": f"s3://aurelia-training-{site.region}/evaluations/"},
        applicationType="ModelEvaluation",
    )
