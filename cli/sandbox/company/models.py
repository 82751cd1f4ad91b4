"""Models of the company in Amazon Bedrock: customized ones, and ones that were imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox.company.keys import LEGACY, RETIRED
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

RULE = "bedrock-model-cmk-encrypted"


@dataclass(frozen=True)
class Owned:
    """A model whose weights are the company's; `key` names one of its keys, None leaves the choice to AWS."""

    region: str
    name: str
    key: str | None
    wanted: Compliance
    imported: bool = False


MODELS = (
    Owned("us-east-1", "claims-summary", "models", GOOD),
    Owned("us-east-1", "radiology-reports", "models", GOOD, imported=True),
    Owned("us-east-1", "triage-experiment", None, BAD),
    Owned("us-east-1", "denial-letters", LEGACY, BAD),
    Owned("us-east-1", "radiology-reports-trial", None, BAD, imported=True),
    Owned("eu-central-1", "trial-matching", "models", GOOD),
    Owned("eu-central-1", "trial-matching-2024", RETIRED, BAD),
)

LABELS = tuple(Label(RULE, model.region, model.name, model.wanted) for model in MODELS)
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make the models of a Region, by the jobs that AWS makes them with."""
    for model in MODELS:
        if model.region == site.region and (site.mixed or model.wanted is GOOD):
            (_import if model.imported else _customize)(site, model)


def _customize(site: Site, model: Owned) -> None:
    site.client("bedrock").create_model_customization_job(
        jobName=f"{model.name}-job",
        customModelName=model.name,
        roleArn=site.role("model-customization"),
        baseModelIdentifier="amazon.nova-lite-v1:0",
        trainingDataConfig={"s3Uri": f"s3://aurelia-training-{site.region}/{model.name}.jsonl"},
        outputDataConfig={"s3Uri": f"s3://aurelia-training-{site.region}/metrics/"},
        hyperParameters={"epochCount": "2"},
        **({"customModelKmsKeyId": site.keys[model.key]} if model.key else {}),
    )


def _import(site: Site, model: Owned) -> None:
    site.client("bedrock").create_model_import_job(
        jobName=f"{model.name}-job",
        importedModelName=model.name,
        roleArn=site.role("model-customization"),
        modelDataSource={"s3DataSource": {"s3Uri": f"s3://aurelia-training-{site.region}/{model.name}/"}},
        **({"importedModelKmsKeyId": site.keys[model.key]} if model.key else {}),
    )
